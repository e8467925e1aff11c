package conv

import (
	"cnnlang/ops"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// LinearGradient lists how the gradient of the input of a linear layer may be computed: as a deconvolution of images of
// one pixel or more.
func LinearGradient(l *ops.LinearGradient, in []tensor.Shape, out tensor.Shape, precision layout.Precision) []task.Algorithm {
	list := Deconv(l.Pointwise(), []tensor.Shape{image(in[0])}, image(out), precision)
	for i := range list {
		prepare := list[i].Prepare
		list[i].Prepare = func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
			x := in[0]
			x.Shape, out.Shape = image(x.Shape), image(out.Shape)
			return prepare([]layout.Value{x}, out, params, m)
		}
	}
	return list
}

// image is the shape of vectors as images of one pixel.
func image(s tensor.Shape) tensor.Shape {
	if len(s) == 2 {
		return tensor.Shape{s[0], s[1], 1, 1}
	}
	return s
}
