package ops

import (
	"fmt"

	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// The ops of this file and of those beside it named gradient_… are what gradients are made of,
// beside those that the language has. No text names them.

// Adjoint is the transpose of a linear op without tensors: of the gradient of the result it makes
// that of the input, which has this shape.
//
// Cost: as of the op.
type Adjoint struct {
	Of    Op
	Shape tensor.Shape
}

func (a *Adjoint) Name() string { return a.Of.Name() + "'" }

// Infer gives the shape of the input.
func (a *Adjoint) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, a, in, 1)
	out, err := a.Of.Infer(f, []dim.Shape{sizes(a.Shape)})
	if err != nil {
		return nil, err
	}
	r.gradientOf(0, out)
	return r.end(sizes(a.Shape))
}

func (a *Adjoint) Params(in []dim.Shape) []Param { return nil }
func (a *Adjoint) Cost(in []dim.Shape, out dim.Shape) Cost {
	return a.Of.Cost([]dim.Shape{out}, in[0])
}

// ByInput is the gradient of the input of an op with one input, from the gradient of the result and
// the input. Its tensors are those of the op.
//
// Cost: 4 FLOPs for each element.
type ByInput struct{ Of Op }

func (b *ByInput) Name() string { return b.Of.Name() + "'" }

// Infer gives the shape of the input.
func (b *ByInput) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, b, in, 2)
	out, err := b.Of.Infer(f, in[1:])
	if err != nil {
		return nil, err
	}
	r.gradientOf(0, out)
	return r.end(in[1])
}

func (b *ByInput) Params(in []dim.Shape) []Param           { return b.Of.Params(in[1:]) }
func (b *ByInput) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, 4) }

// ByResult is the gradient of the input of an op that keeps its shape, from the gradient of the
// result and the result.
//
// Cost: 4 FLOPs for each element.
type ByResult struct{ Of Op }

func (b *ByResult) Name() string { return b.Of.Name() + "'" }

// Infer gives the shape of the result.
func (b *ByResult) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, b, in, 2)
	r.gradientOf(0, in[1])
	return r.end(in[1])
}

func (b *ByResult) Params(in []dim.Shape) []Param           { return nil }
func (b *ByResult) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, 4) }

// TensorSums are the gradients of the tensors of a norm or of prelu, from the gradient of the
// result and the input, one below the other: of a norm those of its bias and its weight, [2, C]; of prelu those
// of its slopes, [1, C], or [1, 1] where there is one slope. The tensors are those of the op.
//
// Cost: 4 FLOPs for each element.
type TensorSums struct{ Of Op }

func (s *TensorSums) Name() string { return s.Of.Name() + "' sums" }

// Infer gives one row for each tensor.
func (s *TensorSums) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, s, in, 2)
	r.gradientOf(0, in[1])
	if p, ok := s.Of.(*PReLU); ok {
		return r.end(dim.Shape{one, p.Params(in[1:])[0].Shape[0]})
	}
	return r.end(dim.Shape{dim.Int(2), in[1][1]})
}

func (s *TensorSums) Params(in []dim.Shape) []Param           { return s.Of.Params(in[1:]) }
func (s *TensorSums) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(in[1], 4) }

// MaxShare is the gradient of input I of max, from the gradient of the result and all inputs: where
// that input is the largest, divided by how many are.
//
// Cost: 2 FLOPs for each element of each input.
type MaxShare struct{ I int }

func (m *MaxShare) Name() string { return fmt.Sprintf("max' %d", m.I) }

// Infer gives the shape of an input.
func (m *MaxShare) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	return mergeShape(f, m, in)
}

func (m *MaxShare) Params(in []dim.Shape) []Param           { return nil }
func (m *MaxShare) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, 2*(len(in)-1)) }

// gradientOf requires input i to have the shape of the result that it is the gradient of.
func (r *rule) gradientOf(i int, result dim.Shape) {
	if len(r.in[i]) != len(result) {
		panic(fmt.Sprintf("ops: %s: the gradient %v of a result %v", r.op.Name(), r.in[i], result))
	}
	for axis, size := range result {
		if r.ok() && !dim.Equal(r, r.in[i][axis], size) {
			panic(fmt.Sprintf("ops: %s: the gradient %v of a result %v", r.op.Name(), r.in[i], result))
		}
	}
}

// byInput writes the gradient of an op with one input from that and the gradient of the result.
func byInput(s Step, op Op, tensors ...int) {
	if s.Wants(0) {
		s.To(0, s.With(&ByInput{op}, tensors, s.Gradient(), s.Input(0)))
	}
}

// byResult does so from the result.
func byResult(s Step, op Op) {
	if s.Wants(0) {
		s.To(0, s.Apply(&ByResult{op}, s.Gradient(), s.Result()))
	}
}

// adjoint writes the gradient of a linear op with one input.
func adjoint(s Step, op Op) {
	if s.Wants(0) {
		s.To(0, s.Apply(&Adjoint{op, s.Input(0).Shape}, s.Gradient()))
	}
}
