package ops_test

import (
	"math"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// A bounded is what an op gives in float64, before its activation and after, and how
// large what is summed for each output is: the sum of |a||b|. In whatever order K
// products are summed, with numbers that are off by eps of their size at most, the sum
// is off by about K*eps*size (Higham, Accuracy and Stability of Numerical Algorithms,
// section 3.1).
type bounded struct {
	op           ops.Op
	before, want ref.Value
	size         ref.Value
	depth        float64 // how many roundings one product goes through, at most
}

// The sums of products are taken in blocks of so many at most (README.md), and the
// blocks' sums are summed.
const longestSum = 384

func newBounded(op ops.Op, in, params []tensor.Tensor) *bounded {
	b := &bounded{op: op, want: ref.Exact(op, widened(in), widened(params))}
	plain, products := op, products(op, in)
	if f, ok := op.(ops.Fuser); ok {
		e := f.Epilogue()
		e.Act = ops.None
		plain = f.WithEpilogue(e)
	}
	b.before = ref.Exact(plain, widened(in), widened(params))
	b.size = ref.Exact(plain, sizes(plain, in, nil), sizes(plain, params, plain.Params(shapesOf(in))))
	if products > 0 {
		b.depth = float64(min(products, longestSum) + products/longestSum + 4) // a folded norm, the bias, what is added, the result
	}
	return b
}

// products is how many there are to an output.
func products(op ops.Op, in []tensor.Tensor) int {
	switch op := op.(type) {
	case *ops.Conv:
		return in[0].Shape[1] / op.Groups.MustInt() * op.K.H.MustInt() * op.K.W.MustInt()
	case *ops.Deconv:
		return in[0].Shape[1] * op.K.H.MustInt() * op.K.W.MustInt()
	case *ops.Linear:
		return in[0].Shape[1]
	case *ops.AvgPool:
		return op.K.H.MustInt() * op.K.W.MustInt()
	case *ops.GlobalAvgPool:
		return in[0].Shape[2] * in[0].Shape[3]
	}
	return 0 // a maximum
}

func widened(tensors []tensor.Tensor) (values []ref.Value) {
	for _, t := range tensors {
		values = append(values, ref.Widen(t))
	}
	return values
}

func shapesOf(in []tensor.Tensor) (shapes []dim.Shape) {
	for _, x := range in {
		shapes = append(shapes, dim.Shaped(x.Shape...))
	}
	return shapes
}

// sizes are the absolute values, with which an op sums sizes. A maximum is of the
// values themselves, and the size of x - mean that of x + |mean|.
func sizes(op ops.Op, tensors []tensor.Tensor, params []ops.Param) []ref.Value {
	values := widened(tensors)
	if _, ok := op.(*ops.MaxPool); ok {
		return values
	}
	for i, v := range values {
		for k, x := range v.Data {
			v.Data[k] = math.Abs(x)
			if params != nil && params[i].Leaf == "running_mean" {
				v.Data[k] = -math.Abs(x)
			}
		}
	}
	return values
}

// An allowance is the error of one way to compute: so many eps of size, and so much of
// the results before and after the activation.
type allowance struct {
	size          ref.Value
	eps           float64
	before, after float64
}

// steepest is the largest slope of any activation, that of GELU.
const steepest = 1.13

// smooth is what an activation's own rounding costs: they are computed in float64.
const smooth = 2 * eps

// check fails the test where an output is farther from float64 than allowed.
func (b *bounded) check(t *testing.T, how string, got tensor.Tensor, a allowance) {
	t.Helper()
	if !got.Shape.Equal(b.want.Shape) {
		t.Fatalf("%s: got shape %v, want %v", how, got.Shape, b.want.Shape)
	}
	for i, w := range b.want.Data {
		bound := steepest*(a.eps*eps*a.size.Data[i]+a.before*math.Abs(b.before.Data[i])) + (a.after+smooth)*math.Abs(w)
		if d := math.Abs(float64(got.Data[i]) - w); !(d <= bound) {
			t.Fatalf("%s of %+v, %s: element %d: got %v, want %v: off by %.3g, bound %.3g", b.op.Name(), b.op, how, i, got.Data[i], w, d, bound)
		}
	}
}
