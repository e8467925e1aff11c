// Package rowwise runs ops that treat every element, or every channel, independently: in
// any layout, line by line.
package rowwise

import (
	"math"

	"cnnlang/ops"
	"cnnlang/ops/exec/internal/kernel"
)

// A Function is a function of one value or of two, computed on a line of values.
type Function struct {
	Name string
	// Scalar is a function of one value; it is used if there is no Vector.
	Scalar func(x float32) float32
	// Vector sets every dst[i] to the function of src[i]; it may be nil.
	Vector func(dst, src []float32)
	// With gives Vector for an argument, of a function that takes one.
	With func(arg float32) func(dst, src []float32)
	// Combine sets every sum[i] to the function of sum[i] and next[i].
	Combine func(sum, next []float32)
	// Bounds are the least and the largest value of a function that only clamps.
	Bounds *[2]float32
}

// functions is the table. Those of one value are the activations.
var functions = []Function{
	{Name: "relu", Vector: kernel.ReLU, Bounds: &[2]float32{0, infinity}},
	{Name: "relu6", Vector: kernel.ReLU6, Bounds: &[2]float32{0, 6}},
	{Name: "leaky_relu", With: leaky},
	{Name: "hard_sigmoid", With: hardSigmoid},
	{Name: "hard_swish", Vector: kernel.HardSwish},
	{Name: "sigmoid", Vector: kernel.Sigmoid},
	{Name: "silu", Vector: kernel.SiLU},
	{Name: "gelu", With: gelu},
	{Name: "tanh", Vector: kernel.Tanh},
	{Name: "elu", With: elu},
	{Name: "softplus", Vector: kernel.Softplus},
	{Name: "mish", Vector: kernel.Mish},
	{Name: "add", Combine: kernel.Add},
	{Name: "mul", Combine: kernel.Mul},
	{Name: "max", Combine: kernel.Max},
	{Name: "mean", Combine: kernel.Add}, // divided at the end
}

var infinity = float32(math.Inf(1))

// byName finds a function.
var byName = index()

func index() map[string]*Function {
	found := map[string]*Function{}
	for i := range functions {
		f := &functions[i]
		if f.Vector == nil && f.Scalar != nil {
			f.Vector = eachBy(f.Scalar)
		}
		found[f.Name] = f
	}
	return found
}

// eachBy applies a function of one value to one element after the other.
func eachBy(scalar func(float32) float32) func(dst, src []float32) {
	return func(dst, src []float32) {
		for i, x := range src[:len(dst)] {
			dst[i] = scalar(x)
		}
	}
}

// An Act is an activation ready to be computed.
type Act struct {
	// Apply sets every dst[i] to the activation of src[i].
	Apply func(dst, src []float32)
	// Low and High bound the result of one that only clamps.
	Low, High float32
	// Clamps reports whether it does nothing else.
	Clamps bool

	slopes []float32 // for each channel, if these are learned; Apply is then nil
}

// Sloped is a leaky ReLU with a slope for each channel, in whole blocks.
func Sloped(slopes []float32) Act { return Act{Low: -infinity, High: infinity, slopes: slopes} }

// Channel sets dst to the activation of src, which is of one channel.
func (a *Act) Channel(c int, dst, src []float32) {
	if a.slopes != nil {
		kernel.Leaky(dst, src, a.slopes[c])
		return
	}
	a.Apply(dst, src)
}

// Lanes sets dst to the activation of src, lines of 16 channels from c on.
func (a *Act) Lanes(c int, dst, src []float32) {
	if a.slopes != nil {
		kernel.LeakyLanes(dst, src, a.slopes[c:])
		return
	}
	a.Apply(dst, src)
}

// Across sets dst to the activation of src, which has one value of each channel from c on.
func (a *Act) Across(c int, dst, src []float32) {
	if a.slopes == nil {
		a.Apply(dst, src)
		return
	}
	for i, x := range src[:len(dst)] {
		if x < 0 {
			x *= a.slopes[c+i]
		}
		dst[i] = x
	}
}

// ActOf returns an activation without tensors; None copies.
func ActOf(a ops.Activation) Act {
	if a == ops.None {
		return Act{Apply: store, Low: -infinity, High: infinity, Clamps: true}
	}
	f := byName[a.Name()]
	switch {
	case f.With != nil:
		return Act{Apply: f.With(float32(a.Arg().Float())), Low: -infinity, High: infinity}
	case f.Bounds == nil:
		return Act{Apply: f.Vector, Low: -infinity, High: infinity}
	}
	return Act{Apply: f.Vector, Low: f.Bounds[0], High: f.Bounds[1], Clamps: true}
}

func leaky(slope float32) func(dst, src []float32) {
	return func(dst, src []float32) { kernel.Leaky(dst, src, slope) }
}

func hardSigmoid(slope float32) func(dst, src []float32) {
	return func(dst, src []float32) { kernel.HardSigmoid(dst, src, slope) }
}

func gelu(approximate float32) func(dst, src []float32) {
	if approximate != 0 {
		return kernel.TanhGELU
	}
	return kernel.GELU
}

func elu(alpha float32) func(dst, src []float32) {
	return func(dst, src []float32) { kernel.ELU(dst, src, alpha) }
}

func store(dst, src []float32) { copy(dst, src) }

// Of returns the function of an op, by its name.
func Of(name string) *Function { return byName[name] }
