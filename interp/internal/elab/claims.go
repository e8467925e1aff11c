package elab

import (
	"slices"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// bindInput gives the names of a signature's input their sizes and checks the
// sizes it requires.
func (m *machine) bindInput(c *Closure, e *env, x Tensor, at source.Span) bool {
	b := c.Object.Block
	values := []portValue{{port: b.Sig.In[0], x: x, env: e}}
	if b.Sig.TakesList() {
		var ok bool
		if values, ok = m.deal(b.Sig.In, e, x.Items, func(want string) { m.fail(wrongNumber(at, b, want, x)) }); !ok {
			return false
		}
		if !m.agreeNumbers(c, e, len(x.Items)) {
			return false
		}
		m.namePorts(b.Sig.In, e, values)
		if p := e.frame.part; p != nil {
			p.Takes = valuesOf(values)
		}
	} else if n := b.Sig.In[0].Shape.As; n != nil {
		e.frame.name(n.Text, x)
	}
	n := len(b.Sig.Input().Sizes)
	for _, v := range values {
		if n := len(v.port.Shape.Sizes); len(v.x.Shape) < n || len(v.x.Shape) > n && v.port.Shape.Rest == nil {
			if !v.x.Suspect {
				m.fail(wrongInputRank(at, b, v))
			}
			return false
		}
	}
	if !b.Sig.TakesList() {
		e.frame.rest = Tensor{Shape: x.Shape[n:], Origins: x.Origins[n:]}
	}
	for k := range values {
		if !m.bindSizes(c, e, &values[k]) {
			return false
		}
	}
	if d := unbound(b, e); d != nil {
		m.fail(nothingBinds(at, b, d, e))
		return false
	}
	for _, v := range values {
		if !m.takesSizes(b, v, at, false) {
			return false
		}
	}
	return true
}

// bindTensors does the same for tensors that are parameters, after the input. Free ones are those of
// a block that stands by itself among unknowns: any that fit.
func (m *machine) bindTensors(c *Closure, e *env, free bool) bool {
	for _, p := range parameters(c.Object) {
		t, isTensor := e.values[p.Name.Text].(*Tensor)
		if !isTensor || p.Type == nil || p.Type.Shape == nil {
			continue
		}
		v := portValue{port: &ast.Port{Shape: p.Type.Shape}, param: p, x: *t, env: e}
		if n := len(p.Type.Shape.Sizes); len(t.Shape) < n || len(t.Shape) > n && p.Type.Shape.Rest == nil {
			if !t.Suspect {
				m.fail(wrongInputRank(c.Args[p.Name.Text].span, c.Object.Block, v))
			}
			return false
		}
		if !m.bindSizes(c, e, &v) {
			return false
		}
		if free {
			v.x.Shape = v.x.Shape.Clone()
			for i, d := range p.Type.Shape.Sizes {
				if size, known := e.values[bare(d.Size)].(dim.Size); known && isSize(c.Object, bare(d.Size)) {
					v.x.Shape[i] = size
				}
			}
			e.values[p.Name.Text] = &v.x
			e.frame.name(p.Name.Text, v.x)
		}
		if !m.takesSizes(c.Object.Block, v, c.Args[p.Name.Text].span, free) {
			return false
		}
	}
	return true
}

// bindSizes gives the names that a value's sizes bind their values. Of a list it is the first of
// its port that does.
func (m *machine) bindSizes(c *Closure, e *env, v *portValue) bool {
	if v.i > 0 {
		return true
	}
	x := v.x
	if x.run != nil {
		x = m.ofRun(x, dim.Int(0))
	}
	for axis, d := range v.port.Shape.Sizes {
		name := v.port.Binds(d)
		if name == "" || x.Poisoned {
			continue
		}
		if _, known := e.lookup(name); known {
			continue
		}
		v.bound = append(v.bound, axis)
		if e.values[name] = x.Shape[axis]; !m.agrees(c, name, x, axis) {
			return false
		}
	}
	return true
}

// takesSizes checks the sizes that are required of a value, or of a free one takes them as given.
func (m *machine) takesSizes(b *ast.Block, v portValue, at source.Span, free bool) bool {
	if v.x.run != nil {
		return m.hasSizes(v)
	}
	for i, d := range v.port.Shape.Sizes {
		if bare(d.Size) == "_" || slices.Contains(v.bound, i) {
			continue
		}
		want, ok := m.evalSize(d.Size, v.env)
		if !ok {
			return false
		}
		if free {
			if !m.unknowns.Assume(v.x.Shape[i].Sub(want), dim.Zero, true, true) {
				return false
			}
			continue
		}
		if !dim.Equal(m.facts, v.x.Shape[i], want) {
			if !v.x.Suspect {
				m.fail(m.wrongInput(at, b, d, i, want, v))
			}
			return false
		}
	}
	return true
}

// bare returns the name an expression consists of, "" for any other.
func bare(x ast.Expr) string {
	if r, ok := x.(*ast.Ref); ok && len(r.Path) == 1 && r.Args == nil {
		return r.Path[0].Text
	}
	return ""
}

// checkClaim checks what a signature says of the output; false is that it had to
// complain.
func (m *machine) checkClaim(b *ast.Block, e *env, x Tensor) bool {
	if x.Suspect {
		return true
	}
	values := []portValue{{port: b.Sig.Out[0], x: x, env: e}}
	switch {
	case b.Sig.GivesList():
		items := x.Items
		if !x.Many {
			items = []Tensor{x}
		}
		var ok bool
		if values, ok = m.deal(b.Sig.Out, e, items, func(want string) { m.fail(claimNumber(b, want, x)) }); !ok {
			return false
		}
		if p := e.frame.part; p != nil {
			p.Gives = valuesOf(values)
		}
	case !m.one(x, b.Sig.Span(), "`"+b.Name.Text+"` gives by its signature"):
		return false
	}
	good := true
	for k, v := range values {
		if v.x.run != nil {
			good = m.hasSizes(v) && good
			continue
		}
		rest := restOf(b.Sig, e)
		good = m.isOf(b.Sig, v, rest, func() *diag.Diagnostic { return claimRank(b, v, rest) },
			func(claim ast.Node, axis int, want dim.Size) *diag.Diagnostic {
				return orderHelp(m.claimFails(b, claim, axis, want, v), values, k)
			}) && good
	}
	return good
}

// restOf are the axes that `...` on the right of a signature stands for, none where there is
// no such.
func restOf(sig *ast.Sig, e *env) Tensor {
	if sig.Output().Rest == nil {
		return Tensor{}
	}
	return e.frame.rest
}

// isOf reports whether a value has the shape that a signature claims, or what is wrong with it.
func (m *machine) isOf(sig *ast.Sig, v portValue, more Tensor, rank func() *diag.Diagnostic, size func(claim ast.Node, axis int, want dim.Size) *diag.Diagnostic) bool {
	rest, x, claims := more.Shape, v.x, v.port.Shape.Sizes
	if sig.Output().Rest != nil && sig.Input().Rest == nil {
		return false // reported where names are resolved
	}
	if len(claims)+len(rest) != len(x.Shape) {
		m.fail(rank())
		return false
	}
	for i, claim := range claims {
		if want, ok := m.claimed(claim.Size, v.env); ok && !dim.Equal(m.facts, x.Shape[i], want) {
			m.fail(size(claim.Size, i, want))
			return false
		}
	}
	for k, want := range rest {
		if i := len(claims) + k; !dim.Equal(m.facts, x.Shape[i], want) {
			m.fail(size(sig.Output().Rest, i, want))
			return false
		}
	}
	return true
}

// claimed gives the size an expression claims; false where it claims none, or
// has no value.
func (m *machine) claimed(x ast.Expr, e *env) (dim.Size, bool) {
	if bare(x) == "_" {
		return dim.Size{}, false
	}
	return m.evalSize(x, e)
}

// claims acts on what follows a step: `as` and `stage` name its value, `is`
// states its shape.
func (m *machine) claims(s *ast.Step, e *env, sc scope, x Tensor, label string) {
	if s.Stage && label != "" {
		stage := x
		if !m.one(x, s.Span(), "a stage is") {
			stage = poison
		}
		e.frame.name(label, stage)
		m.publish(e.frame, sc.labels+label, label, stage)
	}
	for _, c := range s.Claims {
		switch {
		case c.Items != nil:
			m.nameItems(s, c, e, x)
		case c.As == nil:
			m.checkIs(s, c, e, x)
		case len(c.At) > 0:
			m.nameIndexed(s, c, e, x)
		default:
			e.frame.name(c.As.Text, x)
		}
	}
}

// checkIs checks a stated shape. A plain number is a fact about the net at its
// default sizes, and so in the blocks that it calls; it is left alone at other
// sizes, which is noted, in nets that a net calls, and where a preset has other defaults.
func (m *machine) checkIs(s *ast.Step, c *ast.Claim, e *env, x Tensor) {
	if x.Poisoned || x.Suspect || !m.one(x, c.Span(), "`is` states the shape of") {
		return
	}
	if len(c.Is) != len(x.Shape) {
		m.fail(isRank(s, c, x))
		return
	}
	for i, claim := range c.Is {
		if _, plain := claim.(*ast.Number); plain {
			if !m.outermost() && e.frame.net || m.others {
				continue
			}
			if !m.defaults {
				m.unchecked[c] = true
				continue
			}
		}
		want, ok := m.claimed(claim, e)
		if ok && !dim.Equal(m.facts, x.Shape[i], want) {
			m.fail(m.isFails(c, claim, i, want, x))
			return
		}
	}
}
