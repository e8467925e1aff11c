package plan

import (
	"slices"

	"cnnlang/ops/exec/layout"
)

// halo gives every value the largest halo that any of its readers wants. Halos only grow,
// and never beyond the largest one wanted. A concatenation and its inputs have the same
// halo, so that they can be computed in it; so do a gather and its inputs.
func (l *lowering) halo() {
	for l.spread() {
	}
}

// spread does one iteration of halo and reports whether anything changed.
func (l *lowering) spread() (changed bool) {
	grow := func(i *instruction, want layout.Layout) {
		have := &i.layout
		if have.Plain() || want.Bare() != have.Bare() || have.Covers(want) {
			return
		}
		have.HaloH, have.HaloW = max(have.HaloH, want.HaloH), max(have.HaloW, want.HaloW)
		changed = true
	}
	for _, i := range slices.Backward(l.list) {
		for k, in := range i.in {
			grow(in, i.wants(k))
			if i.kind == gather || i.hosts() {
				grow(i, in.layout)
			}
		}
	}
	return changed
}
