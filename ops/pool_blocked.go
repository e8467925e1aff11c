package ops

import (
	"context"
	"slices"

	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// A pool of blocked values. Windows that hang over the image have taps of their
// own, so padding is never looked at and the input needs no halo.
type blockedPool struct {
	in, out grid
	max     bool
	step    int
	tiles   []poolTile
	taps    map[[2]int]*kernel.Taps // by height and width of the window
}

// A poolTile is pixels with windows of one size.
type poolTile struct {
	pixelTile
	taps  *kernel.Taps
	scale float32
}

// mostTaps is how many pixels a window may have: their sum is taken in float32.
const mostTaps = 1 << 10

// blockedPooling wants one input with any halo.
func blockedPooling(windowH, windowW int) Blocking {
	if kernel.TilePixels == 0 || windowH*windowW > mostTaps {
		return Blocking{}
	}
	return Blocking{In: []Layout{{Block: Lanes}}}
}

func newBlockedPool(in, out Value) *blockedPool {
	return &blockedPool{in: in.grid(), out: out.grid(), taps: map[[2]int]*kernel.Taps{}}
}

// window returns the taps of a window of h rows and w columns.
func (p *blockedPool) window(h, w int) *kernel.Taps {
	if t := p.taps[[2]int{h, w}]; t != nil {
		return t
	}
	var at []int
	for y := range h {
		for x := range w {
			at = append(at, y*p.in.pitch+x*Lanes)
		}
	}
	t := kernel.NewTaps(at, len(at))
	p.taps[[2]int{h, w}] = t
	return t
}

// add adds a tile of so many pixels at y, x whose first window is rows y0 to y1
// and columns x0 to x1 of the image.
func (p *blockedPool) add(y, x, pixels, y0, y1, x0, x1, counted int) {
	place := kernel.Place{Pixels: pixels, In: p.in.at(0, 0, y0, x0), Next: tileRow * p.step,
		Out: p.out.at(0, 0, y, x), OutNext: tileRow * Lanes}
	t := poolTile{pixelTile{place, y, 0}, p.window(y1-y0, x1-x0), 1 / float32(counted)}
	if x+pixels == p.out.w {
		t.finished = 1
	}
	p.tiles = append(p.tiles, t)
}

// slide adds tiles for windows of equal size along both axes. Those that lie
// whole in the image are computed together. count says how many places of a
// window divide its sum.
func (p *blockedPool) slide(rows, cols poolAxis, count func(h, w, high, wide int) int) {
	p.step = cols.stride * Lanes
	for y := range p.out.h {
		y0, y1, high := rows.window(y)
		for x := 0; x < p.out.w; {
			x0, x1, wide := cols.window(x)
			pixels := 1
			for x1-x0 == cols.k && x+pixels < p.out.w && pixels < kernel.TilePixels {
				if from, to, _ := cols.window(x + pixels); to-from < cols.k {
					break
				}
				pixels++
			}
			p.add(y, x, pixels, y0, y1, x0, x1, count(y1-y0, x1-x0, high, wide))
			x += pixels
		}
	}
}

func (p *blockedPool) prepare() Prepared {
	name := "sum-" + kernel.ISA()
	if p.max {
		name = "max-" + kernel.ISA()
	}
	work := 0
	for _, t := range p.tiles {
		work += t.Pixels * t.taps.Len() * Lanes
	}
	perPart := balanced(len(p.tiles), max(1, len(p.tiles)*pooledPart/work), 1)
	strips := p.strips(perPart)
	planesPer := max(1, pooledPart/work)
	return &prepared{algorithm: name, bind: func(out tensor.Tensor, in []tensor.Tensor, _ scratch) []Task {
		planes := p.out.n * p.out.blocks
		return []Task{&parts{ceilDiv(planes, planesPer) * len(strips), func(_ context.Context, part, _ int) {
			plane := part / len(strips) * planesPer
			for i := plane; i < min(plane+planesPer, planes); i++ {
				p.run(out.Data, in[0].Data, i/p.out.blocks, i%p.out.blocks, &strips[part%len(strips)])
			}
		}}}
	}}
}

// A poolStrip is the tiles of a part: those with windows of one size in one run.
type poolStrip struct {
	tiles []poolTile
	runs  []poolRun
}

type poolRun struct {
	taps   *kernel.Taps
	scale  float32
	places *kernel.Places
}

// strips cuts the tiles into so many for each part.
func (p *blockedPool) strips(each int) []poolStrip {
	var strips []poolStrip
	for tiles := range slices.Chunk(p.tiles, each) {
		s := poolStrip{tiles: tiles}
		byWindow := map[poolRun][]pixelTile{}
		for _, t := range tiles {
			window := poolRun{taps: t.taps, scale: t.scale}
			if byWindow[window] == nil {
				s.runs = append(s.runs, window)
			}
			byWindow[window] = append(byWindow[window], t.pixelTile)
		}
		for i := range s.runs {
			s.runs[i].places = placesOf(byWindow[s.runs[i]], p.step).at
		}
		strips = append(strips, s)
	}
	return strips
}

// run computes a strip of a plane.
func (p *blockedPool) run(out, in []float32, image, block int, s *poolStrip) {
	k := kernel.Tile{Blocks: 1, In: in[p.in.shift(image, block):], Out: out[p.out.shift(image, block):]}
	for _, r := range s.runs {
		k.Taps, k.Scale = r.taps, r.scale
		if p.max {
			kernel.MaxTile(&k, r.places)
		} else {
			kernel.SumTile(&k, r.places)
		}
	}
	for i := range s.tiles {
		s.tiles[i].finish(&p.out, out, image, block)
	}
}

// Blocked works where a window is not too large.
func (m *MaxPool) Blocked(in []tensor.Shape, out tensor.Shape) Blocking {
	return blockedPooling(min(m.K.H.MustInt(), in[0][2]), min(m.K.W.MustInt(), in[0][3]))
}

// PrepareBlocked is Prepare for blocked values.
func (m *MaxPool) PrepareBlocked(in []Value, out Value, _ []tensor.Tensor) Prepared {
	return m.blockedPool(in, out).prepare()
}

func (m *MaxPool) blockedPool(in []Value, out Value) *blockedPool {
	p := newBlockedPool(in[0], out)
	p.max = true
	p.slide(m.Pad.poolAxis(vertical, in[0].Shape, out.Shape, m.K, m.Stride),
		m.Pad.poolAxis(horizontal, in[0].Shape, out.Shape, m.K, m.Stride),
		func(h, w, high, wide int) int { return 1 })
	return p
}

// Blocked works where a window is not too large.
func (a *AvgPool) Blocked(in []tensor.Shape, out tensor.Shape) Blocking {
	return blockedPooling(min(a.K.H.MustInt(), in[0][2]), min(a.K.W.MustInt(), in[0][3]))
}

// PrepareBlocked is Prepare for blocked values.
func (a *AvgPool) PrepareBlocked(in []Value, out Value, _ []tensor.Tensor) Prepared {
	return a.blockedPool(in, out).prepare()
}

func (a *AvgPool) blockedPool(in []Value, out Value) *blockedPool {
	p := newBlockedPool(in[0], out)
	p.slide(a.Pad.poolAxis(vertical, in[0].Shape, out.Shape, a.K, a.Stride),
		a.Pad.poolAxis(horizontal, in[0].Shape, out.Shape, a.K, a.Stride),
		func(h, w, high, wide int) int {
			if a.CountPad {
				return high * wide
			}
			return h * w
		})
	return p
}

// Blocked works where there are not too many windows, each of which is a tile by
// itself, nor too large ones.
func (a *AvgPoolTo) Blocked(in []tensor.Shape, out tensor.Shape) Blocking {
	if out[2]*out[3] > mostTaps {
		return Blocking{}
	}
	return blockedPooling(ceilDiv(in[0][2], out[2])+1, ceilDiv(in[0][3], out[3])+1)
}

// PrepareBlocked is Prepare for blocked values.
func (a *AvgPoolTo) PrepareBlocked(in []Value, out Value, _ []tensor.Tensor) Prepared {
	return a.blockedPool(in, out).prepare()
}

func (a *AvgPoolTo) blockedPool(in []Value, out Value) *blockedPool {
	p := newBlockedPool(in[0], out)
	h, w, kh, kw := p.in.h, p.in.w, p.out.h, p.out.w
	for y := range kh {
		y0, y1 := y*h/kh, ceilDiv((y+1)*h, kh)
		for x := range kw {
			x0, x1 := x*w/kw, ceilDiv((x+1)*w, kw)
			p.add(y, x, 1, y0, y1, x0, x1, (y1-y0)*(x1-x0))
		}
	}
	return p
}
