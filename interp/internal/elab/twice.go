package elab

import (
	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// A place is where in the text something is made: a step, or an iteration of a repeat, and
// within which others.
type place struct {
	up        *place
	span      source.Span
	step      *ast.Step // nil for an iteration
	iteration int
	of        *ast.Repeat // whose iteration it is, nil for other places
}

// enterStep makes a step the place of what follows, and the returned function the one
// before again.
func (m *machine) enterStep(s *ast.Step) func() {
	before := m.place
	m.place = &place{up: before, span: s.Span(), step: s}
	return func() { m.place = before }
}

// at is the place of a step within those that are open.
func (m *machine) at(s *ast.Step) *place { return &place{up: m.place, span: s.Span(), step: s} }

// twice reports two steps or tensors of one name, at the outermost steps in which
// their places differ: that is what gave them the name, and however many names it
// gave, it is one mistake.
//
//	tower: heads   a `heads` is two steps called tower, each with the tensors
//	tower: heads   tower.conv1.weight, tower.conv2.weight, …
func (m *machine) twice(what, name string, first, second *place) {
	name = m.unmarked(name)
	a, b := first.path(), second.path()
	for i := range min(len(a), len(b)) {
		switch {
		case a[i].span != b[i].span:
			m.fail(duplicatePath(what, name, firstStep(a[i:]), firstStep(b[i:])))
			return
		case a[i].iteration != b[i].iteration:
			d := repeatedPath(what, name, firstStep(b[i:]))
			if a[i].of == nil {
				sharing(d, firstStep(b[i:]))
			}
			m.fail(d)
			return
		}
	}
	m.fail(repeatedPath(what, name, second.step))
}

// firstStep is the outermost step of a path: what is repeated, of an iteration.
func firstStep(path []*place) *ast.Step {
	for path[0].step == nil {
		path = path[1:]
	}
	return path[0].step
}

// path lists the places from the outermost to p.
func (p *place) path() []*place {
	if p == nil {
		return nil
	}
	return append(p.up.path(), p)
}

// kindOf is what two steps of one path are.
func kindOf(a, b *ast.Step) string {
	if a.Group != nil && b.Group != nil {
		return "groups"
	}
	return "steps"
}

// begin notes a step of the text before what it consists of is made; the
// returned function notes the value it had in the end.
func (m *machine) begin(s graph.Step, step *ast.Step) func(Tensor) {
	if m.unknowns != nil {
		if !m.ofItemBefore(s.Path, step) {
			m.name(&m.steps, s.Path, step, false)
		}
		return func(Tensor) {}
	}
	here := m.at(step)
	if first, taken := m.registry.step(s.Path); taken && s.Path != "" && !m.isItem(s.Path) {
		m.twice(kindOf(first.step, step), s.Path, first, here)
	} else {
		m.registry.steps[s.Path] = here
	}
	if m.inItem != nil {
		s.Path, s.Shared = m.ofItem(s.Path), s.Path
		if first, taken := m.registry.step(s.Path); taken {
			m.twice("steps", s.Path, first, here) // a label that is written like an item
		} else {
			m.registry.steps[s.Path] = here
		}
	}
	s.Side, s.Stage, s.Span = m.side, step.Stage, step.Span()
	i := len(m.graph.Steps)
	m.graph.Steps, m.origins = append(m.graph.Steps, s), append(m.origins, nil)
	m.open()
	return func(t Tensor) {
		m.close()
		m.reach(s.Path, s.Call, t)
		m.budget.Steps -= stepsPerItem * len(t.Items)
		m.graph.Steps[i].Node, m.graph.Steps[i].Items, m.origins[i] = t.node(), t.nodes(), t.Origins
	}
}

func duplicatePath(what, name string, first, second *ast.Step) *diag.Diagnostic {
	d := diag.New(diag.DuplicatePath, second.Span(), "two %s are called `%s`", what, name).
		WithLabel("again here").At(first.Span(), "first here")
	for _, s := range []*ast.Step{second, first} {
		if s.Label == nil && s.Call != nil {
			return d.WithHelp("the `%s` without a label is called by its number: give it a label, or the other step another one", s.Call.Callee.Ref().Text())
		}
	}
	if inner := apart(first, second); inner != "" {
		return d.WithHelp("`\"%s\": …` without a group around it puts that step into the first `%s`", inner, name)
	}
	d.WithHelp("give one of the steps another label")
	if first.Call != nil && second.Call != nil && first.Call.Callee.Ref().Text() == second.Call.Callee.Ref().Text() {
		sharing(d, second)
	}
	return d
}

// sharing adds how a step has one set of weights for several values, of a step that is given the
// same label for each of them.
func sharing(d *diag.Diagnostic, s *ast.Step) {
	if s.Call != nil && !s.Each && s.Label != nil && s.Label.Name != nil {
		d.WithHelp("%s; to apply one to several values with one set of weights, make a list of them and write `%s: each %s` behind it", d.Help, s.Label.Name.Text, s.Call.Callee.Ref().Text())
	}
}

// apart is the label, with that of its group, of the last step that has one in the second
// of two groups without a label in common, "" for others: such groups are often meant as
// one, and without a label no step needs a place in it.
func apart(first, second *ast.Step) string {
	if first.Group == nil || second.Group == nil || second.Label.Name == nil {
		return ""
	}
	taken := map[string]bool{}
	for _, s := range stepsOf(first.Group) {
		if s.Label != nil && s.Label.Name != nil {
			taken[s.Label.Name.Text] = true
		}
	}
	label := ""
	for _, s := range stepsOf(second.Group) {
		if s.Label == nil {
			continue
		}
		if s.Label.Name == nil || taken[s.Label.Name.Text] {
			return ""
		}
		label = second.Label.Name.Text + "." + s.Label.Name.Text
	}
	return label
}

// stepsOf lists the steps of a body.
func stepsOf(b *ast.Body) []*ast.Step {
	var steps []*ast.Step
	for _, st := range b.Stmts {
		if st.Pipe != nil {
			steps = append(steps, st.Pipe.Steps...)
		}
	}
	return steps
}

func repeatedPath(what, name string, s *ast.Step) *diag.Diagnostic {
	return diag.New(diag.DuplicatePath, s.Span(), "two %s are called `%s`", what, name).
		WithLabel("applied more than once").
		WithHelp("put what differs into its label, as in `repeat i of 3 { \"conv{i+1}\": … }`, or a labelled group around it")
}
