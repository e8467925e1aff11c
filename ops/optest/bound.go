package optest

import (
	"fmt"
	"math"
	"sync"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// A Bounded is the result of an op in float64, before and after its activation, and for
// each output the size of its sum: the sum of |a||b|. If K products are summed in any
// order, with numbers that are off by at most eps of their size, the sum is off by about
// K*eps*size (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1).
type Bounded struct {
	op           ops.Op
	in, params   []tensor.Tensor
	channels     int // of the first input
	before, Want ref.Value
	size         ref.Value
	depth        float64 // the most roundings of one product
	steepest     float64 // the largest slope of the activation
}

// longestSum is the largest block in which products are summed; the sums of blocks are then
// summed.
const longestSum = 384

// NewBounded computes an op in float64.
func NewBounded(op ops.Op, in, params []tensor.Tensor) *Bounded {
	b := &Bounded{op: op, in: in, params: params, channels: in[0].Shape[1], steepest: 1, Want: ref.Exact(op, widened(in), widened(params))}
	plain, products := op, Products(op, in)
	if f, ok := op.(ops.Fuser); ok {
		e := f.Epilogue()
		_, _, slopes := ops.Split(e, params)
		b.steepest = steepest(e.Act, slopes)
		params = params[:len(params)-len(slopes)]
		e.Act = ops.None
		plain = f.WithEpilogue(e)
	}
	b.before = ref.Exact(plain, widened(in), widened(params))
	b.size = ref.Exact(plain, sizes(plain, in, nil), sizes(plain, params, plain.Params(shapes(in))))
	if g, ok := op.(ops.Grouper); ok {
		b.size = normSize(g, in[0], params)
	}
	if !keepsValues(op) {
		b.depth = float64(min(products, longestSum) + products/longestSum + 4) // a folded norm, the bias, what is added, the result
	}
	return b
}

// Products is how many there are to an output.
func Products(op ops.Op, in []tensor.Tensor) int {
	switch op := op.(type) {
	case *ops.Conv:
		return in[0].Shape[1] / op.Groups.MustInt() * op.K.H.MustInt() * op.K.W.MustInt()
	case *ops.Deconv:
		return in[0].Shape[1] / op.Groups.MustInt() * op.K.H.MustInt() * op.K.W.MustInt()
	case *ops.Linear:
		return in[0].Shape[1]
	case *ops.Matmul:
		return in[0].Shape[len(in[0].Shape)-1]
	case *ops.AvgPool:
		return op.K.H.MustInt() * op.K.W.MustInt()
	case *ops.GlobalAvgPool:
		return in[0].Shape[2] * in[0].Shape[3]
	case *ops.ReduceMean:
		n := 1
		for axis, size := range in[0].Shape {
			if op.Reduces(axis) {
				n *= size
			}
		}
		return n
	}
	return len(in)
}

// normSize is the size of (x - mean)*scale + bias, that is (|x| + |mean|)*|scale| + |bias|.
func normSize(op ops.Grouper, x tensor.Tensor, params []tensor.Tensor) ref.Value {
	channels, pixels := x.Shape[1], x.Shape[2:].Elements()
	groups, eps := op.Grouping(channels)
	each := channels / groups * pixels
	size := ref.Value{Shape: x.Shape, Data: make([]float64, len(x.Data))}
	for first := 0; first < len(x.Data); first += each {
		mean, squares := 0.0, 0.0
		for _, v := range x.Data[first:][:each] {
			mean += float64(v) / float64(each)
		}
		for _, v := range x.Data[first:][:each] {
			squares += (float64(v) - mean) * (float64(v) - mean)
		}
		scale := 1 / math.Sqrt(squares/float64(each)+eps)
		for i := first; i < first+each; i++ {
			size.Data[i] = (math.Abs(float64(x.Data[i])) + math.Abs(mean)) * scale
		}
	}
	for k, p := range op.Params(shapes([]tensor.Tensor{x})) {
		for i := range size.Data {
			v := math.Abs(float64(params[k].Data[i/pixels%channels]))
			if p.Leaf == "weight" {
				size.Data[i] *= v
			} else {
				size.Data[i] += v
			}
		}
	}
	return size
}

// keepsValues reports whether every result is one of the inputs.
func keepsValues(op ops.Op) bool {
	switch op.(type) {
	case *ops.MaxPool, *ops.ReduceMax:
		return true
	}
	return false
}

func widened(tensors []tensor.Tensor) (values []ref.Value) {
	for _, t := range tensors {
		values = append(values, ref.Widen(t))
	}
	return values
}

// sizes are absolute values, with which an op computes sizes. A maximum keeps its values,
// and the size of x - mean is that of x + |mean|.
func sizes(op ops.Op, tensors []tensor.Tensor, params []ops.Param) []ref.Value {
	values := widened(tensors)
	if keepsValues(op) {
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

// An Allowance is the allowed error of an algorithm: so many eps of size, and fractions of
// the results before and after the activation.
type Allowance struct {
	Size          ref.Value
	Eps           float64
	Before, After float64
}

// steepest is the largest slope of an activation, at least 1, which is that of most.
func steepest(a ops.Activation, slopes []tensor.Tensor) float64 {
	most := 1.0
	switch a.Name() {
	case "leaky_relu", "hard_sigmoid", "elu":
		most = max(most, math.Abs(a.Arg().Float()))
	case "silu":
		most = 1.0999 // at 2.4
	case "mish":
		most = 1.0885 // at 1.49
	case "gelu":
		most = 1.1290 // at the root of 2
	case "hard_swish":
		most = 1.5 // at 3
	}
	for _, t := range slopes {
		for _, slope := range t.Data {
			most = max(most, math.Abs(float64(slope)))
		}
	}
	return most
}

// smooth is the rounding error of activations computed in float64. Those computed in float32 are
// allowed more with their input.
const smooth = 2 * Eps

// Check fails the test if an output is farther from float64 than allowed.
func (b *Bounded) Check(t testing.TB, how fmt.Stringer, got tensor.Tensor, a Allowance) {
	t.Helper()
	if !got.Shape.Equal(b.Want.Shape) {
		t.Fatalf("%s: got shape %v, want %v", how, got.Shape, b.Want.Shape)
	}
	for i, w := range b.Want.Data {
		if x := float64(float32(w)); math.IsNaN(x) || math.IsInf(x, 0) {
			if g := float64(got.Data[i]); g != x && !(math.IsNaN(g) && math.IsNaN(x)) {
				t.Fatalf("%s of %+v, %s: element %d: got %v, want %v", b.op.Name(), b.op, how, i, g, x)
			}
			continue
		}
		bound := b.Bound(i, a)
		if d := math.Abs(float64(got.Data[i]) - w); !(d <= bound) {
			t.Fatalf("%s of %+v, %s: element %d: got %v, want %v: off by %.3g, bound %.3g", b.op.Name(), b.op, how, i, got.Data[i], w, d, bound)
		}
	}
}

// InF32 is the allowance for sums in float32.
func (b *Bounded) InF32() Allowance { return Allowance{Size: b.size, Eps: b.depth} }

// BehindNorm is the allowance for float32 sums of normally distributed numbers, which are
// nearer than the worst case (see SumBound), and which a norm multiplies by the factor of
// their channel. The folded norm and bias, the added input and the result are rounded;
// these numbers are as large as the largest result.
func (b *Bounded) BehindNorm() Allowance {
	a := Allowance{Size: ref.Value{Shape: b.size.Shape, Data: make([]float64, len(b.size.Data))}, Eps: 1}
	largest := 0.0
	for _, v := range b.before.Data {
		largest = max(largest, math.Abs(v))
	}
	sum, scales := SumBound(Products(b.op, b.in))/Eps, b.NormScales()
	channels := b.size.Shape[1]
	for i, size := range b.size.Data {
		scale := 1.0
		if scales != nil {
			scale = scales[i*channels/(len(b.size.Data)/b.size.Shape[0])%channels]
		}
		a.Size.Data[i] = min(scale*sum+4*largest, b.depth*size)
	}
	return a
}

// NormScales are what the norm of an op's epilogue multiplies its channels by, if any.
func (b *Bounded) NormScales() (scales []float64) {
	e := b.op.(ops.Fuser).Epilogue()
	norm := e.Norm
	if norm == nil {
		return nil
	}
	_, params, _ := ops.Split(e, b.params)
	all, _ := norm.Affine(params)
	for _, scale := range all {
		scales = append(scales, math.Abs(scale))
	}
	return scales
}

// Bound is the most that is allowed for the output at i.
func (b *Bounded) Bound(i int, a Allowance) float64 {
	bound := (a.After + smooth) * math.Abs(b.Want.Data[i])
	if before := math.Abs(b.before.Data[i]); !math.IsInf(before, 0) { // or else it is a limit of the activation
		bound += b.steepest * (a.Eps*Eps*a.Size.Data[i] + a.Before*before)
	}
	return bound
}

// byWinograd allows every result of a 4x4 tile the error of its largest sum, since each is
// made of all sums of the tile.
func (b *Bounded) byWinograd() Allowance {
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
	return Allowance{Size: size, Eps: b.depth}
}

// bf16Step is the largest relative change by rounding to bfloat16.
const bf16Step = 1.0 / 256

// inBF16 is the allowance for bfloat16 inputs. The weights of convolutions are rounded, and
// so is the result, before an activation that is not a clamp and after it.
func (b *Bounded) inBF16(to layout.Layout) Allowance {
	a := b.InF32()
	switch op := b.op.(type) {
	case *ops.Conv:
		if op.Groups != op.Out || op.Groups != dim.Int(b.channels) || b.channels == 1 { // not depthwise
			a.Eps += bf16Step / Eps
		}
	case *ops.Deconv:
		if op.Groups != op.Out || op.Groups != dim.Int(b.channels) || b.channels == 1 {
			a.Eps += bf16Step / Eps
		}
	case *ops.Linear:
		a.Eps += bf16Step / Eps
	}
	if to.Element == layout.BFloat16 {
		a.Before, a.After = bf16Step, bf16Step
	}
	return a
}

// split is the allowance for numbers split into two bfloat16: two roundings of a product
// remain, and the products that are not summed, each at most 2^-16 of it.
func (b *Bounded) split() Allowance {
	return Allowance{Size: b.size, Eps: 3*b.depth + 3*bf16Step*bf16Step/Eps}
}

// Allowed is the allowance of an algorithm whose result has a layout.
func (b *Bounded) Allowed(w *Way) Allowance {
	switch {
	case w.Precision == layout.BF16:
		return b.inBF16(w.To)
	case w.Precision == layout.F32Fast:
		return b.split()
	case w.Name == "winograd":
		return b.byWinograd()
	}
	return b.InF32()
}

// Bounds are those of an op on its inputs, and on the inputs rounded to bfloat16.
type Bounds struct{ f32, bf16 func() *Bounded }

// NewBounds computes bounds when they are first needed.
func NewBounds(op ops.Op, in, params []tensor.Tensor) Bounds {
	return Bounds{sync.OnceValue(func() *Bounded { return NewBounded(op, in, params) }), sync.OnceValue(func() *Bounded {
		var rounded []tensor.Tensor
		for _, x := range in {
			rounded = append(rounded, RoundedBF16(x))
		}
		return NewBounded(op, rounded, params)
	})}
}

// Of is the bound for a way.
func (b Bounds) Of(w *Way) *Bounded {
	if w.Precision == layout.BF16 {
		return b.bf16()
	}
	return b.f32()
}

// Check compares the result of a way with float64.
func (b Bounds) Check(t testing.TB, w *Way, got tensor.Tensor) {
	t.Helper()
	of := b.Of(w)
	of.Check(t, w, got, of.Allowed(w))
}

// Eps is half the distance from 1 to the next float32: the rounding error of
// one operation.
const Eps = 1.0 / (1 << 24)

// SumBound bounds the error of a sum of k products of normally distributed numbers, taken
// in blocks of about 264. Summing a block of n loses about 0.4*eps*n, the sums of the k/n
// blocks together sqrt(k/n) times that; rounding the result, which is about sqrt(k) large,
// costs about eps*sqrt(k). The factors leave room for the worst of thousands of outputs.
func SumBound(k int) float64 {
	n := min(float64(k), 264)
	return 4*Eps*math.Sqrt(float64(k)*n) + 8*Eps*math.Sqrt(float64(k))
}
