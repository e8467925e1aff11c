package plan

import (
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/exec/conv"
	"cnnlang/ops/exec/layout"
)

// join fuses a depthwise convolution and the 1x1 convolution that alone reads it into one
// instruction, if the value between them would not stay in the cache. Values that are shown
// are kept.
func (l *lowering) join() {
	readers := l.readers()
	joined := map[*instruction]bool{} // both those fused and those removed
	for _, i := range l.list {
		if len(i.in) == 0 || !i.inFloats() {
			continue
		}
		first := i.in[0]
		if !first.inFloats() || l.shows(first) || readers[first] != 1 || joined[first] {
			continue
		}
		d, isConv := first.op.(*ops.Conv)
		p, areConv := i.op.(*ops.Conv)
		if !isConv || !areConv {
			continue
		}
		a, ok := conv.Separable(d, p, first.inShapes(), first.shape, i.shape)
		if !ok {
			continue
		}
		a.In = slices.Concat(first.algorithm.In, i.algorithm.In[1:])
		a.Overwrites = i.algorithm.Overwrites
		i.algorithm, i.op, i.what = a, nil, "separable"+p.Epilogue().String()
		i.nodes, i.path = slices.Concat(first.nodes, i.nodes), i.node().Path
		i.params = slices.Concat(first.params, i.params)
		i.in = slices.Concat(first.in, i.in[1:])
		joined[i], joined[first] = true, true
		delete(l.of, first.node())
		first.nodes = nil
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
