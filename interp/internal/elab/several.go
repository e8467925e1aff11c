package elab

import (
	"fmt"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// A pipeline carries one tensor or a list of them. `list` makes one of its branches, a group, a
// repeat or a branch passes one on, a combinator without branches joins one, and `as [a, b]` or
// `@xs[i]` takes one apart. Everything else works on one tensor.

// one reports whether a value is one tensor, as what the text wants of it says: "`conv` works on".
func (m *machine) one(x Tensor, at source.Span, want string) bool {
	if x.Many {
		m.fail(severalTensors(at, want, len(x.Items)))
	}
	return !x.Many
}

// node is the one that holds a value, the last one of a list.
func (t Tensor) node() *graph.Node {
	if t.Many {
		return t.Items[len(t.Items)-1].Node
	}
	return t.Node
}

// each is every tensor of a list, or the one.
func (t Tensor) each() []Tensor {
	if t.Many {
		return t.Items
	}
	return []Tensor{t}
}

// nodes are those of the items of a list, nil for one tensor.
func (t Tensor) nodes() (list []*graph.Node) {
	for _, x := range t.Items {
		list = append(list, x.Node)
	}
	return list
}

// value is what an expression stands for that reads a tap: a tensor, or a list of them.
func (t Tensor) value() Value {
	switch {
	case !t.Many:
		return &t
	case t.hasRun():
		return unknownTensors{t}
	}
	list := make([]Value, len(t.Items))
	for i := range t.Items {
		list[i] = &t.Items[i]
	}
	return list
}

// isTensor reports whether a value is a tensor, or a list that begins with one.
func isTensor(v Value) bool {
	if list, isList := v.([]Value); isList && len(list) > 0 {
		v = list[0]
	}
	switch v.(type) {
	case *Tensor, unknownTensors:
		return true
	}
	return false
}

// tensorsOf is the tensor, or list of them, that a value is.
func tensorsOf(v Value) (t Tensor, ok bool) {
	if one, isOne := v.(*Tensor); isOne {
		return *one, true
	}
	if some, isUnknown := v.(unknownTensors); isUnknown {
		return some.Tensor, true
	}
	list, isList := v.([]Value)
	if !isList || len(list) == 0 {
		return Tensor{}, false
	}
	t.Many = true
	for _, v := range list {
		x, isTensor := v.(*Tensor)
		if !isTensor {
			return Tensor{}, false
		}
		t.Items = append(t.Items, *x)
		t.Suspect = t.Suspect || x.Suspect
	}
	return t, true
}

// localTensor is what a name stands for that a repeat or a let gives: a tensor, a list of them,
// or with an index one of the list.
func (m *machine) localTensor(ref *ast.TapRef, v Value, e *env) Tensor {
	name := ref.Text()
	if some, isUnknown := v.(unknownTensors); isUnknown && len(ref.At) > 0 {
		return m.itemOfRun(some.Tensor, ref, e)
	}
	indexes, ok := m.indexesOf(ref.At, name, e)
	if !ok {
		return poison
	}
	list, _ := v.([]Value)
	if len(indexes) > 0 && isTensor(v) && list != nil { // without a copy of the others
		i := indexes[0]
		if i < 0 || i >= len(list) {
			m.fail(badIndex(ref.At[0].Span(), dim.Int(i), len(list)))
			return poison
		}
		v, name, list, indexes = list[i], name+written(indexes[:1]), nil, indexes[1:]
	}
	if !m.spendItems(ref.NameSpan(), len(list)) {
		return poison
	}
	t, ok := tensorsOf(v)
	switch {
	case !ok:
		m.fail(noTensor(ref, name, v))
	case len(indexes) > 0:
		m.fail(itemOfOne(ref, name))
	default:
		return t
	}
	return poison
}

// item is one tensor of a list that has a name.
func (m *machine) item(list Tensor, ref *ast.TapRef, name string, index dim.Size) Tensor {
	i, whole := index.Int()
	switch {
	case list.Poisoned:
	case !list.Many:
		m.fail(itemOfOne(ref, name))
	case !whole || i < 0 || i >= len(list.Items):
		m.fail(badIndex(ref.At[len(ref.At)-1].Span(), index, len(list.Items)))
	default:
		return list.Items[i]
	}
	return poison
}

// nameItems names the tensors of a list.
func (m *machine) nameItems(s *ast.Step, c *ast.Claim, e *env, x Tensor) {
	if x.hasRun() {
		x = m.unfollowed("names for the items")
	}
	if !x.Poisoned && (!x.Many || len(x.Items) != len(c.Items)) {
		m.fail(otherLength(s, c, x))
		x = poison
	}
	for i, n := range c.Items {
		switch {
		case n.Skips():
		case x.Poisoned:
			e.frame.name(n.Text, poison)
		default:
			e.frame.name(n.Text, x.Items[i])
		}
	}
}

// The parts of an outline take one value and give one, but for a list, and what joins one has a branch
// for each of its tensors. In series, what the branches of a list give is kept as `as` keeps it, and a
// branch after the first begins with the value that all of them take.

// takenByBranches notes a list with its branches, once they are made, or the branches in series.
func (m *machine) takenByBranches(c *Closure, at *site, x Tensor) (noted func(Tensor)) {
	if m.series == nil {
		return func(Tensor) {}
	}
	return func(out Tensor) {
		if !m.inSeries {
			m.partOf(graph.Part{Kind: graph.List, Path: at.path, Call: c.Object.Name, As: namesGiven(at.step), Branches: at.branches}, at.step)(out)
			return
		}
		for i, b := range at.branches {
			if i > 0 && !x.Many && (len(b) == 0 || b[0].Kind != graph.Tap) {
				m.partOf(graph.Part{Kind: graph.Tap, Call: "@" + x.Node.Module()}, at.step)(x)
			}
			*m.series = append(*m.series, b...)
		}
		at.branches, at.ways = nil, nil
	}
}

// tapItems makes the items of a list the branches of what joins it.
func (m *machine) tapItems(at *site, items []Tensor) {
	for i, t := range items {
		m.branch(at, nil, func() {
			m.partOf(graph.Part{Kind: graph.Tap, Call: fmt.Sprintf("@%d", i)}, at.step)(t)
		})
	}
}

// namesGiven are those that a step gives to a list or to its tensors, as they are written.
func namesGiven(s *ast.Step) string {
	for _, c := range s.Claims {
		switch names := c.Names(); {
		case c.As != nil:
			return c.As.Text
		case len(names) > 0:
			texts := make([]string, len(names))
			for i, n := range names {
				texts[i] = n.Text
			}
			return "[" + strings.Join(texts, ", ") + "]"
		}
	}
	return ""
}

func worksOn(name string) string { return "`" + name + "` works on" }

func severalTensors(at source.Span, want string, n int) *diag.Diagnostic {
	d := diag.New(diag.Several, at, "%s one tensor, and here %s", want, areTensors(n))
	const help = "name the list and take one, as in `… as xs` and `@xs[0]`, or join them with `concat` or `add`"
	if strings.HasSuffix(want, " works on") {
		return d.WithHelp("%s; `each` before the step applies it to every one, with the same weights", help)
	}
	return d.WithHelp("%s", help)
}

func areTensors(n int) string {
	if n == 1 {
		return "is a list of one"
	}
	return fmt.Sprintf("are %d", n)
}

func noTensor(ref *ast.TapRef, name string, v Value) *diag.Diagnostic {
	return diag.New(diag.WrongType, ref.NameSpan(), "`%s` is %s, and `@` reads a tensor", name, described(v)).
		WithHelp("`as` names the value of a step")
}

func itemOfOne(ref *ast.TapRef, name string) *diag.Diagnostic {
	return diag.New(diag.Several, ref.NameSpan(), "`%s` is one tensor, which has no items", name).
		WithHelp("write `@%s`", name)
}

func otherLength(s *ast.Step, c *ast.Claim, x Tensor) *diag.Diagnostic {
	if !x.Many {
		return diag.New(diag.Several, c.Span(), "`as [%s]` takes a list of tensors apart, and here is one", c.Items[0].Text).
			WithHelp("write `as %s`; `list { | … | … }` makes a list", c.Items[0].Text)
	}
	return diag.New(diag.PatternLength, c.Span(), "`as [%s]` names %d tensors, and here %s", c.Items[0].Text+", …", len(c.Items), areTensors(len(x.Items))).
		WithHelp("`_` skips one: `as [a, _]`")
}

// branchesOrList says what a combinator works on where it has no branches.
func branchesOrList(at source.Span, c *Closure) *diag.Diagnostic {
	d := diag.New(diag.Branches, at, "`%s` needs branches", c.Object.Name)
	if c.Object.IsList() {
		return d.WithHelp("every branch starts with a bar: `list { | … | … }`")
	}
	return d.WithHelp("every branch starts with a bar: `%s { | … | … }`; without branches it joins a list of tensors", c.Object.Name)
}
