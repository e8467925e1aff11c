package ops

import "cnnlang/ops/dim"

// Deconv is the transposed 2-D convolution: each pixel of [N, C, H, W] adds its
// kernel, scaled, to the output, kernels lying stride apart. Padding is cropped
// from the result. With Same padding the output is H*stride, which needs
// k >= stride; of the k - stride cropped rows the odd one is the last.
//
// Cost: one multiply-accumulate for each input element and each weight of its
// channel, cropped ones included; one FLOP more for each added bias.
type Deconv struct {
	Out    dim.Size
	K      dim.Pair
	Stride dim.Pair
	Pad    Padding
	Bias   bool

	epilogue Epilogue
}

func (d *Deconv) Name() string { return "deconv" }

// Infer gives [N, out, (H-1)*stride - top - bottom + kh, …].
func (d *Deconv) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, d, in, d.epilogue.inputs())
	r.whole("out", d.Out, 1)
	r.pair("k", d.K, 1)
	r.pair("stride", d.Stride, 1)
	r.padding(d.Pad)
	if !r.rank(0, 4) {
		return r.end(nil)
	}
	x := in[0]
	out := dim.Shape{x[0], d.Out, d.grow(r, dim.Height, x[2]), d.grow(r, dim.Width, x[3])}
	d.epilogue.infer(r, out)
	return r.end(out)
}

func (d *Deconv) grow(r *rule, a dim.Axis, size dim.Size) dim.Size {
	k, stride := d.K.Along(a), d.Stride.Along(a)
	if d.Pad.Mode == Same {
		if r.ok() && !dim.AtLeast(r, k, stride) {
			r.bad("pad", "a kernel at least as large as the stride, or explicit padding",
				"`pad=same` of `deconv` needs `k` of at least `stride`, got %v and %v", d.K, d.Stride)
		}
		return size.Mul(stride)
	}
	before, after := d.Pad.fixed(a, k)
	grown := size.Sub(dim.Int(1)).Mul(stride).Sub(before).Sub(after).Add(k)
	if r.ok() && grown.IsValid() && !dim.AtLeast(r, grown, dim.Int(1)) {
		r.unfit("pad", "less padding", "`pad` of `deconv` crops the whole %v away: %v and %v of %v pixels",
			a, before, after, grown.Add(before).Add(after))
	}
	return grown
}

// Crop is how many rows (columns) of the full result lie before the output.
func (d *Deconv) Crop(a dim.Axis) int {
	if d.Pad.Mode == Same {
		return (d.K.Along(a).MustInt() - d.Stride.Along(a).MustInt()) / 2
	}
	before, _ := d.Pad.fixed(a, d.K.Along(a))
	return before.MustInt()
}

// Params are weight [C, out, kh, kw], bias [out], and the norm's.
func (d *Deconv) Params(in []dim.Shape) []Param {
	weight := dim.Shape{in[0][1], d.Out, d.K.H, d.K.W}
	return append(weightAndBias(weight, d.Out, d.Bias), d.epilogue.params(d.Out)...)
}

func (d *Deconv) Cost(in []dim.Shape, out dim.Shape) Cost {
	macs := in[0].Product().Mul(d.Out).Mul(d.K.H).Mul(d.K.W)
	return multiplyCost(macs, out, d.Bias, d.epilogue)
}

func (d *Deconv) Epilogue() Epilogue { return d.epilogue }

func (d *Deconv) WithEpilogue(e Epilogue) Op {
	fused := *d
	fused.epilogue = e
	return &fused
}
