package plan

import (
	"slices"

	"cnnlang/ops/exec"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// choose decides how each instruction is run and the layout of its value.
//
// Convolutions decide first: they are so much faster on blocked values that converting
// their input pays. Ops that work pixel by pixel or channel by channel adopt the blocked
// layout of their inputs, and make blocks of an image of one pixel. All others work on plain
// values. In a precision below float32 everything that can be is computed in it, and the rest
// in float32.
func (l *lowering) choose() {
	wide := make([]bool, len(l.list)) // by instruction: whether its result may be float32 instead of bfloat16
	for _, i := range l.list {
		if i.kind == input {
			continue
		}
		if i.kind == gather { // images in a batch have the layout that each had alone
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

// takes reports whether an instruction can use an algorithm: a plain one always; one that reads
// or writes blocks if it leads, or an image among the inputs is blocked in the same way or has one
// pixel, and no row is too long.
func takes(i *instruction, a task.Algorithm) bool {
	long := func(s tensor.Shape) bool { return len(s) == 4 && s[3] > layout.MostRow }
	blocks := a.Out
	if blocks.Plain() && len(a.In) > 0 {
		blocks = a.In[0]
	}
	switch {
	case blocks.Plain():
		return true
	case long(i.shape) || slices.ContainsFunc(i.inShapes(), long):
		return false
	}
	return a.Leads || follows(i, blocks) || spreads(i, blocks)
}

// spreads reports whether an op makes blocks of float32 of an image of one pixel, as a resize of
// what a whole image has in common does: that pixel costs nothing to bring into blocks, and its
// result, which others add or concatenate, would.
func spreads(i *instruction, l layout.Layout) bool {
	pixels := func(s tensor.Shape) int { return s[2:].Elements() }
	return l.Element == layout.Float32 && len(i.in) == 1 && len(i.shape) == 4 && len(i.in[0].shape) == 4 &&
		i.shape[1] >= layout.Lanes && pixels(i.in[0].shape) == 1 && pixels(i.shape) > 1
}

// follows reports whether an image among the inputs has the blocks of a layout. Ops on
// bfloat16 follow only such images.
func follows(i *instruction, l layout.Layout) bool {
	for _, in := range i.in {
		if in.blocked() && in.shape[2:].Elements() > 1 && (l.Element == layout.Float32 || l.Element == in.layout.Element) {
			return true
		}
	}
	return false
}

// widen gives values float32 if their ops can compute it and nobody reads them as bfloat16:
// mostly the last ones. For a gather its readers decide.
func (l *lowering) widen(can []bool) {
	for _, i := range slices.Backward(l.list) {
		for k, in := range i.in {
			if i.wants(k).Element != layout.Float32 && !(i.kind == gather && can[i.id]) {
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
