package onnx

import (
	"fmt"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// A window is what the attributes of convolutions and pools say, along height and width.
type window struct {
	kernel, strides, dilations [2]int
	before, after              [2]int
	same                       bool // the padding is as TensorFlow's
}

// window reads it. The kernel is that of the weight, or for pools an attribute; x has the sizes from
// which some padding follows.
func (c *call) window(x *step, kernel []int) (w window, problem string) {
	if given := c.ints("kernel_shape"); given != nil {
		if kernel != nil && !(len(given) == 2 && len(kernel) == 2 && given[0] == kernel[0] && given[1] == kernel[1]) {
			return w, fmt.Sprintf("its kernel_shape is %v and that of its weight %v", given, kernel)
		}
		kernel = given
	}
	for _, list := range []struct {
		into *[2]int
		from []int
	}{{&w.kernel, kernel}, {&w.strides, c.ints("strides")}, {&w.dilations, c.ints("dilations")}} {
		*list.into = [2]int{1, 1}
		if list.from == nil && list.into != &w.kernel {
			continue
		}
		if len(list.from) != 2 {
			return w, fmt.Sprintf("windows along %d axes", len(list.from))
		}
		for i, v := range list.from {
			if list.into[i] = v; v < 1 || v > 1<<31-1 {
				return w, fmt.Sprintf("a window with the size, stride or dilation %d", v)
			}
		}
	}
	return w, c.padded(x, &w)
}

// padded reads the padding.
func (c *call) padded(x *step, w *window) (problem string) {
	pads := c.ints("pads")
	switch auto := c.text("auto_pad", "NOTSET"); auto {
	case "NOTSET", "":
		if pads == nil {
			pads = []int{0, 0, 0, 0}
		}
		if len(pads) != 4 {
			return fmt.Sprintf("pads %v", pads)
		}
		w.before, w.after = [2]int(pads[:2]), [2]int(pads[2:])
	case "VALID":
	case "SAME_UPPER":
		w.same = true
		for i := range 2 {
			w.before[i], w.after[i] = samePadding(x.shape[2+i], w.kernel[i], w.strides[i], w.dilations[i])
		}
	case "SAME_LOWER":
		for i := range 2 {
			w.after[i], w.before[i] = samePadding(x.shape[2+i], w.kernel[i], w.strides[i], w.dilations[i])
		}
	default:
		return "auto_pad " + quoted(auto)
	}
	for i := range 2 {
		if w.before[i] < 0 || w.after[i] < 0 || w.before[i] > 1<<31-1 || w.after[i] > 1<<31-1 {
			return fmt.Sprintf("pads %v", pads)
		}
	}
	return ""
}

// samePadding is what makes ceil(size/stride) places of a window, the odd pixel after.
func samePadding(size, kernel, stride, dilation int) (before, after int) {
	total := max(((size+stride-1)/stride-1)*stride+dilation*(kernel-1)+1-size, 0)
	return total / 2, total - total/2
}

func (w window) padding() ops.Padding {
	if w.same {
		return ops.Padding{Mode: ops.Same}
	}
	return sides([2]int{w.before[0], w.after[0]}, [2]int{w.before[1], w.after[1]})
}

func pairOf(v [2]int) dim.Pair { return dim.Pair{H: dim.Int(v[0]), W: dim.Int(v[1])} }

// images refuses what is no image.
func (c *call) images(x *step) *value {
	switch n := len(x.shape); {
	case n == 4:
		return nil
	case n > 2:
		return c.fail(fmt.Sprintf("%d spatial axes, of %v", n-2, x.shape), "images [N, C, H, W] have two")
	}
	return c.fail(fmt.Sprintf("an input of shape %v", x.shape), "images [N, C, H, W] have two spatial axes")
}

// weighed are the weight and the bias of a layer; a problem where they are computed.
func (c *call) weighed(rank int) (weight, bias *weight, problem *value) {
	weight, bias = c.in[1].asWeight(), c.input(2).asWeight()
	switch {
	case weight == nil || c.input(2) != nil && bias == nil:
		by := "a value that depends on the input"
		if v := c.in[1]; weight == nil && v.step != nil && v.step.node != nil {
			by = "computed by " + v.step.node.where()
		}
		return nil, nil, c.fail("its weight or bias is "+by, "weights are tensors of the file")
	case weight.strange != "" || bias != nil && bias.strange != "":
		return nil, nil, c.fail("its weight is of type "+weight.strange, "export the model in floats")
	case len(weight.shape) != rank:
		return nil, nil, c.fail(fmt.Sprintf("a weight of shape %v", weight.shape), fmt.Sprintf("one with %d axes is wanted", rank))
	}
	return weight, bias, nil
}

// filtered are what a convolution or its transpose works on: images, a weight of four axes and perhaps a bias.
func (c *call) filtered() (x *step, weight, bias *weight, problem *value) {
	if x = c.data(0); x == nil {
		return nil, nil, nil, c.fail("its input is a constant", "")
	}
	if problem = c.images(x); problem == nil {
		weight, bias, problem = c.weighed(4)
	}
	return x, weight, bias, problem
}

func (c *call) conv() *value {
	x, weight, bias, bad := c.filtered()
	if bad != nil {
		return bad
	}
	w, problem := c.window(x, weight.shape[2:])
	if problem != "" {
		return c.fail(problem, "")
	}
	if c.pointwise() {
		return c.linear(x, weight.reshaped(weight.shape[:2]...), bias)
	}
	op := &ops.Conv{Out: dim.Int(weight.shape[0]), K: pairOf(w.kernel), Stride: pairOf(w.strides), Pad: w.padding(), Groups: dim.Int(c.int("group", 1)), Dilation: pairOf(w.dilations), Bias: bias != nil}
	return c.apply(op, tensors(weight, bias), x)
}

// pointwise recognises a linear layer on images as this program writes it (interp/onnx): a
// convolution that says nothing but the size of its kernel.
func (c *call) pointwise() bool {
	k := c.ints("kernel_shape")
	return c.m.producer == own && len(c.attributes) == 1 && len(k) == 2 && k[0] == 1 && k[1] == 1
}

// own is the producer of the files that this program writes.
const own = "cnnlang"

// tensors are those that there are.
func tensors(all ...*weight) (list []*weight) {
	for _, w := range all {
		if w != nil {
			list = append(list, w)
		}
	}
	return list
}

// deconv is a ConvTranspose. Its pads are what is cut off, and output_padding adds at the end.
func (c *call) deconv() *value {
	x, weight, bias, bad := c.filtered()
	if bad != nil {
		return bad
	}
	groups := c.int("group", 1)
	if groups < 1 || groups > 1<<31-1 || !fits([]int{weight.shape[1], groups}) {
		return c.fail(fmt.Sprintf("%d groups", groups), "")
	}
	w, problem := c.window(x, weight.shape[2:])
	more := [2]int{}
	if given := c.ints("output_padding"); problem == "" && given != nil {
		if len(given) != 2 || given[0] < 0 || given[1] < 0 {
			return c.fail(fmt.Sprintf("output_padding %v", given), "")
		}
		more = [2]int(given)
	}
	if problem == "" {
		problem = c.grown(x, &w, &more)
	}
	if problem != "" {
		return c.fail(problem, "")
	}
	out := weight.shape[1] * groups
	op := &ops.Deconv{Out: dim.Int(out), K: pairOf(w.kernel), Stride: pairOf(w.strides), Pad: w.padding(), Groups: dim.Int(groups), Dilation: pairOf(w.dilations), OutputPad: pairOf(more), Bias: bias != nil}
	return c.apply(op, tensors(weight, bias), x)
}

// grown finds the padding of a ConvTranspose that follows from the size of its result: that is
// given, or by auto_pad the input's times the stride. Less than nothing cut off is output_pad.
func (c *call) grown(x *step, w *window, more *[2]int) string {
	auto, wanted := c.text("auto_pad", "NOTSET"), c.ints("output_shape")
	same := auto == "SAME_UPPER" || auto == "SAME_LOWER"
	if w.same = false; !same && wanted == nil {
		return ""
	}
	if wanted != nil {
		if len(wanted) == 4 {
			wanted = wanted[2:]
		}
		if len(wanted) != 2 {
			return fmt.Sprintf("output_shape %v", wanted)
		}
	}
	for i := range 2 {
		size := x.shape[2+i] * w.strides[i]
		if wanted != nil {
			size = wanted[i]
		}
		full := (x.shape[2+i]-1)*w.strides[i] + w.dilations[i]*(w.kernel[i]-1) + 1
		// What is cut off; the file's output_padding is part of the size that it wants.
		total := full + more[i] - size
		if size < 1 || total > full {
			return fmt.Sprintf("a result of %d pixels", size)
		}
		if total < 0 {
			w.before[i], w.after[i], more[i] = 0, 0, more[i]-total
			continue
		}
		if w.before[i], w.after[i] = total-total/2, total/2; auto == "SAME_UPPER" {
			w.before[i], w.after[i] = total/2, total-total/2
		}
	}
	return ""
}

// linear is a layer of weights [out, in] on the channels.
func (c *call) linear(x *step, weight, bias *weight) *value {
	op := &ops.Linear{Out: dim.Int(weight.shape[0]), Bias: bias != nil}
	if n := len(x.shape); n == 2 || n == 4 || n < 2 {
		return c.apply(op, tensors(weight, bias), x)
	}
	image := c.shaped(x, []int{x.shape[0], x.shape[1], elements(x.shape[2:]), 1}) // linear is for vectors and images
	if image.lost() {
		return image
	}
	v := c.apply(op, tensors(weight, bias), image.step)
	if v.lost() {
		return v
	}
	return c.shaped(v.step, append([]int{x.shape[0], weight.shape[0]}, x.shape[2:]...))
}

// gemm is alpha*A*B + beta*C; its factors are multiplied into the weights.
func (c *call) gemm() *value {
	x := c.data(0)
	switch {
	case c.int("transA", 0) != 0:
		return c.fail("transA=1, which mixes the images of a batch", "each image by itself: transA=0")
	case x == nil || len(x.shape) != 2:
		return c.fail("its first input is no computed value [N, C]", "")
	}
	weight, bias, bad := c.weighed(2)
	if bad != nil {
		return bad
	}
	if c.int("transB", 0) == 0 {
		weight = weight.transposed(1, 0)
	}
	weight = weight.times(c.float("alpha", 1))
	if bias == nil {
		return c.linear(x, weight, nil)
	}
	if len(bias.shape) > 1 && bias.shape[0] != 1 {
		return c.fail(fmt.Sprintf("an addend of shape %v, which differs from image to image", bias.shape), "one number for each output")
	}
	if len(bias.shape) > 1 {
		bias = bias.reshaped(bias.shape[1:]...)
	}
	if bias = bias.spread(weight.shape[0]); bias == nil {
		return c.fail("an addend that does not fit its weight", "")
	}
	return c.linear(x, weight, bias.times(c.float("beta", 1)))
}

// matmul multiplies by a weight, from either side, or two computed values.
func (c *call) matmul() *value {
	a, b := c.in[0], c.in[1]
	switch {
	case a.computed() && b.computed():
		if len(a.shape) != len(b.shape) {
			return c.fail(fmt.Sprintf("it multiplies %v by %v", a.shape, b.shape), "as many axes in both")
		}
		return c.apply(&ops.Matmul{}, nil, a.step, b.step)
	case a.computed() && len(b.shape) == 2 && len(a.shape) >= 2:
		weight := b.asWeight().transposed(1, 0)
		return c.along(a.step, len(a.shape)-1, func(x *step) *value { return c.linear(x, weight, nil) })
	case b.computed() && len(a.shape) == 2 && len(b.shape) >= 3:
		return c.along(b.step, len(b.shape)-2, func(x *step) *value { return c.linear(x, a.asWeight(), nil) })
	}
	return c.fail(fmt.Sprintf("it multiplies %v by %v", a.shape, b.shape), "by a weight with 2 axes, or two computed values")
}
