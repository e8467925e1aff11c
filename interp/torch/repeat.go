package torch

import (
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/ops/dim"
)

// A repeat is written as a loop where its applications have it several numbers of times; else its
// iterations are steps like any others.

// repeatOf is how many of the cells belong to a repeat that is written as a loop, 0 for none.
func (f *flow) repeatOf(cells []*cell) int {
	a, ok := outermost(cells[0])
	if !ok || f.inRepeat() || len(f.views) < 2 {
		return 0
	}
	n := 0
	for n < len(cells) {
		b, ok := outermost(cells[n])
		if !ok || b.Span != a.Span {
			break
		}
		n++
	}
	counts := iterationsOf(cells[:n], len(f.views))
	if slices.Min(counts) == slices.Max(counts) {
		return 0
	}
	return n
}

func outermost(c *cell) (graph.Around, bool) {
	p := c.first()
	if len(c.from) > 0 || len(p.Around) == 0 || !p.Around[0].Repeat {
		return graph.Around{}, false
	}
	return p.Around[0], true
}

// iterationsOf is how often a repeat is applied in each view.
func iterationsOf(cells []*cell, views int) []int {
	counts := make([]int, views)
	for _, c := range cells {
		for v, p := range c.parts {
			if p != nil {
				counts[v] = max(counts[v], p.Around[0].Iteration+1)
			}
		}
	}
	return counts
}

// repeat writes a loop.
func (f *flow) repeat(cells []*cell) {
	a, _ := outermost(cells[0])
	counts := iterationsOf(cells, len(f.views))
	list := make([]any, len(counts))
	for i, n := range counts {
		list[i] = dim.Int(n)
	}
	count := leaf{values: list, formula: f.lift(a.Cond, cells[0].first().Names, cells[0].present()[0]), name: "n"}
	times := f.resolve(count)
	f.settle()
	if f.held[f.cur.text] || f.cur.kind != atom {
		f.fail("a value before a repeat is read in it")
		return
	}
	inner := f.sub(f.cur.text)
	var init, out []*stmt
	inner.scope, inner.init, inner.out = f.iterating(a, counts), &init, &out
	bodies := make([][]*graph.Part, 0, len(inner.views))
	inner.nodes = nil
	for v := range f.views {
		before := f.nodes[v]
		for i := range counts[v] {
			var series []*graph.Part
			for _, c := range cells {
				if p := c.parts[v]; p != nil && p.Around[0].Iteration == i {
					series = append(series, p)
				}
			}
			bodies = append(bodies, series)
			inner.nodes = append(inner.nodes, before)
			if len(series) > 0 {
				before = series[len(series)-1].Node
			}
		}
	}
	inner.ch = f.carriedInto(inner, counts)
	inner.run(inner.alike(bodies))
	if inner.cur.String() != f.cur.text {
		out = append(out, &stmt{target: f.cur, value: inner.cur})
	}
	if len(init) > 0 {
		*f.init = append(*f.init, &stmt{kind: loop, index: "i", value: calling(name("range"), times), body: init})
	}
	f.loopOver(times, init, out)
	after, at := make([]*graph.Node, len(f.views)), 0
	for v := range f.views {
		after[v] = f.nodes[v]
		if n := counts[v]; n > 0 {
			at += n
			after[v] = inner.nodes[at-1]
		}
	}
	f.nodes = after
	f.ch = f.channelsAfter(term{}, after)
}

// alike puts iterations beside each other, whichever they are.
func (s *scope) alike(bodies [][]*graph.Part) []*cell {
	stripped, stands := make([][]*graph.Part, len(bodies)), map[*graph.Part]*graph.Part{}
	for i, b := range bodies {
		for _, p := range b {
			q := *p
			q.Around = p.Around[1:]
			stands[&q] = p
			stripped[i] = append(stripped[i], &q)
		}
	}
	cells := s.cells(stripped)
	for _, c := range cells {
		for v, p := range c.parts {
			if p != nil {
				c.parts[v] = stands[p]
			}
		}
		c.inner = true
	}
	return cells
}

// iterating is the scope of all iterations of all views.
func (f *flow) iterating(a graph.Around, counts []int) *scope {
	inner := *f.scope
	inner.views, inner.vars = nil, map[string]string{a.Index: "i"}
	for v, n := range counts {
		for i := range n {
			w := view{row: f.views[v].row, iteration: i, vars: map[string]any{}}
			if a.Index != "" {
				w.vars[a.Index] = dim.Int(i)
			}
			inner.views = append(inner.views, w)
		}
	}
	return &inner
}

// carriedInto are the channels at the beginning of each iteration: those before the repeat and,
// for each iteration, what it adds.
func (f *flow) carriedInto(inner *flow, counts []int) term {
	t := term{values: make([]any, len(inner.nodes))}
	for i, n := range inner.nodes {
		t.values[i] = channelsOf(n)
	}
	if f.ch.x == nil {
		return term{}
	}
	at, same, step := 0, true, term{values: nil}
	for v, n := range counts {
		base := f.ch.values[v].(dim.Size)
		for i := range n {
			d := t.values[at].(dim.Size).Sub(base)
			same = same && d == dim.Int(0)
			if i > 0 {
				d = d.Quo(dim.Int(i))
			}
			if i == 0 && n > 1 {
				d = t.values[at+1].(dim.Size).Sub(base)
			}
			step.values = append(step.values, any(d))
			at++
		}
	}
	if same {
		t.x = f.ch.x
		return t
	}
	if d := inner.stepOf(step.values); d != nil {
		t.x = op(f.ch.x, "+", op(name("i"), "*", d))
		inner.use(f.ch.x)
		inner.use(d)
	}
	return t
}

// stepOf is what an iteration adds: a parameter, or a number.
func (s *scope) stepOf(values []any) *expr {
	for _, n := range s.namesOfText() {
		p := s.parameter(n)
		if p == nil {
			continue
		}
		t := term{name(p.name), make([]any, len(values))}
		for i, v := range s.views {
			t.values[i] = p.values[v.row]
		}
		if t.fits(values) {
			return t.x
		}
	}
	if v, ok := (leaf{values: values}).constant(); ok {
		return literal(v)
	}
	return nil
}

// loopOver writes the loop of forward. Where the class has nothing but one module for each
// iteration, it goes through them.
func (f *flow) loopOver(times *expr, init, out []*stmt) {
	if len(out) == 0 {
		return
	}
	if len(init) == 1 && len(*f.init) == 1 && f.onlyRepeat {
		f.emit(&stmt{kind: loop, index: "layer", value: name("self").method("children"), body: replaced(out, f.reads, name("layer"))})
		return
	}
	f.emit(&stmt{kind: loop, index: "i", value: calling(name("range"), f.inForward(times)), body: out})
}

// replaced are statements with another expression in place of one.
func replaced(list []*stmt, old, by *expr) []*stmt {
	var in func(x *expr) *expr
	in = func(x *expr) *expr {
		switch x {
		case nil:
			return nil
		case old:
			return by
		}
		made := *x
		made.args = make([]*expr, len(x.args))
		for i, a := range x.args {
			made.args[i] = in(a)
		}
		return &made
	}
	out := make([]*stmt, len(list))
	for i, s := range list {
		made := *s
		made.value, made.body, made.orelse = in(s.value), replaced(s.body, old, by), replaced(s.orelse, old, by)
		out[i] = &made
	}
	return out
}

// numbered makes a module of an iteration an attribute whose name has its number.
func (f *flow) numbered(c *cell, made *expr) *expr {
	var labels []string
	for v, p := range c.parts {
		l, _ := cutPath(p.Path, f.rows[f.views[v].row].part.Path)
		labels = append(labels, l)
	}
	prefix, step, first, ok := counting(labels, f.views)
	if !ok {
		f.fail("the names of a repeat's steps do not count")
		return name("None")
	}
	at := name("i")
	if step != 1 {
		at = op(number(step), "*", at)
	}
	if first != 0 {
		at = op(at, "+", number(first))
	}
	label := &expr{kind: formatted, text: prefix, args: []*expr{at}}
	*f.init = append(*f.init, &stmt{kind: do, value: name("self").method("add_module", label, made)})
	f.reads = calling(name("getattr"), name("self"), label)
	return f.reads
}

// counting takes names apart that are one text with a number behind it, which grows with the
// iteration.
func counting(labels []string, views []view) (prefix string, step, first int, ok bool) {
	prefix = strings.TrimRight(labels[0], "0123456789")
	if strings.Contains(prefix, ".") || len(prefix) == len(labels[0]) {
		return "", 0, 0, false
	}
	numbers := make([]int, len(labels))
	for i, l := range labels {
		rest, has := strings.CutPrefix(l, prefix)
		n, err := strconv.Atoi(rest)
		if !has || err != nil || strconv.Itoa(n) != rest {
			return "", 0, 0, false
		}
		numbers[i] = n
		if views[i].iteration == 0 {
			first = n
		}
		if views[i].iteration == 1 {
			step = n
		}
	}
	step -= first
	for i, n := range numbers {
		if n != first+step*views[i].iteration {
			return "", 0, 0, false
		}
	}
	return prefix, step, first, step > 0 && !ofModules[prefix] && !strings.HasPrefix(prefix, "_")
}
