package elab

import (
	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// A paramSignature is what the declaration of a block parameter says of the block that is
// given for it: how it is called and what it does to a shape,
//
//	unit: block(c: int, stride = 1) [N, C, H, W] -> [N, c, ceil(H/stride), ceil(W/stride)]
//
// A block that is known is applied and held to it. One that may be any, in a proof,
// is nothing but its signature: so a block is proved once, for all that may be given.
type paramSignature struct {
	declared *Closure    // a block of the parameter's name, its signature alone
	given    source.Span // the argument
}

// withSignature adds what the declaration of a parameter says to the block given for
// it. A block may be passed on from parameter to parameter, and is held to all.
func withSignature(v Value, p *ast.Param, module *resolve.Module, given source.Span) Value {
	if c, ok := v.(*Closure); ok && !c.passed.IsValid() {
		first := *c
		first.passed = given
		v = &first
	} else if ok {
		given = c.passed // what is wrong with it is wrong there
	}
	if p.Type == nil || p.Type.Params == nil && p.Type.Sig == nil {
		return v
	}
	block := &ast.Block{Extent: p.Type.Extent, Kind: "block", Name: p.Name, Params: p.Type.Params, Sig: p.Type.Sig}
	object := &resolve.Object{Name: p.Name.Text, Module: module, Block: block, Span: p.Name.Span()}
	more := paramSignature{&Closure{Object: object}, given}
	switch v := v.(type) {
	case *Closure:
		held := *v
		held.signatures = append(v.signatures[:len(v.signatures):len(v.signatures)], more)
		return &held
	case UnknownBlock:
		v.signatures = append(v.signatures[:len(v.signatures):len(v.signatures)], more)
		return v
	}
	return v
}

// fillSignatures gives the arguments of a call to the signatures of its parameter too.
func (m *machine) fillSignatures(list []paramSignature, args *ast.Args, e *env) ([]paramSignature, bool) {
	filled := make([]paramSignature, len(list))
	for i, p := range list {
		c, ok := m.fill(p.declared, args, e)
		if !ok {
			return nil, false
		}
		filled[i] = paramSignature{c, p.given}
	}
	return filled, true
}

// misfit is a block that cannot be called as its signature says, with an argument
// that it does not take; nil for one that can.
func misfit(c *Closure, args *ast.Args) *diag.Diagnostic {
	if len(c.signatures) == 0 {
		return nil
	}
	p := c.signatures[0]
	params := parameters(c.Object)
	open := 0
	for _, q := range params {
		if !c.has(q.Name.Text) {
			open++
		}
	}
	declared := finder(params)
	for _, a := range args.List {
		switch {
		case a.Name != nil && declared(a.Name.Text) == nil:
			return wrongCall(p, c, diag.UnknownArgument, a, "has no parameter `"+a.Name.Text+"`, with which")
		case a.Name == nil && open == 0 && len(params) == 0:
			return wrongCall(p, c, diag.TooManyArguments, a, "takes no arguments, with which")
		case a.Name == nil && open == 0:
			return wrongCall(p, c, diag.TooManyArguments, a, "takes fewer arguments than those with which")
		case a.Name == nil:
			open--
		}
	}
	return nil
}

// held applies a block and holds it to the signatures of parameters that it was given for.
func (m *machine) held(c *Closure, at *site, x Tensor, apply func() Tensor) Tensor {
	if !m.one(x, at.span(), worksOn(c.name())) {
		return poison
	}
	entered := make([]*env, len(c.signatures))
	for i, p := range c.signatures {
		e, ok := m.called(p, at, x)
		if !ok {
			return poison
		}
		entered[i] = e
	}
	out := apply()
	for i, p := range c.signatures {
		if !out.Poisoned && !out.Suspect && (!m.one(out, at.span(), "`"+c.name()+"` gives by its signature") || !m.conforms(p, c.name(), entered[i], out)) {
			out.Suspect = true
		}
	}
	return out
}

// called binds the names of a signature to the arguments of a call and to the sizes
// of what it is applied to.
func (m *machine) called(p paramSignature, at *site, x Tensor) (*env, bool) {
	e, ok := m.bind(p.declared, at.span())
	if !ok || x.Poisoned {
		return nil, false
	}
	return e, (p.declared.Object.Block.Sig == nil || m.bindInput(p.declared, e, x, at.span())) && m.bindTensors(p.declared, e, false)
}

// conforms checks what a signature says of a result.
func (m *machine) conforms(p paramSignature, name string, e *env, x Tensor) bool {
	sig := p.declared.Object.Block.Sig
	if sig == nil {
		return true
	}
	return m.isOf(sig, portValue{port: sig.Out[0], x: x, env: e}, restOf(sig, e), func() *diag.Diagnostic { return signatureRank(p, name, restOf(sig, e), x) },
		func(claim ast.Node, axis int, want dim.Size) *diag.Diagnostic {
			return m.signatureFails(p, name, claim, axis, want, x)
		})
}

// applyUnknown is the result of a block that may be any: what its signature says, or
// any image of the same batch.
func (m *machine) applyUnknown(b UnknownBlock, at *site, x Tensor) Tensor {
	if x.Many && len(b.signatures) == 0 && m.unknowns != nil { // a body in braces may take it
		m.unknowns.Beyond("what " + b.Name + " makes of a list of tensors")
		return poison
	}
	if x.Poisoned || !m.one(x, at.span(), worksOn(b.Name)) || len(x.Shape) == 0 {
		return poison
	}
	if m.unlike() {
		m.unknowns.Beyond("the tensors of " + b.Name + " in an `each` of items of several shapes")
		return poison
	}
	m.count = unknownCount
	m.nameUnknown(b, at)
	image := m.givenBy(b, at, x)
	for i, p := range b.signatures {
		e, ok := m.called(p, at, x)
		if !ok {
			return poison
		}
		if sig := p.declared.Object.Block.Sig; sig != nil {
			out := m.claimedImage(sig, e, x, image)
			for _, other := range b.signatures[i+1:] {
				if e, ok := m.called(other, at, x); !ok || !m.conforms(other, b.Name, e, out) {
					return poison
				}
			}
			return out
		}
	}
	if m.unknowns == nil {
		return poison
	}
	return m.anyImage(x, image, 3)
}

// claimedImage is an image of the shape that a signature claims; where it claims
// nothing, the size is unknown.
func (m *machine) claimedImage(sig *ast.Sig, e *env, x Tensor, image imageSource) Tensor {
	t := Tensor{}
	for i, claim := range sig.Output().Sizes {
		size, ok := m.claimed(claim.Size, e)
		if !ok && m.unknowns == nil {
			return poison
		}
		if !ok {
			m.unknowns.Approximate()
			size = image.size(m.unknowns, dim.Axis(i).Letter())
		}
		origin := &Origin{Span: claim.Span(), Size: size, Reason: image.what()}
		if i < len(x.Origins) {
			origin.Before = x.Origins[i]
		}
		t.Shape, t.Origins = append(t.Shape, size), append(t.Origins, origin)
	}
	rest := restOf(sig, e)
	t.Shape, t.Origins = append(t.Shape, rest.Shape...), append(t.Origins, rest.Origins...)
	if m.unknowns == nil {
		for _, size := range t.Shape {
			if !dim.AtLeast(m.facts, size, dim.Int(1)) || !size.IsWhole() {
				return poison // no block makes that
			}
		}
		t.Node = m.node(&graph.Node{Path: "input", Shape: concrete(t.Shape)})
	}
	return t
}
