package ops

import "cnnlang/ops/dim"

// Deconv is the transposed 2-D convolution: each pixel of [N, C, H, W] adds its
// kernel, scaled, to the output, kernels lying stride apart and their weights dilation.
// Padding is cropped from the result, to which OutputPad adds rows and columns at the end.
// With Same padding the output is H*stride, which needs kernels of at least stride pixels;
// of the rows that these are more, which are cropped, the odd one is the last.
//
// Cost: one multiply-accumulate for each input element and each weight of its
// channel, cropped ones included; one FLOP more for each added bias.
//
// The gradient of the input is a convolution of that of the result with the same weights, and that of
// the weights needs both.
type Deconv struct {
	Out    dim.Size
	K      dim.Pair
	Stride dim.Pair
	Pad    Padding
	Groups dim.Size
	// Dilation is 1 for kernels without gaps.
	Dilation  dim.Pair
	OutputPad dim.Pair
	Bias      bool

	epilogue Epilogue
}

func (d *Deconv) Name() string { return "deconv" }

// Infer gives [N, out, (H-1)*stride - top - bottom + dilation*(kh-1) + 1 + output_pad, …].
func (d *Deconv) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, d, in, d.epilogue.inputs())
	r.whole("out", d.Out, 1)
	r.pair("k", d.K, 1)
	r.pair("stride", d.Stride, 1)
	r.padding(d.Pad)
	r.whole("groups", d.Groups, 1)
	r.pair("dilation", d.Dilation, 1)
	r.pair("output_pad", d.OutputPad, 0)
	if !r.rank(0, 4) {
		return r.end(nil)
	}
	x := in[0]
	r.divides(d.Groups, x[1], "input", d.Out)
	r.divides(d.Groups, d.Out, "output", x[1])
	out := dim.Shape{x[0], d.Out, d.grow(r, dim.Height, x[2]), d.grow(r, dim.Width, x[3])}
	d.epilogue.infer(r, out)
	return r.end(out)
}

func (d *Deconv) grow(r *rule, a dim.Axis, size dim.Size) dim.Size {
	k, stride, more := d.Reach(a), d.Stride.Along(a), d.OutputPad.Along(a)
	if d.Pad.Mode == Same {
		if r.ok() && !dim.AtLeast(r.OfArgument(), k, stride) {
			r.bad("pad", "a kernel at least as large as the stride, or explicit padding",
				"`pad=same` of `deconv` needs `k` of at least `stride`, got %v and %v", d.K, d.Stride)
		}
		if r.ok() && !dim.Equal(r.OfArgument(), more, dim.Int(0)) {
			r.bad("output_pad", "leave it out, or explicit padding", "`output_pad` of `deconv` has no meaning with `pad=same`, got %v", d.OutputPad)
		}
		return size.Mul(stride)
	}
	if r.ok() && more != dim.Int(0) && !r.smaller(more, stride, d.Dilation.Along(a)) {
		r.bad("output_pad", "the size of the result is a multiple of the stride and a rest",
			"`output_pad` of `deconv` must be less than `stride` or `dilation`, got %v, %v and %v", d.OutputPad, d.Stride, d.Dilation)
	}
	before, after := d.Pad.fixed(a, d.K.Along(a))
	grown := size.Sub(one).Mul(stride).Sub(before).Sub(after).Add(k).Add(more)
	if r.ok() && grown.IsValid() && !dim.AtLeast(r, grown, dim.Int(1)) {
		r.unfit("pad", "less padding", "`pad` of `deconv` crops the whole %v away: %v and %v of %v pixels",
			a, before, after, grown.Add(before).Add(after))
	}
	return grown
}

// Reach is how many pixels a kernel spans.
func (d *Deconv) Reach(a dim.Axis) dim.Size {
	return d.Dilation.Along(a).Mul(d.K.Along(a).Sub(one)).Add(one)
}

// smaller requires a size to be less than one of two. Of those that are not known it is the first.
func (r *rule) smaller(size, a, b dim.Size) bool {
	next := size.Add(dim.Int(1))
	if b.Known() && size.Known() && b.Cmp(next) >= 0 {
		return true
	}
	return dim.AtLeast(r.OfArgument(), a, next)
}

// Crop is how many rows (columns) of the full result lie before the output.
func (d *Deconv) Crop(a dim.Axis) int {
	if d.Pad.Mode == Same {
		return (d.Reach(a).MustInt() - d.Stride.Along(a).MustInt()) / 2
	}
	before, _ := d.Pad.fixed(a, d.K.Along(a))
	return before.MustInt()
}

// Params are weight [C, out/groups, kh, kw], bias [out], and the norm's.
func (d *Deconv) Params(in []dim.Shape) []Param {
	weight := dim.Shape{in[0][1], d.Out.Quo(d.Groups), d.K.H, d.K.W}
	return append(weightAndBias(weight, d.Out, d.Bias), d.epilogue.params(d.Out)...)
}

func (d *Deconv) Cost(in []dim.Shape, out dim.Shape) Cost {
	macs := in[0].Product().Mul(d.Out.Quo(d.Groups)).Mul(d.K.H).Mul(d.K.W)
	return multiplyCost(macs, out, d.Bias, d.epilogue)
}

func (d *Deconv) Epilogue() Epilogue { return d.epilogue }

func (d *Deconv) WithEpilogue(e Epilogue) Op {
	fused := *d
	fused.epilogue = e
	return &fused
}
