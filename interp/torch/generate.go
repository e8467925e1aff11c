package torch

import (
	"slices"
	"strings"

	"cnnlang/interp/graph"
)

// mostPasses is how often the classes are written anew: a class that has to be told something
// makes those that call it have to know it.
const mostPasses = 200

// generate writes the bodies of all classes.
func (f *file) generate() {
	for range mostPasses {
		f.changed = false
		f.name()
		f.imports = map[string]bool{}
		f.lacks = nil
		for _, c := range f.classes {
			c.generate()
		}
		f.split()
		if !f.changed {
			return
		}
	}
	f.lacks = append(f.lacks, graph.Lacking{What: "the net, whose blocks depend on each other without end"})
}

// name gives every class a name of its own, and notes which rows it has.
func (f *file) name() {
	taken := newNames()
	for _, c := range f.classes {
		if c.base == "" {
			c.base = className(c.key.call)
			if c.key.call == "{" {
				c.base = groupName(c.rows[0].part)
			} else if c.net {
				c.base = className(f.net.Call)
			}
		}
		c.name = taken.take(c.base)
		for i, r := range c.rows {
			f.classOf[r.part], f.indexOf[r.part] = c, i
		}
	}
}

func groupName(p *graph.Part) string {
	label := lastOf(p.Path)
	if isNumber(label) {
		return "Body"
	}
	return className(label)
}

// split takes the applications of a class apart that cannot be written as one.
func (f *file) split() {
	var all []*class
	for _, c := range f.classes {
		if c.failed == "" {
			all = append(all, c)
			continue
		}
		if len(c.rows) == 1 {
			f.lacks = append(f.lacks, graph.Lacking{Path: c.rows[0].part.Path, What: c.failed})
			c.failed = ""
			all = append(all, c)
			continue
		}
		f.changed = true
		parts := map[classKey]*class{}
		for _, r := range c.rows {
			key := c.key
			if key.shape == "" {
				f.shape(r.part, "")
				key.shape = f.shapes[r.part] // whatever its label is
			} else {
				key.single = r.part
			}
			part := parts[key]
			if part == nil {
				part = &class{file: f, key: key, base: c.base, net: c.net}
				parts[key] = part
				all = append(all, part)
			}
			part.rows = append(part.rows, r)
		}
	}
	f.classes = all
}

// generate writes the body of a class.
func (c *class) generate() {
	c.failed = ""
	if !c.fitting() {
		c.fail("values go in and out of it in several ways")
		return
	}
	s := &scope{class: c}
	series := make([][]*graph.Part, len(c.rows))
	for i, r := range c.rows {
		s.views = append(s.views, view{row: i})
		series[i] = r.part.Parts
	}
	var init, out []*stmt
	f := &flow{scope: s, function: newFunction(), cur: name("x"), target: "x", init: &init, out: &out}
	f.top = &init
	f.readLabels(series)
	for _, r := range c.rows {
		f.nodes = append(f.nodes, r.in)
	}
	if len(f.nodes[0].Shape) > 1 {
		f.ch = f.channelsAfter(f.incoming(), f.nodes)
	}
	c.body = body{in: "x"}
	if n := c.inputName(); n != "" {
		c.body.in = f.fresh(n)
		f.cur, f.target = name(c.body.in), c.body.in
	}
	if c.isRow() {
		owners := make([]string, len(c.rows))
		for i, r := range c.rows {
			owners[i] = r.part.Path
		}
		items, _ := f.itemsOf(series, owners, byNumber, f.nodes, f.ch)
		c.body = body{init: init, items: items, sequential: true}
		return
	}
	f.enter()
	cells := s.cells(series)
	f.onlyRepeat = len(cells) > 0 && f.repeatOf(cells) == len(cells)
	f.run(cells)
	f.leave()
	c.body.init, c.body.forward = append(f.stores, init...), out
}

// inputName is what the signature calls the input of a class that takes several values, "" for nothing.
func (c *class) inputName() string {
	if c.net && len(c.graph.Inputs) > 1 {
		return c.graph.Input().Path
	}
	r := c.rows[0]
	i := slices.IndexFunc(r.part.Takes, func(o graph.Output) bool { return o.Node == r.in })
	if c.net || i < 0 {
		return ""
	}
	return r.part.Takes[i].Name
}

func newFunction() *function {
	return &function{
		used: newNames("x", "heads", "self"), held: map[string]bool{}, assigned: map[string]bool{}, stable: map[string]bool{}, stored: map[string]string{},
		labels: newNames(), lists: newNames(), holds: map[*graph.Node][]int{}, own: map[string]string{}, modules: map[string]module{},
	}
}

// fitting reports whether all rows take and give as many values.
func (c *class) fitting() bool {
	for _, r := range c.rows {
		first := c.rows[0]
		if len(r.takes) != len(first.takes) || len(r.gives) != len(first.gives) || r.inAt != first.inAt || r.resultAt != first.resultAt || len(r.in.Shape) != len(first.in.Shape) {
			return false
		}
	}
	return true
}

// incoming are the channels that come in.
func (f *flow) incoming() term {
	if f.net {
		return term{}
	}
	t := term{x: name(inChannels)}
	for _, n := range f.nodes {
		t.values = append(t.values, channelsOf(n))
	}
	return t
}

// isRow reports whether all rows of a class are nn.Sequential.
func (c *class) isRow() bool {
	for _, r := range c.rows {
		if c.net || len(r.takes)+len(r.gives) > 0 || r.part.Kind != graph.Block || c.rowOfSteps(r.part.Parts, r.part.Path, r.part.Node) != byNumber {
			return false
		}
	}
	return true
}

// enter makes what forward takes known by name.
func (f *flow) enter() {
	r := f.rows[0]
	f.know(f.nodes, f.body.in)
	if f.tapName(f.nodes) != "" || f.inputName() != "" {
		f.held[f.body.in], f.stable[f.body.in] = true, true
		f.target = f.fresh("y")
	}
	for i, t := range r.takes {
		nodes := make([]*graph.Node, len(f.rows))
		for k, r := range f.rows {
			nodes[k] = r.takes[i].node
		}
		v := f.fresh(t.name)
		f.body.takes = append(f.body.takes, v)
		f.keepAs(v, nodes)
	}
}

// leave returns the value, and what else is asked for.
func (f *flow) leave() {
	if f.failed != "" {
		return
	}
	results := []*expr{f.cur}
	if outputs := f.outputs(); outputs != nil {
		results, f.cur, f.nodes = outputs, tupleOf(outputs...), nil
	}
	for i, g := range f.rows[0].gives {
		nodes := make([]*graph.Node, len(f.rows))
		for k, r := range f.rows {
			nodes[k] = r.gives[i].node
		}
		v, ok := "", false
		if g.side != nil {
			v, ok = f.headOf(nodes)
		}
		if !ok {
			v, ok = f.find(nodes)
		}
		if !ok {
			f.fail("a value that is read elsewhere is not there in every application")
			return
		}
		results = append(results, name(v))
	}
	if at := f.rows[0].resultAt; at > 0 {
		results = slices.Insert(results[1:], at, results[0])
	}
	if f.heads {
		*f.out = append([]*stmt{{target: name("heads"), value: name("{}")}}, *f.out...)
		if len(results) == 1 {
			f.settleHeld()
			results[0] = f.cur
		}
		f.emit(&stmt{kind: branch, value: self("side_heads"), body: []*stmt{{kind: giveBack, value: &expr{kind: tuple, text: "bare", args: []*expr{f.cur, name("heads")}}}}})
	}
	value := results[0]
	if len(results) > 1 {
		value = &expr{kind: tuple, text: "bare", args: results}
	}
	if n := len(*f.out); n > 0 && value.kind == atom && !f.heads {
		if last := (*f.out)[n-1]; last.kind == assign && last.target.kind == atom && last.target.text == value.text {
			value, *f.out = last.value, (*f.out)[:n-1]
		}
	}
	after := f.shape()
	if f.heads {
		after = ""
	}
	f.emit(&stmt{kind: giveBack, value: value, comment: after})
}

// headOf is the variable that holds the output of a side head.
func (f *flow) headOf(nodes []*graph.Node) (string, bool) {
	for _, k := range f.knownHeads {
		if slices.Equal(k.nodes, nodes) {
			return k.in, true
		}
	}
	return "", false
}

// settleHeld puts the result into a variable before it is returned twice.
func (f *flow) settleHeld() {
	if f.cur.kind != atom {
		f.emit(&stmt{target: name("x"), value: f.cur, comment: f.shape()})
		f.cur = name("x")
	}
}

// tapName is what a value is called that is read by name, "" for others. It has to be one in all
// views.
func (f *flow) tapName(nodes []*graph.Node) string {
	for _, n := range nodes {
		if t := f.tapped[n]; t != "" {
			return t
		}
	}
	return ""
}

// readLabels notes the attributes that steps have, which nothing else may be called.
func (f *flow) readLabels(series [][]*graph.Part) {
	for i, list := range series {
		owner := f.rows[i].part.Path
		var walk func(list []*graph.Part)
		walk = func(list []*graph.Part) {
			for _, q := range f.flatten(list, owner, nil, nil) {
				label, _ := cutPath(q.part.Path, owner)
				label, _, _ = strings.Cut(label, ".")
				f.labels.taken[label] = true
				for _, b := range q.part.Branches {
					walk(b)
				}
				if q.part.Kind == graph.Head {
					walk(q.part.Parts)
				}
			}
		}
		walk(list)
	}
}

func (f *flow) labelUnder(c *cell, owners []string) string {
	for v, p := range c.parts {
		if p != nil {
			l, _ := cutPath(p.Path, owners[v])
			return l
		}
	}
	return ""
}

func (f *flow) freshLayers() string {
	return f.lists.take("layers")
}

func (f *file) needs(what string) { f.imports[what] = true }

func (f *file) helper(n string) string { f.imports[n] = true; return n }

func (f *file) lack(p *graph.Part, what string) {
	f.lacks = append(f.lacks, graph.Lacking{Path: p.Path, What: what})
}
