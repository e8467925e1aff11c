package keras

import (
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// A window is what convolutions and pools say of theirs: rows and columns.
type window struct {
	k, stride, dilation [2]int
	pad                 ops.Padding
}

// window reads it. Margins of a layer before are taken where this one has none of its own.
func (r *reader) window(c *call, in value, kernel string) (w window, err error) {
	s := c.layer.Config
	if err := r.image(c, in); err != nil {
		return w, err
	}
	var failed [3]error
	w.k, failed[0] = pair(s, 2, kernel)
	w.stride, failed[1] = pair(s, 1, "strides")
	w.dilation, failed[2] = pair(s, 1, "dilation_rate")
	for _, err := range failed {
		if err != nil {
			return w, err
		}
	}
	if kernel == "pool_size" && setting(s, "strides") == nil {
		w.stride = w.k
	}
	padding, _ := text(s, "padding")
	switch padding {
	case "valid", "":
		if w.pad = (ops.Padding{}); in.pad != nil {
			w.pad = *in.pad
		}
	case "same":
		w.pad = w.same()
	default:
		return w, refuse("valid and same", "its padding is %s", raw(s, "padding"))
	}
	return w, nil
}

// same is the padding that keeps ceil(H/stride) rows, in the plainest form that is the same at every
// size: none for a window of one pixel, and half of an odd one where it does not stride.
func (w *window) same() ops.Padding {
	one := [2]int{1, 1}
	switch {
	case w.k == one:
		return ops.Padding{}
	case w.stride == one && w.dilation == one && w.k[0]%2 == 1 && w.k[1]%2 == 1:
		return ops.Padding{Mode: ops.Half}
	}
	return ops.Padding{Mode: ops.Same}
}

// convolution has a kernel [H, W, in/groups, out].
func convolution(r *reader, c *call, in value) (value, error) {
	w, err := r.window(c, in, "kernel_size")
	if err != nil {
		return value{}, err
	}
	out, err1 := whole(c.layer.Config, 0, "filters")
	groups, err2 := whole(c.layer.Config, 1, "groups")
	bias, err3 := flag(c.layer.Config, "use_bias", true)
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return value{}, err
		}
	}
	channels := in.node.Shape[1]
	if channels%groups != 0 {
		return value{}, refuse("groups that divide them", "its %d groups do not divide %d channels", groups, channels)
	}
	shape := tensor.Shape{w.k[0], w.k[1], channels / groups, out}
	kernel, err := r.tensor(c, tensor.Shape{out, channels / groups, w.k[0], w.k[1]}, order{shape: shape, axes: []int{3, 2, 0, 1}}, "kernel")
	if err != nil {
		return value{}, err
	}
	op := &ops.Conv{Out: dim.Int(out), K: pairOf(w.k), Stride: pairOf(w.stride), Pad: w.pad, Groups: dim.Int(groups), Dilation: pairOf(w.dilation), Bias: bias}
	return r.biased(c, "", op, out, bias, []flat.Tensor{kernel}, in)
}

// biased adds an operation with a kernel and perhaps a bias, and the layer's activation.
func (r *reader) biased(c *call, part string, op ops.Op, out int, bias bool, tensors []flat.Tensor, in value) (value, error) {
	if bias {
		b, err := r.channels(c, out, "bias")
		if err != nil {
			return value{}, err
		}
		tensors = append(tensors, b)
	}
	v, err := r.weighted(c, part, op, tensors, in)
	if err != nil {
		return value{}, err
	}
	return r.activate(c, v)
}

// multiplied is a depthwise convolution of each channel to several: its kernel is [H, W, in, several].
func (r *reader) multiplied(c *call, in value) (op *ops.Conv, kernel flat.Tensor, err error) {
	w, err := r.window(c, in, "kernel_size")
	if err != nil {
		return nil, kernel, err
	}
	several, err := whole(c.layer.Config, 1, "depth_multiplier")
	if err != nil {
		return nil, kernel, err
	}
	channels := in.node.Shape[1]
	if several > most/channels {
		return nil, kernel, unreadable(c.layer.Config, "depth_multiplier")
	}
	shape := tensor.Shape{w.k[0], w.k[1], channels, several}
	kernel, err = r.tensor(c, tensor.Shape{channels * several, 1, w.k[0], w.k[1]}, order{shape: shape, axes: []int{2, 3, 0, 1}}, "depthwise_kernel", "kernel")
	return &ops.Conv{Out: dim.Int(channels * several), K: pairOf(w.k), Stride: pairOf(w.stride), Pad: w.pad, Groups: dim.Int(channels), Dilation: pairOf(w.dilation)}, kernel, err
}

func depthwise(r *reader, c *call, in value) (value, error) {
	op, kernel, err := r.multiplied(c, in)
	if err != nil {
		return value{}, err
	}
	if op.Bias, err = flag(c.layer.Config, "use_bias", true); err != nil {
		return value{}, err
	}
	return r.biased(c, "", op, op.Out.MustInt(), op.Bias, []flat.Tensor{kernel}, in)
}

// separable is a depthwise convolution without a bias and one of 1x1 pixels.
func separable(r *reader, c *call, in value) (value, error) {
	op, kernel, err := r.multiplied(c, in)
	if err != nil {
		return value{}, err
	}
	out, bias, err := c.results("filters")
	if err != nil {
		return value{}, err
	}
	middle := op.Out.MustInt()
	point, err := r.tensor(c, tensor.Shape{out, middle, 1, 1}, order{shape: tensor.Shape{1, 1, middle, out}, axes: []int{3, 2, 0, 1}}, "pointwise_kernel")
	if err != nil {
		return value{}, err
	}
	v, err := r.weighted(c, ".depthwise", op, []flat.Tensor{kernel}, in)
	if err != nil {
		return value{}, err
	}
	one := dim.Square(dim.Int(1))
	return r.biased(c, ".pointwise", &ops.Conv{Out: dim.Int(out), K: one, Stride: one, Groups: dim.Int(1), Dilation: one, Bias: bias}, out, bias, []flat.Tensor{point}, v)
}

// transposed has a kernel [H, W, out, in]. Of the rows that the kernels reach, as many are cropped as
// the convolution that it is the transpose of would have padded.
func transposed(r *reader, c *call, in value) (value, error) {
	w, err := r.window(c, in, "kernel_size")
	if err != nil {
		return value{}, err
	}
	out, bias, err := c.results("filters")
	if err != nil {
		return value{}, err
	}
	asked := []int{-1, -1}
	if setting(c.layer.Config, "output_padding") != nil {
		p, err := pair(c.layer.Config, 0, "output_padding")
		if err != nil {
			return value{}, err
		}
		asked = p[:]
	}
	same := w.pad != ops.Padding{} || w.k == [2]int{1, 1} && raw(c.layer.Config, "padding") == `"same"`
	var crop [2][2]int
	var more [2]int
	for i := range 2 {
		crop[i], more[i] = w.transposedCrop(i, same, in.node.Shape[2+i], asked[i])
	}
	pad := ops.Padding{Top: dim.Int(crop[0][0]), Bottom: dim.Int(crop[0][1]), Left: dim.Int(crop[1][0]), Right: dim.Int(crop[1][1])}
	channels := in.node.Shape[1]
	kernel, err := r.tensor(c, tensor.Shape{channels, out, w.k[0], w.k[1]}, order{shape: tensor.Shape{w.k[0], w.k[1], out, channels}, axes: []int{3, 2, 0, 1}}, "kernel")
	if err != nil {
		return value{}, err
	}
	op := &ops.Deconv{Out: dim.Int(out), K: pairOf(w.k), Stride: pairOf(w.stride), Pad: pad, Groups: dim.Int(1), Dilation: pairOf(w.dilation), OutputPad: pairOf(more), Bias: bias}
	return r.biased(c, "", op, out, bias, []flat.Tensor{kernel}, in)
}

// transposedCrop is how many rows (columns) of the full result are cropped before and after, and how
// many are added behind it. asked is the layer's output_padding, -1 where it says none.
//
// Keras: the result has H*stride rows for same, H*stride + max(k - stride, 0) for valid, or with an
// output_padding p (H-1)*stride + k - 2*(k//2 if same) + p, where k is the reach of the kernel. What
// is cropped is what TensorFlow would pad there: half before, the odd row after.
func (w *window) transposedCrop(axis int, same bool, size, asked int) (crop [2]int, more int) {
	stride, k := w.stride[axis], w.dilation[axis]*(w.k[axis]-1)+1
	full := (size-1)*stride + k
	out := size * stride
	switch {
	case asked >= 0 && same:
		out = full - k/2*2 + asked
	case asked >= 0:
		out = full + asked
	case !same:
		out += max(k-stride, 0)
	}
	if same {
		total := max(full-out, 0)
		crop = [2]int{total / 2, total - total/2}
	}
	return crop, out - (full - crop[0] - crop[1])
}

// results are how many channels a layer gives, and whether it has a bias.
func (c *call) results(name string) (out int, bias bool, err error) {
	if out, err = whole(c.layer.Config, 0, name); err == nil {
		bias, err = flag(c.layer.Config, "use_bias", true)
	}
	return out, bias, err
}

// dense has a kernel [in, out]; of a flattened map its rows are put into the net's order.
func dense(r *reader, c *call, in value) (value, error) {
	out, bias, err := c.results("units")
	if err != nil {
		return value{}, err
	}
	if len(in.node.Shape) == 4 && r.first {
		return value{}, refuse("a Conv2D of 1x1 pixels in its place", "it is applied along the columns of a map with channels first")
	}
	n := in.node.Shape[1]
	o := order{shape: tensor.Shape{n, out}, axes: []int{1, 0}}
	if chw := in.flattened; chw != nil {
		o.split, o.axes = tensor.Shape{chw[1], chw[2], chw[0], out}, []int{3, 2, 0, 1}
	}
	kernel, err := r.tensor(c, tensor.Shape{out, n}, o, "kernel")
	if err != nil {
		return value{}, err
	}
	return r.biased(c, "", &ops.Linear{Out: dim.Int(out), Bias: bias}, out, bias, []flat.Tensor{kernel}, in)
}
