package elab

import (
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// typeOf is the type of a parameter: the one it declares, or the one its default
// has. A parameter with neither takes anything.
func (m *machine) typeOf(p *ast.Param, e *env) ast.Type {
	switch {
	case p.Type != nil:
		return *p.Type
	case p.Default == nil:
		return ast.Type{}
	}
	t := writtenType(p.Default)
	if t != "" && !mayBeList(p.Default) {
		return ast.Type{Name: t}
	}
	v, ok := m.eval(p.Default, e)
	switch {
	case !ok:
		return ast.Type{}
	case t != "" && !isList(v):
		return ast.Type{Name: t}
	}
	return ast.Type{Name: typeName(v)}
}

// mayBeList reports whether an expression may be a list, though its form is that of a number:
// a sum or a product, of which nothing but names is known.
func mayBeList(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.List:
		return true
	case *ast.Ref:
		return x.Args == nil
	case *ast.Index:
		return true
	case *ast.Cond:
		return mayBeList(x.Then) && mayBeList(x.Else)
	case *ast.Binary:
		return x.Op == "+" && mayBeList(x.L) && mayBeList(x.R) || x.Op == "*" && mayBeList(x.L)
	}
	return false
}

// writtenType is the type that an expression has by its form alone, "" where
// that does not tell.
func writtenType(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Number:
		if hasPoint(x) {
			return "float" // 1.0 is a whole number, and yet a float
		}
		return "int"
	case *ast.Bool:
		return "bool"
	case *ast.DimsLit:
		return "dims"
	case *ast.String:
		return "string"
	case *ast.List:
		return "list"
	case *ast.Cond:
		return writtenType(x.Then)
	case *ast.Unary:
		if x.Op == "not" {
			return "bool"
		}
		return writtenType(x.X)
	case *ast.Binary:
		switch x.Op {
		case "+", "-", "*", "/", "//", "%", "**":
			if hasPoint(x) {
				return "float"
			}
			return "int"
		}
		return "bool"
	case *ast.Ref:
		if name := bare(x); paddings[name] != nil {
			return "pad"
		}
	}
	return ""
}

func hasPoint(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Number:
		return strings.ContainsAny(x.Text, ".eE")
	case *ast.Unary:
		return hasPoint(x.X)
	case *ast.Binary:
		return hasPoint(x.L) || hasPoint(x.R)
	case *ast.Cond:
		return hasPoint(x.Then) || hasPoint(x.Else)
	}
	return false
}

// convert gives an argument the form its parameter's type wants; want describes
// the type for a message where it cannot.
func (m *machine) convert(v Value, t ast.Type) (converted Value, want string) {
	n, isNumber := v.(dim.Size)
	if l, isUnknown := v.(UnknownList); isUnknown && (t.Name == "dims" || t.Name == "pad") {
		m.unknowns.Beyond("whether the list " + l.Name + " is one of " + t.Name) // two numbers are
	}
	switch t.Kind() {
	case "":
		return v, ""
	case "int":
		if isNumber && m.facts.OfArgument().Require(n, dim.Whole) {
			return n, ""
		}
		return nil, "a whole number"
	case "float":
		if isNumber {
			return n, ""
		}
		return nil, "a number"
	case "dims":
		if p, ok := m.pair(v); ok {
			return p, ""
		}
		return nil, "a size such as 3x3, 3 or [3, 3]"
	case "pad":
		if p, ok := m.padding(v); ok {
			return p, ""
		}
		return nil, "a padding: 1, [h, w], [[top, bottom], [left, right]], half, same or valid"
	case "list":
		return m.convertList(v, t.Elem)
	case "bool", "string", "block", "tensor":
		if typeName(v) == t.Kind() {
			return v, ""
		}
		return nil, article(t.Kind())
	}
	return nil, "a type that exists: int, float, bool, string, dims, pad, block, list[…] or the shape of a tensor"
}

func article(name string) string {
	switch name {
	case "bool":
		return "true or false"
	case "string":
		return "a string in quotes"
	case "block":
		return "a block"
	}
	return "a tap, as in @name"
}

func (m *machine) convertList(v Value, elem *ast.Type) (Value, string) {
	if l, isUnknown := v.(UnknownList); isUnknown {
		if elem != nil && elem.Name != "float" && (l.Fractions || elem.Name != "int") {
			m.unknowns.Beyond("whether the list " + l.Name + " holds only " + elem.String())
		}
		return l, ""
	}
	list, ok := v.([]Value)
	if !ok {
		return nil, "a list"
	}
	// Every call makes its own list. Where that is too much, the next step reports it.
	if m.budget.Steps -= stepsPerItem * len(list); elem == nil {
		return list, ""
	}
	out := make([]Value, len(list))
	for i, x := range list {
		if elem.Name == "list" && m.budget.Steps < 0 {
			return list, "" // the next step reports it
		}
		converted, want := m.convert(x, *elem)
		if want != "" {
			return nil, "a list in which each is " + want
		}
		out[i] = converted
	}
	return out, ""
}

// pair accepts 3x3, 3 and [3, 3].
func (m *machine) pair(v Value) (dim.Pair, bool) {
	whole := func(v Value) (dim.Size, bool) {
		n, ok := v.(dim.Size)
		return n, ok && m.facts.OfArgument().Require(n, dim.Whole)
	}
	switch v := v.(type) {
	case dim.Pair:
		return v, true
	case dim.Size:
		n, ok := whole(v)
		return dim.Square(n), ok
	case []Value:
		if len(v) == 2 {
			h, ok1 := whole(v[0])
			w, ok2 := whole(v[1])
			return dim.Pair{H: h, W: w}, ok1 && ok2
		}
	}
	return dim.Pair{}, false
}

// padding accepts 1, [h, w], 1x3, [[top, bottom], [left, right]] and the words.
func (m *machine) padding(v Value) (ops.Padding, bool) {
	if p, ok := v.(ops.Padding); ok {
		return p, true
	}
	if list, ok := v.([]Value); ok && len(list) == 2 {
		if _, nested := list[0].([]Value); nested {
			h, ok1 := m.pair(list[0])
			w, ok2 := m.pair(list[1])
			return ops.Padding{Mode: ops.Explicit, Top: h.H, Bottom: h.W, Left: w.H, Right: w.W}, ok1 && ok2
		}
	}
	p, ok := m.pair(v)
	return ops.Padding{Mode: ops.Explicit, Top: p.H, Bottom: p.H, Left: p.W, Right: p.W}, ok
}
