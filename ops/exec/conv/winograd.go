package conv

import (
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/rowwise"
	"cnnlang/ops/exec/task"
)

// Winograd's convolution F(4x4, 3x3) of blocked values (Lavin and Gray,
// arXiv:1509.09308): 16 outputs of a 3x3 window take 36 products instead of 144.
//
//	6x6 pixels ──B'dB──▶ 36 values ──36 matrix products──▶ 36 sums ──A'mA──▶ 4x4 pixels
//	 of a tile            of a tile    over the channels      of a tile
//
// The matrix products are those of the direct convolution with tiles in place of
// pixels. Tiles are taken in blocks, whose values and sums stay in cache, and
// each block in three tasks, so that all workers share one transformed input.
type winogradConv struct {
	in, out      layout.Grid
	add          *layout.Grid
	top, left    int
	down, across int // tiles of an image
	blocks       [][]tileRun
	most         int                   // tiles of a block
	lines        int                   // most, made odd: blocks of channels must not share a cache set
	places       map[int]layout.Places // by the number of tiles of a block
	units        []unit
	bias         []float32
	act          rowwise.Act

	// Of the tiles that are computed directly.
	pixelSum *tapSum // over the channels of a pixel of the input
	partial  [5][5]layout.Places
}

// A tileRun is tiles of one row of an image and their place in the block.
type tileRun struct {
	image, y, x, tiles int
	at                 int
}

// winogradBlock is how many float32 the values and the sums of a block take: about 2 MB.
const winogradBlock = 1 << 19

// fitsWinograd: windows of 3x3 and stride 1, and an image that is not small beside the
// zeros that the last tiles reach into.
func fitsWinograd(p *problem) bool {
	simple := func(w *window) bool { return w.k == 3 && w.stride == 1 && w.dilation == 1 && w.before <= 2 }
	return hasTiles() && p.groups == 1 && p.channels >= Lanes && p.filters >= Lanes && simple(&p.h) && simple(&p.w) && p.fitsBlocks(wantsWinograd(p), mostZeros)
}

// wantsWinograd is an input with the zeros that the last tile of each axis reaches into.
func wantsWinograd(p *problem) layout.Layout {
	reach := func(w *window) int { return max(w.before, 4*task.CeilDiv(w.out, 4)+2-w.before-w.in, 0) }
	l := layout.Blocked(layout.Float32)
	l.HaloH, l.HaloW = reach(&p.h), reach(&p.w)
	return l
}

func prepareWinograd(p *problem, v values) *task.Prepared { return newWinograd(p, v).prepare() }

func newWinograd(p *problem, v values) *winogradConv {
	w := &winogradConv{
		in: v.in[0].Grid(), out: v.out.Grid(), top: p.h.before, left: p.w.before,
		down: task.CeilDiv(p.h.out, 4), across: task.CeilDiv(p.w.out, 4),
	}
	if p.add {
		added := v.in[1].Grid()
		w.add = &added
	}
	f := p.packing(v)
	w.bias, w.act = f.behind(w.out.Blocks * Lanes)
	w.cut()
	w.place()
	w.placePartial()
	sum := w.channelSum(w.lines * Lanes)
	w.pixelSum = w.channelSum(w.in.Plane)
	for block := 0; block < w.out.Blocks; block += kernel.TileBlocks {
		u := unit{block: block, blocks: min(kernel.TileBlocks, w.out.Blocks-block), sum: sum}
		u.weights = w.pack(u, p.channels, f)
		w.units = append(w.units, u)
	}
	return w
}

// channelSum is the sum over all channels, whose blocks are so far apart.
func (w *winogradConv) channelSum(apart int) *tapSum {
	taps := make([]int, w.in.Blocks)
	for i := range taps {
		taps[i] = i * apart
	}
	return newTapSum(taps, 1, Lanes, w.in.C%Lanes)
}

// cut puts the tiles of all images into blocks.
func (w *winogradConv) cut() {
	total := w.in.N * w.down * w.across
	perTile := 36 * Lanes * (w.in.Blocks + w.out.Blocks)
	w.most = task.Balanced(total, max(winogradBlock/perTile, kernel.TilePixels), 1)
	w.lines = w.most | 1
	for first := 0; first < total; first += w.most {
		var runs []tileRun
		for q := first; q < min(first+w.most, total); {
			r := tileRun{image: q / (w.down * w.across), y: q / w.across % w.down, x: q % w.across, at: q - first}
			r.tiles = min(w.across-r.x, first+w.most-q, total-q)
			runs = append(runs, r)
			q += r.tiles
		}
		w.blocks = append(w.blocks, runs)
	}
}

// place places the tiles of each block, which take the role of pixels here.
func (w *winogradConv) place() {
	w.places = map[int]layout.Places{}
	for _, runs := range w.blocks {
		tiles := tilesOf(runs)
		if _, known := w.places[tiles]; known {
			continue
		}
		across := task.CeilDiv(tiles, kernel.TilePixels)
		list := make([]kernel.Place, across)
		for i := range list {
			first, end := i*tiles/across, (i+1)*tiles/across
			list[i] = kernel.Place{Pixels: end - first, In: first * Lanes, Next: layout.TileRow * Lanes, Out: first * Lanes, OutNext: layout.TileRow * Lanes}
		}
		w.places[tiles] = layout.NewPlaces(list, Lanes)
	}
}

func tilesOf(runs []tileRun) int {
	last := runs[len(runs)-1]
	return last.at + last.tiles
}

// widestUnit is the most filters of a unit.
const widestUnit = 2 * Lanes

// pack transforms the weights of a unit: [36][channel][filter], and [5][channel][filter] of
// those places of the window that are not among these planes. A line follows, 0 if all
// weights allow tiles to be transformed.
func (w *winogradConv) pack(u unit, channels int, f *packing) []float32 {
	across, first := u.blocks*Lanes, u.block*Lanes
	plane := w.in.Blocks * Lanes * across
	copying := f.acrossUnit(across, Lanes)
	return f.floats(weightPlanes*plane+Lanes, weightPlanes*channels*across+Lanes, func(dst []float32) {
		weights, lanes := f.fold(), min(across, w.out.C-first)
		var lines [9 * Lanes * widestUnit]float32 // of some channels, by place of the window
		var most [Lanes]float32
		for c := 0; c < channels; c += Lanes {
			n := min(Lanes, channels-c)
			copying.copy(lines[:], weights, part{first, lanes, c, n})
			for t, at := range tapPlanes {
				copy(dst[at*plane+c*across:][:n*across], lines[t*Lanes*across:])
			}
			kernel.WinogradWeights(&kernel.WinogradFilters{
				Weights: lines[:], Apart: Lanes * across, Lines: n * u.blocks, Planes: dst[c*across:], Plane: plane, Most: &most,
			})
		}
		flag := &dst[weightPlanes*plane]
		clear(dst[weightPlanes*plane:])
		for _, size := range most {
			if !(size < mostWeight) {
				*flag = 1
			}
		}
	})
}
