package elab

import (
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
			open.Params = append(open.Params, OpenParam{p.Name.Text, t.Name, elem, p.Default != nil})
		}
	}
	open.Sizes = settable(c.Object, nil)
	return open, ""
}
