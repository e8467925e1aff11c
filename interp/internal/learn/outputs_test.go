package learn_test

import (
	"fmt"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/ref"
)

// outputs compares what the net says of picture 100 with stored statistics: the output, then the side heads.
func (r *run[T]) outputs(t *testing.T, when string, tensors map[string][]T, want [][]float64, most float64) {
	t.Helper()
	g := r.net.Graph
	heads := []*graph.Node{g.Output()}
	for _, side := range g.Sides {
		heads = append(heads, side.Output)
	}
	if len(want) != len(heads) {
		t.Fatalf("%s: the reference has %d outputs, want %d", when, len(want), len(heads))
	}
	input := ref.Value{Shape: g.Input().Shape}
	for range r.Input[0] {
		for _, v := range weights.Image(100, 1, r.Input[1], r.Input[2], r.Input[3], 1).Data {
			input.Data = append(input.Data, float64(v))
		}
	}
	values := map[*graph.Node]ref.Value{g.Input(): input}
	for _, n := range g.Operations() {
		defined(values, n, tensors)
	}
	for i, n := range heads {
		for k, w := range want[i] {
			within(t, fmt.Sprintf("%s: output %d of head %d", when, k, i), values[n].Data[k], w, most)
		}
	}
}

// defined computes an operation by its definition, in float64.
func defined[T float32 | float64](values map[*graph.Node]ref.Value, n *graph.Node, tensors map[string][]T) {
	var in, params []ref.Value
	for _, x := range n.In {
		in = append(in, values[x])
	}
	for _, p := range n.Params {
		v := ref.Value{Shape: p.Shape, Data: make([]float64, len(tensors[p.Path]))}
		for i, x := range tensors[p.Path] {
			v.Data[i] = float64(x)
		}
		params = append(params, v)
	}
	values[n] = ref.Products(n.Op, in, params)
}
