// Package optest runs one op in a test: in guarded memory, on several numbers of workers,
// compared with package ref.
package optest

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// Rand returns a tensor of normally distributed numbers determined by the seed.
func Rand(seed uint64, shape ...int) tensor.Tensor {
	t := tensor.New(shape...)
	r := rand.New(rand.NewPCG(seed, 0))
	for i := range t.Data {
		t.Data[i] = float32(r.NormFloat64())
	}
	return t
}

// Params returns random tensors for the params of an op; running variances are
// positive.
func Params(op ops.Op, seed uint64, in ...tensor.Tensor) []tensor.Tensor {
	var params []tensor.Tensor
	for i, p := range op.Params(shapes(in)) {
		t := Rand(seed+uint64(i), ints(p.Shape)...)
		if p.Leaf == "running_var" {
			for i, x := range t.Data {
				t.Data[i] = x*x + 0.1
			}
		}
		params = append(params, t)
	}
	return params
}

// Shape returns the shape of the result, or fails the test.
func Shape(t testing.TB, op ops.Op, in ...tensor.Tensor) tensor.Shape {
	t.Helper()
	out, err := op.Infer(dim.Numbers{}, shapes(in))
	if err != nil {
		t.Fatalf("%s of %v: %v", op.Name(), shapes(in), err)
	}
	return ints(out)
}

// Plain is the algorithm of an op for plain values.
func Plain(t testing.TB, op ops.Op, in []tensor.Tensor) task.Algorithm {
	t.Helper()
	list := exec.Algorithms(op, Shapes(in), Shape(t, op, in...), layout.F32)
	return list[slices.IndexFunc(list, func(a task.Algorithm) bool { return a.Out.Plain() })]
}

// Shapes lists the shapes of tensors.
func Shapes(in []tensor.Tensor) []tensor.Shape {
	var s []tensor.Shape
	for _, x := range in {
		s = append(s, x.Shape)
	}
	return s
}

// Run computes an op on plain values with so many workers: see Way.Compute.
func Run(t testing.TB, op ops.Op, in, params []tensor.Tensor, workers int) tensor.Tensor {
	t.Helper()
	return NewWay(Plain(t, op, in), in, params, Shape(t, op, in...)).Run(t, workers)
}

// Do runs bound tasks, and counts their allocations.
func Do(t testing.TB, tasks []task.Task, workers int) {
	t.Helper()
	w := task.NewWorkers(workers)
	defer w.Close()
	var err error
	Counted(func() { err = w.Run(context.Background(), tasks) })
	if err != nil {
		t.Fatal(err)
	}
}

// Close fails the test if got is farther from want than bound, or one of them is NaN or
// infinite and the other is not the same.
func Close(t testing.TB, got, want tensor.Tensor, bound float64) {
	t.Helper()
	if !got.Shape.Equal(want.Shape) {
		t.Fatalf("got shape %v, want %v", got.Shape, want.Shape)
	}
	for i, w := range want.Data {
		g := got.Data[i]
		d := math.Abs(float64(g) - float64(w))
		if g != w && !(d <= bound) && !(math.IsNaN(float64(g)) && math.IsNaN(float64(w))) {
			t.Fatalf("element %d of %v: got %v, want %v: off by %.3g, bound %.3g", i, want.Shape, g, w, d, bound)
		}
	}
}

// Same reports whether two slices hold the same bits.
func Same(a, b []float32) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			return false
		}
	}
	return true
}

// A Guarded is memory between two guards, filled with NaN.
type Guarded struct {
	Data []float32
	all  []float32
}

// guard is the number of elements of a guard: a strip of the widest tile.
const guard = 256

// The bits of the guards and of unwritten memory: two NaNs that no arithmetic yields.
const (
	guardBits = 0x7fb0a5a5
	emptyBits = 0x7fb05a5a
)

// NewGuarded returns n elements between guards.
func NewGuarded(n int) *Guarded {
	all := make([]float32, guard+n+guard)
	for i := range all {
		all[i] = math.Float32frombits(guardBits)
	}
	g := &Guarded{all[guard : guard+n : guard+n], all}
	for i := range g.Data {
		g.Data[i] = math.Float32frombits(emptyBits)
	}
	return g
}

// Used is a Memory in which others have packed before: all is NaN until it is filled.
type Used struct{}

// Floats implements task.Memory.
func (Used) Floats(n int, fill func(dst []float32)) []float32 {
	dst := NewGuarded(n).Data
	fill(dst)
	return dst
}

// Check fails the test if a guard has changed.
func (g *Guarded) Check(t testing.TB, what string) {
	t.Helper()
	for i, x := range g.all {
		inside := i >= guard && i < guard+len(g.Data)
		if !inside && math.Float32bits(x) != guardBits {
			t.Fatalf("a write outside %s, at %d of %d", what, i-guard, len(g.Data))
		}
	}
}

func shapes(in []tensor.Tensor) []dim.Shape {
	var s []dim.Shape
	for _, x := range in {
		s = append(s, dim.Shaped(x.Shape...))
	}
	return s
}

func ints(s dim.Shape) tensor.Shape {
	out := make(tensor.Shape, len(s))
	for i, d := range s {
		out[i] = d.MustInt()
	}
	return out
}
