package plan

import (
	"context"
	"slices"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// Tensors that change are packed by one instruction after the other in the same memory, which is as large as what one of them
// packs, and every run has the results of a plan that is made of the tensors as they are then.
func TestTensorsArePackedInTurn(t *testing.T) {
	const items = 3
	g := pyramid(items)
	weight := tensor.New(g.Outputs[0].Node.Params[0].Shape...)
	made := func(g *graph.Graph, opts Options) *Plan {
		p, err := New(g, func(graph.Param) (tensor.Tensor, error) { return weight, nil }, opts)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	x := tensor.New(g.Inputs[0].Shape...)
	for i := range x.Data {
		x.Data[i] = float32(i%13 - 6)
	}
	workers := task.NewWorkers(2)
	defer workers.Close()
	run := func(s *Session) *Session {
		if err := s.Run(context.Background(), x); err != nil {
			t.Fatal(err)
		}
		return s
	}
	changing := made(g, Options{Refill: true})
	one, need := made(pyramid(1), Options{}), changing.Memory(2)
	if want := one.Memory(2).Weights; need.Weights != want {
		t.Errorf("%d layers pack %d bytes in turn, want %d, as one does", items, need.Weights, want)
	}
	if need.Outputs != 0 {
		t.Errorf("the outputs take %d bytes of their own, want none", need.Outputs)
	}
	session := changing.NewSession(workers)
	for step := range 3 {
		for i := range weight.Data {
			weight.Data[i] = float32((i+step)%7 - 3)
		}
		run(session)
		fresh := run(made(g, Options{}).NewSession(workers))
		for i, o := range g.Outputs {
			if !slices.Equal(session.OutputAt(i).Data, fresh.OutputAt(i).Data) {
				t.Errorf("run %d: %s differs from that of a new plan", step, o.Name)
			}
		}
	}
}
