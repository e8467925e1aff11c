package elab

import (
	"fmt"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// Unknowns are the facts of an application in which sizes may be variables.
// What follows from the definitions alone is decided here; what does not, they
// decide, and whoever made them applies the block again for the other way.
type Unknowns interface {
	dim.Facts
	// Assume takes a condition of a `where` as given, being that p stands, or
	// with holds false does not stand, in relation r to zero; own says that it is
	// the applied block's `where`, not that of one it calls. It reports false
	// where the condition cannot be.
	Assume(p dim.Size, r dim.Relation, holds, own bool) bool
	// Need takes for granted what a value needs that is no shape: that a divisor is not 0, that a
	// list is as long as the names of its items. It reports false where that cannot be.
	Need(p dim.Size, r dim.Relation, holds bool) bool
	// Summary gives the result of a call from what is known of the block, without
	// entering it; ok is false where it must be entered.
	Summary(o *resolve.Object, args map[string]Value, input dim.Shape, claims dim.Shape) (count graph.Count, ok bool)
	// Iteration begins what is said of every iteration of a repeat of n but the first and last
	// few, for which i stands; list is what it runs over, "" for a count. The function it
	// returns ends that, telling whether it is shown, and reports whether it holds of
	// all of them; if not, nothing that was taken for granted since remains, and no
	// mistake was made. With again there are other iterations for which it has to be shown.
	Iteration(n dim.Size, first, last int, list string) (i dim.Variable, end func(shown bool) (holds, again bool))
	// Size is a variable, or what is known of it.
	Size(v dim.Variable) dim.Size
	// Power is base to a power whose exponent is unknown; ok is false where it
	// cannot be followed.
	Power(base, exponent dim.Size) (power dim.Size, ok bool)
	// AssumeRemainder is Assume of x % m == r.
	AssumeRemainder(x, m, r dim.Size, own bool) bool
	// Approximate says that from here on shapes stand for more than can happen,
	// so that a mistake may be none.
	Approximate()
	// Exclude says that the block's own `where` leaves this case out.
	Exclude()
	// None reports whether it is known that n, a number of iterations, is 0.
	None(n dim.Size) bool
	// Side begins a side head, without which the block is whole where it does not fit;
	// the function it returns ends it.
	Side(name string) (end func())
	// Wrong says that the side head that was begun last is wrong, where it fits so far.
	Wrong()
	// Try begins something of which nothing that is taken for granted remains once
	// the function it returns has been called.
	Try() (end func())
	// Steps is where the shapes of the values of the block's own steps are noted, nil
	// where nobody wants them.
	Steps() map[int]dim.Shape
	// Sketch asks for Application.Sketch.
	Sketch() bool
	// Lists reports whether lists of unknown length are followed by one item that stands for all,
	// rather than for a few lengths.
	Lists() bool
	// MeetsList says that there is such a list.
	MeetsList()
	// Bounded says that the repeat at this place, of unknown length, is followed for a few
	// iterations only, and the application ends where more would follow.
	Bounded(count dim.Size, at source.Span)
	// Few says that the repeat at this place is followed to its end, for no more
	// iterations than a repeat of unknown length is.
	Few(at source.Span)
	// Beyond says that the application ends because of something that cannot be
	// followed with unknown sizes.
	Beyond(reason string)
	// Stopped reports whether the application is of no use any more.
	Stopped() bool
}

// An Application is a block applied by itself, outside any net.
type Application struct {
	Output   dim.Shape // nil where it failed; of several values the shapes of all of them, but for Runs
	Runs     []Run     // what it gives an unknown number of
	Claims   dim.Shape // what the signature claims of Output, Invalid for `_`
	Count    graph.Count
	Sketch   graph.Sketch // where the unknowns ask for it
	Problems diag.List
}

// Apply applies a block to an input of its signature's shape. Arguments are by
// name; what is left out has its default. sizes gives the value of each name
// that the signature binds, and of those of the axes that its `...` stands for, which rest
// lists. With u nil all sizes are numbers. A nil budget is one
// of its own.
func Apply(o *resolve.Object, args map[string]Value, sizes func(name string) dim.Size, u Unknowns, budget *Budget, rest ...string) Application {
	m := newMachine(o.Name, dim.Numbers{}, budget)
	a := m.application(o, args, sizes, u, rest)
	a.Problems = m.found.List
	return a
}

func (m *machine) application(o *resolve.Object, args map[string]Value, sizes func(name string) dim.Size, u Unknowns, rest []string) (a Application) {
	if u != nil {
		m.facts, m.unknowns = u, u
		m.values = u.Steps()
	}
	c, ok := m.closure(o, o.Span)
	if !ok {
		return a
	}
	if least(o) > MaxNodes {
		m.stop(tooManyNodes(o.Span, false))
		return a
	}
	filled := c.open()
	for name, v := range args {
		filled.Args[name] = bound{value: v, span: o.Span}
	}
	e, ok := m.bind(filled, o.Span)
	if !ok {
		return a
	}
	call := describeNet(o, filled, e)
	if o.Block.Kind == "net" {
		call = "net " + call
	}
	m.trace = []calling{{Frame: diag.Frame{Call: call, Span: o.Span}, object: o}}
	x, ok := m.freeInput(filled.Object.Block, e, sizes, rest)
	if !ok {
		return a
	}
	if u != nil && u.Sketch() {
		m.series, a.Sketch.Inputs = &a.Sketch.Parts, m.graph.Inputs
		for _, t := range x.each() {
			t.Node.Sizes = t.Shape
		}
	}
	x = m.applyBlock(filled, e, newScope("", nil), x, o.Span)
	if x.Poisoned || x.Suspect || m.stopped {
		return a
	}
	a.Count, a.Output = m.count, dim.Shape{}
	for _, t := range x.each() {
		if t.run != nil {
			a.Runs = append(a.Runs, Run{At: len(a.Output), N: t.run.n, I: t.run.i, Shape: t.Shape})
			continue
		}
		a.Sketch.Outputs = append(a.Sketch.Outputs, t.Node)
		a.Output = append(a.Output, t.Shape...)
	}
	if u == nil {
		a.Count, _ = m.graph.Totals()
	}
	if sig := filled.Object.Block.Sig; sig != nil && len(a.Runs) == 0 {
		a.Claims, ok = m.claimsOf(sig, e, len(x.each()))
		if !ok {
			a.Output = nil
		}
	}
	return a
}

// freeInput makes the input of a block that stands by itself.
func (m *machine) freeInput(b *ast.Block, e *env, sizes func(string) dim.Size, rest []string) (x Tensor, ok bool) {
	if b.Sig == nil {
		axes := make(dim.Shape, len(dim.Letters()))
		for i, name := range dim.Letters() {
			axes[i] = sizes(name)
		}
		return m.freeValue(b, portValue{}, axes)
	}
	known := e.inner()
	values, ok := m.freePorts(b, known, sizes)
	if !ok {
		return poison, false
	}
	for _, v := range values { // of a run all items
		if v.i > 0 {
			continue
		}
		for _, d := range v.port.Shape.Sizes {
			name := v.port.Binds(d)
			if _, bound := known.lookup(name); name != "" && !bound {
				known.values[name] = sizes(name)
			}
		}
	}
	if len(values) == 0 || unbound(b, known) != nil { // no list that could flow in
		if m.unknowns != nil {
			m.unknowns.Exclude()
		}
		return poison, false
	}
	x = Tensor{Many: b.Sig.TakesList()}
	for k, v := range values {
		if v.of != nil {
			t, ok := m.freeRun(b, v, k, sizes)
			if !ok {
				return poison, false
			}
			x.Items = append(x.Items, t)
			continue
		}
		shape, ok := m.freeShape(v, freeAxis(k), sizes)
		if !ok {
			return poison, false
		}
		if !x.Many {
			for _, name := range rest {
				shape = append(shape, sizes(name))
			}
		}
		t, ok := m.freeValue(b, v, shape)
		switch {
		case !ok:
			return poison, false
		case !x.Many:
			return t, true
		}
		x.Items = append(x.Items, t)
	}
	return x, true
}

// freeAxis names the sizes of the k-th value that a block takes which its signature leaves open
// with `_`: as nobody writes a name.
func freeAxis(k int) func(axis int) string {
	return func(axis int) string { return fmt.Sprintf("_ %d.%d", k, axis) }
}

// IsFreeAxis reports whether a name is one that freeAxis gives.
func IsFreeAxis(name string) bool { return strings.HasPrefix(name, "_ ") }

// freePorts are the values that a block takes which stands by itself, without their shapes.
func (m *machine) freePorts(b *ast.Block, known *env, sizes func(string) dim.Size) (values []portValue, ok bool) {
	for _, p := range b.Sig.In {
		if name := p.Open(); name != "" {
			if _, bound := known.lookup(name); !bound {
				known.values[name] = sizes(name)
			}
		}
		if of, ok := m.runOfPort(p, known); of != nil || !ok {
			values = append(values, portValue{port: p, of: of, env: known})
			if !ok {
				return nil, false
			}
			continue
		}
		count, ok := m.countOf(p, known)
		if !ok {
			return nil, false
		}
		for i := range count.n {
			in, ok := m.inPort(p, known, i, count.list)
			if !ok || !m.step(p.Span()) {
				return nil, false
			}
			values = append(values, portValue{port: p, i: i, env: in})
		}
	}
	return values, true
}

// freeShape is the shape of such a value.
func (m *machine) freeShape(v portValue, free func(axis int) string, sizes func(string) dim.Size) (shape dim.Shape, ok bool) {
	for axis, d := range v.port.Shape.Sizes {
		if bare(d.Size) == "_" {
			shape = append(shape, sizes(free(axis)))
			continue
		}
		size, ok := m.freeSize(d, v.env)
		if !ok {
			return nil, false
		}
		shape = append(shape, size)
	}
	return shape, true
}

// freeSize is a size of such a value that the signature gives.
func (m *machine) freeSize(d *ast.Dim, e *env) (size dim.Size, ok bool) {
	if b, isBinary := d.Size.(*ast.Binary); isBinary && b.Op == "/" && m.unknowns != nil {
		// that there is such a value says that it can be divided
		if holds, ok := m.remainderHolds(b, &ast.Number{Text: "0"}, e); !ok || !holds {
			return size, false
		}
	}
	size, ok = m.evalSize(d.Size, e)
	if n, whole := size.Int(); ok && size.Known() && (!whole || n < 1) {
		if m.unknowns != nil { // whatever the values; else only these allow no input
			m.fail(badRequiredSize(d.Size, size))
		}
		return size, false
	}
	return size, ok
}

// freeValue is an input of that shape.
func (m *machine) freeValue(b *ast.Block, v portValue, shape dim.Shape) (x Tensor, ok bool) {
	x = Tensor{Shape: shape, Node: &graph.Node{Path: "input", Origin: b.Name.Span()}}
	if v.port != nil && b.Sig.TakesList() {
		x.Node.Path = strings.Trim(v.String(), "`")
	}
	for _, size := range shape {
		x.Origins = append(x.Origins, &Origin{Span: b.Name.Span(), Size: size, Reason: "input"})
		if n, whole := size.Int(); size.Known() && (!whole || n < 1) {
			return poison, false
		}
	}
	if m.unknowns == nil {
		x.Node.Shape = concrete(shape)
		m.node(x.Node)
	}
	m.graph.Inputs = append(m.graph.Inputs, x.Node)
	return x, true
}

// claimsOf evaluates what a signature claims of so many values, Invalid for what it does not.
func (m *machine) claimsOf(sig *ast.Sig, e *env, n int) (claims dim.Shape, ok bool) {
	values := []portValue{{port: sig.Out[0], env: e}}
	if sig.GivesList() {
		if values, ok = m.deal(sig.Out, e, make([]Tensor, n), func(string) {}); !ok {
			return nil, false
		}
	}
	for _, v := range values {
		for _, d := range v.port.Shape.Sizes {
			size, ok := m.claimed(d.Size, v.env)
			if !ok {
				size = dim.Invalid()
			}
			claims = append(claims, size)
		}
	}
	return append(claims, restOf(sig, e).Shape...), true
}
