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
	channels     int // of the first input
	before, want ref.Value
	size         ref.Value
	depth        float64 // how many roundings one product goes through, at most
}

// The sums of products are taken in blocks of so many at most (README.md), and the
// blocks' sums are summed.
const longestSum = 384

func newBounded(op ops.Op, in, params []tensor.Tensor) *bounded {
	b := &bounded{op: op, channels: in[0].Shape[1], want: ref.Exact(op, widened(in), widened(params))}
	plain, products := op, products(op, in)
	if f, ok := op.(ops.Fuser); ok {
		e := f.Epilogue()
		e.Act = ops.None
		plain = f.WithEpilogue(e)
	}
	b.before = ref.Exact(plain, widened(in), widened(params))
	b.size = ref.Exact(plain, sizes(plain, in, nil), sizes(plain, params, plain.Params(shapesOf(in))))
	if _, ok := op.(*ops.MaxPool); !ok {
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
	return len(in)
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
		if x := float64(float32(w)); math.IsNaN(x) || math.IsInf(x, 0) {
			if g := float64(got.Data[i]); g != x && !(math.IsNaN(g) && math.IsNaN(x)) {
				t.Fatalf("%s of %+v, %s: element %d: got %v, want %v", b.op.Name(), b.op, how, i, g, x)
			}
			continue
		}
		bound := b.bound(i, a)
		if d := math.Abs(float64(got.Data[i]) - w); !(d <= bound) {
			t.Fatalf("%s of %+v, %s: element %d: got %v, want %v: off by %.3g, bound %.3g", b.op.Name(), b.op, how, i, got.Data[i], w, d, bound)
		}
	}
}

// inF32 is that of sums in float32.
func (b *bounded) inF32() allowance { return allowance{size: b.size, eps: b.depth} }

// behindNorm is that of sums in float32 of normally distributed numbers, which are nearer
// than the worst case, see sumBound, and which a norm multiplies by the factor of their
// channel. The folded norm, the folded bias, what is added and the result are rounded,
// of numbers as large as the largest result.
func (b *bounded) behindNorm(in, params []tensor.Tensor) allowance {
	a := allowance{size: ref.Value{Shape: b.size.Shape, Data: make([]float64, len(b.size.Data))}, eps: 1}
	largest := 0.0
	for _, v := range b.before.Data {
		largest = max(largest, math.Abs(v))
	}
	sum, scales := sumBound(products(b.op, in))/eps, normScales(b.op, params)
	channels := b.size.Shape[1]
	for i, size := range b.size.Data {
		scale := 1.0
		if scales != nil {
			scale = scales[i*channels/(len(b.size.Data)/b.size.Shape[0])%channels]
		}
		a.size.Data[i] = min(scale*sum+4*largest, b.depth*size)
	}
	return a
}

// normScales are what the norm of an op's epilogue multiplies its channels by, if any.
func normScales(op ops.Op, params []tensor.Tensor) (scales []float64) {
	norm := op.(ops.Fuser).Epilogue().Norm
	if norm == nil {
		return nil
	}
	weight, variance := params[len(params)-4].Data, params[len(params)-1].Data
	for i := range weight {
		scales = append(scales, math.Abs(float64(weight[i]))/math.Sqrt(float64(variance[i])+norm.Eps.Float()))
	}
	return scales
}

// bound is the most that is allowed for the output at i.
func (b *bounded) bound(i int, a allowance) float64 {
	bound := (a.after + smooth) * math.Abs(b.want.Data[i])
	if before := math.Abs(b.before.Data[i]); !math.IsInf(before, 0) { // or else it is a limit of the activation
		bound += steepest * (a.eps*eps*a.size.Data[i] + a.before*before)
	}
	return bound
}

// byWinograd is that of sums as large as the largest of a tile of 4x4 results, all of
// which are made of all its sums.
func (b *bounded) byWinograd() allowance {
	h, w := b.size.Shape[2], b.size.Shape[3]
	tileOf := func(i int) [3]int { return [3]int{i / (h * w), i / w % h / 4, i % w / 4} }
	largest := map[[3]int]float64{}
	for i, size := range b.size.Data {
		largest[tileOf(i)] = max(largest[tileOf(i)], size)
	}
	size := ref.Value{Shape: b.size.Shape, Data: make([]float64, len(b.size.Data))}
	for i := range size.Data {
		size.Data[i] = largest[tileOf(i)]
	}
	return allowance{size: size, eps: b.depth}
}

// bf16Step is what rounding to bfloat16 changes at most.
const bf16Step = 1.0 / 256

// inBF16 is that of inputs that are bfloat16 already. The weights of convolutions are
// rounded, and the result before an activation that is no clamp, and after.
func (b *bounded) inBF16(to ops.Layout) allowance {
	a := b.inF32()
	switch op := b.op.(type) {
	case *ops.Conv:
		if op.Groups != op.Out || op.Groups != dim.Int(b.channels) || b.channels == 1 { // not depthwise
			a.eps += bf16Step / eps
		}
	case *ops.Linear:
		a.eps += bf16Step / eps
	}
	if to.BF16 {
		a.before, a.after = bf16Step, bf16Step
	}
	return a
}

// split is that of numbers split in two bfloat16: of a product two roundings are left
// and what is not summed, each 2^-16 of it at most.
func (b *bounded) split() allowance {
	return allowance{size: b.size, eps: 3*b.depth + 3*bf16Step*bf16Step/eps}
}
