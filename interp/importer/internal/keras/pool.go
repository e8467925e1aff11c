package keras

import (
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

func maxPool(r *reader, c *call, in value) (value, error) {
	w, err := r.window(c, in, "pool_size")
	if err != nil {
		return value{}, err
	}
	v, err := r.op(c, &ops.MaxPool{K: pairOf(w.k), Stride: pairOf(w.stride), Pad: w.pad}, in)
	v.positive = in.positive
	return v, err
}

// averagePool divides by the pixels of the image in the window; margins of a layer before count.
func averagePool(r *reader, c *call, in value) (value, error) {
	w, err := r.window(c, in, "pool_size")
	if err != nil {
		return value{}, err
	}
	v, err := r.op(c, &ops.AvgPool{K: pairOf(w.k), Stride: pairOf(w.stride), Pad: w.pad, CountPad: w.pad.Mode == ops.Explicit}, in)
	v.positive = in.positive
	return v, err
}

func globalAverage(r *reader, c *call, in value) (value, error) {
	return r.global(c, &ops.GlobalAvgPool{}, in)
}

func globalMax(r *reader, c *call, in value) (value, error) {
	return r.global(c, &ops.ReduceMax{Axis: []dim.Size{dim.Int(2), dim.Int(3)}}, in)
}

// global gives one pixel, which becomes a vector unless keepdims says otherwise.
func (r *reader) global(c *call, op ops.Op, in value) (value, error) {
	if err := r.image(c, in); err != nil {
		return value{}, err
	}
	keep, err := flag(c.layer.Config, "keepdims", false)
	if err != nil {
		return value{}, err
	}
	v, err := r.op(c, op, in)
	if err == nil && !keep {
		v, err = r.op(c, &ops.Flatten{}, v)
	}
	v.positive = in.positive
	return v, err
}

// zeroPadding puts zeros around maps. A convolution, and a pool that only sees numbers from 0, takes
// them for its own padding if it has none and is all that reads them.
func zeroPadding(r *reader, c *call, in value) (value, error) {
	if err := r.image(c, in); err != nil {
		return value{}, err
	}
	pad, err := margins(c, "padding")
	if err != nil {
		return value{}, err
	}
	if !c.final && len(c.by) == 1 && in.pad == nil && takesPadding(c.by[0], pad, in.positive) {
		in.pad = &pad
		return in, nil
	}
	v, err := r.op(c, &ops.Border{By: pad, Mode: ops.Zeros}, in)
	v.positive = in.positive
	return v, err
}

// takesPadding reports whether a layer with this padding of its own is the same as after it. Each window
// of a pool must hold a pixel of the map.
func takesPadding(c *call, pad ops.Padding, positive bool) bool {
	if padding, said := text(c.layer.Config, "padding"); said && padding != "valid" {
		return false
	}
	switch c.layer.Kind {
	case "Conv2D", "DepthwiseConv2D", "SeparableConv2D":
		return true
	case "MaxPooling2D", "AveragePooling2D":
		k, err := pair(c.layer.Config, 2, "pool_size")
		small := err == nil && slices.Max([]int{pad.Top.MustInt(), pad.Bottom.MustInt()}) < k[0] && slices.Max([]int{pad.Left.MustInt(), pad.Right.MustInt()}) < k[1]
		return small && (positive || c.layer.Kind == "AveragePooling2D")
	}
	return false
}

func cropping(r *reader, c *call, in value) (value, error) {
	if err := r.image(c, in); err != nil {
		return value{}, err
	}
	by, err := margins(c, "cropping")
	if err != nil {
		return value{}, err
	}
	v, err := r.op(c, &ops.Crop{By: by}, in)
	v.positive = in.positive
	return v, err
}

// upSampling repeats pixels, or is bilinear between their centres, as TensorFlow 2 is.
func upSampling(r *reader, c *call, in value) (value, error) {
	if err := r.image(c, in); err != nil {
		return value{}, err
	}
	by, err := pair(c.layer.Config, 2, "size")
	if err != nil {
		return value{}, err
	}
	mode, said := text(c.layer.Config, "interpolation")
	if !said {
		mode = ops.Nearest
	}
	if mode != ops.Nearest && mode != ops.Bilinear {
		return value{}, refuse("nearest and bilinear", "its interpolation is %s", raw(c.layer.Config, "interpolation"))
	}
	h, w := in.node.Shape[2], in.node.Shape[3]
	if by[0] > most/h || by[1] > most/w {
		return value{}, unreadable(c.layer.Config, "size")
	}
	v, err := r.op(c, &ops.Resize{Size: pairOf([2]int{by[0] * h, by[1] * w}), Mode: mode}, in)
	v.positive = in.positive
	return v, err
}
