package elab

import (
	"maps"
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// Unrolled is how many iterations of a repeat of unknown length are followed where
// nothing better is known of it.
const Unrolled = 3

// A loop is a repeat whose number of iterations is unknown.
type loop struct {
	*machine
	repeat *ast.Repeat
	n      dim.Size
	list   *UnknownList // what it runs over, nil for a count
	env    *env
	scope  scope
	// Of a repeat that does not leave the shape alone:
	one dim.Shape    // what an iteration makes of the first image, nil where that is not known
	i   dim.Variable // that stood for it
}

// opaque reports whether an iteration gives an image of which nothing is known.
func (l *loop) opaque() bool {
	return slices.ContainsFunc(l.one, func(size dim.Size) bool {
		return slices.ContainsFunc(size.Vars(), func(v dim.Variable) bool {
			_, isImage := ImageOf(v)
			return isImage
		})
	})
}

// over is what the loop runs over, as it is written.
func (l *loop) over() string {
	if l.list != nil {
		return l.list.Name
	}
	return ast.Text(l.repeat.Head.Count)
}

// iterate applies one iteration, the i-th.
func (l *loop) iterate(i dim.Size, x Tensor) Tensor {
	var item Value
	if l.list != nil {
		item = l.list.item(l.unknowns, i)
	}
	in, leave, ok := l.enterIteration(l.repeat.Head, l.env, i, item)
	l.place.of = l.repeat
	defer leave()
	if !ok {
		return poison
	}
	return l.iteration(i, func() Tensor {
		if l.repeat.Body != nil {
			return l.body(l.repeat.Body, in, l.scope, x)
		}
		return l.stepValue(l.repeat.Step, in, l.scope, x)
	})
}

// unknownRepeat applies a repeat of unknown length. In this order it is shown
// that iterations leave the shape alone, all of them or all but the first and last;
// that every iteration adds the same to the shape; or that an iteration takes any image to
// some image. Where none of these holds, a few iterations are followed.
func (m *machine) unknownRepeat(l *loop, x Tensor) Tensor {
	l.machine = m
	l.scope.next.loose = true
	if !m.isCount(l.n) {
		m.fail(badCount(l.repeat.Head.Count.Span(), l.n))
		return poison
	}
	if x.Many || m.namesIndexed(l.repeat) {
		return l.few(x) // what iterations take or name has no one shape
	}
	undrawn := m.iterationsSoFar()
	peels := [][2]int{{0, 0}, {1, 0}}
	unmade := x.Poisoned && m.side != nil || m.misfits(x) // by a step that does not fit, behind which the first iteration is tried as well
	switch {
	case unmade:
		peels = [][2]int{{1, 0}}
	case l.list != nil:
		peels = [][2]int{{0, 0}} // items differ, so peeling some would not help
	case l.repeat.Head.Each != nil:
		peels = [][2]int{{0, 0}, {1, 1}}
	}
	for _, peel := range peels {
		if out, ok := l.steady(x, peel[0], peel[1]); ok || out.Poisoned {
			return m.drawn(out, "")
		}
		undrawn()
	}
	if unmade {
		return m.drawn(l.few(x), "")
	}
	if out, ok := l.growing(x); ok || out.Poisoned {
		return m.drawn(out, "")
	}
	if l.list != nil || l.opaque() {
		return m.drawn(l.anything(x), "")
	}
	return l.few(x)
}

// isCount requires a number of iterations to be one.
func (m *machine) isCount(n dim.Size) bool {
	f := m.facts.OfArgument()
	return f.Require(n, dim.Whole) && f.Require(n, dim.NonNegative)
}

// steady reports whether all iterations but a few leave the shape alone. By induction
// one such iteration stands for all of them.
func (l *loop) steady(x Tensor, first, last int) (Tensor, bool) {
	if first+last > 0 && !l.unknowns.Split(l.n.Sub(dim.Int(first+last)), dim.NonNegative) {
		return l.few(x), true
	}
	before := l.count
	y := x
	for i := range first {
		y = l.iterate(dim.Int(i), y)
	}
	switch {
	case y.Many:
		return x, false
	case l.misfits(y):
		return y, true // the repeat ends with it
	case y.Poisoned || y.Suspect:
		return poison, false
	}
	middle := l.count
	stays := func(i dim.Size) bool {
		l.count = middle
		z, ok := l.attempt(i, y)
		if ok && first == 0 {
			l.one = z.Shape
		}
		return ok && sameShape(z.Shape, y.Shape)
	}
	i, uniform, ok := l.every(first, last, stays)
	if !ok {
		if l.count = before; first == 0 {
			l.i = i
		}
		return x, false
	}
	if iterations := l.n.Sub(dim.Int(first + last)); l.unknowns.None(iterations) {
		l.count = middle
	} else {
		l.multiply(middle, i, first, iterations, uniform)
	}
	for k := last; k > 0; k-- {
		y = l.iterate(l.n.Sub(dim.Int(k)), y)
	}
	return y, true
}

// every shows something of all iterations but the first and last few, i standing for any of
// them; uniform says that they are all of one kind.
func (l *loop) every(first, last int, shown func(i dim.Size) bool) (i dim.Variable, uniform, ok bool) {
	list := ""
	if l.list != nil {
		list = l.list.Name
	}
	defer l.apart()()
	forget, undrawn, f := l.namesSoFar(), l.iterationsSoFar(), l.env.frame
	stages := len(f.perhaps)
	defer func() {
		if !ok {
			forget()
			undrawn()
			f.perhaps = f.perhaps[:stages:stages]
		}
	}()
	t := &generic{outer: l.generic}
	for uniform = true; ; uniform = false {
		i, end := l.unknowns.Iteration(l.n, first, last, list)
		t.i, l.generic, l.generics = i, t, append(l.generics, i)
		holds, again := end(shown(i.Size()))
		l.generic = t.outer
		if holds && !again && t.plain != nil {
			l.atMostOnce(t, uniform && !t.rare)
		}
		if !holds || !again {
			return i, uniform, holds
		}
	}
}

// atMostOnce requires that a repeat has at most one iteration, since all of them, or those of
// one kind, give a step the same name.
func (l *loop) atMostOnce(t *generic, all bool) {
	if !all && !l.unknowns.None(l.n.Sub(dim.Int(1))) {
		l.unknowns.Beyond("whether iterations label steps alike")
	}
	if !l.unknowns.Need(dim.Int(1).Sub(l.n), dim.NonNegative, true) {
		l.fail(repeatedPath("steps", l.unmarked(t.label), t.plain))
	}
}

// apart keeps what an iteration names from what follows it, which is known by name alone:
// the iteration stands for any number of them.
func (l *loop) apart() (end func()) {
	f := l.env.frame
	before := f.taps
	f.taps = &taps{around: before}
	return func() {
		named := map[string]Tensor{}
		for s := f.taps; s != before; s = s.around {
			maps.Copy(named, s.of)
		}
		if f.taps = before; len(named) > 0 {
			f.taps = &taps{of: named, around: before, perhaps: true}
		}
	}
}

// multiply counts one iteration, made since before, as often as it happens: for every i from the
// first.
func (l *loop) multiply(before graph.Count, i dim.Variable, first int, iterations dim.Size, uniform bool) {
	one := l.count.Sub(before)
	if !uniform {
		one = unknownCount
	}
	l.count = before.Add(summed(one, i, first, iterations))
}

// summed is a count of iteration i, added up over n of them from the first.
func summed(one graph.Count, i dim.Variable, first int, n dim.Size) graph.Count {
	sum := func(size dim.Size) dim.Size { return summedSize(size, i, first, n) }
	return graph.Count{Params: sum(one.Params), MACs: sum(one.MACs), FLOPs: sum(one.FLOPs)}
}

// summedSize is a size added up over n numbers i from the first, invalid where it is not linear in i.
func summedSize(size dim.Size, i dim.Variable, first int, n dim.Size) dim.Size {
	slope, rest, ok := size.Linear(i.Name)
	if !ok {
		return dim.Invalid()
	}
	all := n.Mul(dim.Int(first)).Add(n.Mul(n.Sub(dim.Int(1))).Quo(dim.Int(2))) // of the i
	return rest.Mul(n).Add(slope.Mul(all))
}

// growing reports whether every iteration adds the same to the shape: whether iteration i
// takes x + i*d to x + (i+1)*d. That d is what it adds to x is but a guess.
func (l *loop) growing(x Tensor) (Tensor, bool) {
	if len(l.one) != len(x.Shape) {
		return x, false
	}
	before, more := l.count, make(dim.Shape, len(x.Shape))
	for k, size := range x.Shape {
		more[k] = l.one[k].Sub(size)
		if slices.ContainsFunc(append(size.Vars(), l.i), func(v dim.Variable) bool { return more[k].DependsOn(v.Name) }) {
			return x, false // what an iteration adds depends on which it is, or on what was there
		}
	}
	after := func(iterations dim.Size) Tensor {
		t := x
		t.Shape = x.Shape.Clone()
		for k := range t.Shape {
			t.Shape[k] = t.Shape[k].Add(more[k].Mul(iterations))
		}
		return t
	}
	var one graph.Count
	i, uniform, ok := l.every(0, 0, func(i dim.Size) bool {
		l.count = graph.Count{}
		next, ok := l.attempt(i, after(i))
		one = l.count
		return ok && sameShape(next.Shape, after(i.Add(dim.Int(1))).Shape)
	})
	if l.count = before; !ok {
		return x, false
	}
	if !uniform {
		one = unknownCount
	}
	l.count = before.Add(summed(one, i, 0, l.n))
	return after(l.n), true
}

// attempt applies an iteration that may be none that happens, and so keeps what it has
// to report to itself.
func (l *loop) attempt(i dim.Size, x Tensor) (Tensor, bool) {
	failed := false
	var out Tensor
	l.apartFrom(func(d *diag.Diagnostic) bool {
		failed = true
		return d.Code.IsLimit() // which ends the whole application
	}, func() { out = l.iterate(i, x) })
	return out, !failed && !out.Poisoned && !out.Suspect && !out.Many
}

// anything shows that an iteration takes any image to some image of the same batch, or
// one of any number of channels to one of the same height and width; so that some such
// image is what any number of iterations leaves.
func (l *loop) anything(x Tensor) Tensor {
	before, source := l.count, l.image(x)
	if len(x.Shape) == 4 {
		_, _, ok := l.every(0, 0, func(i dim.Size) bool {
			out, ok := l.attempt(i, l.anyImage(x, source.taken(i), 1))
			return ok && len(out.Shape) == 4 && sameShape(out.Shape[2:], x.Shape[2:]) && dim.Equivalent(out.Shape[0], x.Shape[0])
		})
		if ok {
			l.count = unknownCount
			return l.anyImage(x, source, 1)
		}
		l.count = before
	}
	failed, sameAxes := false, true
	_, _, holds := l.every(0, 0, func(i dim.Size) bool {
		out := l.iterate(i, l.anyImage(x, source.taken(i), 3))
		failed = failed || out.Poisoned || out.Suspect
		sameAxes = sameAxes && !out.Many && (failed || len(out.Shape) == len(x.Shape) && dim.Equivalent(out.Shape[0], x.Shape[0]))
		return true
	})
	switch {
	case failed && l.side != nil: // there may be no iteration, or the first that does not fit is a later one
		l.unknowns.Beyond("iterations of `repeat " + l.over() + "` that do not fit, in a side head")
		return poison
	case failed:
		return poison
	case !holds:
		l.unknowns.Beyond("what the iterations of `repeat " + l.over() + "` need differs from iteration to iteration")
		return poison
	case !sameAxes:
		l.unknowns.Beyond("a repeat whose iterations change the number of axes")
		return poison
	}
	l.count = unknownCount
	return l.anyImage(x, source, 3)
}

// image is what the iterations leave of which nothing is known.
func (l *loop) image(x Tensor) imageSource {
	s := imageSource{Image: Image{Over: l.over(), Left: true}, of: l.indices(), apart: l.everywhere(l.repeat.Head.Span())}
	if l.generic != nil {
		s.of = append(s.of, x.Shape...) // it may be tried with several
	}
	return s
}

// taken is what an iteration takes.
func (s imageSource) taken(i dim.Size) imageSource {
	s.Left, s.of = false, append(slices.Clip(s.of), i)
	return s
}

// few follows a small number of iterations.
func (l *loop) few(x Tensor) Tensor {
	if n, known := l.n.Int(); known && n <= mostItems { // of a list of so many items
		return l.times(n, x)
	}
	at := l.repeat.Head.Count.Span()
	v, ok := l.fewIterations(l.n, at)
	if !ok {
		return poison
	}
	n := v.(dim.Size).MustInt()
	l.followed(n, at)
	return l.times(n, x)
}

// times follows so many iterations, one by one.
func (l *loop) times(n int, x Tensor) Tensor {
	for k := range n {
		if x = l.iterate(dim.Int(k), x); x.Poisoned || x.Suspect {
			return x
		}
	}
	return x
}

// mostItems is how many items of an unknown list are followed one by one.
const mostItems = 8

// fewIterations settles an unknown number of iterations on a small one.
func (m *machine) fewIterations(n dim.Size, at source.Span) (Value, bool) {
	for k := range Unrolled + 1 {
		if m.unknowns.Split(n.Sub(dim.Int(k)), dim.Zero) {
			return dim.Int(k), true
		}
	}
	m.unknowns.Bounded(n, at)
	return nil, false
}

// followed notes a repeat that is followed to its end.
func (m *machine) followed(n int, at source.Span) {
	if m.unknowns != nil && n <= Unrolled {
		m.unknowns.Few(at)
	}
}

func sameShape(a, b dim.Shape) bool { return slices.EqualFunc(a, b, dim.Equivalent) }
