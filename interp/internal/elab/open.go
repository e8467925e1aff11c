package elab

import (
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/ops/dim"
)

// An OpenBlock is a block and what its name leaves open: parameters, and the sizes that
// can be given.
type OpenBlock struct {
	Base   *resolve.Object // the block with the body, behind presets
	Params []OpenParam
	Sizes  []string
}

// An OpenParam is a parameter without an argument; Type is the one it declares
// or its default shows, "" where neither does.
type OpenParam struct {
	Name, Type, Elem string
	HasDefault       bool
	Shape            *ast.Shape // of a tensor
}

// Open lists the parameters that a block leaves open; problem says why that
// cannot be known.
func Open(o *resolve.Object) (open OpenBlock, problem string) {
	m := newMachine(o.Name, dim.Numbers{}, nil)
	c, ok := m.closure(o, o.Span)
	if !ok {
		return OpenBlock{}, "its preset has no meaning"
	}
	open.Base = c.Object
	e := &env{module: c.Object.Module, frame: &frame{}, values: map[string]Value{}}
	for _, p := range parameters(c.Object) {
		if t := m.typeOf(p, e); !c.has(p.Name.Text) {
			elem := ""
			if t.Elem != nil {
				elem = t.Elem.String()
			}
			open.Params = append(open.Params, OpenParam{p.Name.Text, t.Kind(), elem, p.Default != nil, t.Shape})
		}
	}
	open.Sizes = settable(c.Object, nil)
	return open, ""
}

// Filled is a block with some of its parameters given values from outside the program, as a
// preset of the same name; without settings it is the block itself.
func Filled(o *resolve.Object, settings []Setting) (*resolve.Object, diag.List) {
	m := newMachine(o.Name, dim.Numbers{}, nil)
	c, ok := m.closure(o, o.Span)
	if ok && len(settings) > 0 {
		c, ok = m.set(c, o, settings)
	}
	if !ok || len(settings) == 0 {
		return o, m.found.List
	}
	e := &env{module: c.Object.Module, frame: &frame{}, values: map[string]Value{}}
	args := &ast.Args{}
	for _, s := range settings {
		if p := find(parameters(c.Object), s.Name); p != nil { // sizes stay open
			m.bindOne(c, p, e, s.Span)
			name := &ast.Name{Extent: ast.Extent{Pos: s.Span.Start, EndPos: s.Span.End}, Text: s.Name}
			args.List = append(args.List, &ast.Arg{Name: name, Value: s.Value})
		}
	}
	b := &ast.Block{Extent: o.Block.Extent, Kind: o.Block.Kind, Name: o.Block.Name}
	b.Preset = &ast.Ref{Path: []*ast.Name{o.Block.Name}, Args: args}
	return &resolve.Object{Name: o.Name + "'", Module: o.Module, Block: b, Span: o.Span}, m.found.List
}
