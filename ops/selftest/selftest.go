// Package selftest computes small operations by every algorithm that this machine has for them,
// and compares the results with package ref: a processor, or a kernel, that computes wrongly shows
// in a second.
package selftest

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// A Result is one operation by one algorithm.
type Result struct {
	Op, Algorithm, Precision string
	// Error is the largest difference from the reference, as a share of the largest result, and
	// Allowed what it may be.
	Error, Allowed float64
}

// Right reports whether the results were those of the reference.
func (r Result) Right() bool { return r.Error <= r.Allowed }

// allowed are far above what rounding does to sums of some hundred products, and far below what
// one wrong number does to them.
var allowed = map[layout.Precision]float64{layout.F32: 1e-4, layout.F32Fast: 1e-3, layout.BF16: 4e-2}

// Run computes all operations in the precisions that there are kernels for. Its error is that of
// the context.
func Run(ctx context.Context) (results []Result, err error) {
	for _, c := range cases {
		in, params, out, err := c.make()
		if err != nil {
			return nil, err
		}
		want, known := ref.Run(c.op, in, params), map[string]bool{}
		for i, name := range layout.Precisions() {
			precision := layout.Precision(i)
			if precision.Supported() != nil {
				continue
			}
			for _, a := range exec.Algorithms(c.op, shapesOf(in), out, precision) {
				key := fmt.Sprint(a.Name, a.Precision, a.Out)
				if known[key] {
					continue
				}
				known[key] = true
				got, err := compute(ctx, a, in, params, out)
				if err != nil {
					return nil, err
				}
				results = append(results, Result{c.op.Name(), a.Name, name, distance(got, want), allowed[precision]})
			}
		}
	}
	return results, nil
}

// compute runs an algorithm on plain values, which are put into the layouts that it wants.
func compute(ctx context.Context, a task.Algorithm, in, params []tensor.Tensor, out tensor.Shape) (tensor.Tensor, error) {
	workers := task.NewWorkers(1)
	defer workers.Close()
	run := func(p *task.Prepared, to layout.Value, in []tensor.Tensor) (tensor.Tensor, error) {
		result := tensor.Tensor{Shape: to.Shape, Data: make([]float32, to.Layout.Floats(to.Shape))}
		return result, workers.Run(ctx, p.Bind(result, in, make([]float32, p.Scratch(1)), 1))
	}
	convert := func(x tensor.Tensor, from, to layout.Layout) (tensor.Tensor, error) {
		if from == to {
			return x, nil
		}
		target := layout.Value{Shape: x.Shape, Layout: to}
		return run(exec.Conversion().Prepare([]layout.Value{{Shape: x.Shape, Layout: from}}, target, nil, nil), target, []tensor.Tensor{x})
	}
	var values []layout.Value
	var laid []tensor.Tensor
	for i, x := range in {
		there, err := convert(x, layout.Layout{}, a.In[i])
		if err != nil {
			return there, err
		}
		values, laid = append(values, layout.Value{Shape: x.Shape, Layout: a.In[i]}), append(laid, there)
	}
	target := layout.Value{Shape: out, Layout: a.Out}
	result, err := run(a.Prepare(values, target, params, nil), target, laid)
	if err != nil {
		return result, err
	}
	return convert(result, a.Out, layout.Layout{})
}

// distance is the largest difference as a share of the largest number that is wanted; NaN is
// infinitely far.
func distance(got, want tensor.Tensor) float64 {
	most, far := math.SmallestNonzeroFloat32, 0.0
	for i, w := range want.Data {
		d := math.Abs(float64(got.Data[i]) - float64(w))
		if math.IsNaN(d) {
			d = math.Inf(1)
		}
		most, far = max(most, math.Abs(float64(w))), max(far, d)
	}
	return far / most
}

// make generates the inputs and parameters of a case, the same every time.
func (c testCase) make() (in, params []tensor.Tensor, out tensor.Shape, err error) {
	r := rand.New(rand.NewPCG(1, 2))
	random := func(shape ...int) tensor.Tensor {
		t := tensor.New(shape...)
		for i := range t.Data {
			t.Data[i] = float32(r.NormFloat64())
		}
		return t
	}
	var sizes []dim.Shape
	for _, shape := range c.in {
		in, sizes = append(in, random(shape...)), append(sizes, dim.Shaped(shape...))
	}
	for _, p := range c.op.Params(sizes) {
		t := random(known(p.Shape)...)
		if p.Leaf == "running_var" {
			for i, x := range t.Data {
				t.Data[i] = x*x + 0.1
			}
		}
		params = append(params, t)
	}
	shape, err := c.op.Infer(dim.Numbers{}, sizes)
	return in, params, known(shape), err
}

func known(s dim.Shape) tensor.Shape {
	out := make(tensor.Shape, len(s))
	for i, d := range s {
		out[i] = d.MustInt()
	}
	return out
}

func shapesOf(in []tensor.Tensor) (shapes []tensor.Shape) {
	for _, x := range in {
		shapes = append(shapes, x.Shape)
	}
	return shapes
}

// A testCase is an operation on inputs of these shapes.
type testCase struct {
	op ops.Op
	in [][]int
}
