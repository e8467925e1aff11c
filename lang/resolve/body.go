package resolve

import (
	"slices"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
)

// body checks statements in order; a let defines its name from there on.
func (c *checker) body(b *ast.Body, s *scope) {
	c.depth++
	defer func() { c.depth-- }()
	var last *ast.Step
	read := false // whether a side head reads the value of the last step
	for _, st := range b.Stmts {
		c.stmt(st, s)
		read = read || st.Side != nil && c.takes(st.Side.Step)
		if st.Pipe == nil || c.reported >= maxReported {
			continue
		}
		for _, step := range st.Pipe.Steps {
			if last != nil && !read && c.starts(step) {
				c.lastOf(last, step)
			}
			if passesOn(step) {
				var r readers
				c.find(&r, step)
				read = read || r.any()
			} else {
				last, read = step, false
			}
		}
	}
}

// lastOf checks a step whose value no step takes, because next starts with another one:
// only a name can keep it.
func (c *checker) lastOf(s, next *ast.Step) {
	var r readers
	c.find(&r, s)
	switch {
	case !r.any():
		c.report(dropped(s, next))
	case len(r.names) == 1 && !r.other && c.taps[r.names[0].Text] != nil:
		c.taps[r.names[0].Text].alone = true
	}
}

func (c *checker) stmt(st *ast.Stmt, s *scope) {
	switch {
	case c.reported >= maxReported:
	case st.Let != nil:
		c.expr(st.Let.Value, s)
		c.bind(st.Let.Pattern.All(), s)
	case st.Meta != nil:
		c.onlyInNet(st, "meta")
		for _, item := range st.Meta.Items {
			c.expr(item.Value, s)
		}
	case st.Train != nil:
		c.onlyInNet(st, "train")
		c.train(st.Train, s)
	case st.Names != nil:
		c.onlyInNet(st, "names")
		c.nameMap(st.Names, s)
	case st.Expect != nil:
		c.onlyInNet(st, "expect")
		c.inExpect = true
		c.expr(st.Expect.Cond, s)
		c.inExpect = false
	case st.Side != nil:
		if c.each > 0 {
			c.report(sideInEach(st.Side))
		}
		outside := len(c.named)
		c.step(st.Side.Step, s)
		if l := st.Side.Step.Label; l != nil && l.Name != nil {
			c.heads[l.Name.Text] = &tap{span: l.Span()}
		}
		for _, claim := range st.Side.Step.Claims {
			if claim.As != nil {
				c.heads[claim.As.Text] = &tap{span: claim.As.Span()}
				c.tap(claim.As) // it names the head, which counts as a use
				if len(claim.At) > 0 {
					c.report(indexedHead(claim))
				}
			}
		}
		c.end(outside, c.heads) // names inside a head end with the head
	case st.Pipe != nil:
		for _, step := range st.Pipe.Steps {
			c.step(step, s)
		}
	}
}

// onlyInNet reports a statement about a whole net that is elsewhere.
func (c *checker) onlyInNet(st *ast.Stmt, what string) {
	if !c.isNet || c.depth > 1 {
		c.report(diag.New(diag.MisplacedFact, st.Span(), "`%s` does not belong here", what).
			WithHelp("it goes in the body of a net"))
	}
}

func (c *checker) step(st *ast.Step, s *scope) {
	if c.reported >= maxReported {
		return
	}
	switch {
	case st.Label != nil && st.Label.Text != nil:
		c.expr(st.Label.Text, s)
		c.worded, c.flat = true, c.flat || mayBe(st.Label.Text.String(), "")
		if text, plain := st.Label.Text.String().Plain(); st.Stage && plain && text == "" {
			c.report(unnamedStage(st))
		}
		if st.Stage {
			c.stages = append(c.stages, st.Label.Text.String())
		}
	case st.Label != nil:
		c.labels[st.Label.Name.Text] = st.Label.Span()
		c.gives(st.Label.Name, Label)
	case st.Stage:
		c.report(unnamedStage(st))
	}
	leave := func() {}
	if st.Each {
		leave = c.enterEach()
	}
	switch {
	case st.If != nil:
		c.ifStep(st.If, s)
	case st.Repeat != nil:
		in := c.repeatHead(st.Repeat.Head, s)
		if st.Repeat.Body != nil {
			c.body(st.Repeat.Body, in)
		} else {
			c.step(st.Repeat.Step, in)
		}
	case st.Group != nil:
		c.body(st.Group, s.inner())
	case st.Tap != nil:
		c.readTap(st.Tap, s)
	case st.Call != nil:
		c.call(st.Call, s)
	}
	leave()
	for _, claim := range st.Claims {
		for _, x := range claim.Is {
			c.expr(x, s)
		}
		switch {
		case claim.As != nil:
			c.nameValue(claim, s)
		case claim.Items != nil:
			c.nameItems(claim.Items)
		}
	}
	if st.Stage && st.Label != nil && st.Label.Name != nil {
		if _, ok := c.taps[st.Label.Name.Text]; !ok {
			c.name(st.Label.Name, &tap{span: st.Label.Span(), name: st.Label.Name, read: true, kind: Label})
		}
	}
}

func (c *checker) ifStep(f *ast.If, s *scope) {
	c.expr(f.Cond, s)
	before, around := len(c.named), c.arms
	c.body(f.Then, s.inner())
	c.arms = append(slices.Clip(around), c.named[before:]...)
	defer func() { c.arms = around }()
	if f.ElIf != nil {
		c.ifStep(f.ElIf, s)
	}
	if f.Else != nil {
		c.body(f.Else, s.inner())
	}
}

func (c *checker) repeatHead(h *ast.RepeatHead, s *scope) *scope {
	c.expr(h.Count, s)
	if h.How == "of" && (h.Index != nil || h.Each.Name == nil) {
		c.report(itemsOfCount(h))
	}
	in := s.inner()
	c.bind(h.Names(), in)
	return in
}

// bind makes the names of a let or a repeat local ones. They may hide others, but not
// each other.
func (c *checker) bind(names []*ast.Name, s *scope) {
	first := map[string]*ast.Name{}
	for _, n := range names {
		switch other := first[n.Text]; {
		case n.Skips():
		case other != nil && c.reported < maxReported:
			c.report(duplicate(&Object{Name: n.Text, Span: n.Span()}, &Object{Span: other.Span()}))
		case other == nil:
			first[n.Text], s.names[n.Text] = n, c.gives(n, Local)
		}
	}
}

// call checks that the callee is known and that branches are given where they belong. A local name (a block parameter) may refer to any block.
func (c *checker) call(call *ast.Call, s *scope) {
	r := call.Callee.Ref()
	if o := c.callee(r, call.Slot != nil, s); o != nil {
		c.sources[call] = o.isSource()
		switch {
		case o.IsCombinator() && call.Branches == nil && (call.Slot != nil || len(r.Args.All()) > 0 && (r.Args.List[0].Name == nil || o.Name == "list")):
			branches, unnamed := c.meantAsBranches(call)
			if repeat := repeatedIn(call); repeat != nil {
				c.report(repeatWithoutBar(r, "repeat "+c.module.text(repeat.Head.Span())))
			} else {
				c.report(branchesMissing(r, branches, unnamed))
			}
		case !o.IsCombinator() && call.Branches != nil:
			c.report(branchesOutside(r))
		}
	}
	for _, b := range call.Branches {
		in := s.inner()
		if b.Repeat != nil {
			in = c.repeatHead(b.Repeat, s)
		}
		c.body(b.Body, in)
	}
	if call.Slot != nil {
		c.body(call.Slot, s.inner())
	}
}

// meantAsBranches is what a combinator without branches has in their place, as text:
// arguments, a list or the lines of a body, and the labels among them; nothing if that is
// long.
func (c *checker) meantAsBranches(call *ast.Call) (texts, unnamed []string) {
	var nodes []ast.Node
	for _, a := range call.Callee.Ref().Args.All() {
		if a.Name != nil {
			return nil, nil
		}
		for _, item := range items(a.Value) {
			nodes = append(nodes, item)
		}
	}
	if call.Slot != nil {
		for _, st := range call.Slot.Stmts {
			nodes = append(nodes, st)
		}
	}
	const longest = 80
	total := 0
	for _, n := range nodes {
		at := n.Span()
		text := c.module.File.Source.Text[at.Start.Offset:at.End.Offset]
		if r, ok := n.(*ast.Ref); ok && r.Args == nil {
			switch _, labelled := c.labels[r.Text()]; {
			case c.taps[r.Text()] != nil:
				text = "@" + text
				c.taps[r.Text()].read = true
			case labelled:
				unnamed = append(unnamed, text)
				text = "@" + text
			}
		}
		if total += len(text); total > longest || strings.Contains(text, "\n") {
			return nil, unnamed
		}
		texts = append(texts, text)
	}
	return texts, unnamed
}

// callee resolves what a step calls, with or without a body in braces, and checks its
// arguments. It returns nil for local names and for names that it had to report.
func (c *checker) callee(r *ast.Ref, body bool, s *scope) *Object {
	if len(r.Path) == 1 && s.has(r.Path[0].Text) {
		c.use(r.Path[0], s.find(r.Path[0].Text))
		c.args(r, s)
		return nil
	}
	o, known := c.module.LookupPath(r.Path)
	c.path(r)
	c.arguments(r, o)
	c.stepArgs(r, o, s)
	t := c.taps[r.Text()]
	switch {
	case o != nil && o.Broken():
		return nil
	case o != nil:
		return o
	case t != nil:
		t.read = true
		c.report(tapAsStep(r, t))
	case known > 0:
		c.member(r, known)
	default:
		if at, labelled := c.labels[r.Text()]; labelled && len(r.Path) == 1 && !body {
			c.report(labelAsStep(r, at))
			break
		}
		c.report(unknownStep(r, body, c.module))
	}
	return nil
}

// stepArgs checks the arguments of a step. An unknown name has a diagnostic of its own if it
// is evidently the value that the step works on anyway.
func (c *checker) stepArgs(r *ast.Ref, o *Object, s *scope) {
	if r.Args == nil || o != nil && o.IsCombinator() && c.onlySteps(r) {
		return
	}
	for i, a := range r.Args.List {
		x, isRef := a.Value.(*ast.Ref)
		if !isRef || a.Name != nil || x.Args != nil || len(x.Path) > 1 || c.isValue(x, s) {
			c.expr(a.Value, s)
			continue
		}
		t := c.taps[x.Text()]
		full := o != nil && o.Block != nil && o.Block.Preset == nil && i >= len(o.Block.Params.All())
		if t == nil && !full && (i > 0 || !slices.Contains(flowing, x.Text())) {
			c.expr(a.Value, s)
			continue
		}
		if t != nil {
			t.read = true
		}
		c.report(surplus(x, r, t))
	}
}

// onlySteps reports whether all arguments are steps or their values, with or without a sign,
// as people pass them to a combinator.
func (c *checker) onlySteps(r *ast.Ref) bool {
	for _, a := range r.Args.List {
		for _, item := range items(a.Value) {
			x, isRef := item.(*ast.Ref)
			if !isRef {
				return false
			}
			_, labelled := c.labels[x.Text()]
			o, _ := c.module.LookupPath(x.Path)
			if c.taps[x.Text()] == nil && !labelled && (o == nil || o.Block == nil) {
				return false
			}
		}
	}
	return true
}

// items are those of a list, or a value that is no list.
func items(x ast.Expr) []ast.Expr {
	if list, isList := x.(*ast.List); isList {
		return list.Items
	}
	return []ast.Expr{x}
}

func (c *checker) args(r *ast.Ref, s *scope) {
	for _, a := range r.Args.All() {
		c.expr(a.Value, s)
	}
}

// member reports a dotted name of which only the first parts are known, unless they name an
// import that could not be found.
func (c *checker) member(r *ast.Ref, known int) {
	if o, ok := c.module.Lookup(r.Path[0].Text); !ok || !o.Broken() {
		c.report(unknownMember(r, known, c.module))
	}
}
