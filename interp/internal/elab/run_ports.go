package elab

import (
	"fmt"
	"slices"

	"cnnlang/lang/ast"
	"cnnlang/ops/dim"
)

// Lists of unknown length in signatures: a port with `repeat i of n` takes or gives one run.

// A Run is what a block gives an unknown number of, N: the I-th has this shape.
type Run struct {
	At    int // how many sizes of Application.Output are of values before it
	N     dim.Size
	I     dim.Variable
	Shape dim.Shape
}

// runOfPort is what a port stands for that a block takes which stands by itself, nil where that is a
// known number of values.
func (m *machine) runOfPort(p *ast.Port, e *env) (of *run, ok bool) {
	if !m.lists() || p.Repeat == nil || p.Repeat.How == "in" {
		return nil, true
	}
	v, ok := m.eval(p.Repeat.Count, e)
	n, isNumber := v.(dim.Size)
	switch {
	case !ok || !isNumber || n.Known():
		return nil, ok
	case !n.IsWhole() || !n.ProvablyNonNegative():
		m.unfollowed("the number of values")
		return nil, false
	case !m.some(n):
		return nil, true
	}
	return &run{n: n}, true
}

// freeRun is the k-th value of such a block, where it is so many.
func (m *machine) freeRun(b *ast.Block, v portValue, k int, sizes func(string) dim.Size) (t Tensor, ok bool) {
	t.Shape = make(dim.Shape, len(v.port.Shape.Sizes))
	varies := func(d *ast.Dim) bool { return bare(d.Size) == "_" || countsIn(d.Size, v.port.Repeat) }
	for axis, d := range v.port.Shape.Sizes {
		if !varies(d) {
			if t.Shape[axis], ok = m.freeSize(d, v.env); !ok {
				return poison, false
			}
		}
	}
	var i dim.Variable
	ok = m.forItem(v, func(of dim.Variable, in *env) bool {
		i = of
		for axis, d := range v.port.Shape.Sizes {
			s := itemSize{name: fmt.Sprintf("size %d of value %d", axis, k), is: dim.Invalid(), i: i}
			if !varies(d) {
				continue
			}
			if bare(d.Size) != "_" {
				if s.is, ok = m.evalSize(d.Size, in); !ok || s.is.Known() {
					return false
				}
			}
			if m.itemSizes == nil {
				m.itemSizes = map[string]itemSize{}
			}
			m.itemSizes[s.name] = s
			if t.Shape[axis], ok = s.at(m, i.Size()); !ok {
				return false
			}
		}
		return true
	})
	if !ok {
		return poison, false
	}
	free, ok := m.freeValue(b, v, t.Shape)
	return m.newRun(free, v.of.n, i), ok
}

// countsIn reports whether an expression reads what a repeat counts.
func countsIn(x ast.Expr, h *ast.RepeatHead) (counts bool) {
	ast.Walk(x, func(n ast.Node) bool {
		ref, isRef := n.(*ast.Ref)
		counts = counts || isRef && slices.ContainsFunc(h.Names(), func(n *ast.Name) bool { return n.Text == ref.Path[0].Text })
		return !counts
	})
	return counts
}

// forItem shows something of the item that stands for all that a port takes or gives.
func (m *machine) forItem(v portValue, shown func(i dim.Variable, in *env) bool) bool {
	i, end := m.unknowns.Iteration(v.of.n, 0, 0, "")
	in, h := v.env.inner(), v.port.Repeat
	if h.Index != nil && !h.Index.Skips() {
		in.values[h.Index.Text] = i.Size()
	}
	ok := h.Each == nil || m.bindNames(h.Each, i.Size(), in, h.Count, v.env, i.Size())
	ok = ok && shown(i, in)
	if holds, again := end(ok); !ok || !holds || again {
		m.unfollowed("the sizes")
		return false
	}
	return true
}

// hasSizes checks the sizes that a signature says of the items of a run.
func (m *machine) hasSizes(v portValue) bool {
	return m.forItem(v, func(i dim.Variable, in *env) bool {
		item := m.ofRun(v.x, i.Size())
		if item.Poisoned || v.port.Shape.Rest != nil || len(item.Shape) != len(v.port.Shape.Sizes) {
			return false
		}
		for axis, d := range v.port.Shape.Sizes {
			if bare(d.Size) == "_" {
				continue
			}
			if want, ok := m.evalSize(d.Size, in); !ok || !m.isItemSize(item.Shape[axis], want) {
				return false
			}
		}
		return true
	})
}

// dealRuns is deal for a list in which there are runs: each port has its own.
func (m *machine) dealRuns(ports []*ast.Port, e *env, items []Tensor) (values []portValue, ok bool) {
	left := items
	next := func(p *ast.Port, i int, in *env) {
		values = append(values, portValue{port: p, i: i, x: left[0], env: in, of: left[0].run})
		left = left[1:]
	}
	for _, p := range ports {
		n := dim.Int(1)
		if p.Repeat != nil {
			if _, known := e.lookup(p.Open()); p.Open() != "" && !known && len(left) > 0 && left[0].run != nil {
				e.values[p.Open()] = left[0].run.n
			}
			v, _ := m.eval(p.Repeat.Count, e) // of what cannot be computed nothing, which is no size
			size, ok := v.(dim.Size)
			if n = size; !ok || p.Repeat.How == "in" {
				m.unfollowed("values")
				return nil, false
			}
		}
		times, known := n.Int()
		if p.Repeat != nil && len(left) > 0 && left[0].run != nil && dim.Equivalent(left[0].run.n, n) {
			next(p, 0, e)
			continue
		}
		for i := 0; i < times || !known; i++ {
			if !known || len(left) == 0 || left[0].run != nil {
				m.unfollowed("values")
				return nil, false
			}
			in, ok := m.inPort(p, e, i, nil)
			if !ok {
				return nil, false
			}
			next(p, i, in)
		}
	}
	if len(left) > 0 {
		m.unfollowed("more values")
		return nil, false
	}
	return values, true
}
