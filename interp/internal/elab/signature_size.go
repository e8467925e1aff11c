package elab

import (
	"fmt"
	"maps"
	"slices"

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

// sizesOf lists the axes of a block's input whose sizes can be given. The batch is none:
// how many images there are is no part of a net.
func sizesOf(o *resolve.Object) (list []*ast.Dim) {
	if o.Block.Sig == nil {
		return nil
	}
	for _, p := range o.Block.Sig.In {
		for i, d := range p.Shape.Sizes {
			if i > 0 && d.Default != nil && isSize(o, bare(d.Size)) {
				list = append(list, d)
			}
		}
	}
	return list
}

// isSize reports whether a signature binds the name, which is no parameter then.
func isSize(o *resolve.Object, name string) bool {
	return name != "" && name != "_" && find(parameters(o), name) == nil
}

// sizeNamed is the axis whose size can be given by this name, nil where there is none.
func sizeNamed(o *resolve.Object, name string) *ast.Dim {
	for _, d := range sizesOf(o) {
		if bare(d.Size) == name {
			return d
		}
	}
	return nil
}

// settable lists what can be given by name: these parameters and all sizes.
func settable(o *resolve.Object, params []*ast.Param) []string {
	list := names(params)
	for _, d := range sizesOf(o) {
		if name := bare(d.Size); !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// sizeIn is the size of an axis that a block is given by name.
func sizeIn(c *Closure, d *ast.Dim) (size dim.Size, ok bool) {
	name := bare(d.Size)
	if size, ok = c.Args[name].value.(dim.Size); !ok || sizeNamed(c.Object, name) == nil {
		return size, false
	}
	return size, true
}

// sizeStands is where the size of an axis is written: as an argument, or in the signature.
func sizeStands(c *Closure, axis int) source.Span {
	in := c.Object.Block.Sig.Input().Sizes
	d := in[min(axis, len(in)-1)]
	if _, given := sizeIn(c, d); given {
		return c.Args[bare(d.Size)].span
	}
	return d.Span()
}

// checkSizes holds the sizes that are given to what a size can be.
func (m *machine) checkSizes(c *Closure) bool {
	good := true
	for _, d := range sizesOf(c.Object) {
		b, given := c.Args[bare(d.Size)]
		if !given {
			continue
		}
		v, want := m.convert(b.value, ast.Type{Name: "int"})
		switch size, _ := v.(dim.Size); {
		case want != "":
			m.failOver(wrongArgument(b, c.Object, &ast.Param{Name: d.Size.(*ast.Ref).Path[0], Type: &ast.Type{Name: "int"}}, want), b.expr, b.env)
			good = false
		case size.Known() && !dim.AtLeast(m.facts, size, dim.Int(1)):
			m.failOver(badGivenSize(b, bare(d.Size), size), b.expr, b.env)
			good = false
		}
	}
	return good
}

// declared is what a preset declares: the sizes that it gives are its defaults.
func (c *Closure) declared() *Closure {
	declared := *c
	for _, d := range sizesOf(c.Object) {
		if b, given := c.Args[bare(d.Size)]; given && !b.declared {
			b.declared = true
			declared.Args = maps.Clone(declared.Args)
			declared.Args[bare(d.Size)] = b
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

// sizeGiven is the place to blame for a condition: where the first of its sizes is given,
// if it is of the net that is run, and else where the block is called.
func (m *machine) sizeGiven(cond ast.Expr, c *Closure, call source.Span) source.Span {
	at, found := call, !m.outermost()
	eachName(cond, func(name string) {
		if b, given := c.Args[name]; given && !found && sizeNamed(c.Object, name) != nil {
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

// sizeTwice says that an option asks for another size than the shape that is asked for.
func sizeTwice(b bound, o *resolve.Object, name string, set, shape dim.Size) *diag.Diagnostic {
	return diag.New(diag.InputMismatch, b.span, "`%s` of `%s` is set to %v, and the shape asked for has %v", name, o.Name, set, shape).
		WithHelp("give one of them")
}

// unsettable says why a size cannot be given by its name, "" for what is no such size.
func unsettable(o *resolve.Object, name string) string {
	if o.Block.Sig == nil || !isSize(o, name) {
		return ""
	}
	for i, d := range o.Block.Sig.Input().Sizes {
		switch {
		case bare(d.Size) != name || sizeNamed(o, name) != nil:
		case i == 0:
			return fmt.Sprintf("`%s` is how many images there are, which the input says", name)
		default:
			return fmt.Sprintf("`%s` is the size of what flows in; one that has a default in the signature, as in `%s`, can be given", name, defaultSample(d, i))
		}
	}
	return ""
}
