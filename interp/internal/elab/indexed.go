package elab

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/ops/dim"
)

// Values with indexes: `as x[i][j]` is a tap whose name is that of its family with the numbers
// that its indexes stand for, x[2][0]. Each is one value, named once.

// anyIndex stands for the index of a value for which a mistake gave none.
const anyIndex = "[?]"

// nameIndexed names the value of a step with its indexes.
func (m *machine) nameIndexed(s *ast.Step, c *ast.Claim, e *env, x Tensor) {
	f, family := e.frame, c.As.Text
	indexes, ok := m.indexesOf(c.At, family, e)
	if i := slices.IndexFunc(indexes, func(n int) bool { return n < 0 }); i >= 0 {
		m.fail(negativeIndex(c.At[i], family, indexes[i]))
		ok = false
	}
	if !ok {
		f.name(family+anyIndex, poison)
		return
	}
	if m.generic != f.generic { // an iteration that stands for any number of them
		m.unknowns.Beyond("the values of `" + family + "`, named in a repeat of unknown length")
		return
	}
	name, here := family+written(indexes), m.at(s)
	switch _, perhaps, taken := f.tap(name); {
	case taken && perhaps:
		m.unknowns.Beyond("whether two values are named " + name)
		return
	case taken:
		m.fail(indexTwice(c, name, f.where[name], here))
		return
	}
	if f.where == nil {
		f.where = map[string]*place{}
	}
	f.where[name] = here
	f.name(name, x)
}

// indexesOf evaluates the indexes of a name.
func (m *machine) indexesOf(at []ast.Expr, name string, e *env) (indexes []int, ok bool) {
	for _, x := range at {
		n, ok := m.evalSize(x, e)
		if !ok || m.beyond(n, "an unknown index of `"+name+"`") {
			return nil, false
		}
		i, whole := n.Int()
		if !whole {
			m.fail(brokenIndex(x, name, n))
			return nil, false
		}
		indexes = append(indexes, i)
	}
	return indexes, true
}

// written are indexes as they are written: [2][0].
func written(indexes []int) string {
	var b strings.Builder
	for _, i := range indexes {
		fmt.Fprintf(&b, "[%d]", i)
	}
	return b.String()
}

// indexed lists the values of a family in the order of their numbers. It looks at all names, which
// takes that many steps.
func (m *machine) indexed(f *frame, family string) []string {
	var names []string
	for s := f.taps; s != nil; s = s.around {
		m.budget.Steps -= len(s.of)
		for name := range s.of {
			if strings.HasPrefix(name, family+"[") && name != family+anyIndex {
				names = append(names, name)
			}
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(names)
}

// namesIndexed reports whether the text of a repeat names values with indexes.
func (m *machine) namesIndexed(r *ast.Repeat) bool {
	if names, known := m.indexing[r]; known {
		return names
	}
	names := false
	ast.Walk(r, func(n ast.Node) bool {
		if c, isClaim := n.(*ast.Claim); isClaim && len(c.At) > 0 {
			names = true
		}
		return !names
	})
	if m.indexing == nil {
		m.indexing = map[*ast.Repeat]bool{}
	}
	m.indexing[r] = names
	return names
}

// unnamed makes unknown what a repeat or an if would have named, but for a mistake that has been reported.
func (m *machine) unnamed(n ast.Node, e *env) {
	ast.Walk(n, func(n ast.Node) bool {
		c, isClaim := n.(*ast.Claim)
		if !isClaim {
			return true
		}
		m.budget.Steps--
		if len(c.At) > 0 {
			e.frame.name(c.As.Text+anyIndex, poison)
			return true
		}
		for _, name := range c.Names() {
			if _, _, known := e.frame.tap(name.Text); !known && !name.Skips() {
				e.frame.name(name.Text, poison)
			}
		}
		return true
	})
}

func negativeIndex(x ast.Expr, family string, i int) *diag.Diagnostic {
	return diag.New(diag.BadIndex, x.Span(), "an index of `%s` is %d, and they count from 0", family, i)
}

func brokenIndex(x ast.Expr, name string, n dim.Size) *diag.Diagnostic {
	return diag.New(diag.BadIndex, x.Span(), "an index of `%s` is %s, and they are whole numbers", name, n.Decimal()).
		WithHelp("`//` divides and rounds down")
}

// indexTwice says that a second step names a value, or the same step in another iteration.
func indexTwice(c *ast.Claim, name string, first, second *place) *diag.Diagnostic {
	d := diag.New(diag.DuplicateTap, c.Span(), "two values are named `%s`", name)
	if first == nil || first.span == second.span {
		d.WithLabel("named in more than one iteration")
		if second.up != nil && belongsInside(c, second.step, second.up.of) {
			return d.WithHelp("`as` belongs to %s, once for each iteration; to name the result of the `repeat`, put braces around it: `{ repeat … } as %s[…]`", stepText(second.step), c.As.Text)
		}
		return d.
			WithHelp("let the index tell the iterations apart, as in `repeat i of 3 { … as %s[i] }`", c.As.Text)
	}
	return d.WithLabel("again here").At(first.step.Span(), "first here").
		WithHelp("give one of them another index")
}

// belongsInside reports whether a name stands behind the step of a repeat without braces and
// does not depend on the iteration: it is then often meant for the result of the repeat.
func belongsInside(c *ast.Claim, s *ast.Step, r *ast.Repeat) bool {
	if r == nil || r.Step != s {
		return false
	}
	counts := false
	for _, x := range c.At {
		ast.Walk(x, func(n ast.Node) bool {
			ref, isRef := n.(*ast.Ref)
			counts = counts || isRef && slices.ContainsFunc(r.Head.Names(), func(n *ast.Name) bool { return n.Text == ref.Text() })
			return !counts
		})
	}
	return !counts
}

func stepText(s *ast.Step) string {
	if s.Call == nil {
		return "the step"
	}
	return "`" + s.Call.Callee.Ref().Text() + "`"
}

// missingIndex reports that no step has named a value that is read, unless a mistake that has
// been reported is why.
func (m *machine) missingIndex(ref *ast.TapRef, name string, f *frame) {
	family := ref.Text()
	_, _, one := f.tap(family)
	_, _, unsure := f.tap(family + anyIndex)
	there := m.indexed(f, family)
	otherwise := false // reported where names are resolved
	if len(there) > 0 {
		switch len(ref.At) - strings.Count(there[0], "[") {
		case 0:
		case 1: // an item of a list
			name = name[:strings.LastIndex(name, "[")]
		default:
			otherwise = true
		}
	}
	if !one && !unsure && !otherwise {
		m.fail(noSuchIndex(ref, name, there))
	}
}

// noSuchIndex says that no step has named the value that is read.
func noSuchIndex(ref *ast.TapRef, name string, there []string) *diag.Diagnostic {
	d := diag.New(diag.UnknownTap, ref.NameSpan(), "no value is named `%s` here", name)
	const most = 12
	switch {
	case len(there) == 0:
		return d.WithHelp("no step that names a value of `%s` was applied before; read it behind `if`, or name the first one before the `repeat`", ref.Text())
	case len(there) > most:
		return d.WithHelp("there are %d, %s and so on", len(there), diag.Names(there[:most]))
	case len(there) == 1:
		return d.WithHelp("there is `%s`", there[0])
	}
	return d.WithHelp("there are %s", diag.Names(there))
}
