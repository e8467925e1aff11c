package elab

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// UnknownBool is a bool parameter that may be either: Size is a variable that is
// 1 for true and 0 for false.
type UnknownBool struct{ Size dim.Size }

// UnknownString is a string parameter that may be any.
type UnknownString struct{ Name string }

// settle decides an unknown bool where it is read.
func (m *machine) settle(v Value) Value {
	if b, ok := v.(UnknownBool); ok {
		return m.facts.Decide(b.Size.Sub(dim.Int(1)), dim.Zero)
	}
	return v
}

// holds evaluates one condition of a `where`. Among unknowns it is taken as
// given, piece by piece.
func (m *machine) holds(x ast.Expr, e *env) (holds, ok bool) {
	if m.unknowns == nil {
		return m.evalBool(x, e)
	}
	b, isBinary := x.(*ast.Binary)
	if !isBinary {
		return m.evalBool(x, e)
	}
	if b.Op == "and" {
		l, ok1 := m.holds(b.L, e)
		r, ok2 := m.holds(b.R, e)
		return l && r, ok1 && ok2
	}
	if b.Op == "==" {
		if rem, ok := b.L.(*ast.Binary); ok && rem.Op == "%" {
			return m.remainderHolds(rem, b.R, e)
		}
	}
	c, ok := comparisons[b.Op]
	if !ok {
		return m.evalBool(x, e)
	}
	lv, ok1 := m.eval(b.L, e)
	rv, ok2 := m.eval(b.R, e)
	if !ok1 || !ok2 {
		return false, false
	}
	l, isNumber1 := lv.(dim.Size)
	r, isNumber2 := rv.(dim.Size)
	if !isNumber1 || !isNumber2 {
		return m.evalBool(x, e)
	}
	return m.unknowns.Assume(c.of(l, r), c.relation, !c.negated, m.outermost()), true
}

// outermost reports whether the block being applied is the one that was asked
// for, rather than one that it calls.
func (m *machine) outermost() bool { return len(m.trace) == 1 }

// remainderHolds is holds for x % m == r.
func (m *machine) remainderHolds(rem *ast.Binary, r ast.Expr, e *env) (holds, ok bool) {
	x, ok1 := m.evalSize(rem.L, e)
	modulus, ok2 := m.evalSize(rem.R, e)
	rest, ok3 := m.evalSize(r, e)
	if !ok1 || !ok2 || !ok3 {
		return false, false
	}
	if modulus == dim.Int(0) || !m.unknowns.Need(modulus, dim.Zero, false) {
		m.fail(divisionByZero(rem.R.Span(), "%"))
		return false, false
	}
	return m.unknowns.AssumeRemainder(x, modulus, rest, m.outermost()), true
}

// UnknownList is a list parameter that may have any length and hold any whole
// numbers from 0, or with Fractions any numbers at all.
type UnknownList struct {
	Name      string
	Fractions bool
}

// length is a variable for how many items the list has.
func (l UnknownList) length(u Unknowns) dim.Size {
	return u.Size(dim.Variable{Name: "len(" + l.Name + ")", Sense: &dim.Sense{}})
}

// An Item is what a variable stands for that is an item of a list, a function of its index.
type Item struct{}

// item is a variable for one of its items.
func (l UnknownList) item(u Unknowns, index dim.Size) dim.Size {
	v := dim.Variable{Name: l.Name + "[" + index.Name() + "]"}
	if l.Fractions {
		v = dim.Real(v.Name)
	}
	v.Sense = &dim.Sense{Label: l.Name + "[" + index.String() + "]", Of: []dim.Size{index}, Kind: Item{}}
	return u.Size(v)
}

// UnknownBlock is a block parameter that may be any block that fits where it is
// called.
type UnknownBlock struct {
	Name       string
	signatures []paramSignature
	given      []given // the arguments of calls
}

// A given is an argument of a block of which nothing is known but its name.
type given struct {
	name  string
	value Value
}

// An Image is what a variable stands for that is a size of an image of which nothing else
// is known: what a block gives, or what the iterations of a repeat take, or leave.
type Image struct {
	Axis  string
	Block string
	Line  int    // of the call
	Over  string // what the repeat runs over
	Left  bool   // by the last iteration
}

// String is what the variable is called.
func (i Image) String() string { return i.Axis + " of " + i.what() }

func (i Image) what() string {
	if i.Block != "" {
		return fmt.Sprintf("what %s gives in line %d", i.Block, i.Line)
	}
	return "repeat " + i.Over
}

// ImageOf is where a variable comes from that is a size of an image.
func ImageOf(v dim.Variable) (from Image, ok bool) {
	if v.Sense != nil {
		from, ok = v.Kind.(Image)
	}
	return from, ok
}

// An imageSource is an image of which nothing is known but what it is a function of.
type imageSource struct {
	Image
	of    []dim.Size
	apart string // more that tells it from others
}

// size is a variable for one of its sizes. It is another one wherever the image may be.
func (s imageSource) size(u Unknowns, axis string) dim.Size {
	s.Axis = axis
	digest := sha256.New()
	fmt.Fprintln(digest, s.Left, s.apart)
	for _, a := range s.of {
		fmt.Fprintln(digest, a.InOthers().Name())
	}
	v := dim.Variable{Name: fmt.Sprintf("%v %x", s.Image, digest.Sum(nil)[:16]), Low: 1}
	v.Sense = &dim.Sense{Label: s.Image.String(), Of: s.of, Kind: s.Image}
	return u.Size(v)
}

// anyImage is an image of x's batch of which so many of the other sizes are unknown.
func (m *machine) anyImage(x Tensor, s imageSource, axes int) Tensor {
	m.unknowns.Approximate()
	t := Tensor{Shape: x.Shape.Clone(), Origins: x.Origins}
	for i := 1; i < min(len(t.Shape), 1+axes); i++ {
		t.Shape[i] = s.size(m.unknowns, dim.Axis(i).Letter())
	}
	return m.drawn(t, "")
}

// givenBy is an image that a block gives which may be any: in one line the same for the
// same arguments and input.
func (m *machine) givenBy(b UnknownBlock, at *site, x Tensor) imageSource {
	s := imageSource{Image: Image{Block: b.Name, Line: at.span().Start.Line}, of: slices.Clone(x.Shape)}
	for _, a := range b.given {
		s.apart += a.name + "="
		switch v := a.value.(type) {
		case dim.Size:
			s.of = append(s.of, v)
		case dim.Pair:
			s.of = append(s.of, v.H, v.W)
		case bool:
			s.apart += fmt.Sprint(v)
		default: // what is in it may be another thing in each iteration
			s.apart += m.everywhere(at.step.Span())
			s.of = append(s.of, m.indices()...)
		}
	}
	return s
}

// everywhere tells a place in the text, reached in one way, from all others.
func (m *machine) everywhere(at source.Span) string {
	text := fmt.Sprint(at.Start)
	for p := m.place; p != nil; p = p.up {
		text += fmt.Sprint(" ", p.span.Start, p.iteration)
	}
	return text
}

// indices are the numbers of those that are being applied of repeats of unknown length.
func (m *machine) indices() (list []dim.Size) {
	for t := m.generic; t != nil; t = t.outer {
		list = append(list, t.i.Size())
	}
	return list
}

// unknownCount is the count of what cannot be counted.
var unknownCount = graph.Count{Params: dim.Invalid(), MACs: dim.Invalid(), FLOPs: dim.Invalid()}
