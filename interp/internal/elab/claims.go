package elab

import (
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// bindInput gives the names of a signature's input their sizes and checks the
// sizes it requires.
func (m *machine) bindInput(c *Closure, e *env, x Tensor, at source.Span) bool {
	b := c.Object.Block
	n := len(b.Sig.Input().Sizes)
	if len(x.Shape) < n || len(x.Shape) > n && b.Sig.Input().Rest == nil {
		if !x.Suspect {
			m.fail(wrongInputRank(at, b, x))
		}
		return false
	}
	e.frame.rest = Tensor{Shape: x.Shape[n:], Origins: x.Origins[n:]}
	for i, d := range b.Sig.Input().Sizes {
		if name := bare(d.Size); name == "_" {
			continue
		} else if _, known := e.lookup(name); name != "" && !known {
			e.values[name] = x.Shape[i]
			if !m.agrees(c, name, x, i) {
				return false
			}
			continue
		}
		want, ok := m.evalSize(d.Size, e)
		if !ok {
			return false
		}
		if !dim.Equal(m.facts, x.Shape[i], want) {
			if !x.Suspect {
				m.fail(wrongInput(at, b, d, i, want, x))
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
	return x.Suspect || m.one(x, b.Sig.Span(), "`"+b.Name.Text+"` gives by its signature") && m.isOf(b.Sig, e, x, func() *diag.Diagnostic { return claimRank(b, restOf(b.Sig, e), x) },
		func(claim ast.Node, axis int, want dim.Size) *diag.Diagnostic {
			return claimFails(b, claim, axis, want, x)
		})
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
func (m *machine) isOf(sig *ast.Sig, e *env, x Tensor, rank func() *diag.Diagnostic, size func(claim ast.Node, axis int, want dim.Size) *diag.Diagnostic) bool {
	rest := restOf(sig, e).Shape
	if sig.Output().Rest != nil && sig.Input().Rest == nil {
		return false // reported where names are resolved
	}
	if len(sig.Output().Sizes)+len(rest) != len(x.Shape) {
		m.fail(rank())
		return false
	}
	for i, claim := range sig.Output().Sizes {
		if want, ok := m.claimed(claim.Size, e); ok && !dim.Equal(m.facts, x.Shape[i], want) {
			m.fail(size(claim.Size, i, want))
			return false
		}
	}
	for k, want := range rest {
		if i := len(sig.Output().Sizes) + k; !dim.Equal(m.facts, x.Shape[i], want) {
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
			m.fail(isFails(s, c, claim, i, want, x))
			return
		}
	}
}
