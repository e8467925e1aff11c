package ops

import (
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// A Derivative is an op whose gradients are known. It writes them as other ops, so that the
// gradients of a net are a graph too, which the same plans and kernels compute.
type Derivative interface {
	Op
	// Derive writes the gradients of those inputs and tensors of which they are wanted. They are
	// linear in the gradient of the result.
	Derive(s Step)
}

// A Trainee is an op that computes something else while a net is trained: bn normalises with the
// statistics of the batch, dropout drops.
type Trainee interface {
	Op
	// Train writes what it computes then.
	Train(s Training) Ref
}

// A Ref is a value in a graph that is being written. Node is what the graph makes of it.
type Ref struct {
	Node  any
	Shape tensor.Shape
}

// A Writer writes a graph.
type Writer interface {
	// Input is the value that the step reads as its i-th.
	Input(i int) Ref
	// Inputs is how many it reads.
	Inputs() int
	// Apply is the value of an op without tensors.
	Apply(op Op, in ...Ref) Ref
	// With is the value of an op whose tensors are those of the step with these numbers, in the order of
	// its own.
	With(op Op, tensors []int, in ...Ref) Ref
}

// A Step is an application of an op whose gradients are being written.
type Step interface {
	Writer
	// Result is its value, and Gradient that value's gradient.
	Result() Ref
	Gradient() Ref
	// Wants reports whether the gradient of an input is wanted, and WantsTensor whether that of a tensor is.
	Wants(input int) bool
	WantsTensor(i int) bool
	// To says that a value is the gradient of an input, and ToTensor that it is that of a tensor, perhaps
	// in another shape.
	To(input int, gradient Ref)
	ToTensor(i int, gradient Ref)
}

// A Training is an application of an op while the net is trained.
type Training interface {
	Writer
	// Mask is a value that is drawn anew for every batch: each number is 0 with probability p, and
	// 1/(1-p) else.
	Mask(p float64, shape tensor.Shape) Ref
	// Statistics says that a value [2, C] has the means and the variances by which the running ones
	// are moved, which are the tensors with these numbers, of so many elements each.
	Statistics(value Ref, mean, variance, elements int)
}

// sizes is a shape as sizes.
func sizes(s tensor.Shape) dim.Shape { return dim.Shaped(s...) }

// reshaped is a value as images of another shape.
func reshaped(w Writer, v Ref, image ...int) Ref {
	return w.Apply(&Reshape{Shape: dim.Shaped(image...)}, v)
}

// whole is a value as images [N, C, 1, 1] where it is vectors [N, C].
func whole(w Writer, v Ref) Ref {
	if len(v.Shape) == 4 {
		return v
	}
	return reshaped(w, v, v.Shape[1], 1, 1)
}
