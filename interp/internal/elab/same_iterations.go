package elab

import (
	"slices"

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
	return sameIterations{machine: m, possible: m.unknowns != nil && h.Each == nil}
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
	if !s.possible || s.iteration < 2 || after.Suspect || before.Many || after.Many || !identical(before.Shape, after.Shape) {
		return false
	}
	s.machine.count = counted(s.count, s.machine.count, dim.Int(left+1))
	return true
}

// identical is sameShape for shapes that did not change: a difference in form is
// one.
func identical(a, b dim.Shape) bool {
	return slices.EqualFunc(a, b, func(a, b dim.Size) bool { return a.Sub(b) == dim.Size{} })
}

// counted is a count of before and so many times what came to it.
func counted(before, after graph.Count, times dim.Size) graph.Count {
	each := after.Sub(before)
	return before.Add(graph.Count{Params: each.Params.Mul(times), MACs: each.MACs.Mul(times), FLOPs: each.FLOPs.Mul(times)})
}
