package torch

import (
	"cmp"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// A way is a branch of a merge in all views, nil where it is not there.
type way struct {
	around graph.Around
	series []*[]*graph.Part
}

func (w *way) present() (views []int) {
	for i, s := range w.series {
		if s != nil {
			views = append(views, i)
		}
	}
	return views
}

// waysOf puts the branches of a merge beside each other.
func waysOf(c *cell) []*way {
	var ways []*way
	find := map[[2]int]*way{}
	for v, p := range c.parts {
		for i := range p.Branches {
			a := p.Ways[i]
			key := [2]int{a.Span.Start.Offset, a.Iteration}
			w := find[key]
			if w == nil {
				w = &way{around: a, series: make([]*[]*graph.Part, len(c.parts))}
				find[key] = w
				ways = append(ways, w)
			}
			w.series[v] = &p.Branches[i]
		}
	}
	slices.SortStableFunc(ways, func(a, b *way) int {
		if d := a.around.Span.Start.Offset - b.around.Span.Start.Offset; d != 0 {
			return d
		}
		return cmp.Compare(a.around.Iteration, b.around.Iteration)
	})
	return ways
}

// merge follows the branches of a merge and joins them.
func (f *flow) merge(c *cell) {
	u := f.useOf(c)
	if u.differ() {
		f.fail("branches are joined in several ways")
		return
	}
	f.settle()
	start, startNodes, startCh := f.cur, f.nodes, f.ch
	ways := waysOf(c)
	wasHeld := f.held[start.text]
	f.held[start.text] = true
	var values []*expr
	var names []string
	var channels []term
	var some []*way
	for i, w := range ways {
		if len(w.present()) < len(c.parts) {
			some = append(some, w)
			continue
		}
		last := i == len(ways)-1 && len(some) == 0
		if last && !wasHeld && f.hasOptional(w) {
			f.settleEarlier(values, names, len(*f.out))
		}
		if last && !wasHeld && !slices.ContainsFunc(values, func(x *expr) bool { return x.uses(start.text) }) {
			f.held[start.text] = false
		}
		f.cur, f.nodes, f.ch, f.length = start, startNodes, startCh, 0
		before := len(*f.out)
		x, ch, target := f.way(w, c, start.text, u.op().Name())
		if len(*f.out) > before {
			f.settleEarlier(values, names, before)
		}
		if len(x.String()) > 60 {
			x = f.keep("y", x)
		}
		values, channels, names = append(values, x), append(channels, ch), append(names, target)
	}
	f.held[start.text] = wasHeld
	f.length = 0
	if c.parts[0].Node != nil && len(c.parts[0].Node.In) != len(c.parts[0].Branches) {
		values, channels = f.itemsJoined(c)
	}
	if len(values) == 0 {
		f.fail("no branch is in all applications")
	}
	if f.failed != "" {
		return
	}
	f.target = start.text
	if wasHeld {
		f.target = f.fresh("y")
	}
	f.next(f.join(u, values), c.parts)
	if len(some) > 0 {
		f.joinSome(u, some, c, start, startNodes, startCh)
	}
	f.ch = f.channelsAfter(f.joined(u, channels), f.nodes)
	if f.length = 2; u.op().Name() == "concat" && len(f.cur.String()) > 30 {
		f.settle()
	}
}

// itemsJoined are the values of a merge whose branches give lists.
func (f *flow) itemsJoined(c *cell) (values []*expr, channels []term) {
	for i := range c.parts[0].Node.In {
		nodes := make([]*graph.Node, len(c.parts))
		for v, p := range c.parts {
			if len(p.Node.In) != len(c.parts[0].Node.In) {
				f.fail("as many values are not joined in every application")
				return nil, nil
			}
			nodes[v] = p.Node.In[i]
		}
		v, ok := f.find(nodes)
		if !ok {
			f.fail("a value is read that is not there in every application")
			return nil, nil
		}
		values, channels = append(values, name(v)), append(channels, f.channelsAfter(term{}, nodes))
	}
	return values, channels
}

// hasOptional reports whether a branch has steps that not all applications have, so that it takes
// more than an expression.
func (f *flow) hasOptional(w *way) bool {
	series := make([][]*graph.Part, len(w.series))
	for i, s := range w.series {
		series[i] = *s
	}
	return slices.ContainsFunc(f.cells(series), func(c *cell) bool { return len(c.present()) < len(c.parts) })
}

// settleEarlier puts branches that were expressions into variables where a later one has statements of
// its own, which come before it.
func (f *flow) settleEarlier(values []*expr, names []string, at int) {
	for i, x := range values {
		if x.kind == atom {
			continue
		}
		v := names[i]
		if !f.assigned[v] || !x.uses(v) {
			v = f.fresh(v)
		}
		f.assigned[v] = true
		*f.out = slices.Insert(*f.out, at, &stmt{target: name(v), value: x})
		at++
		values[i] = name(v)
	}
}

// way follows one branch.
func (f *flow) way(w *way, c *cell, start, merge string) (value *expr, channels term, variable string) {
	inner := f.sub(start)
	series := make([][]*graph.Part, len(w.series))
	for i, s := range w.series {
		series[i] = *s
	}
	cells := f.cells(series)
	if merge == "mul" && len(cells) == 1 && len(cells[0].present()) == len(c.parts) {
		if _, ok := firstOp(cells[0]).(*ops.Learned); ok && f.otherBranches(c) {
			return f.parameterOf(cells[0], inner.useOf(cells[0]), false), term{}, f.fresh("y")
		}
	}
	if f.held[start] {
		inner.target = f.fresh(f.branchName(cells, merge))
	}
	inner.run(cells)
	f.known = inner.known
	if inner.target != start && !f.assigned[inner.target] {
		f.used.giveBack(inner.target)
	}
	return inner.cur, inner.ch, inner.target
}

func firstOp(c *cell) ops.Op {
	if p := c.first(); p.Kind == graph.Operation {
		return p.Node.Op
	}
	return nil
}

// otherBranches reports whether a merge has branches that are no learned tensors, and have as
// many axes.
func (f *flow) otherBranches(c *cell) bool {
	for _, p := range c.parts {
		ok := false
		for _, b := range p.Branches {
			ok = ok || len(b) != 1 || b[0].Node == nil || !isLearned(b[0])
		}
		if !ok {
			return false
		}
	}
	return true
}

func isLearned(p *graph.Part) bool {
	_, ok := p.Node.Op.(*ops.Learned)
	return ok && p.Kind == graph.Operation
}

// branchName is a variable for a branch: what its steps are called, if that begins alike, or y.
func (f *flow) branchName(cells []*cell, merge string) string {
	common := ""
	for i, c := range cells {
		if merge != "concat" || f.inRepeat() || len(c.present()) < len(c.parts) {
			return "y"
		}
		label := f.localOf(c)
		if !isIdentifier(label) {
			continue
		}
		if i == 0 || common == "" {
			common = label
		}
		for !strings.HasPrefix(label, common) {
			common = common[:len(common)-1]
		}
	}
	if common = strings.TrimRight(common, "_"); len(common) > 1 {
		return common
	}
	return "y"
}

// join is the value of a merge.
func (f *flow) join(u *use, values []*expr) *expr {
	fold := func(two func(a, b *expr) *expr) *expr {
		x := values[0]
		for _, v := range values[1:] {
			x = two(x, v)
		}
		return x
	}
	infix := func(o string) *expr { return fold(func(a, b *expr) *expr { return op(a, o, b) }) }
	switch u.op().(type) {
	case *ops.Add:
		return infix("+")
	case *ops.Mul:
		return infix("*")
	case *ops.Mean:
		if len(values) == 1 {
			return values[0]
		}
		return op(infix("+"), "/", number(len(values)))
	case *ops.Max:
		return fold(func(a, b *expr) *expr { return calling(dotted("torch.maximum"), a, b) })
	case *ops.Matmul:
		return calling(dotted("torch.matmul"), values...)
	case *ops.Concat:
		axis := u.leaf("axis", func(o ops.Op) any { return o.(*ops.Concat).Axis })
		return calling(dotted("torch.cat"), listOf(values...), f.inForward(u.resolve(axis)))
	}
	f.lack(u.parts[0], "the merge `"+u.op().Name()+"`")
	return values[0]
}

// joined are the channels that come out of a merge.
func (f *flow) joined(u *use, channels []term) term {
	o, isConcat := u.op().(*ops.Concat)
	if _, multiplies := u.op().(*ops.Matmul); multiplies {
		return term{}
	}
	if !isConcat || o.Axis != dim.Int(1) {
		return channels[0]
	}
	sum := channels[0]
	for _, ch := range channels[1:] {
		if sum.x == nil || ch.x == nil {
			return term{}
		}
		t, ok := f.operation("+", []term{sum, ch})
		if !ok {
			return term{}
		}
		sum = t
	}
	return sum
}

// joinSome joins the branches that some applications have.
func (f *flow) joinSome(u *use, some []*way, c *cell, start *expr, nodes []*graph.Node, ch term) {
	if n := u.op().Name(); n != "add" && n != "mul" {
		f.fail("a branch is not in all applications")
		return
	}
	merged, sum := f.nodes, f.cur
	if f.tapName(merged) != "" {
		f.fail("a branch is not in all applications")
		return
	}
	if sum.kind != atom || sum.text == start.text { // which the branches still need
		sum = f.keep("y", sum)
	}
	for _, w := range some {
		views := w.present()
		cond := f.when(f.lift(moreThan(w.around), c.parts[views[0]].Names, views[0]), views)
		var init, out []*stmt
		inner := f.sub(f.fresh("z"))
		inner.scope, inner.init, inner.out = f.only(views), &init, &out
		inner.cur, inner.nodes, inner.ch = start, pick(nodes, views), ch
		if ch.x != nil {
			inner.ch.values = pick(ch.values, views)
		}
		series := make([][]*graph.Part, len(views))
		for i, v := range views {
			series[i] = *w.series[v]
		}
		before := f.held[start.text]
		f.held[start.text] = true
		inner.run(inner.cells(series))
		f.held[start.text] = before
		symbol := map[string]string{"add": "+", "mul": "*"}[u.op().Name()]
		out = append(out, &stmt{target: sum, value: op(inner.cur, symbol, sum)})
		if len(init) > 0 {
			*f.init = append(*f.init, ifElse(cond, init, nil))
		}
		f.emit(ifElse(f.kept(cond), out, nil))
	}
	f.cur, f.nodes, f.target = sum, merged, sum.text
}

// head follows a side head, whose output a net gives in a dict.
func (f *flow) head(c *cell) {
	f.settle()
	p := c.first()
	series := make([][]*graph.Part, len(c.parts))
	for i, q := range c.parts {
		series[i] = q.Parts
	}
	var out []*stmt
	inner := f.sub(f.fresh(lastOf(p.Path)))
	if f.net && !f.inSide {
		inner.out = &out
	}
	before, outside := f.held[f.cur.text], f.known
	f.held[f.cur.text], inner.inSide = true, true
	inner.run(f.cells(series))
	f.held[f.cur.text] = before
	switch {
	case !f.net:
		nodes := nodesOf(c.parts)
		v := inner.cur
		if v.kind != atom || v.text == f.cur.text {
			v = name(f.fresh(lastOf(p.Path)))
			f.emit(&stmt{target: v, value: inner.cur})
		}
		f.held[v.text] = true
		f.knownHeads = append(f.knownHeads, known{nodes, v.text})
		return
	case p.Side != nil:
		f.heads = true
		inner.emit(&stmt{target: indexed(name("heads"), str(p.Side.Name)), value: inner.cur})
	}
	if f.net && !f.inSide {
		f.emit(&stmt{kind: branch, value: self("side_heads"), body: out})
	}
	f.known = outside
}
