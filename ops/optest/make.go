package optest

import (
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// Inputs are random tensors of these shapes.
func Inputs(shapes [][]int) []tensor.Tensor {
	var x []tensor.Tensor
	for i, s := range shapes {
		x = append(x, Rand(uint64(i), s...))
	}
	return x
}

// Pair is a pair of known sizes.
func Pair(h, w int) dim.Pair { return dim.Pair{H: dim.Int(h), W: dim.Int(w)} }

// Pads is explicit padding, and Pad the same on all sides.
func Pads(top, bottom, left, right int) ops.Padding {
	return ops.Padding{Top: dim.Int(top), Bottom: dim.Int(bottom), Left: dim.Int(left), Right: dim.Int(right)}
}

// Pad is the same padding on all sides.
func Pad(n int) ops.Padding { return Pads(n, n, n, n) }

// Conv is a convolution, with defaults for what a test does not set.
func Conv(out int, k dim.Pair, more ...func(*ops.Conv)) *ops.Conv {
	c := &ops.Conv{Out: dim.Int(out), K: k, Stride: Pair(1, 1), Groups: dim.Int(1), Dilation: Pair(1, 1), Bias: true}
	for _, m := range more {
		m(c)
	}
	return c
}

// Stride sets a convolution's stride.
func Stride(h, w int) func(*ops.Conv) { return func(c *ops.Conv) { c.Stride = Pair(h, w) } }

// Dilation sets a convolution's dilation.
func Dilation(h, w int) func(*ops.Conv) { return func(c *ops.Conv) { c.Dilation = Pair(h, w) } }

// Groups sets how many groups a convolution has.
func Groups(n int) func(*ops.Conv) { return func(c *ops.Conv) { c.Groups = dim.Int(n) } }

// Padded sets a convolution's padding.
func Padded(p ops.Padding) func(*ops.Conv) { return func(c *ops.Conv) { c.Pad = p } }

// Mode sets how a convolution's padding follows from its window.
func Mode(m ops.PaddingMode) func(*ops.Conv) { return Padded(ops.Padding{Mode: m}) }

// Unbiased leaves out a convolution's bias.
func Unbiased(c *ops.Conv) { c.Bias = false }

// Epilogued is a convolution with an epilogue.
func Epilogued(c *ops.Conv, e ops.Epilogue) *ops.Conv { return c.WithEpilogue(e).(*ops.Conv) }

// MaxPool is a maximum over windows.
func MaxPool(k, stride dim.Pair, p ops.Padding, ceil bool) ops.Op {
	return &ops.MaxPool{K: k, Stride: stride, Pad: p, Ceil: ceil}
}

// AvgPool is a mean over windows.
func AvgPool(k, stride dim.Pair, p ops.Padding, ceil, countPad bool) ops.Op {
	return &ops.AvgPool{K: k, Stride: stride, Pad: p, Ceil: ceil, CountPad: countPad}
}

// Deconv is a transposed convolution.
func Deconv(out int, k, stride dim.Pair, p ops.Padding) *ops.Deconv {
	return &ops.Deconv{Out: dim.Int(out), K: k, Stride: stride, Pad: p, Groups: dim.Int(1), Dilation: Pair(1, 1), OutputPad: Pair(0, 0), Bias: true}
}

// Linear is a linear layer.
func Linear(out int) *ops.Linear { return &ops.Linear{Out: dim.Int(out), Bias: true} }

// LRN is a local response normalisation.
func LRN(size int) ops.Op {
	return &ops.LRN{Size: dim.Int(size), Alpha: dim.Ratio(1, 3), Beta: dim.Ratio(3, 4), K: dim.Int(2)}
}

// Softmax is a softmax along an axis.
func Softmax(axis int) ops.Op { return &ops.Softmax{Axis: dim.Int(axis)} }

// Reshape gives an image another shape.
func Reshape(shape ...int) ops.Op { return &ops.Reshape{Shape: dim.Shaped(shape...)} }

// Permute puts axes into another order.
func Permute(axes ...int) ops.Op { return &ops.Permute{Axes: dim.Shaped(axes...)} }

// Matmul multiplies matrices.
func Matmul() ops.Op { return &ops.Matmul{} }

// GateThen is the end of a squeeze and excitation: gated, added and activated.
func GateThen(act ops.Activation) ops.Op {
	return (&ops.Mul{}).WithEpilogue(ops.Epilogue{Add: true, Act: act})
}

// Acts are activations of each kind: none, one that only clamps, one that does more, one with
// an argument, and those with a tensor.
func Acts() []ops.Activation {
	leaky, one := ops.LeakyReLU{Slope: dim.Ratio(1, 10)}, ops.PReLU{}
	return []ops.Activation{ops.None, ops.ReLU6, ops.HardSwish, leaky.Activation(), PReLU(), one.Activation()}
}

// PReLU has a slope for each channel.
func PReLU() ops.Activation { return (&ops.PReLU{PerChannel: true}).Activation() }

// Numbers is a list of halves: 0.5, 1, 1.5, …
func Numbers(n int) []dim.Size {
	list := make([]dim.Size, n)
	for i := range list {
		list[i] = dim.Ratio(int64(i+1), 2)
	}
	return list
}
