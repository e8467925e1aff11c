package ops

import (
	"math"

	"cnnlang/ops/dim"
	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
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
	in, out      grid
	add          *grid
	top, left    int
	down, across int // tiles of an image
	blocks       [][]tileRun
	most         int                // tiles of a block
	lines        int                // most, made odd: blocks of channels must not share a cache set
	places       map[int]tilePlaces // by the number of tiles of a block
	units        []convUnit
	bias         []float32
	act          Activation
	low, high    float32

	// Of the tiles that are computed directly.
	pixelSum   *tapSum // over the channels of a pixel of the input
	tilePlaces [5][5]tilePlaces
}

// A tileRun is tiles of one row of an image and their place in the block.
type tileRun struct {
	image, y, x, tiles int
	at                 int
}

// winogradBlock is how many float32 the values and the sums of a block take: some
// 2 MB.
const winogradBlock = 1 << 19

// winograd says whether a convolution is computed so: where somebody chose it, or
// where it takes less time, which depends on its shape and the batch alone.
func (c *Conv) winograd(x, out tensor.Shape) bool {
	switch {
	case !c.canWinograd(x, out):
		return false
	case c.chosen != "":
		return c.chosen == viaWinograd
	}
	direct, winograd := c.estimates(x, out)
	return winograd < direct
}

// canWinograd says whether a convolution can be computed so.
func (c *Conv) canWinograd(x, out tensor.Shape) bool {
	three, one := dim.Square(dim.Int(3)), dim.Square(dim.Int(1))
	return kernel.TilePixels > 0 && c.K == three && c.Stride == one && c.Dilation == one && c.Groups == dim.Int(1) &&
		x[1] >= Lanes && out[1] >= Lanes && c.before(vertical, x) <= 2 && c.before(horizontal, x) <= 2
}

// tileHalo is how many zeros the last tile of an axis reaches into.
func (c *Conv) tileHalo(a spatial, x, out tensor.Shape) int {
	before := c.before(a, x)
	return max(before, 4*ceilDiv(out[a], 4)+2-before-x[a], 0)
}

func newWinograd(c *Conv, in []Value, out Value, f *packing) *winogradConv {
	x := in[0].Shape
	w := &winogradConv{
		in: in[0].grid(), out: out.grid(), top: c.before(vertical, x), left: c.before(horizontal, x),
		down: ceilDiv(out.Shape[2], 4), across: ceilDiv(out.Shape[3], 4), act: c.epilogue.Act,
	}
	if c.epilogue.Add {
		added := in[1].grid()
		w.add = &added
	}
	w.low, w.high = w.act.bounds()
	w.bias = f.biases(w.out.blocks * Lanes)
	w.cut()
	w.place()
	w.placeTiles()
	sum := w.channelSum(w.lines * Lanes)
	w.pixelSum = w.channelSum(w.in.plane)
	for block := 0; block < w.out.blocks; block += kernel.TileBlocks {
		u := convUnit{block: block, blocks: min(kernel.TileBlocks, w.out.blocks-block), sum: sum}
		u.weights = w.pack(u, x[1], f)
		w.units = append(w.units, u)
	}
	return w
}

// channelSum is the sum over all channels, whose blocks lie so far apart.
func (w *winogradConv) channelSum(apart int) *tapSum {
	taps := make([]int, w.in.blocks)
	for i := range taps {
		taps[i] = i * apart
	}
	return newTapSum(taps, 1, Lanes, w.in.c%Lanes)
}

// cut puts the tiles of all images into blocks.
func (w *winogradConv) cut() {
	total := w.in.n * w.down * w.across
	perTile := 36 * Lanes * (w.in.blocks + w.out.blocks)
	w.most = balanced(total, max(winogradBlock/perTile, kernel.TilePixels), 1)
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

// place covers the tiles of each block, which stand for pixels here.
func (w *winogradConv) place() {
	w.places = map[int]tilePlaces{}
	for _, runs := range w.blocks {
		tiles := tilesOf(runs)
		if _, known := w.places[tiles]; known {
			continue
		}
		across := ceilDiv(tiles, kernel.TilePixels)
		list := make([]kernel.Place, across)
		for i := range list {
			first, end := i*tiles/across, (i+1)*tiles/across
			list[i] = kernel.Place{Pixels: end - first, In: first * Lanes, Next: tileRow * Lanes, Out: first * Lanes, OutNext: tileRow * Lanes}
		}
		w.places[tiles] = newTilePlaces(list, Lanes)
	}
}

func tilesOf(runs []tileRun) int {
	last := runs[len(runs)-1]
	return last.at + last.tiles
}

// winogradG transforms the weights, G·g·G': row i is 1, p, p*p for point p, over
// the product of the distances to the other points.
var winogradG = [6][3]float64{
	{1, 0, 0},
	{-2. / 3, -2. / 3 * kernel.WinogradA, -1. / 3},
	{-2. / 3, 2. / 3 * kernel.WinogradA, -1. / 3},
	{1. / 6, 1. / 6 * kernel.WinogradB, 1. / 3},
	{1. / 6, -1. / 6 * kernel.WinogradB, 1. / 3},
	{0, 0, 1},
}

// pack transforms the weights of a unit: [36][channel][filter], and [5][channel][filter]
// of those places of the window that have no plane among these. A line follows, 0 where
// all weights are such that tiles may be transformed.
func (w *winogradConv) pack(u convUnit, channels int, f *packing) []float32 {
	across := u.blocks * Lanes
	plane := w.in.blocks * Lanes * across
	return f.Floats(weightPlanes*plane+Lanes, func(dst []float32) {
		var rows [2 * Lanes]filterRow
		lanes := min(across, w.out.c-u.block*Lanes)
		for lane := range lanes {
			rows[lane] = f.folded().row(u.block*Lanes+lane, 9*channels)
		}
		for c := range channels {
			for lane := range lanes {
				var g [9]float64
				for i := range g {
					g[i] = float64(rows[lane].at(9*c + i))
					if !(math.Abs(g[i]) < mostWeight) {
						dst[weightPlanes*plane] = 1
					}
				}
				for i, v := range transformed(&g) {
					dst[i*plane+c*across+lane] = v
				}
				for i, to := range tapPlanes {
					dst[to*plane+c*across+lane] = float32(g[i])
				}
			}
		}
	})
}

// transformed is G·g·G' for a window g of 3x3.
func transformed(g *[9]float64) (out [36]float32) {
	var half [6][3]float64
	for i, row := range winogradG {
		for j := range 3 {
			half[i][j] = row[0]*g[j] + row[1]*g[3+j] + row[2]*g[6+j]
		}
	}
	for i := range 6 {
		for j, row := range winogradG {
			out[6*i+j] = float32(half[i][0]*row[0] + half[i][1]*row[1] + half[i][2]*row[2])
		}
	}
	return out
}
