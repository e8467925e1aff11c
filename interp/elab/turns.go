package elab

import (
	"maps"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/ops/dim"
)

// unrolled is how many turns of a repeat of unknown length are followed where
// nothing better is known of it.
const unrolled = 3

// A loop is a repeat whose number of turns is unknown.
type loop struct {
	*machine
	repeat *ast.Repeat
	n      dim.Size
	list   *UnknownList // what it runs over, nil for a count
	env    *env
}

// turn applies one turn, the i-th.
func (l *loop) turn(i dim.Size, x Tensor) Tensor {
	in := l.env.inner()
	values := []Value{i}
	if l.list != nil {
		item := l.list.item(l.unknowns, i.String())
		values = []Value{item}
		if len(l.repeat.Head.Vars) == 2 {
			values = []Value{i, item}
		}
	}
	for k, name := range l.repeat.Head.Vars {
		in.values[name.Text] = values[k]
	}
	if l.repeat.Body != nil {
		return l.body(l.repeat.Body, in, newScope(""), x)
	}
	return l.stepValue(l.repeat.Step, in, newScope(""), x)
}

// unknownRepeat applies a repeat of unknown length. In this order it is shown
// that turns leave the shape alone, all of them or all but the first and last;
// that every turn adds the same to the shape; or that a turn takes any image to
// some image. Where none of these holds, a few turns are followed.
func (m *machine) unknownRepeat(l *loop, x Tensor) Tensor {
	l.machine = m
	if !m.facts.Require(l.n, dim.NonNegative) {
		m.fail(badCount(l.repeat.Head.Count.Span(), l.n))
		return poison
	}
	peels := [][2]int{{0, 0}, {1, 0}}
	switch {
	case l.list != nil:
		peels = [][2]int{{0, 0}} // items differ, so peeling some would not help
	case len(l.repeat.Head.Vars) > 0:
		peels = [][2]int{{1, 1}}
	}
	for _, peel := range peels {
		if out, ok := l.steady(x, peel[0], peel[1]); ok || out.Poisoned {
			return out
		}
	}
	if out, ok := l.growing(x); ok || out.Poisoned {
		return out
	}
	if l.list != nil {
		return l.anything(x)
	}
	return l.few(x)
}

// steady reports whether all turns but a few leave the shape alone. By induction
// one such turn stands for all of them.
func (l *loop) steady(x Tensor, first, last int) (Tensor, bool) {
	if first+last > 0 && !l.facts.Decide(l.n.Sub(dim.Int(first+last)), dim.NonNegative) {
		return l.few(x), true
	}
	before := l.count
	y := x
	for i := range first {
		y = l.turn(dim.Int(i), y)
	}
	if y.Poisoned || y.Suspect {
		return poison, false
	}
	middle, decisions := l.count, l.unknowns.Decisions()
	end := l.unknowns.Try()
	i := l.unknowns.Turn(l.n, first, last)
	z, ok := l.attempt(i, y)
	if !end(ok && sameShape(z.Shape, y.Shape)) {
		l.count = before
		return x, false
	}
	l.multiply(middle, i, l.n.Sub(dim.Int(first+last)), l.unknowns.Decisions() == decisions)
	for k := last; k > 0; k-- {
		y = l.turn(l.n.Sub(dim.Int(k)), y)
	}
	return y, true
}

// multiply counts one turn, made since before, as often as it happens.
func (l *loop) multiply(before graph.Count, i, turns dim.Size, uniform bool) {
	each := l.count.Params.Sub(before.Params)
	if !uniform || !each.IsValid() || mentions(each, i) || mentions(l.count.FLOPs, i) {
		l.count = unknownCount
		return
	}
	times := func(after, before dim.Size) dim.Size { return before.Add(after.Sub(before).Mul(turns)) }
	l.count.Params = times(l.count.Params, before.Params)
	l.count.MACs = times(l.count.MACs, before.MACs)
	l.count.FLOPs = times(l.count.FLOPs, before.FLOPs)
}

// growing reports whether every turn adds the same to the shape: whether turn i
// takes x + i*d to x + (i+1)*d.
func (l *loop) growing(x Tensor) (Tensor, bool) {
	before, decisions := l.count, l.unknowns.Decisions()
	one := l.turn(dim.Int(0), x)
	if one.Poisoned || one.Suspect || len(one.Shape) != len(x.Shape) {
		return one, false
	}
	for k := range one.Shape {
		if d := one.Shape[k].Sub(x.Shape[k]); mentions(d, x.Shape[k]) {
			l.count = before // what a turn adds depends on what was there
			return x, false
		}
	}
	after := func(turns dim.Size) Tensor {
		t := x
		t.Shape = x.Shape.Clone()
		for k := range t.Shape {
			t.Shape[k] = x.Shape[k].Add(one.Shape[k].Sub(x.Shape[k]).Mul(turns))
		}
		return t
	}
	end := l.unknowns.Try()
	i := l.unknowns.Turn(l.n, 0, 0)
	next, ok := l.attempt(i, after(i))
	if !end(ok && l.unknowns.Decisions() == decisions && sameShape(next.Shape, after(i.Add(dim.Int(1))).Shape)) {
		l.count = before
		return x, false
	}
	l.count = unknownCount
	return after(l.n), true
}

// attempt applies a turn that may be none that happens, and so keeps what it has
// to report to itself.
func (l *loop) attempt(i dim.Size, x Tensor) (Tensor, bool) {
	report, said := l.report, maps.Clone(l.said)
	failed := false
	l.report = func(*diag.Diagnostic) { failed = true }
	out := l.turn(i, x)
	l.report, l.said = report, said
	return out, !failed && !out.Poisoned && !out.Suspect
}

// anything shows that a turn takes any image to some image of the same batch,
// so that some image is what any number of turns leaves.
func (l *loop) anything(x Tensor) Tensor {
	if out, ok := l.anyWidth(x); ok {
		return out
	}
	any := l.anyImage(x, "repeat "+l.list.Name)
	out := l.turn(l.unknowns.Turn(l.n, 0, 0), any)
	if out.Poisoned || out.Suspect {
		return poison
	}
	if len(out.Shape) != len(x.Shape) || !dim.Equivalent(out.Shape[0], x.Shape[0]) {
		l.unknowns.Beyond("a repeat whose turns change the number of axes")
		return poison
	}
	l.count = unknownCount
	return any
}

// anyWidth shows that a turn takes an image of any number of channels to one of the
// same height and width, so that these stay.
func (l *loop) anyWidth(x Tensor) (Tensor, bool) {
	if len(x.Shape) != 4 {
		return x, false
	}
	before := l.count
	any := x
	any.Shape = x.Shape.Clone()
	any.Shape[1] = l.unknowns.Opaque("C of repeat "+l.list.Name, 1)
	end := l.unknowns.Try()
	out, ok := l.attempt(l.unknowns.Turn(l.n, 0, 0), any)
	if !end(ok && len(out.Shape) == 4 && sameShape(out.Shape[2:], x.Shape[2:]) && dim.Equivalent(out.Shape[0], x.Shape[0])) {
		l.count = before
		return x, false
	}
	l.unknowns.Approximate()
	l.count = unknownCount
	return any, true
}

// few follows a small number of turns.
func (l *loop) few(x Tensor) Tensor {
	n, ok := l.fewTurns(l.n)
	if !ok {
		return poison
	}
	for k := range n.(dim.Size).MustInt() {
		if x = l.turn(dim.Int(k), x); x.Poisoned || x.Suspect {
			return x
		}
	}
	return x
}

// fewTurns settles an unknown number of turns on a small one.
func (m *machine) fewTurns(n dim.Size) (Value, bool) {
	for k := range unrolled + 1 {
		if m.facts.Decide(n.Sub(dim.Int(k)), dim.Zero) {
			return dim.Int(k), true
		}
	}
	m.unknowns.Bounded(n)
	return nil, false
}

func mentions(a, variable dim.Size) bool {
	for _, v := range a.Vars() {
		for _, w := range variable.Vars() {
			if v == w {
				return true
			}
		}
	}
	return false
}

func sameShape(a, b dim.Shape) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !dim.Equivalent(a[i], b[i]) {
			return false
		}
	}
	return true
}
