package elab

import (
	"strings"

	"cnnlang/lang/diag"
	"cnnlang/ops/dim"
)

// How far a net came is told with what is wrong in it: the last steps that had a
// shape before the one that has none. Only those that lead there are told; the other
// branches of a merge and the inside of steps that are done are not.

// mostReached is how many steps are told.
const mostReached = 4

// A stretch is what was done of one body, or branch, that is not done yet.
type stretch struct {
	last []reached // the last mostReached
	n    int       // of all
}

type reached struct {
	path, call string
	shape      dim.Shape
}

// start is the input, which everything else follows.
func (m *machine) start(x Tensor) {
	m.stretches = []stretch{{}}
	m.reach("input", "", x)
}

// open begins a stretch and close ends it.
func (m *machine) open()  { m.stretches = append(m.stretches, stretch{}) }
func (m *machine) close() { m.stretches = m.stretches[:len(m.stretches)-1] }

// reach notes a step that is done. One that leaves the shape as it was adds nothing.
func (m *machine) reach(path, call string, t Tensor) {
	if len(m.stretches) == 0 || t.Poisoned || t.Suspect || t.Many {
		return
	}
	s := &m.stretches[len(m.stretches)-1]
	if k := len(s.last); k > 0 && sameShape(s.last[k-1].shape, t.Shape) {
		return
	}
	if len(s.last) == mostReached {
		s.last = append(s.last[:0], s.last[1:]...)
	}
	s.last = append(s.last, reached{path, call, t.Shape})
	s.n++
}

// progress is how far the net came, nil where that is not known.
func (m *machine) progress() *diag.Progress {
	n := 0
	var all []reached
	for _, s := range m.stretches {
		n += s.n
		all = append(all, s.last...)
	}
	if len(all) == 0 {
		return nil
	}
	all = all[max(0, len(all)-mostReached):]
	p := &diag.Progress{Earlier: n - len(all)}
	for _, r := range all {
		p.Steps = append(p.Steps, diag.Reached{Path: diag.Clip(r.path), Call: diag.Clip(r.call), Shape: concrete(r.shape)})
	}
	return p
}

// failAt reports an error of one step.
func (m *machine) failAt(at *site, report func()) {
	m.failing = diag.Reached{Path: diag.Clip(at.path), Call: at.step.Call.Callee.Ref().Text()}
	report()
	m.failing = diag.Reached{}
}

// tellProgress adds to an error of shape how far the net came.
func (m *machine) tellProgress(d *diag.Diagnostic) {
	if m.unknowns != nil || !aboutShape(d) {
		return
	}
	if d.Progress = m.progress(); d.Progress == nil {
		return
	}
	d.Progress.At = m.failing
	if inner := len(m.trace) - 1; m.failing.Path == "" && inner >= 0 {
		call, _, _ := strings.Cut(m.trace[inner].told().Call, "(")
		d.Progress.At = diag.Reached{Path: diag.Clip(m.trace[inner].Path), Call: call}
	}
}
