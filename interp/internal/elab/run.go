package elab

import (
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// A list of unknown length among unknowns. A run is so many of its items: one item stands for all of
// them, its shape a function of its number. What is done with each item is done with that one, for an
// unknown number, as for an iteration that stands for all (loop.go); what joins them or counts them
// goes beyond what is shown unless it is said here. A run has one item at least: that there are none is a
// case of its own.

// A run is n items of a list; what stands for them has the shape of item i.
type run struct {
	n dim.Size
	i dim.Variable
}

// unknownTensors is the value of a list of tensors in which there is a run.
type unknownTensors struct{ Tensor }

// A Power is what a variable stands for that is a power of a number with an unknown exponent.
type Power struct{ Base int }

// An itemSize is what a variable stands for that is a size of an item: a function of the item's number, and a whole
// number from 1 because there is such a tensor.
type itemSize struct {
	name string
	is   dim.Size // what the signature says it is, in terms of i; invalid where it leaves it open
	i    dim.Variable
}

// lists reports whether lists of unknown length are followed by one item that stands for all.
func (m *machine) lists() bool { return m.unknowns != nil && m.unknowns.Lists() }

// unfollowed ends an application at a use of a list of unknown length that is not followed.
func (m *machine) unfollowed(what string) Tensor {
	m.unknowns.MeetsList()
	m.unknowns.Beyond(what + " of a list of unknown length")
	return poison
}

// hasRun reports whether a list is of unknown length.
func (t Tensor) hasRun() bool {
	return slices.ContainsFunc(t.Items, func(x Tensor) bool { return x.run != nil })
}

// some reports whether so many items or iterations are at least one; where nothing tells, both are followed.
func (m *machine) some(n dim.Size) bool {
	m.unknowns.MeetsList()
	return m.unknowns.Split(n.Sub(dim.Int(1)), dim.NonNegative)
}

// newRun makes a run of what stands for item i.
func (m *machine) newRun(t Tensor, n dim.Size, i dim.Variable) Tensor {
	m.unknowns.Approximate()
	return Tensor{Shape: t.Shape, Origins: t.Origins, Node: t.Node, run: &run{n, i}}
}

// ofRun is item k of a run.
func (m *machine) ofRun(t Tensor, k dim.Size) Tensor {
	item := Tensor{Shape: t.Shape.Clone(), Origins: t.Origins, Node: t.Node}
	for axis, size := range t.Shape {
		at, ok := m.ofItemNumber(size, t.run.i, k)
		if !ok {
			return m.unfollowed("an item")
		}
		item.Shape[axis] = at
	}
	return item
}

// length is how many tensors a list has.
func (t Tensor) length() dim.Size {
	n := dim.Int(0)
	for _, x := range t.Items {
		n = n.Add(x.number())
	}
	return n
}

// number is how many tensors an item of a list stands for.
func (t Tensor) number() dim.Size {
	if t.run == nil {
		return dim.Int(1)
	}
	return t.run.n
}

// itemOfRun reads an item of a list of unknown length by its number.
func (m *machine) itemOfRun(list Tensor, ref *ast.TapRef, e *env) Tensor {
	at := ref.At[len(ref.At)-1]
	k, ok := m.evalSize(at, e)
	first := slices.IndexFunc(list.Items, func(t Tensor) bool { return t.run != nil })
	number, known := k.Int()
	within := k.Sub(dim.Int(first)) // the run
	switch {
	case !ok:
		return poison
	case len(ref.At) > 1:
		return m.unfollowed("more than one index")
	case known && number >= 0 && number < first:
		return list.Items[number]
	case first < len(list.Items)-1, first > 0 && !known && !m.unknowns.Split(within, dim.NonNegative):
		return m.unfollowed("an item at an unknown place")
	}
	f := m.facts.OfArgument()
	if !f.Require(k, dim.Whole) || !dim.AtLeast(f, within, dim.Int(0)) || !dim.AtLeast(f, list.Items[first].run.n, within.Add(dim.Int(1))) {
		m.fail(badIndex(at.Span(), k, 0))
		return poison
	}
	return m.ofRun(list.Items[first], within)
}

// ofItemNumber is a size of item k, as size is that of item i; ok is false where it is a function of i that
// nothing more is known of.
func (m *machine) ofItemNumber(size dim.Size, i dim.Variable, k dim.Size) (at dim.Size, ok bool) {
	by := map[string]dim.Size{i.Name: k}
	for _, v := range size.Vars() {
		if v.Name == i.Name || !v.Size().DependsOn(i.Name) {
			continue
		}
		var put dim.Size
		switch kind := v.Kind.(type) {
		case Power:
			exponent, known := m.ofItemNumber(v.Of[0], i, k)
			if put, ok = m.powerOf(kind.Base, exponent); !known || !ok {
				return size, false
			}
		case itemSize:
			number, known := m.ofItemNumber(v.Of[0], i, k)
			if put, ok = kind.at(m, number); !known || !ok {
				return size, false
			}
		default:
			return size, false
		}
		by[v.Name] = put
	}
	at = size.SubstituteAll(by)
	return at, at.IsValid()
}

func (m *machine) powerOf(base int, exponent dim.Size) (dim.Size, bool) {
	if n, known := exponent.Int(); known {
		return dim.Int(base).Pow(n), n >= 0
	}
	return m.unknowns.Power(dim.Int(base), exponent)
}

// at is the size of item k.
func (s itemSize) at(m *machine, k dim.Size) (dim.Size, bool) {
	v := dim.Variable{Name: s.name + "[" + k.InOthers().Name() + "]", Low: 1}
	v.Sense = &dim.Sense{Label: "_", Of: []dim.Size{k}, Kind: s}
	if s.is.IsValid() {
		is, ok := m.ofItemNumber(s.is, s.i, k)
		if !ok || is.IsWhole() && is.Sub(dim.Int(1)).ProvablyNonNegative() {
			return is, ok
		}
		v.Label, v.Is = is.String(), is.InOthers()
	}
	return m.unknowns.Size(v), true
}

// inSignature is a size with what the signature says of the sizes of items in place of them.
func (m *machine) inSignature(size dim.Size) dim.Size {
	by := map[string]dim.Size{}
	for _, v := range size.Vars() {
		if v.Sense == nil {
			continue
		}
		if kind, isItem := v.Kind.(itemSize); isItem {
			s := m.itemSizes[kind.name] // as it is in this case
			if is, ok := m.ofItemNumber(s.is, s.i, v.Of[0]); ok && s.is.IsValid() {
				by[v.Name] = is
			}
		}
	}
	return size.SubstituteAll(by)
}

// isItemSize reports whether a size of an item is what a signature says.
func (m *machine) isItemSize(size, want dim.Size) bool {
	return dim.Equivalent(size, want) || dim.Equivalent(m.inSignature(size), m.inSignature(want))
}

// everyItem applies something to what stands for all items of a run, which share their tensors or
// have each its own. It gives their run.
func (m *machine) everyItem(of *run, e *env, shared bool, apply func(i dim.Variable) Tensor) Tensor {
	l := &loop{machine: m, n: of.n, env: e}
	var out *Tensor
	before := m.count
	i, uniform, ok := l.every(0, 0, func(dim.Size) bool {
		m.count = before
		t := apply(m.generic.i)
		if t.Poisoned || t.Suspect || t.Many || out != nil && !sameShape(out.Shape, t.Shape) {
			return false
		}
		out = &t
		return true
	})
	if !ok || out == nil {
		return m.unfollowed("something that differs from item to item")
	}
	params := m.count.Params
	if l.multiply(before, i, 0, of.n, uniform); shared && uniform {
		m.count.Params = params
	}
	return m.newRun(*out, of.n, i)
}

// runOfBranches applies a branch that is repeated an unknown number of times, once for all of its
// iterations; is is false where its number is known.
func (m *machine) runOfBranches(at *site, b *ast.Branch, number int, x Tensor) (out []Tensor, is, ok bool) {
	if !m.lists() {
		return nil, false, true
	}
	h := b.Repeat
	v, ok := m.eval(h.Count, at.env)
	if !ok {
		return nil, true, false
	}
	var of *run
	list, isList := v.(unknownTensors)
	n, isNumber := v.(dim.Size)
	switch {
	case isList && len(list.Items) == 1:
		of = list.Items[0].run
	case isList:
		m.unfollowed("a branch for each item and more")
		return nil, true, false
	case !isNumber || n.Known() || h.How == "in":
		return nil, false, true
	case !m.isCount(n):
		m.fail(badCount(h.Count.Span(), n))
		return nil, true, false
	case !m.some(n):
		return nil, true, true
	default:
		of = &run{n: n}
	}
	t := m.everyItem(of, at.env, false, func(i dim.Variable) Tensor {
		var item Value
		if isList {
			one := m.ofRun(list.Items[0], i.Size())
			item = &one
		}
		in, leave, ok := m.enterIteration(h, at.env, i.Size(), item)
		defer leave()
		if !ok {
			return poison
		}
		return m.body(b.Body, in, at.scope.branch(at.path, m.numberOf(number, true)), x)
	})
	return []Tensor{t}, true, !t.Poisoned
}

// joined are the shapes that a combinator joins, with one for each run: of as many channels as its items have
// together where they are put behind each other, and otherwise that of its items, which has to be one.
func (m *machine) joined(op ops.Op, items []Tensor) (shapes []dim.Shape, ok bool) {
	for _, t := range items {
		shape := t.Shape
		if t.run != nil {
			switch op := op.(type) {
			case *ops.Concat:
				shape = t.behindEachOther(op.Axis)
			case *ops.Add, *ops.Mean, *ops.Max, *ops.Mul:
			default:
				shape = nil
			}
			if shape == nil || dependsOn(shape, t.run.i) {
				m.unfollowed("what `" + op.Name() + "` makes")
				return nil, false
			}
		}
		shapes = append(shapes, shape)
	}
	return shapes, true
}

// behindEachOther is the shape of all items of a run together, nil where there is no formula for it.
func (t Tensor) behindEachOther(along dim.Size) dim.Shape {
	axis, known := along.Int()
	if !known || axis < 1 || axis >= len(t.Shape) {
		return nil
	}
	shape := t.Shape.Clone()
	if shape[axis] = summedSize(shape[axis], t.run.i, 0, t.run.n); !shape[axis].IsValid() || !shape[axis].IsWhole() {
		return nil
	}
	return shape
}

// eachOf applies the step of an `each` to an item of a list. A run of items of one shape is as one of them.
func (m *machine) eachOf(e *env, all, one *item, t Tensor, apply func(one *item, t Tensor) Tensor) Tensor {
	switch {
	case t.run == nil:
		return apply(one, t)
	case one.alike:
		one.number = anyIteration
		alone := t
		alone.run = nil
		y := apply(one, alone)
		m.count = m.count.Add(counted(graph.Count{}, all.once, t.run.n.Sub(dim.Int(1))))
		return like(t, y)
	}
	return m.everyItem(t.run, e, true, func(i dim.Variable) Tensor {
		m.generic.ofItems = true
		of := *one
		of.generic, of.number = m.generic, anyIteration
		return apply(&of, m.ofRun(t, i.Size()))
	})
}

// like is as many tensors as t is, of the shape of one.
func like(t, one Tensor) Tensor {
	one.run = t.run
	return one
}

// varies reports whether the items of a run have several shapes.
func (t Tensor) varies() bool { return dependsOn(t.Shape, t.run.i) }

func dependsOn(shape dim.Shape, i dim.Variable) bool {
	return slices.ContainsFunc(shape, func(size dim.Size) bool { return size.DependsOn(i.Name) })
}
