package resolve

import (
	"slices"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// What each name of a file means where it stands, for tools that show it, look for it or rename it.

// A Kind says what a name stands for.
type Kind int

const (
	// Declared is for blocks, nets, values and imported files: the top-level names.
	Declared Kind = iota
	// Parameter is for one of the block around it.
	Parameter
	// Argument is for a parameter of what is called.
	Argument
	// Size is for an axis of a signature, or how many values one takes.
	Size
	// Local is for what `let` and `repeat` name in a body.
	Local
	// Tap is for a value that `as` names.
	Tap
	// Label is for what stands before a step and its colon.
	Label
	// Word is for a function, a padding or a fact, which the language declares.
	Word
)

func (k Kind) String() string {
	return [...]string{"declaration", "parameter", "argument", "size", "local value", "tap", "label", "word"}[k]
}

// A Meaning is what a name stands for: one with the same Kind and Def is the same.
type Meaning struct {
	Kind   Kind
	Def    source.Span // where it gets its name; the zero Span for a Word
	Object *Object     // what is Declared; of a parameter or an argument the block that has it, if it has a name
	Param  *ast.Param  // of a Parameter or an Argument
}

// A Use is a place where a name stands. Where it gets its name, At is Def.
type Use struct {
	At source.Span
	Meaning
}

// Uses lists the names of a file that mean something, in the order of the text; behind a hundred
// errors none.
func Uses(m *Module) []Use {
	c := &checker{module: m, uses: []Use{}}
	c.report = func(d *diag.Diagnostic) {
		if d.Severity == diag.Error {
			c.reported++
		}
	}
	for _, d := range m.File.Decls {
		switch {
		case d.Import != nil:
			c.importUses(d.Import)
		case d.Let != nil:
			for _, n := range d.Let.Pattern.All() {
				c.declared(n)
			}
			c.expr(d.Let.Value, &scope{})
		case d.Block != nil:
			c.declared(d.Block.Name)
			c.block(d.Block)
		}
	}
	slices.SortStableFunc(c.uses, func(a, b Use) int { return a.At.Start.Offset - b.At.Start.Offset })
	return slices.Compact(c.uses)
}

// use notes what a name means, if somebody asks.
func (c *checker) use(n *ast.Name, m *Meaning) {
	if c.uses != nil && m != nil && n != nil && !n.Skips() {
		c.uses = append(c.uses, Use{n.Span(), *m})
	}
}

// gives is use for the place where a name is given.
func (c *checker) gives(n *ast.Name, k Kind) *Meaning {
	m := &Meaning{Kind: k, Def: n.Span()}
	c.use(n, m)
	return m
}

func (c *checker) declared(n *ast.Name) {
	if o, ok := c.module.names[n.Text]; ok {
		c.use(n, &Meaning{Kind: Declared, Def: o.declaration(), Object: o})
	}
}

func (c *checker) importUses(im *ast.Import) {
	for _, n := range im.Names {
		c.declared(n)
	}
	name := im.As
	if name == nil && len(im.Std) > 0 {
		name = im.Std[len(im.Std)-1]
	}
	if name != nil && (im.As != nil || len(im.Names) == 0) {
		c.declared(name)
	}
}

// path notes what the parts of a dotted name mean.
func (c *checker) path(r *ast.Ref) {
	if c.uses == nil {
		return
	}
	for i, n := range r.Path {
		if o, known := c.module.LookupPath(r.Path[:i+1]); known == i+1 && o != nil && !o.Broken() {
			c.use(n, &Meaning{Kind: Declared, Def: o.declaration(), Object: o})
		}
	}
}

// arguments notes which parameters the names of arguments mean.
func (c *checker) arguments(r *ast.Ref, o *Object) {
	if c.uses == nil || r.Args == nil {
		return
	}
	if o = o.Called(); o == nil {
		return
	}
	for _, a := range r.Args.List {
		if a.Name == nil {
			continue
		}
		if p := o.Block.Param(a.Name.Text); p != nil {
			c.use(a.Name, &Meaning{Kind: Argument, Def: p.Name.Span(), Object: o, Param: p})
		} else if size := sizeOf(o.Block, a.Name.Text); size != nil {
			c.use(a.Name, &Meaning{Kind: Argument, Def: size.Span(), Object: o})
		}
	}
}

// Called is the block whose parameters a call of an object gives: behind presets, and values that are
// a call, what they fill in. It is nil where that is none.
func (o *Object) Called() *Object {
	for range maxPresets {
		var r *ast.Ref
		switch {
		case o == nil:
			return nil
		case o.Let != nil:
			r, _ = o.Let.ValueOf(o.Item).(*ast.Ref)
		case o.Block == nil:
			return nil
		case o.Block.Preset == nil:
			return o
		default:
			r = o.Block.Preset.Ref()
		}
		if r == nil {
			return nil
		}
		o, _ = o.Module.LookupPath(r.Path)
	}
	return nil
}

// sizeOf is where the signature of a block gives a size its name.
func sizeOf(b *ast.Block, name string) *ast.Name {
	if b.Sig == nil {
		return nil
	}
	for _, p := range b.Sig.In {
		if p.Open() == name {
			return nameIn(p.Repeat.Count, name)
		}
		for _, d := range p.Shape.Sizes {
			if p.Binds(d) == name {
				return nameIn(d.Size, name)
			}
		}
	}
	return nil
}

// tapUse notes what the name of a tap means; where a label gives it, that of the label.
func (c *checker) tapUse(n *ast.Name) {
	if c.uses == nil {
		return
	}
	if t := c.taps[n.Text]; t != nil {
		c.use(n, t.meaning())
	} else {
		c.labelUse(n)
	}
}

func (c *checker) labelUse(n *ast.Name) {
	if at, ok := c.labels[n.Text]; ok {
		c.use(n, &Meaning{Kind: Label, Def: at})
	}
}

// declaration is where what an object refers to is declared, in whichever file.
func (o *Object) declaration() source.Span {
	switch {
	case o.Block != nil:
		return o.Block.Name.Span()
	case o.Let != nil:
		return o.Let.Pattern.All()[o.Item].Span()
	case o.Namespace != nil:
		f := o.Namespace.File.Source
		return f.Span(0, 0)
	}
	return o.Span
}
