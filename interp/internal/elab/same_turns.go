package elab

import (
	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/ops/dim"
)

// sameTurns spares a proof the turns of a repeat that are all alike: 35 of them in
// ResNet-152. Among unknown sizes a turn is its shapes and the questions it asks.
// One that leaves the shape as it was and has no number of its own is what each turn
// after it is, which asks the same and gets the same answers. The first turn is never taken for others, so
// that two tensors of one name are noticed.
type sameTurns struct {
	*machine
	possible bool
	turn     int
	count    graph.Count // before the turn
}

func (m *machine) sameTurns(h *ast.RepeatHead) sameTurns {
	return sameTurns{machine: m, possible: m.unknowns != nil && len(h.Vars) == 0}
}

// begin notes how things are before a turn.
func (s *sameTurns) begin() {
	if s.possible {
		s.count = s.machine.count
	}
}

// follow reports whether the turns that are left follow from the one that took
// before to after, and counts them.
func (s *sameTurns) follow(before, after Tensor, left int) bool {
	s.turn++
	if !s.possible || s.turn < 2 || after.Suspect || !identical(before.Shape, after.Shape) {
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
