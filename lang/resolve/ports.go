package resolve

import (
	"slices"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
)

// Signatures: the sizes they bind and the values they name. A port of the left side is a tap in
// the body; of the right side only a net names values, its outputs.

// signature binds the input's names and those of tensors that are parameters, which the output's
// claims may use. Those of several values are bound first, and then what else their sizes say may
// use each of them.
func (c *checker) signature(sig *ast.Sig, params *ast.Params, s *scope) {
	if sig.TakesList() {
		var open *ast.Port
		for _, p := range sig.In {
			if left := c.portHead(p, s); left && open != nil {
				c.report(twoOpen(p, open))
			} else if left {
				open = p
			}
			for _, d := range p.Shape.Sizes {
				if name := p.Binds(d); name != "" && !s.has(name) {
					s.names[name] = c.gives(nameIn(d.Size, name), Size)
				}
			}
		}
	}
	for _, p := range sig.In {
		c.port = p
		if p.Default != nil {
			c.notParameter(p.Repeat.Count, "number of values", p.Open(), params)
		}
		c.sizes(p, params, c.inPort(p, s))
	}
	c.port = nil
	c.tensorShapes(params, s)
	for _, p := range sig.Out {
		if p.Default != nil {
			c.report(defaultOfOutput(p.Default))
		}
		in := s
		if p.Repeat != nil {
			in = c.repeatHead(p.Repeat, s)
		}
		for _, d := range p.Shape.Sizes {
			if c.expr(d.Size, in); d.Default != nil {
				c.report(defaultOfOutput(d.Default))
			}
		}
		if p.Shape.Rest != nil && sig.Input().Rest == nil && !sig.Several() {
			c.report(restOfNothing(sig))
		}
	}
	if sig.Several() {
		for _, p := range append(slices.Clip(sig.In), sig.Out...) {
			if p.Shape.Rest != nil {
				c.report(restOfSeveral(p.Shape.Rest))
			}
		}
	}
}

// sizes binds the names of one value's sizes, or resolves what those are said to be. A size that
// has a default can be given by name, as a parameter can, so that both cannot have one.
func (c *checker) sizes(port *ast.Port, params *ast.Params, s *scope) {
	for _, d := range port.Shape.Sizes {
		if d.Default != nil {
			c.expr(d.Default, s)
			c.notParameter(d.Size, "size", port.Binds(d), params)
		}
		if r, ok := d.Size.(*ast.Ref); ok && r.Args == nil && len(r.Path) == 1 && !s.has(r.Path[0].Text) {
			s.names[r.Path[0].Text] = c.gives(r.Path[0], Size)
		} else {
			c.expr(d.Size, s)
		}
	}
}

// nameIn is where a name stands first in an expression that has it.
func nameIn(x ast.Expr, name string) (n *ast.Name) {
	ast.Walk(x, func(node ast.Node) bool {
		if r, ok := node.(*ast.Ref); ok && n == nil && r.Text() == name {
			n = r.Path[0]
		}
		return n == nil
	})
	return n
}

// notParameter refuses what has a default and a name that a parameter has.
func (c *checker) notParameter(at ast.Node, what, name string, params *ast.Params) {
	for _, p := range params.All() {
		if p.Name.Text == name {
			c.report(sizeOfParameter(at, what, p))
		}
	}
}

// unboundSize is for a name in a size of a repeated bar that is not written so that it binds one;
// a longer name that is like a known one is misspelt.
func (c *checker) unboundSize(r *ast.Ref, known []string) *diag.Diagnostic {
	if c.port == nil || c.port.Index() == "" || r.Args != nil || len(r.Path) > 1 {
		return nil
	}
	if len(r.Text()) > 1 && diag.Nearest(r.Text(), known) != "" {
		return nil
	}
	return diag.New(diag.UnknownName, r.Span(), "there is no `%s` here", r.Text()).
		WithHelp("a size binds a name only as `%s`, `%[1]s*k**%s` or `%[1]s/k**%[2]s`, whose value it is for the first of the `repeat`", r.Text(), c.port.Index())
}

// portHead resolves how many values a port stands for; left is that it is a name that nothing has
// yet, which is bound to what the others leave.
func (c *checker) portHead(p *ast.Port, s *scope) (left bool) {
	if p.Repeat == nil {
		return false
	}
	if p.Default != nil {
		c.expr(p.Default, s)
	}
	if name := p.Open(); name != "" && !s.has(name) {
		s.names[name] = c.gives(nameIn(p.Repeat.Count, name), Size)
		return true
	}
	return false
}

// inPort is the scope of a port's sizes, with the names of its repeat.
func (c *checker) inPort(p *ast.Port, s *scope) *scope {
	if p.Repeat == nil {
		return s
	}
	return c.repeatHead(p.Repeat, s)
}

// namePorts makes taps of the values that a signature names, and holds a net to naming each of
// several.
func (c *checker) namePorts(b *ast.Block) {
	for _, p := range b.Sig.In {
		n := p.Shape.As
		switch old := c.tapOf(n); {
		case b.Kind == "net" && lacksName(b.Sig.In, p):
			c.report(unnamedPort(p, "inputs", c.module.text(p.Shape.Span())))
		case n == nil || n.Skips():
		case old != nil:
			c.report(duplicatePort(n, old))
		default: // what flows into the body of a net has its name for others
			net := b.Kind == "net"
			c.name(n, &tap{span: n.Span(), name: n, port: true, input: net, read: net && b.Body != nil && c.bodyTakes(b.Body)})
		}
	}
	first := map[string]*ast.Name{}
	for _, p := range b.Sig.Out {
		n := p.Shape.As
		switch {
		case b.Kind == "net" && lacksName(b.Sig.Out, p):
			c.report(unnamedPort(p, "outputs", c.module.text(p.Shape.Span())))
		case n == nil:
		case b.Kind != "net":
			c.report(namedOutput(b, n))
		case n.Skips():
		case first[n.Text] != nil:
			c.report(duplicate(&Object{Name: n.Text, Span: n.Span()}, &Object{Span: first[n.Text].Span()}))
		default:
			first[n.Text] = n
			c.gives(n, Tap)
		}
	}
}

// lacksName reports whether a net leaves one of several inputs or outputs without a name, by which
// others tell them apart.
func lacksName(all []*ast.Port, p *ast.Port) bool {
	return (len(all) > 1 || p.Repeat != nil) && (p.Shape.As == nil || p.Shape.As.Skips())
}

// Unnamed reports whether a net leaves any so.
func Unnamed(net *ast.Block) bool {
	return slices.ContainsFunc([][]*ast.Port{net.Sig.In, net.Sig.Out}, func(all []*ast.Port) bool {
		return slices.ContainsFunc(all, func(p *ast.Port) bool { return lacksName(all, p) })
	})
}

func (c *checker) tapOf(n *ast.Name) *tap {
	if n == nil {
		return nil
	}
	return c.taps[n.Text]
}

// tensorShapes resolves the shapes that tensor parameters have, which bind names after those of
// the signature.
func (c *checker) tensorShapes(params *ast.Params, s *scope) {
	for _, p := range params.All() {
		if p.Type == nil || p.Type.Shape == nil {
			continue
		}
		c.sizes(&ast.Port{Shape: p.Type.Shape}, nil, s)
		for _, d := range p.Type.Shape.Sizes {
			if d.Default != nil {
				c.report(defaultOfTensor(d.Default))
			}
		}
		if p.Type.Shape.As != nil {
			c.report(nameOfTensor(p))
		}
	}
}

// tensorOf is the first parameter of a block, or of the one that it is a preset of, that is a
// tensor. Those of a net are reported where it is declared.
func tensorOf(o *Object) *ast.Param {
	for range maxPresets {
		switch {
		case o == nil || o.Block == nil || o.Block.Kind == "net":
			return nil
		case o.Block.Preset == nil:
			all := o.Block.Params.All()
			if i := slices.IndexFunc(all, func(p *ast.Param) bool { return p.Type != nil && p.Type.Shape != nil }); i >= 0 {
				return all[i]
			}
			return nil
		}
		o, _ = o.Module.LookupPath(o.Block.Preset.Ref().Path)
	}
	return nil
}

// duplicatePort is for the name of a value of the signature, which no other value has.
func duplicatePort(n *ast.Name, old *tap) *diag.Diagnostic {
	return diag.New(diag.DuplicateTap, n.Span(), "`%s` already names a value of the signature", n.Text).
		WithLabel("again here").At(old.span, "named here").WithHelp("choose another name")
}

func defaultOfOutput(x ast.Expr) *diag.Diagnostic {
	return diag.New(diag.MisplacedFact, x.Span(), "what a signature gives has no defaults").
		WithHelp("a default stands on the left of `->`: `[N, 3, H = 224, W = 224] -> [N, 10]`")
}

func defaultOfTensor(x ast.Expr) *diag.Diagnostic {
	return diag.New(diag.MisplacedFact, x.Span(), "the sizes of a tensor that is a parameter have no defaults").
		WithHelp("they are those of what a call gives, as in `like=@x`")
}

func nameOfTensor(p *ast.Param) *diag.Diagnostic {
	return diag.New(diag.MisplacedFact, p.Type.Shape.As.Span(), "a parameter has its name already").
		WithHelp("its value is read with `@%s`", p.Name.Text)
}

// tensorOfNet is for a net that nobody could run, since a tensor is given only by a call.
func tensorOfNet(p *ast.Param) *diag.Diagnostic {
	return diag.New(diag.MisplacedFact, p.Span(), "a net has no tensor among its parameters").
		WithHelp("make it an input, with a bar of its own in the signature: `| [N, 3, H = 64, W = 64] as %s`", p.Name.Text)
}

// tensorOfPreset is tensorOfNet for a net that is a preset of a block.
func tensorOfPreset(b *ast.Block, o *Object, p *ast.Param) *diag.Diagnostic {
	return diag.New(diag.MisplacedFact, b.Preset.Span(), "`%s` takes the tensor `%s`, which a preset cannot give", o.Name, p.Name.Text).
		WithHelp("write a net with a body that applies it, as in `%s(%s=@x)`, or declare a block: `block %s`", o.Name, p.Name.Text, b.Name.Text)
}

// restOfSeveral is for `| [N, ...]`.
func restOfSeveral(r *ast.Rest) *diag.Diagnostic {
	return diag.New(diag.Syntax, r.Span(), "`...` does not belong in a signature with bars").
		WithHelp("name the axes of each value: `| [N, C, H, W] as a | [N, D, H, W] as b`")
}

// unnamedPort is for one of several inputs or outputs of a net without a name.
func unnamedPort(p *ast.Port, what, text string) *diag.Diagnostic {
	return diag.New(diag.UnnamedPort, p.Shape.Span(), "a net with several %s names each", what).
		WithLabel("without a name").
		WithHelp("write `as` behind it: `%s as name`", text[:strings.LastIndexByte(text, ']')+1])
}

// twoOpen is for `repeat i of n | … repeat j of m | …`, of which nothing says how many are which.
func twoOpen(p, first *ast.Port) *diag.Diagnostic {
	return diag.New(diag.DuplicateName, p.Repeat.Count.Span(), "the number of one `repeat` alone can be left open").
		WithLabel("`%s` has no value yet", p.Open()).At(first.Repeat.Count.Span(), "nor has `%s`", first.Open()).
		WithHelp("make one of them a parameter: `%s: int`", p.Open())
}

// namedOutput is for `as` behind what a block gives.
func namedOutput(b *ast.Block, n *ast.Name) *diag.Diagnostic {
	return diag.New(diag.MisplacedFact, n.Span(), "what a block gives has no name").
		WithHelp("a call names it: `%s as %s`; only a net names its outputs", b.Name.Text, n.Text)
}

// plainTensor is for a parameter of type `tensor`.
func plainTensor(t *ast.Type) *diag.Diagnostic {
	d := diag.New(diag.UnknownName, t.Span(), "the type of a tensor is its shape").
		WithHelp("write `[...]` for one of any shape, or name its axes, as in `[N, C, h, w]`")
	if t.Params == nil && t.Sig == nil && t.Elem == nil {
		d.Write("[...]")
	}
	return d
}

// severalOfParameter is for `unit: block | [..] | [..] -> …`.
func severalOfParameter(sig *ast.Sig) *diag.Diagnostic {
	return diag.New(diag.MisplacedFact, sig.Span(), "the signature of a parameter takes and gives one value").
		WithHelp("write `block` alone for a block of several values")
}
