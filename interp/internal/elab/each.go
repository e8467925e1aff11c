package elab

import (
	"fmt"
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/ops/dim"
)

// `label: each step` applies a step to every item of a list and gives the list of results. The
// applications have one set of tensors, which the path of the step calls: head.conv.weight. Where
// their own steps and values have to be told apart, the path has the number of the item:
// head[2].conv.
//
// Each application is an item. What it names is in a registry of its own, inside that of what
// is around the `each`, so that a name that an item before it has given is not one given twice.

// An item is one application of the step of an `each`.
type item struct {
	outer  *item
	path   string // of the `each`
	number int
	before *registry // what the items before it have
	unknownItems
}

// each applies a step to every item of a list.
func (m *machine) each(s *ast.Step, e *env, sc scope, x Tensor, label string, labelled bool) Tensor {
	switch {
	case labelled && label == "":
		m.fail(eachWithoutPath(s))
		return poison
	case x.Poisoned:
		return poison
	case !x.Many:
		m.fail(eachOfOne(s))
		return poison
	case !m.spendItems(s.Span(), len(x.Items)):
		return poison
	}
	first := sc.next.next
	path := m.take(sc, s, label, labelled)
	done := m.begin(graph.Step{Path: path, Call: calledEach(s)}, s)
	out := m.applyToItems(s, e, path, x, func(item Tensor) Tensor {
		sc.next.next = first // every item takes the same number
		if m.generic != nil && m.generic.ofItems {
			sc.generic = m.generic
		}
		return m.applied(s, e, sc, item, label, labelled)
	})
	done(out)
	return out
}

// applyToItems applies the step of an `each` to the items of a list, one by one.
func (m *machine) applyToItems(s *ast.Step, e *env, path string, x Tensor, apply func(Tensor) Tensor) (out Tensor) {
	at := &site{step: s, env: e, path: path}
	all := &item{outer: m.inItem, path: path, before: newRegistry(nil), unknownItems: m.unknownItems(x)}
	around, outside, here := m.registry, m.inItem, m.place
	out.Many = true
	for i, t := range x.Items {
		if i > 0 && m.follows(all, t) {
			out.Items = append(out.Items, like(t, out.Items[0]))
			continue
		}
		item := func(one *item, t Tensor) (y Tensor) {
			taps, count := e.frame.taps, m.count
			m.inItem, m.registry, e.frame.taps = one, newRegistry(around), e.frame.inner()
			m.place = &place{up: here, span: s.Span(), iteration: one.number}
			m.branch(at, nil, func() {
				m.open()
				m.tapItem(s, i, t)
				y = apply(t)
				m.countItem(all, i, count)
				m.close()
			})
			all.before.take(m.registry)
			m.inItem, m.registry, e.frame.taps, m.place = outside, around, taps, here
			return y
		}
		one := *all
		one.number = i
		y := m.eachOf(e, all, &one, t, item)
		if y.Many {
			m.fail(listOfItem(s, len(y.Items)))
			y = poison
		}
		out.Poisoned, out.Suspect = out.Poisoned || y.Poisoned, out.Suspect || y.Suspect
		out.Items = append(out.Items, y)
	}
	around.take(all.before)
	if out.Poisoned {
		return poison
	}
	if m.inSeries {
		*m.series = append(*m.series, slices.Concat(at.branches...)...)
		return out
	}
	m.partOf(graph.Part{Kind: graph.List, Path: path, Call: calledEach(s), As: namesGiven(s), Branches: at.branches, Ways: at.ways}, s)(out)
	return out
}

// tapItem notes that what is applied begins with an item of the list.
func (m *machine) tapItem(s *ast.Step, i int, t Tensor) {
	call := fmt.Sprintf("@%d", i)
	if m.inSeries && t.Node != nil {
		call = "@" + t.Node.Module()
	}
	m.partOf(graph.Part{Kind: graph.Tap, Call: call}, s)(t)
}

// calledEach is what the text calls an `each`: each head.
func calledEach(s *ast.Step) string {
	if s.Call == nil {
		return "each"
	}
	return "each " + s.Call.Callee.Ref().Text()
}

// inner are taps that are known inside something alone.
func (f *frame) inner() *taps { return &taps{around: f.taps} }

// ofItem is the path of a step, with the numbers of the items that it belongs to: head[2].conv.
func (m *machine) ofItem(path string) string {
	for it := m.inItem; it != nil && path != ""; it = it.outer { // the innermost has the longest path
		path = fmt.Sprintf("%s[%d]%s", it.path, it.number, path[len(it.path):])
	}
	return path
}

// isItem reports whether a path is that of the `each` around, which its step has as well.
func (m *machine) isItem(path string) bool { return m.inItem != nil && m.inItem.path == path }

// ofOtherItem is the tensor of a name that an item before this one has, of the `each` around or
// one around that.
func (m *machine) ofOtherItem(name string) (t tensorMade, ok bool) {
	for it := m.inItem; it != nil; it = it.outer {
		if t, ok = it.before.tensors[name]; ok {
			return t, true
		}
	}
	return t, false
}

// sameTensor reports whether a tensor of an item has the shape that another item gives it.
func (m *machine) sameTensor(name string, before, here tensorMade, at *site) bool {
	if len(before.shape) == len(here.shape) {
		same := true
		for i, size := range before.shape {
			same = same && dim.Equal(m.facts, here.shape[i], size)
		}
		if same {
			return true
		}
	}
	m.fail(twoShapes(m.unmarked(name), before, here, at))
	return false
}

// A registry has what is made by its names: the tensors of the graph and the steps. What is made
// for an item of an `each` has one of its own, inside that around it.
type registry struct {
	around  *registry
	tensors map[string]tensorMade
	steps   map[string]*place
}

// A tensorMade is where a tensor is made, for which operation, and its shape.
type tensorMade struct {
	at    *place
	path  string
	shape dim.Shape
}

func newRegistry(around *registry) *registry {
	return &registry{around, map[string]tensorMade{}, map[string]*place{}}
}

// tensor is that of a name, in r or around it.
func (r *registry) tensor(name string) (t tensorMade, ok bool) {
	for ; r != nil && !ok; r = r.around {
		t, ok = r.tensors[name]
	}
	return t, ok
}

// step is where the step of a path is made.
func (r *registry) step(path string) (p *place, ok bool) {
	for ; r != nil && !ok; r = r.around {
		p, ok = r.steps[path]
	}
	return p, ok
}

// take adds what another registry has.
func (r *registry) take(other *registry) {
	for name, t := range other.tensors {
		if _, known := r.tensors[name]; !known {
			r.tensors[name] = t
		}
	}
	for path, p := range other.steps {
		if _, known := r.steps[path]; !known {
			r.steps[path] = p
		}
	}
}

func eachWithoutPath(s *ast.Step) *diag.Diagnostic {
	return diag.New(diag.BadLabel, s.Label.Span(), "`\"\"` opens no path, and the tensors of an `each` need one").
		WithHelp("give it a label, or leave the label out for a number")
}

func eachOfOne(s *ast.Step) *diag.Diagnostic {
	return diag.New(diag.Several, s.Span(), "`each` works on a list of tensors, and here is one").
		WithHelp("make a list before it, as in `list { | … | … } -> each …`, or leave `each` out")
}

func listOfItem(s *ast.Step, n int) *diag.Diagnostic {
	return diag.New(diag.Several, s.Span(), "the step of an `each` gives one tensor for each item, and here %s", areTensors(n)).
		WithHelp("no list holds lists: join them in the step, with `concat` or `add`")
}

func twoShapes(name string, first, second tensorMade, at *site) *diag.Diagnostic {
	return diag.New(diag.TwoShapes, at.span(), "`%s` would have two shapes in an `each`, %v and %v", name, first.shape, second.shape).
		WithLabel("%v in `%s`, %v in `%s`", first.shape, first.path, second.shape, second.path).
		WithHelp("bring the items to one number of channels before the `each`, or leave this step out of it and give each item one of its own")
}

// sideInEach is about a side head of a block that an `each` applies.
func sideInEach(s *ast.Side) *diag.Diagnostic {
	return diag.New(diag.MisplacedFact, s.Span(), "`side` does not belong in an `each`").
		WithHelp("it would be an output for every item: take it out of what the `each` applies, and write `side name: @xs[0]` behind it")
}
