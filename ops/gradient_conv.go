package ops

import (
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// ConvWeights is the gradient of the weights of a convolution, from its input and the gradient of
// its result: for each weight the sum, over all images and all places of the window, of what it was
// multiplied with times the gradient there.
//
// Cost: the multiply-accumulates of the convolution.
type ConvWeights struct{ Of *Conv }

func (*ConvWeights) Name() string { return "conv' weight" }

// Infer gives [out, C/groups, kh, kw].
func (o *ConvWeights) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 2)
	out, err := o.Of.Infer(f, in[:1])
	if err != nil {
		return nil, err
	}
	r.gradientOf(1, out)
	return r.end(o.Of.Params(in[:1])[0].Shape)
}

func (o *ConvWeights) Params(in []dim.Shape) []Param { return nil }

func (o *ConvWeights) Cost(in []dim.Shape, out dim.Shape) Cost {
	macs := o.Of.Cost(in[:1], in[1]).MACs
	return Cost{MACs: macs, FLOPs: macs.Mul(dim.Int(2))}
}

// bare is the convolution without bias and with padding in numbers, for an input of this shape.
func (c *Conv) bare(in tensor.Shape) *Conv {
	b := *c
	b.Bias = false
	b.Pad = Padding{}
	b.Pad.Top, b.Pad.Bottom = c.around(in, dim.Height)
	b.Pad.Left, b.Pad.Right = c.around(in, dim.Width)
	return &b
}

func (c *Conv) around(in tensor.Shape, a dim.Axis) (before, after dim.Size) {
	x, y := c.Pad.Around(a, in[a], c.K.Along(a).MustInt(), c.Stride.Along(a).MustInt(), c.Dilation.Along(a).MustInt())
	return dim.Int(x), dim.Int(y)
}

// transposed is the deconvolution whose result is the gradient of an input of this shape, from that of
// a result of the other: with the same weights.
func (c *Conv) transposed(in, out tensor.Shape) *Deconv {
	b := c.bare(in)
	d := &Deconv{Out: dim.Int(in[1]), K: c.K, Stride: c.Stride, Pad: b.Pad, Groups: c.Groups, Dilation: c.Dilation}
	rest := func(a dim.Axis) dim.Size {
		before, after := b.Pad.fixed(a, c.K.Along(a))
		full := dim.Int(out[a] - 1).Mul(c.Stride.Along(a)).Add(d.Reach(a))
		return dim.Int(in[a]).Add(before).Add(after).Sub(full)
	}
	d.OutputPad = dim.Pair{H: rest(dim.Height), W: rest(dim.Width)}
	return d
}

// Derive writes the gradient of the input as a deconvolution of that of the result, with the same
// weights.
func (c *Conv) Derive(s Step) {
	x := s.Input(0)
	if s.Wants(0) {
		s.To(0, s.With(c.transposed(x.Shape, s.Result().Shape), []int{0}, s.Gradient()))
	}
	if s.WantsTensor(0) {
		s.ToTensor(0, s.Apply(&ConvWeights{c.bare(x.Shape)}, x, s.Gradient()))
	}
	deriveBias(s, c.Bias)
}

func deriveBias(s Step, bias bool) {
	if bias && s.WantsTensor(1) {
		s.ToTensor(1, s.Apply(&ChannelSums{}, s.Gradient()))
	}
}

// LinearGradient is the gradient of the input of linear, which has C channels, from that of its result: the
// product with its turned weights.
//
// Cost: the multiply-accumulates of the linear layer.
type LinearGradient struct{ C int }

func (*LinearGradient) Name() string { return "linear'" }

// Infer gives [N, C] or [N, C, H, W].
func (o *LinearGradient) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	out := in[0].Clone()
	out[1] = dim.Int(o.C)
	return r.end(out)
}

// Params is weight, [out, C].
func (o *LinearGradient) Params(in []dim.Shape) []Param {
	return weightAndBias(dim.Shape{in[0][1], dim.Int(o.C)}, one, false)
}

func (o *LinearGradient) Cost(in []dim.Shape, out dim.Shape) Cost {
	macs := out.Product().Mul(in[0][1])
	return Cost{MACs: macs, FLOPs: macs.Mul(dim.Int(2))}
}

// Pointwise is the same as a deconvolution of images [N, out, H, W] with kernels of one pixel: the weights lie in the same
// order.
func (o *LinearGradient) Pointwise() *Deconv {
	single := dim.Square(one)
	return &Deconv{Out: dim.Int(o.C), K: single, Stride: single, Dilation: single, Groups: one,
		Pad: Padding{Mode: Valid}, OutputPad: dim.Square(dim.Int(0))}
}

// Derive writes that of the weights as those of a convolution of one pixel.
func (l *Linear) Derive(s Step) {
	if s.Wants(0) {
		s.To(0, s.With(&LinearGradient{s.Input(0).Shape[1]}, []int{0}, s.Gradient()))
	}
	if s.WantsTensor(0) {
		x, dy := whole(s, s.Input(0)), whole(s, s.Gradient())
		s.ToTensor(0, s.Apply(&ConvWeights{l.Pointwise().bare(x.Shape)}, x, dy))
	}
	deriveBias(s, l.Bias)
}

// convolved is the convolution whose result is the gradient of an input of this shape, from that of
// the part of a result of the other that is used: with the same weights.
func (d *Deconv) convolved(in, out tensor.Shape) *Conv {
	c := &Conv{Out: dim.Int(in[1]), K: d.K, Stride: d.Stride, Groups: d.Groups, Dilation: d.Dilation}
	pads := func(a dim.Axis) (before, after dim.Size) {
		first := d.Crop(a)
		full := dim.Int(in[a] - 1).Mul(d.Stride.Along(a)).Add(d.Reach(a))
		return dim.Int(first), dim.Int(max(full.MustInt()-first-out[a], 0))
	}
	c.Pad.Top, c.Pad.Bottom = pads(dim.Height)
	c.Pad.Left, c.Pad.Right = pads(dim.Width)
	return c
}

// Derive writes the gradient of the input as a convolution of that of the result, with the same
// weights, and that of the weights as those of this convolution.
func (d *Deconv) Derive(s Step) {
	x, dy := s.Input(0), s.Gradient()
	c := d.convolved(x.Shape, dy.Shape)
	if used := d.used(x.Shape, dy.Shape); !used.Equal(dy.Shape) { // output_pad beyond all kernels
		by := Padding{Bottom: dim.Int(dy.Shape[2] - used[2]), Right: dim.Int(dy.Shape[3] - used[3])}
		by.Top, by.Left = dim.Int(0), dim.Int(0)
		dy = s.Apply(&Crop{By: by}, dy)
	}
	if s.Wants(0) {
		s.To(0, s.With(c, []int{0}, dy))
	}
	if s.WantsTensor(0) {
		s.ToTensor(0, s.Apply(&ConvWeights{c}, dy, x))
	}
	deriveBias(s, d.Bias)
}

// used is the part of a result that kernels reach.
func (d *Deconv) used(in, out tensor.Shape) tensor.Shape {
	used := tensor.Shape{out[0], out[1], out[2], out[3]}
	for _, a := range dim.Spatial {
		full := (in[a]-1)*d.Stride.Along(a).MustInt() + d.Reach(a).MustInt()
		used[a] = min(out[a], full-d.Crop(a))
	}
	return used
}
