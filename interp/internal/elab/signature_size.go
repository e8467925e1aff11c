package elab

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// Sizes as arguments: resnet50(C=1, H=64, W=64). A size that has a default in a signature
// can be given by its name, for a net that is run by itself: what a preset gives is the
// default of the net that it declares, which --set and --shape may replace. Where a block
// is called, the sizes are those of what flows in, and one that is given has to agree.

// A givenSize is what can be given by its name: a size, or without a Dim how many values a repeat is.
type givenSize struct {
	*ast.Dim
	name string
}

// sizesOf lists the sizes of a block's input that can be given, each once: those of its axes,
// and how many values it is. The batch is none: how many images there are is no part of a net.
func sizesOf(o *resolve.Object) (list []givenSize) {
	if o.Block.Sig == nil {
		return nil
	}
	parameter, seen := finder(parameters(o)), map[string]bool{"": true, "_": true}
	add := func(name string, d *ast.Dim) {
		if !seen[name] && parameter(name) == nil {
			list = append(list, givenSize{d, name})
		}
		seen[name] = true
	}
	for _, p := range o.Block.Sig.In {
		if p.Default != nil {
			add(p.Open(), nil)
		}
		for i, d := range p.Shape.Sizes {
			if i > 0 && d.Default != nil {
				add(p.Binds(d), d)
			}
		}
	}
	return list
}

// isSize reports whether a signature binds the name, which is no parameter then.
func isSize(o *resolve.Object, name string) bool {
	return name != "" && name != "_" && find(parameters(o), name) == nil
}

// canGive reports whether a size can be given by this name.
func canGive(o *resolve.Object, name string) bool {
	return slices.ContainsFunc(sizesOf(o), func(g givenSize) bool { return g.name == name })
}

// sizeFinder is canGive for all arguments of a call.
func sizeFinder(o *resolve.Object) func(name string) bool {
	names := sync.OnceValue(func() map[string]bool {
		all := map[string]bool{}
		for _, g := range sizesOf(o) {
			all[g.name] = true
		}
		return all
	})
	return func(name string) bool { return names()[name] }
}

// settable lists what can be given by name: these parameters and all sizes.
func settable(o *resolve.Object, params []*ast.Param) []string {
	list := names(params)
	for _, g := range sizesOf(o) {
		list = append(list, g.name)
	}
	return list
}

// sizeIn is the size that a block is given by this name: what it is given that is no parameter.
func sizeIn(c *Closure, name string) (size dim.Size, ok bool) {
	size, ok = c.Args[name].value.(dim.Size)
	return size, ok && isSize(c.Object, name)
}

// sizeStands is where the size of an axis is written: as an argument, or in the signature.
func sizeStands(c *Closure, axis int) source.Span {
	p := c.Object.Block.Sig.In[0]
	d := p.Shape.Sizes[min(axis, len(p.Shape.Sizes)-1)]
	if _, given := sizeIn(c, p.Binds(d)); given {
		return c.Args[p.Binds(d)].span
	}
	return d.Span()
}

// checkSizes holds the sizes that are given to what a size can be.
func (m *machine) checkSizes(c *Closure) bool {
	good := true
	for _, g := range sizesOf(c.Object) {
		b, given := c.Args[g.name]
		if !given {
			continue
		}
		v, want := m.convert(b.value, ast.Type{Name: "int"})
		switch size, _ := v.(dim.Size); {
		case want != "":
			m.failOver(wrongArgument(b, c.Object, &ast.Param{Name: &ast.Name{Text: g.name}, Type: &ast.Type{Name: "int"}}, want), b.expr, b.env)
			good = false
		case g.Dim != nil && (size.Known() || m.side != nil) && !dim.AtLeast(m.facts.OfArgument(), size, dim.Int(1)): // else what flows in is that
			m.failOver(badGivenSize(b, g.name, size), b.expr, b.env)
			good = false
		}
	}
	return good
}

// declared is what a preset declares: the sizes that it gives are its defaults.
func (c *Closure) declared() *Closure {
	declared := *c
	declared.Args = maps.Clone(c.Args)
	for _, g := range sizesOf(c.Object) {
		if b, given := c.Args[g.name]; given && !b.declared {
			b.declared = true
			declared.Args[g.name] = b
		}
	}
	return &declared
}

// agrees holds a size that flows in to the one that the call gives, if it gives one.
func (m *machine) agrees(c *Closure, name string, x Tensor, axis int) bool {
	b, given := c.Args[name]
	if !given || b.declared {
		return true
	}
	want, isNumber := b.value.(dim.Size)
	if !isNumber || dim.Equal(m.facts, x.Shape[axis], want) {
		return true
	}
	if !x.Suspect {
		m.fail(sizeFlowsIn(b, c, name, want, x, axis))
	}
	return false
}

// agreeNumbers holds the numbers of values that a signature has bound to those that the call gives.
func (m *machine) agreeNumbers(c *Closure, e *env, items int) bool {
	for _, p := range c.Object.Block.Sig.In {
		b, given := c.Args[p.Open()]
		if !given || b.declared || !isSize(c.Object, p.Open()) {
			continue
		}
		if is, known := e.values[p.Open()].(dim.Size); known && is != b.value {
			m.fail(numberFlowsIn(b, c, p, is, items))
			return false
		}
	}
	return true
}

// sizeGiven is the place to blame for a condition: where the first of its sizes is given,
// if it is of the net that is run, and else where the block is called.
func (m *machine) sizeGiven(cond ast.Expr, c *Closure, call source.Span) source.Span {
	at, found := call, len(m.trace) > 1
	eachName(cond, func(name string) {
		if b, given := c.Args[name]; given && !found && isSize(c.Object, name) {
			at, found = b.span, true
		}
	})
	return at
}

func badGivenSize(b bound, name string, size dim.Size) *diag.Diagnostic {
	return diag.New(diag.BadValue, b.span, "the size `%s` must be a whole number of at least 1, got %v", name, size)
}

func sizeFlowsIn(b bound, c *Closure, name string, want dim.Size, x Tensor, axis int) *diag.Diagnostic {
	d := diag.New(diag.InputMismatch, b.span, "`%s` of `%s` is %v here, and what flows in has %v", name, c.Object.Name, want, x.Shape[axis])
	pointAtOrigin(d, x, axis)
	return d.WithHelp("leave `%s` out: a net that is called takes the sizes of what flows in", name)
}

func numberFlowsIn(b bound, c *Closure, p *ast.Port, is dim.Size, items int) *diag.Diagnostic {
	return diag.New(diag.Several, b.span, "`%s` of `%s` is %v here, and of the %s that flow in it is %v", p.Open(), c.Object.Name, show(b.value), tensors(items), is).
		At(p.Span(), "declared here").
		WithHelp("leave `%s` out: a net that is called takes as many values as flow in", p.Open())
}

// sizeTwice says that an option asks for another size than the shape that is asked for.
func sizeTwice(b bound, o *resolve.Object, name string, set, shape dim.Size) *diag.Diagnostic {
	return diag.New(diag.InputMismatch, b.span, "`%s` of `%s` is set to %v, and the shape asked for has %v", name, o.Name, set, shape).
		WithHelp("give one of them")
}

// unsettable says why a size cannot be given by its name, "" for what is no such size.
func unsettable(o *resolve.Object, name string) string {
	if o.Block.Sig == nil || !isSize(o, name) || canGive(o, name) {
		return ""
	}
	for _, p := range o.Block.Sig.In {
		if p.Open() == name {
			return fmt.Sprintf("`%s` is how many values flow in; a number that has a default in the signature, as in `repeat i of %s = 3 | …`, can be given", name, name)
		}
		for i, d := range p.Shape.Sizes {
			switch {
			case p.Binds(d) != name:
			case i == 0:
				return fmt.Sprintf("`%s` is how many images there are, which the input says", name)
			default:
				return fmt.Sprintf("`%s` is the size of what flows in; one that has a default in the signature, as in `%s`, can be given", name, defaultSample(d, i))
			}
		}
	}
	return ""
}
