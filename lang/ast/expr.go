package ast

import (
	"strconv"
	"strings"

	"cnnlang/lang/source"
)

// An Expr is an expression, whose value is known before anything runs: a number, a size, a
// list, a block with arguments filled in. Its grammar is in package parse.
type Expr interface {
	Node
	expr()
}

// Callee is the one expression that may be a step: a *Ref. It is an interface because
// participle accepts a custom parser only for interfaces.
type Callee interface {
	Expr
	Ref() *Ref
}

// Literal is a string literal: a *String. It is an interface for the same reason as
// Callee.
type Literal interface {
	Expr
	String() *String
}

// NamePattern is a string literal whose expressions are *Capture: a *String. It is an interface
// for the same reason as Callee.
type NamePattern interface {
	Expr
	Pattern() *String
}

// A Number is an integer or decimal literal as written, with its unit.
type Number struct {
	Extent
	Text string
}

// Units are what a number may end in, and what they multiply it by.
var Units = map[string]int64{
	"K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12,
	"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
}

// SplitUnit cuts a number as written before its unit, which is 1 without one.
func SplitUnit(text string) (number string, unit int64) {
	number = strings.TrimRight(text, "KMGTiB")
	if by, ok := Units[text[len(number):]]; ok {
		return number, by
	}
	return text, 1
}

// Int returns the value of an integer without a unit; ok is false for any other number, and one that
// is too large.
func (n *Number) Int() (value int, ok bool) {
	value, err := strconv.Atoi(strings.ReplaceAll(n.Text, "_", ""))
	return value, err == nil
}

// A DimsLit is a literal such as 3x3.
type DimsLit struct {
	Extent
	Text string
}

// A String is a literal split into its parts, each a text or an expression.
type String struct {
	Extent
	Parts []StringPart
}

// String returns s; it implements Literal.
func (s *String) String() *String { return s }

// Pattern returns s; it implements NamePattern.
func (s *String) Pattern() *String { return s }

// Plain returns the text of a literal without expressions; ok is false if it has any.
func (s *String) Plain() (text string, ok bool) {
	var b strings.Builder
	for _, p := range s.Parts {
		if p.Expr != nil {
			return "", false
		}
		b.WriteString(p.Text)
	}
	return b.String(), true
}

// A StringPart is literal text or an expression whose value is inserted.
type StringPart struct {
	Text string
	Expr Expr // nil for text
}

// A Capture gives a name to a part of what a pattern fits: any characters but dots, with
// Type "int" the digits of a number, with "path" whole segments with the dots between them.
type Capture struct {
	Extent
	Name *Name
	Type string // CaptureInt, CapturePath or ""
}

// The types of captures that are not just text.
const (
	CaptureInt  = "int"
	CapturePath = "path"
)

// A Bool is true or false.
type Bool struct {
	Extent
	Value bool
}

// A Ref names a value, function or block, with arguments or without.
type Ref struct {
	Extent
	Path []*Name // a.b is the b that was imported as a
	Args *Args   // nil without parentheses
}

// Ref returns r; it implements Callee.
func (r *Ref) Ref() *Ref { return r }

// Text returns the dotted name.
func (r *Ref) Text() string {
	if len(r.Path) == 1 {
		return r.Path[0].Text
	}
	return names(r.Path, ".")
}

// Args are the arguments between parentheses.
type Args struct {
	Extent
	List []*Arg
}

// All returns the arguments, none for a call without parentheses.
func (a *Args) All() []*Arg {
	if a == nil {
		return nil
	}
	return a.List
}

// First returns the span of the first argument and the comma after it, or of the parentheses if
// it is the only one.
func (a *Args) First() source.Span {
	if len(a.List) > 1 {
		return source.Span{Start: a.List[0].Pos, End: a.List[1].Pos}
	}
	return a.Span()
}

// An Arg is one argument, by position or by name.
type Arg struct {
	Extent
	Name  *Name // nil by position
	Value Expr
}

// A TapExpr passes a tap to a tensor parameter.
type TapExpr struct{ TapRef }

// A List is [a, b, c].
type List struct {
	Extent
	Items []Expr
}

// A Unary is -x or not x.
type Unary struct {
	Extent
	Op string
	X  Expr
}

// A Binary is an operator between two operands.
type Binary struct {
	Extent
	Op   string
	L, R Expr
}

// A Cond is if a then b else c.
type Cond struct {
	Extent
	If, Then, Else Expr
}

// An Index is x[i], counting from 0.
type Index struct {
	Extent
	X, I Expr
}

func (*Number) expr()  {}
func (*DimsLit) expr() {}
func (*String) expr()  {}
func (*Bool) expr()    {}
func (*Capture) expr() {}
func (*Ref) expr()     {}
func (*TapExpr) expr() {}
func (*List) expr()    {}
func (*Unary) expr()   {}
func (*Binary) expr()  {}
func (*Cond) expr()    {}
func (*Index) expr()   {}
