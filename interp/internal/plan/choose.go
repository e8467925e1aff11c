package plan

import (
	"slices"

	"cnnlang/ops/exec"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// choose decides how each instruction is run and in which layout its value lies.
//
// Convolutions lead: they are so much faster on blocked values that they convert
// what they are given. Ops that work pixel by pixel or channel by channel follow
// the blocked images among their inputs. All others work on plain values. In a precision
// below float32 what can be computed so is, and all else is as it is for float32.
func (l *lowering) choose() {
	wide := make([]bool, len(l.list)) // by instruction: whether its result may be float32 in place of bfloat16
	for _, i := range l.list[1:] {
		if i.kind == gather { // images lie in a batch as they do alone
			i.layout = i.in[0].layout
			wide[i.id] = wide[i.in[0].id]
			continue
		}
		i.algorithm = l.best(i)
		i.layout, wide[i.id] = i.algorithm.Out, i.algorithm.Wide
	}
	l.widen(wide)
}

// best is the first algorithm that an instruction can take.
func (l *lowering) best(i *instruction) task.Algorithm {
	list := exec.Algorithms(i.op, i.inShapes(), i.shape, l.precision)
	if name := l.algorithms[i.step()]; name != "" {
		chosen := func(a task.Algorithm) bool { return a.Precision == layout.F32 && a.Name == name }
		if at := slices.IndexFunc(list, chosen); at >= 0 {
			list = slices.DeleteFunc(list, func(a task.Algorithm) bool { return a.Precision == layout.F32 && a.Leads && a.Name != name })
		}
	}
	return bestOf(list, func(a task.Algorithm) bool { return takes(i, a) })
}

// takes reports whether an instruction works so: on plain values always, on blocked ones
// where it leads, or follows a blocked image of the same kind among its inputs, and no row
// is too long.
func takes(i *instruction, a task.Algorithm) bool {
	long := func(s tensor.Shape) bool { return len(s) == 4 && s[3] > layout.MostRow }
	switch {
	case a.Out.Plain():
		return true
	case long(i.shape) || slices.ContainsFunc(i.inShapes(), long):
		return false
	}
	return a.Leads || follows(i, a.Out)
}

// follows reports whether an image among the inputs is blocked. Ops on bfloat16
// follow only such images.
func follows(i *instruction, l layout.Layout) bool {
	for _, in := range i.in {
		if in.blocked() && in.shape[2:].Elements() > 1 && (in.layout.Element == layout.BFloat16 || l.Element == layout.Float32) {
			return true
		}
	}
	return false
}

// widen gives values float32 that their ops can compute so, and that nobody reads
// as bfloat16: the last ones, mostly. A gather reads as it is read.
func (l *lowering) widen(can []bool) {
	for _, i := range slices.Backward(l.list) {
		for k, in := range i.in {
			if i.wants(k).Element == layout.BFloat16 && !(i.kind == gather && can[i.id]) {
				can[in.id] = false
			}
		}
	}
	for _, i := range l.list {
		switch {
		case i.kind == gather:
			i.layout = i.in[0].layout
		case can[i.id]:
			i.layout = layout.Blocked(layout.Float32)
		}
	}
}

// halo gives every value as many zeros around it as the reader that wants the most of it.
// Halos only grow, and never beyond the largest that is wanted. A concatenation has its
// inputs' halo and they have its, so that they can be computed where it is; so has a gather.
func (l *lowering) halo() {
	for l.spread() {
	}
}

// spread takes one step of halo and reports whether any changed.
func (l *lowering) spread() (changed bool) {
	grow := func(i *instruction, want layout.Layout) {
		have := &i.layout
		if have.Plain() || want.Bare() != have.Bare() || have.Covers(want) {
			return
		}
		have.HaloH, have.HaloW = max(have.HaloH, want.HaloH), max(have.HaloW, want.HaloW)
		changed = true
	}
	for _, i := range slices.Backward(l.list[1:]) {
		for k, in := range i.in {
			grow(in, i.wants(k))
			if i.kind == gather || i.hosts() {
				grow(i, in.layout)
			}
		}
	}
	return changed
}
