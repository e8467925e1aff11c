package torch

import (
	"slices"

	"cnnlang/interp/graph"
)

// unit follows a block or a group, which is a module.
func (f *flow) unit(c *cell) {
	if f.isNamed(c) && !f.inRepeat() {
		in, ch := f.nodes, f.ch
		at := f.attribute(c, calling(dotted("nn.Sequential")))
		f.fillOnce(at, c, in, ch)
		if f.length >= 2 || f.net {
			f.settle()
		}
		f.next(calling(at, f.cur), c.parts)
		f.ch = f.channelsAfter(f.rowChannels, f.nodes)
		if f.net && !f.inSide {
			f.settle()
		}
		return
	}
	made, cls := f.moduleOf(c, f.nodes, f.ch)
	if made == nil {
		return
	}
	args := []*expr{f.cur}
	if cls != nil {
		for i := range cls.rows[0].takes {
			nodes := make([]*graph.Node, len(c.parts))
			for v, p := range c.parts {
				if takes := f.rowOf[p].takes; i < len(takes) {
					nodes[v] = takes[i].node
				}
			}
			v, ok := f.find(nodes)
			if !ok {
				f.fail("a value is read that is not there in every application")
				return
			}
			args = append(args, name(v))
		}
	}
	after := f.claimOf(c)
	if f.length > 0 && (f.length >= 2 || f.net) {
		f.settle()
		args[0] = f.cur
	}
	if cls != nil {
		args = slices.Insert(args[1:], cls.rows[0].inAt, args[0])
	}
	x := calling(f.attribute(c, made), args...)
	if cls != nil && len(cls.rows[0].gives) > 0 {
		f.unpack(c, x)
	} else {
		f.next(x, c.parts)
	}
	f.ch = f.channelsAfter(after, f.nodes)
	if f.net && !f.inSide {
		f.settle()
	}
}

// unpack takes what a module gives beside its result.
func (f *flow) unpack(c *cell, x *expr) {
	v, result := f.target, nodesOf(c.parts)
	switch called := f.tapName(result); {
	case called != "":
		v = f.fresh(called)
		f.keepAs(v, result)
	case f.held[v]:
		v = f.fresh("y")
		f.target = v
	}
	targets, heads := []*expr{}, []*stmt{}
	for i, g := range f.rowOf[c.parts[0]].gives {
		nodes := make([]*graph.Node, len(c.parts))
		for k, p := range c.parts {
			nodes[k] = f.rowOf[p].gives[i].node
		}
		in := f.fresh(g.name)
		f.keepAs(in, nodes)
		targets = append(targets, name(in))
		if g.side != nil && f.net {
			heads = append(heads, &stmt{target: indexed(name("heads"), str(g.side.Name)), value: name(in)})
			f.heads = true
		}
	}
	targets = slices.Insert(targets, f.rowOf[c.parts[0]].resultAt, name(v))
	f.emit(&stmt{target: &expr{kind: tuple, text: "bare", args: targets}, value: x})
	for _, s := range heads {
		f.emit(s)
	}
	f.cur, f.nodes, f.length = name(v), result, 0
}

// moduleOf is the module of a block or group, and its class, nil for a row of steps.
func (f *flow) moduleOf(c *cell, in []*graph.Node, ch term) (*expr, *class) {
	p := c.first()
	if p.Kind == graph.Group && f.sequential[groupKey(p)] != notSequential {
		return f.rowOfSteps(c, in, ch), nil
	}
	cls := f.classOf[p]
	for _, q := range c.parts {
		if f.classOf[q] != cls {
			f.fail("a step is of several classes")
			return nil, nil
		}
	}
	return f.instance(cls, c, in, ch), cls
}

// instance is a call of a class.
func (s *scope) instance(cls *class, c *cell, in []*graph.Node, ch term) *expr {
	x := calling(name(cls.name))
	named := false
	for _, p := range cls.params {
		l := leaf{name: p.name}
		for _, part := range c.parts {
			row := s.indexOf[part]
			l.values = append(l.values, p.values[row])
		}
		if p.name == inChannels {
			l.name = "channels"
			for i, n := range in {
				l.values[i] = channelsOf(n)
			}
			x.args = append(x.args, s.carried(l, ch))
			continue
		}
		if f := p.formulas[s.indexOf[c.parts[0]]]; f != nil {
			l.formula = s.lift(f, c.parts[0].Names, 0)
		}
		v, same := l.constant()
		if same && (v == nil || p.def != nil && v == plain(p.def)) && !(l.formula != nil && s.opens(l)) {
			named = true
			continue
		}
		value := s.resolve(l)
		if p.def == nil && !named && p.at < 1000 {
			x.args = append(x.args, value)
			continue
		}
		named = true
		x.with(p.name, value)
	}
	return x
}

// opens reports whether an argument is computed from parameters of the class.
func (s *scope) opens(l leaf) bool {
	t, ok := s.term(l.formula)
	return ok && t.fits(l.values) && s.names(t.x)
}

// claimOf is what a block claims of its channels, where it is called.
func (f *flow) claimOf(c *cell) term {
	p := c.first()
	if p.Kind != graph.Block || p.Channels == nil {
		if p.Kind == graph.Group && f.sequential[groupKey(p)] != notSequential {
			return f.rowChannels
		}
		return term{}
	}
	inner := *f.scope
	inner.claim = map[string]term{}
	for i, axis := range p.Axes {
		if axis != "" && i == 1 {
			inner.claim[axis] = f.ch
		}
	}
	for _, g := range p.Given {
		t, ok := f.term(f.lift(g.Formula, p.Names, 0))
		if !ok {
			t, _ = f.value(g.Value)
		}
		inner.claim[g.Name] = t
	}
	t, ok := inner.term(p.Channels)
	if !ok {
		return term{}
	}
	return t
}

// isNamed reports whether a step is a group that is a row of steps with names.
func (f *flow) isNamed(c *cell) bool {
	p := c.first()
	return p.Kind == graph.Group && f.sequential[groupKey(p)] == byName
}

// fillOnce is fill where no other item of an each has done that, in the same way.
func (f *flow) fillOnce(at *expr, c *cell, nodes []*graph.Node, ch term) {
	var made []*stmt
	around := f.init
	f.init = &made
	f.fill(at, c, nodes, ch)
	f.init = around
	w := &writer{}
	w.statements(made)
	label := f.localOf(c)
	m := f.modules[label]
	switch {
	case m.filled == "":
		m.filled = w.String()
		f.modules[label] = m
		*f.init = append(*f.init, made...)
	case m.filled != w.String():
		f.fail(severalArguments)
	}
}

// fill makes the steps of a group parts of an nn.Sequential, by their names.
func (f *flow) fill(at *expr, c *cell, nodes []*graph.Node, ch term) {
	series, owners := make([][]*graph.Part, len(c.parts)), make([]string, len(c.parts))
	for i, p := range c.parts {
		series[i], owners[i] = p.Parts, p.Path
	}
	for _, step := range f.cellsUnder(series, owners) {
		if len(step.present()) < len(step.parts) {
			f.fail("a named step is not in all applications")
			return
		}
		label := f.labelUnder(step, owners)
		if f.isNamed(step) {
			f.put(at, label, calling(dotted("nn.Sequential")), "add_module", "_modules")
			f.fill(child(at, label), step, nodes, ch)
			nodes = nodesOf(step.parts)
			ch = f.channelsAfter(f.rowChannels, nodes)
			continue
		}
		x, after := f.item(step, nodes, ch)
		f.put(at, label, x, "add_module", "_modules")
		nodes = nodesOf(step.parts)
		ch = f.channelsAfter(after, nodes)
	}
	f.rowChannels = ch
}

// How a row of steps is written.
type rowKind int

const (
	notSequential rowKind = iota
	byNumber              // nn.Sequential(a, b)
	byName                // nn.Sequential() with parts by their names
)

// rowOfSteps is nn.Sequential of a group's steps.
func (f *flow) rowOfSteps(c *cell, in []*graph.Node, ch term) *expr {
	kind := f.sequential[groupKey(c.first())]
	series := make([][]*graph.Part, len(c.parts))
	for i, p := range c.parts {
		series[i] = p.Parts
	}
	owners := make([]string, len(c.parts))
	for i, p := range c.parts {
		owners[i] = p.Path
	}
	items, names := f.itemsOf(series, owners, kind, in, ch)
	if f.failed != "" {
		return nil
	}
	if kind == byName {
		f.needs("OrderedDict")
		pairs := make([]*expr, len(items))
		for i, x := range items {
			pairs[i] = tupleOf(str(names[i]), x)
		}
		return calling(dotted("nn.Sequential"), calling(name("OrderedDict"), listOf(pairs...)))
	}
	return calling(dotted("nn.Sequential"), items...)
}

// itemsOf are the modules of a row of steps and their names. Where steps are not in all
// applications, __init__ collects them in a list first.
func (f *flow) itemsOf(series [][]*graph.Part, owners []string, kind rowKind, in []*graph.Node, ch term) (items []*expr, names []string) {
	cells := f.cellsUnder(series, owners)
	var layers *expr
	collect := func() {
		if layers == nil {
			v := f.freshLayers()
			layers = name(v)
			*f.init = append(*f.init, &stmt{target: layers, value: listOf(squeeze(items)...)})
		} else if len(items) > 0 {
			*f.init = append(*f.init, grow(layers, items))
		}
		items = nil
	}
	nodes, skip := in, 0
	for i, c := range cells {
		if skip > 0 {
			skip--
			continue
		}
		present := c.present()
		if len(present) == len(c.parts) {
			x, after := f.item(c, nodes, ch)
			items, names = append(items, x), append(names, f.labelUnder(c, owners))
			nodes = nodesOf(c.parts)
			ch = f.channelsAfter(after, nodes)
			continue
		}
		if kind == byName {
			f.fail("a named step is not in all applications")
			return nil, nil
		}
		n := 1
		for i+n < len(cells) && slices.Equal(cells[i+n].present(), present) {
			n++
		}
		collect()
		nodes, ch = f.someItems(cells[i:i+n], nodes, ch, layers)
		skip = n - 1
	}
	f.rowChannels = ch
	if layers != nil {
		collect()
		return []*expr{{kind: spread, args: []*expr{layers}}}, names
	}
	if kind == byNumber {
		items = squeeze(items)
	}
	return items, names
}

// someItems collects steps that only some applications have.
func (f *flow) someItems(cells []*cell, nodes []*graph.Node, ch term, layers *expr) ([]*graph.Node, term) {
	present := cells[0].present()
	cond := f.when(f.condition(cells[0]), present)
	var made []*stmt
	inner := f.sub(f.target)
	inner.scope, inner.init = f.only(present), &made
	some, innerCh := pick(nodes, present), ch
	if ch.x != nil {
		innerCh.values = pick(ch.values, present)
	}
	var items []*expr
	for _, c := range cells {
		x, after := inner.item(&cell{key: c.key, parts: pick(c.parts, present), from: c.from}, some, innerCh)
		items = append(items, x)
		some = nodesOf(pick(c.parts, present))
		innerCh = inner.channelsAfter(after, some)
	}
	made = append(made, grow(layers, items))
	*f.init = append(*f.init, &stmt{kind: branch, value: cond, body: made})
	outs := slices.Clone(nodes)
	for i, v := range present {
		outs[v] = some[i]
	}
	after := f.channelsAfter(ch, outs)
	if after.x == nil && innerCh.x != nil {
		after = f.sameAs(innerCh.x, outs)
	}
	return outs, after
}

// sameAs is an expression of some applications' channels for all, if it is right.
func (f *flow) sameAs(x *expr, nodes []*graph.Node) term {
	values, ok := f.evaluate(x)
	if !ok {
		return term{}
	}
	return f.channelsAfter(term{x, values}, nodes)
}

// grow adds items to a list.
func grow(layers *expr, items []*expr) *stmt {
	if items = squeeze(items); len(items) == 1 && items[0].kind != spread {
		return &stmt{kind: do, value: layers.method("append", items[0])}
	}
	return &stmt{kind: more, target: layers, value: listOf(items...)}
}

// squeeze writes equal neighbours once.
func squeeze(items []*expr) (out []*expr) {
	for i := 0; i < len(items); {
		n, text := 1, items[i].String()
		for i+n < len(items) && items[i+n].String() == text {
			n++
		}
		if n == 1 {
			out = append(out, items[i])
		} else {
			out = append(out, &expr{kind: spread, args: []*expr{{kind: each, text: "_", args: []*expr{items[i], number(n)}}}})
		}
		i += n
	}
	return out
}

// item is a step as a module, and the channels that come out of it.
func (f *flow) item(c *cell, in []*graph.Node, ch term) (*expr, term) {
	if p := c.first(); p.Kind != graph.Operation {
		nodes, before := f.nodes, f.ch
		f.nodes, f.ch = in, ch
		x, _ := f.moduleOf(c, in, ch)
		if x == nil { // what is applied differs, which has been said
			x = name("None")
		}
		after := f.claimOf(c)
		f.nodes, f.ch = nodes, before
		return x, after
	}
	u := &use{scope: f.scope, cell: c, parts: c.parts, in: in, ch: ch}
	if u.differ() {
		if !u.interchangeable() {
			f.fail("a step is of several operations")
			return name("None"), term{}
		}
		return u.activation(), ch
	}
	x := u.module(true)
	if x == nil {
		f.fail("a step has no module")
		x = name("None")
	}
	return x, u.channelsOut()
}
