package ops

import (
	"cnnlang/ops/dim"
)

// MaxPool is the maximum over windows of [N, C, H, W]. Padding never wins; NaN
// always does.
//
// Cost: kh*kw FLOPs for each output element.
type MaxPool struct {
	K      dim.Pair
	Stride dim.Pair
	Pad    Padding
	Ceil   bool
}

func (m *MaxPool) Name() string { return "maxpool" }

// Infer gives [N, C, H', W'] by the rule of slide, or of slideCeil with Ceil.
func (m *MaxPool) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	return poolShape(begin(f, m, in, 1), m.K, m.Stride, m.Pad, m.Ceil)
}

func (m *MaxPool) Params(in []dim.Shape) []Param           { return nil }
func (m *MaxPool) Cost(in []dim.Shape, out dim.Shape) Cost { return windowCost(out, m.K.H, m.K.W) }

// AvgPool is the mean over windows of [N, C, H, W]. With CountPad the padding
// counts in the divisor; what a window hangs over beyond the padding never does.
//
// Cost: kh*kw FLOPs for each output element.
type AvgPool struct {
	K        dim.Pair
	Stride   dim.Pair
	Pad      Padding
	Ceil     bool
	CountPad bool
}

func (a *AvgPool) Name() string { return "avgpool" }

// IsMean reports whether every result is a mean of pixels alone, so that a constant
// image stays as it is.
func (a *AvgPool) IsMean() bool { return !a.CountPad || a.Pad.isNone() }

// Infer gives [N, C, H', W'] by the rule of slide, or of slideCeil with Ceil.
func (a *AvgPool) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	return poolShape(begin(f, a, in, 1), a.K, a.Stride, a.Pad, a.Ceil)
}

func (a *AvgPool) Params(in []dim.Shape) []Param           { return nil }
func (a *AvgPool) Cost(in []dim.Shape, out dim.Shape) Cost { return windowCost(out, a.K.H, a.K.W) }

// AvgPoolTo is the mean over windows chosen so that the output has size K:
// window i spans floor(i*H/kh) to ceil((i+1)*H/kh). It is PyTorch's adaptive
// average pool.
//
// Cost: ceil(H/kh)*ceil(W/kw) FLOPs, the usual window, for each output element.
type AvgPoolTo struct{ K dim.Pair }

func (a *AvgPoolTo) Name() string { return "avgpool_to" }

// Infer gives [N, C, kh, kw].
func (a *AvgPoolTo) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, a, in, 1)
	r.pair("k", a.K, 1)
	if !r.rank(0, 4) {
		return r.end(nil)
	}
	return r.end(dim.Shape{in[0][0], in[0][1], a.K.H, a.K.W})
}

// Windows are those along an axis of so many pixels: their size, 0 if they have several, and where
// they begin.
func (a *AvgPoolTo) Windows(axis dim.Axis, pixels int) (size int, starts []int) {
	places := a.K.Along(axis).MustInt()
	for i := range places {
		start, end := i*pixels/places, ((i+1)*pixels+places-1)/places
		if i > 0 && end-start != size {
			return 0, nil
		}
		size, starts = end-start, append(starts, start)
	}
	return size, starts
}

func (a *AvgPoolTo) Params(in []dim.Shape) []Param { return nil }

func (a *AvgPoolTo) Cost(in []dim.Shape, out dim.Shape) Cost {
	return windowCost(out, in[0][2].CeilDiv(a.K.H), in[0][3].CeilDiv(a.K.W))
}

// GlobalAvgPool is the mean of each channel of [N, C, H, W].
//
// Cost: H*W FLOPs for each output element.
type GlobalAvgPool struct{}

func (g *GlobalAvgPool) Name() string { return "gap" }

// Infer gives [N, C, 1, 1].
func (g *GlobalAvgPool) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, g, in, 1)
	if !r.rank(0, 4) {
		return r.end(nil)
	}
	return r.end(dim.Shape{in[0][0], in[0][1], dim.Int(1), dim.Int(1)})
}

func (g *GlobalAvgPool) Params(in []dim.Shape) []Param { return nil }

func (g *GlobalAvgPool) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(in[0], 1) }

func poolShape(r *rule, k, stride dim.Pair, pad Padding, ceil bool) (dim.Shape, error) {
	r.pair("k", k, 1)
	r.pair("stride", stride, 1)
	r.padding(pad)
	r.touches(k, pad)
	if !r.rank(0, 4) {
		return r.end(nil)
	}
	x := r.in[0]
	out := x.Clone()
	for _, a := range dim.Spatial {
		if ceil {
			out[a] = r.slideCeil(a, x[a], k.Along(a), stride.Along(a), pad)
		} else {
			out[a] = r.slide(a, x[a], k.Along(a), stride.Along(a), dim.Int(1), pad)
		}
	}
	return r.end(out)
}

func windowCost(out dim.Shape, kh, kw dim.Size) Cost {
	return Cost{MACs: dim.Int(0), FLOPs: out.Product().Mul(kh).Mul(kw)}
}
