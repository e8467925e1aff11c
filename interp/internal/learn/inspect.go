package learn

import (
	"context"
	"math"
	"runtime"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/gradient"
	"cnnlang/interp/internal/plan"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// FirstNotFinite computes a step again, for the inputs of a pass as Learner.Passes has them, and finds the first of its nodes,
// forward and then backward, whose value is infinite or no number. It is nil if there is none, as another choice of
// what is computed together rounds otherwise. So many bytes of values are looked at in one pass, at least
// one value; affords may refuse the memory that a pass takes.
func FirstNotFinite(ctx context.Context, s *gradient.Step, tensors plan.Source, workers *task.Workers, inputs [][]float32, most int64, affords func(plan.Memory) error) (*graph.Node, error) {
	for i, n := range s.Inputs {
		if !allFinite(inputs[i]) {
			return n, nil
		}
	}
	for rest := s.Operations(); len(rest) > 0; {
		count, bytes := 0, int64(0)
		for count < len(rest) && (count == 0 || bytes+size(rest[count]) <= most) {
			bytes += size(rest[count])
			count++
		}
		n, err := firstOf(ctx, s, rest[:count], tensors, workers, inputs, affords)
		if n != nil || err != nil {
			return n, err
		}
		rest = rest[count:]
	}
	return nil, nil
}

// size is how many bytes the value of a node takes.
func size(n *graph.Node) int64 {
	const bytes = 4
	return bytes * int64(tensor.Shape(n.Shape).Elements())
}

// firstOf is FirstNotFinite among some nodes, in one pass.
func firstOf(ctx context.Context, s *gradient.Step, nodes []*graph.Node, tensors plan.Source, workers *task.Workers, inputs [][]float32, affords func(plan.Memory) error) (*graph.Node, error) {
	p, err := plan.New(s.Graph, tensors, plan.Options{Refill: true, Threads: workers.Count(), Affords: affords, Keep: nodes})
	if err != nil {
		return nil, err
	}
	session := p.NewSession(workers)
	var in []tensor.Tensor
	for i, n := range s.Inputs {
		in = append(in, tensor.Tensor{Shape: n.Shape, Data: inputs[i]})
	}
	if err := session.Run(ctx, in...); err != nil {
		return nil, err
	}
	for _, n := range nodes {
		if x, ok := session.At(n); ok && !allFinite(x.Data) {
			return n, nil
		}
	}
	runtime.KeepAlive(session)
	return nil, nil
}

// allFinite reports whether all numbers are.
func allFinite[T float32 | float64](list []T) bool {
	for _, v := range list {
		if v-v != 0 {
			return false
		}
	}
	return true
}

// Largest are the largest finite magnitudes of the tensors that learn, and of their gradients in the last step.
func (l *Learner[T]) Largest() (weight, gradient float64) {
	for _, t := range l.tensors {
		weight, gradient = max(weight, largest(t.Value)), max(gradient, largest(t.Gradient))
	}
	return weight, gradient
}

func largest[T float32 | float64](list []T) (most float64) {
	for _, v := range list {
		if x := math.Abs(float64(v)); !math.IsInf(x, 0) && x > most { // false for what is no number
			most = x
		}
	}
	return most
}
