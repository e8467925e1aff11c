package resolve

import (
	"slices"

	"cnnlang/lang/ast"
)

func (c *checker) expr(x ast.Expr, s *scope) {
	ast.Walk(x, func(n ast.Node) bool {
		if c.reported >= maxReported {
			return false
		}
		switch n := n.(type) {
		case *ast.TapExpr:
			c.readTap(&n.TapRef, s)
			return false
		case *ast.Ref:
			c.ref(n, s)
			return false
		}
		return true
	})
}

func (c *checker) ref(r *ast.Ref, s *scope) {
	name := r.Path[0].Text
	single := len(r.Path) == 1
	if single && c.inExpect && name == "shape" && r.Args != nil {
		for _, a := range r.Args.List {
			if l, ok := a.Value.(*ast.Ref); ok {
				c.labelUse(l.Path[0])
			}
		}
		return // its argument is a label, not a value
	}
	c.args(r, s)
	if single && c.isLocal(r, s) {
		if m := s.find(name); m != nil {
			c.use(r.Path[0], m)
		} else {
			c.use(r.Path[0], &Meaning{Kind: Word})
		}
		return
	}
	o, known := c.module.LookupPath(r.Path)
	c.path(r)
	c.arguments(r, o)
	switch {
	case o != nil:
	case c.taps[r.Text()] != nil:
		c.taps[r.Text()].read = true
		c.report(tapAsStep(r, c.taps[r.Text()]))
	case known > 0:
		c.member(r, known)
	default:
		locals := s.all()
		candidates := append(slices.Clip(locals), c.module.Names()...)
		candidates = append(candidates, Functions...)
		candidates = append(candidates, Constants...)
		candidates = append(candidates, "true", "false")
		if c.inExpect {
			candidates = append(candidates, Facts...)
		}
		if d := c.unboundSize(r, candidates); d != nil {
			c.report(d)
			return
		}
		if d := c.sizeInEach(r); d != nil {
			c.report(d)
			return
		}
		c.report(unknownValue(r, c.module, append(slices.Clip(locals), Constants...), candidates))
	}
}

// isLocal reports whether a name refers to a local value.
func (c *checker) isLocal(r *ast.Ref, s *scope) bool {
	name, called := r.Path[0].Text, r.Args != nil
	switch {
	case s.has(name):
		return true
	case called:
		return slices.Contains(Functions, name)
	case c.inExpect && slices.Contains(Facts, name):
		return true
	}
	return name == "_" || slices.Contains(Constants, name)
}

// isValue reports whether a name without arguments refers to anything.
func (c *checker) isValue(r *ast.Ref, s *scope) bool {
	_, known := c.module.Lookup(r.Path[0].Text)
	return known || c.isLocal(r, s)
}
