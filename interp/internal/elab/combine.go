package elab

import (
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/ops"
)

// combine feeds x to every branch and merges the results, or takes them from the list that
// flows in.
func (m *machine) combine(c *Closure, at *site, x Tensor) Tensor {
	if c.Object.IsList() {
		return m.listOfBranches(c, at, x)
	}
	op, ok := m.operation(c, at.span())
	var results []Tensor
	var branches []*ast.Branch
	switch {
	case at.step.Call.Slot != nil || !ok || x.Poisoned && at.step.Call.Branches == nil:
		return poison // where names are resolved, they reported a body in place of branches
	case at.step.Call.Branches == nil && !x.Many:
		m.fail(branchesOrList(at.span(), c))
		return poison
	case at.step.Call.Branches == nil:
		if !m.spendItems(at.span(), len(x.Items)) {
			return poison
		}
		results = x.Items
		m.tapItems(at, results)
	default:
		if results, branches, ok = m.branches(c, at, x); !ok {
			return poison
		}
	}
	suspect := false
	for _, t := range results {
		if t.Poisoned {
			return poison
		}
		suspect = suspect || t.Suspect
	}
	shapes, ok := m.joined(op, results)
	if !ok {
		return poison
	}
	out, err := op.Infer(m.facts, shapes)
	if err != nil {
		if !suspect {
			m.failAt(at, func() { m.fail(mergeFault(err.(*ops.Fault), op, c, at, branches, results)) })
		}
		guess := results[0]
		guess.Suspect = true
		return guess
	}
	return m.emit(op, at, c, results, out)
}

// branches are the results of all branches, and for each the branch that gave it. One that gives
// a list gives several.
func (m *machine) branches(c *Closure, at *site, x Tensor) (results []Tensor, of []*ast.Branch, ok bool) {
	n, loose := 0, false
	one := func(b *ast.Branch, e *env) Tensor {
		m.open() // the branches before are no part of the way to this one
		out := m.body(b.Body, e, at.scope.branch(at.path, m.numberOf(n, loose)), x)
		if !out.Many {
			results, of = append(results, out), append(of, b)
		}
		if m.spendItems(b.Span(), len(out.Items)) {
			results, of = append(results, out.Items...), append(of, slices.Repeat([]*ast.Branch{b}, len(out.Items))...)
		}
		m.close()
		n++
		return out
	}
	ok = true
	for _, b := range at.step.Call.Branches {
		if b.Repeat == nil {
			m.branch(at, b, func() { one(b, at.env.inner()) })
			continue
		}
		if run, is, good := m.runOfBranches(at, b, n, x); is {
			results, of, n, loose, ok = append(results, run...), append(of, slices.Repeat([]*ast.Branch{b}, len(run))...), n+len(run), true, ok && good
			continue
		}
		if !m.repeatedBranch(at, b, func(in *env) Tensor { return one(b, in) }) {
			m.unnamed(b, at.env)
			ok = false
		}
	}
	if ok && n == 0 {
		count := at.step.Call.Branches[0].Repeat.Count
		m.failOver(noBranches(at.span(), c, count), count, at.env)
	}
	return results, of, ok && len(results) > 0
}

// listOfBranches keeps the results of branches apart.
func (m *machine) listOfBranches(c *Closure, at *site, x Tensor) Tensor {
	if at.step.Call.Branches == nil {
		if at.step.Call.Slot == nil {
			m.fail(branchesOrList(at.span(), c))
		}
		return poison
	}
	taken := m.takenByBranches(c, at, x)
	results, _, ok := m.branches(c, at, x)
	if !ok {
		return poison
	}
	out := Tensor{Many: true, Items: results}
	for _, t := range results {
		if t.Poisoned {
			return poison
		}
		out.Suspect = out.Suspect || t.Suspect
	}
	taken(out)
	if !at.flat() {
		m.begin(graph.Step{Path: at.path, Call: c.Object.Name}, at.step)(out)
	}
	return out
}
