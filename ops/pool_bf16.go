package ops

import (
	"context"
	"slices"

	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// A pool of values of bfloat16 has the windows of a blockedPool, whose pixels are
// lines of as many bytes, and computes on the halves of 32 channels.
type bf16Pool struct {
	*blockedPool
}

// poolingBF16 wants one input with any halo.
func poolingBF16(windowH, windowW int, out tensor.Shape) Blocking {
	if windowH*windowW > mostTaps {
		return Blocking{}
	}
	b := rowsBF16(1)
	b.Wide = evenBlocks(out)
	return b
}

// A bf16Strip is the tiles of a part: those with windows of one size in one run.
type bf16Strip struct {
	tiles []runTile
	runs  []bf16Run
}

type bf16Run struct {
	taps   *kernel.Taps
	scale  float32
	places *kernel.PlacesBF16
}

func (p bf16Pool) prepare() Prepared {
	name := "sum-" + kernel.BF16ISA()
	if p.max {
		name = "max-" + kernel.BF16ISA()
	}
	work := 0
	for _, t := range p.tiles {
		work += t.Pixels * t.taps.Len() * LanesBF16
	}
	strips := p.strips(balanced(len(p.tiles), max(1, len(p.tiles)*pooledPart/work), 1))
	each := max(1, pooledPart/work)
	return &prepared{algorithm: name, bind: func(out tensor.Tensor, in []tensor.Tensor, _ scratch) []Task {
		blocks := p.in.n * p.in.blocks
		return []Task{&parts{ceilDiv(blocks, each) * len(strips), func(_ context.Context, part, _ int) {
			first := part / len(strips) * each
			for i := first; i < min(first+each, blocks); i++ {
				p.run(out.Data, in[0].Data, i/p.in.blocks, i%p.in.blocks, &strips[part%len(strips)])
			}
		}}}
	}}
}

// strips cuts the tiles into so many for each part.
func (p bf16Pool) strips(each int) []bf16Strip {
	var strips []bf16Strip
	for tiles := range slices.Chunk(p.tiles, each) {
		var s bf16Strip
		byWindow := map[bf16Run][]runTile{}
		for _, t := range tiles {
			made := runTile{lastOf: t.lastOf, finished: t.finished}
			made.PlaceBF16[0] = kernel.Run{Pixels: min(t.Pixels, tileRow), In: t.In, Out: t.Out}
			if t.Pixels > tileRow {
				made.PlaceBF16[1] = kernel.Run{Pixels: t.Pixels - tileRow, In: t.In + t.Next, Out: t.Out + t.OutNext}
			}
			s.tiles = append(s.tiles, made)
			window := bf16Run{taps: t.taps, scale: t.scale}
			if byWindow[window] == nil {
				s.runs = append(s.runs, window)
			}
			byWindow[window] = append(byWindow[window], made)
		}
		for i := range s.runs {
			s.runs[i].places = runPlaces(byWindow[s.runs[i]], p.step, kernel.HalfRun)
		}
		strips = append(strips, s)
	}
	return strips
}

// run computes a strip of 32 channels of an image.
func (p bf16Pool) run(out, in []float32, image, block int, s *bf16Strip) {
	for half := range 2 {
		k := kernel.TileBF16{In: in[p.in.shift(image, block)+half*halfLine:], Wide: !p.out.BF16}
		if k.Wide {
			k.Out = out[p.out.shift(image, 2*block+half):]
		} else {
			k.Out = out[p.out.shift(image, block)+half*halfLine:]
		}
		for _, r := range s.runs {
			k.Taps, k.Scale = r.taps, r.scale
			if p.max {
				kernel.MaxBF16(&k, r.places)
			} else {
				kernel.SumBF16(&k, r.places)
			}
		}
	}
	for i := range s.tiles {
		if p.out.BF16 {
			s.tiles[i].finish(&p.out, out, image, block)
			continue
		}
		s.tiles[i].finish(&p.out, out, image, 2*block)
		s.tiles[i].finish(&p.out, out, image, 2*block+1)
	}
}

// BlockedBF16 works where a window is not too large.
func (m *MaxPool) BlockedBF16(in []tensor.Shape, out tensor.Shape) Blocking {
	return poolingBF16(min(m.K.H.MustInt(), in[0][2]), min(m.K.W.MustInt(), in[0][3]), out)
}

// PrepareBF16 is Prepare for values of bfloat16.
func (m *MaxPool) PrepareBF16(in []Value, out Value, _ []tensor.Tensor) Prepared {
	return bf16Pool{m.blockedPool(in, out)}.prepare()
}

// BlockedBF16 works where a window is not too large.
func (a *AvgPool) BlockedBF16(in []tensor.Shape, out tensor.Shape) Blocking {
	return poolingBF16(min(a.K.H.MustInt(), in[0][2]), min(a.K.W.MustInt(), in[0][3]), out)
}

// PrepareBF16 is Prepare for values of bfloat16.
func (a *AvgPool) PrepareBF16(in []Value, out Value, _ []tensor.Tensor) Prepared {
	return bf16Pool{a.blockedPool(in, out)}.prepare()
}

// BlockedBF16 works where there are not too many windows, each of which is a tile
// by itself, nor too large ones.
func (a *AvgPoolTo) BlockedBF16(in []tensor.Shape, out tensor.Shape) Blocking {
	if out[2]*out[3] > mostTaps {
		return Blocking{}
	}
	return poolingBF16(ceilDiv(in[0][2], out[2])+1, ceilDiv(in[0][3], out[3])+1, out)
}

// PrepareBF16 is Prepare for values of bfloat16.
func (a *AvgPoolTo) PrepareBF16(in []Value, out Value, _ []tensor.Tensor) Prepared {
	return bf16Pool{a.blockedPool(in, out)}.prepare()
}

// BlockedBF16 works where the image is not too large.
func (g *GlobalAvgPool) BlockedBF16(in []tensor.Shape, out tensor.Shape) Blocking {
	return poolingBF16(in[0][2], in[0][3], out)
}

// PrepareBF16 is Prepare for values of bfloat16.
func (g *GlobalAvgPool) PrepareBF16(in []Value, out Value, _ []tensor.Tensor) Prepared {
	p := newBlockedPool(in[0], out)
	p.add(0, 0, 1, 0, p.in.h, 0, p.in.w, p.in.h*p.in.w)
	return bf16Pool{p}.prepare()
}
