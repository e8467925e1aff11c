package exec

import (
	"context"
	"slices"

	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A pool of blocked values. Windows that extend beyond the image have taps of their own, so
// padding is never read and the input needs no halo. Lines of bfloat16 are pooled half by
// half.
type blockedPool struct {
	*pool
	in, out layout.Grid
	step    int // float32 from a pixel's window to the next one's
	tiles   []poolTile
	taps    map[[2]int]*kernel.Taps // by height and width of the window
}

// A poolTile is pixels with windows of one size.
type poolTile struct {
	layout.Tile
	poolWindow
}

// A poolWindow is the taps of a tile's windows and the factor of their sum.
type poolWindow struct {
	taps  *kernel.Taps
	scale float32
}

// mostTaps is the largest number of pixels of a window: their sum is taken in float32.
const mostTaps = 1 << 10

// fitsBlocks reports whether no window is too large, and not too many are tiles of their
// own.
func (p *pool) fitsBlocks() bool {
	if p.rows.adaptive {
		return p.rows.k*p.cols.k <= mostTaps && p.rows.out*p.cols.out <= mostTaps
	}
	return min(p.rows.k, p.rows.in)*min(p.cols.k, p.cols.in) <= mostTaps
}

// blocked is the pool of blocked values.
func (p *pool) blocked(in, out layout.Value) *task.Prepared {
	b := &blockedPool{pool: p, in: in.Grid(), out: out.Grid(), taps: map[[2]int]*kernel.Taps{}}
	b.step = p.cols.stride * layout.Lanes
	for y := range b.out.H {
		y0, y1, high := p.rows.window(y)
		for x := 0; x < b.out.W; {
			x0, x1, wide := p.cols.window(x)
			pixels := 1
			for x1-x0 == p.cols.k && !p.cols.adaptive && x+pixels < b.out.W && pixels < kernel.TilePixels {
				if from, to, _ := p.cols.window(x + pixels); to-from < p.cols.k {
					break
				}
				pixels++ // those wholly inside the image are computed together
			}
			tile := layout.NewTile(&b.out, y, x, pixels, b.in.At(0, 0, y0, x0), b.step)
			b.tiles = append(b.tiles, poolTile{tile, poolWindow{b.window(y1-y0, x1-x0), 1 / float32(p.divisor(y1-y0, x1-x0, high, wide))}})
			x += pixels
		}
	}
	return b.prepare()
}

// window returns the taps of a window of h rows and w columns.
func (p *blockedPool) window(h, w int) *kernel.Taps {
	if t := p.taps[[2]int{h, w}]; t != nil {
		return t
	}
	var at []int
	for y := range h {
		for x := range w {
			at = append(at, y*p.in.Pitch+x*layout.Lanes)
		}
	}
	t := kernel.NewTaps(at, len(at))
	p.taps[[2]int{h, w}] = t
	return t
}

func (p *blockedPool) prepare() *task.Prepared {
	name := "sum-" + p.in.Element.ISA()
	if p.max {
		name = "max-" + p.in.Element.ISA()
	}
	work := 0
	for _, t := range p.tiles {
		work += t.Pixels * t.taps.Len() * p.in.Block
	}
	strips := p.strips(task.Balanced(len(p.tiles), max(1, len(p.tiles)*pooledPart/work), 1))
	each := max(1, pooledPart/work)
	return &task.Prepared{Algorithm: name, Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		planes := p.in.N * p.in.Blocks
		return []task.Task{task.New(task.CeilDiv(planes, each)*len(strips), func(_ context.Context, part, _ int) {
			first := part / len(strips) * each
			for i := first; i < min(first+each, planes); i++ {
				p.run(out.Data, in[0].Data, i/p.in.Blocks, i%p.in.Blocks, &strips[part%len(strips)])
			}
		})}
	}}
}

// A poolStrip is the tiles of a part: those with windows of one size in one run.
type poolStrip struct {
	tiles []poolTile
	runs  []poolRun
}

type poolRun struct {
	poolWindow
	places *kernel.Places
	runs   *kernel.PlacesBF16 // the same, of bfloat16
}

// strips divides the tiles into parts of at most each tiles.
func (p *blockedPool) strips(each int) []poolStrip {
	var strips []poolStrip
	for tiles := range slices.Chunk(p.tiles, each) {
		s := poolStrip{tiles: tiles}
		byWindow := map[poolWindow][]layout.Tile{}
		var windows []poolWindow
		for _, t := range tiles {
			if byWindow[t.poolWindow] == nil {
				windows = append(windows, t.poolWindow)
			}
			byWindow[t.poolWindow] = append(byWindow[t.poolWindow], t.Tile)
		}
		for _, w := range windows {
			r := poolRun{poolWindow: w}
			if p.in.Element == layout.Float32 {
				r.places = layout.PlacesOf(byWindow[w], p.step).At
			} else {
				var runs []layout.RunTile
				for _, t := range byWindow[w] {
					runs = append(runs, t.Runs())
				}
				r.runs = layout.RunPlaces(runs, p.step, kernel.HalfRun)
			}
			s.runs = append(s.runs, r)
		}
		strips = append(strips, s)
	}
	return strips
}

// run computes a strip of a block of channels of an image.
func (p *blockedPool) run(out, in []float32, image, block int, s *poolStrip) {
	in = in[p.in.Shift(image, block):]
	if p.in.Element == layout.Float32 {
		p.lines(out[p.out.Shift(image, block):], in, s)
	} else {
		p.halves(out, in, image, block, s)
	}
	blocks := p.in.Block / p.out.Block
	for i := range s.tiles {
		for b := range blocks {
			s.tiles[i].Finish(&p.out, out, image, block*blocks+b)
		}
	}
}

// lines computes a strip of float32.
func (p *blockedPool) lines(out, in []float32, s *poolStrip) {
	k := kernel.Tile{Blocks: 1, In: in, Out: out}
	for _, r := range s.runs {
		k.Taps, k.Scale = r.taps, r.scale
		if p.max {
			kernel.MaxTile(&k, r.places)
		} else {
			kernel.SumTile(&k, r.places)
		}
	}
}

// halves computes a strip of bfloat16.
func (p *blockedPool) halves(out, in []float32, image, block int, s *poolStrip) {
	for half := range 2 {
		k := kernel.TileBF16{In: in[half*layout.HalfLine:], Wide: p.out.Element == layout.Float32}
		if k.Wide {
			k.Out = out[p.out.Shift(image, 2*block+half):]
		} else {
			k.Out = out[p.out.Shift(image, block)+half*layout.HalfLine:]
		}
		for _, r := range s.runs {
			k.Taps, k.Scale = r.taps, r.scale
			if p.max {
				kernel.MaxBF16(&k, r.runs)
			} else {
				kernel.SumBF16(&k, r.runs)
			}
		}
	}
}
