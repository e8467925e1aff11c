package elab

import (
	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/ops/dim"
)

// sameIterations spares a proof the iterations of a repeat that are all alike: 35 of them in
// ResNet-152. Among unknown sizes an iteration is its shapes and the questions it asks.
// One that leaves the shape as it was and has no number of its own is what each iteration
// after it is, which asks the same and gets the same answers. The first iteration is never taken for others, so
// that two tensors of one name are noticed.
type sameIterations struct {
	*machine
	possible  bool
	iteration int
	count     graph.Count // before the iteration
	named     [2]int      // how many names of steps and tensors there were before it
}

func (m *machine) sameIterations(h *ast.RepeatHead) sameIterations {
	return sameIterations{machine: m, possible: m.unknowns != nil && len(h.Vars) == 0}
}

// begin notes how things are before an iteration.
func (s *sameIterations) begin() {
	if s.possible {
		s.count = s.machine.count
		s.named = [2]int{len(s.steps.order), len(s.tensors.order)}
	}
}

// follow reports whether the iterations that are left follow from the one that took
// before to after, and counts them.
func (s *sameIterations) follow(before, after Tensor, left int) bool {
	s.iteration++
	if !s.possible || s.iteration < 2 || after.Suspect || !identical(before.Shape, after.Shape) {
		return false
	}
	more := func(after, before dim.Size) dim.Size { return after.Add(after.Sub(before).Mul(dim.Int(left))) }
	c := &s.machine.count
	c.Params, c.MACs, c.FLOPs = more(c.Params, s.count.Params), more(c.MACs, s.count.MACs), more(c.FLOPs, s.count.FLOPs)
	return true
}

// identical is sameShape for shapes that did not change: a difference in form is
// one.
func identical(a, b dim.Shape) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if d := a[i].Sub(b[i]); d != (dim.Size{}) {
			return false
		}
	}
	return true
}
