package plan

import (
	"cmp"
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/exec/conv"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
)

// join fuses a depthwise convolution with the 1x1 convolution that alone reads it, and with the one that it alone reads, if
// the value between them would not stay in the cache. Values that are shown are kept.
func (l *lowering) join() {
	readers := l.readers()
	pairs := map[*instruction]*conv.Expansion{} // what an instruction has become, but for what is expanded
	gone := map[*instruction]bool{}
	alone := func(i *instruction) *ops.Conv { // the convolution that computes what only one reads
		if c, ok := i.op.(*ops.Conv); ok && i.inFloats() && !l.shows(i) && readers[i] == 1 {
			return c
		}
		return nil
	}
	fuse := func(i *instruction, what string, a task.Algorithm) {
		first := i.in[0]
		i.algorithm, i.op, i.what = a, nil, what
		i.nodes, i.path = slices.Concat(first.nodes, i.nodes), i.node().Path
		i.params = slices.Concat(first.params, i.params)
		i.in = slices.Concat(first.in, i.in[1:])
		gone[first] = true
		delete(l.of, first.node())
		first.nodes = nil
	}
	for _, i := range l.list {
		p, isConv := i.op.(*ops.Conv)
		if !isConv || !i.inFloats() {
			continue
		}
		first := i.in[0]
		if d := alone(first); d != nil {
			if a, ok := conv.Separable(d, p, first.inShapes(), first.shape, i.shape); ok {
				a.In = slices.Concat(first.algorithm.In, i.algorithm.In[1:])
				a.Overwrites = i.algorithm.Overwrites
				pairs[i] = &conv.Expansion{Depthwise: d, Project: p, Mid: first.shape}
				fuse(i, "separable"+p.Epilogue().String(), a)
			}
		}
	}
	for _, i := range l.list {
		x := pairs[i]
		if d, isConv := i.op.(*ops.Conv); isConv && i.inFloats() && !gone[i] {
			x = &conv.Expansion{Depthwise: d, Mid: i.shape}
		}
		if x == nil {
			continue
		}
		first := i.in[0]
		if x.Expand = alone(first); x.Expand == nil {
			continue
		}
		x.Wide = first.shape
		in := slices.Concat(first.inShapes(), i.inShapes()[1:])
		if a, ok := x.Algorithm(in, i.shape); ok {
			// The result may not overwrite what is added, which mostly is what strips yet to come expand.
			a.In = slices.Concat(first.algorithm.In, i.algorithm.In[1:])
			last := cmp.Or(x.Project, x.Depthwise)
			fuse(i, "expanded"+last.Epilogue().String(), a)
		}
	}
	l.rewrite(func(i *instruction) {
		if i.nodes != nil {
			l.add(i)
		}
	})
}

// inFloats reports whether an instruction works on blocks of float32.
func (i *instruction) inFloats() bool {
	return i.kind == compute && i.algorithm.Precision == layout.F32 && i.layout.Block == layout.Lanes && i.algorithm.In[0].Block == layout.Lanes
}
