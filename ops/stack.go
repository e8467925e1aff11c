package ops

import (
	"sync"

	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// Stack returns one convolution whose filters are those of several, one after the
// other, so that a value which all of them read is read once. Its params are
// theirs in the same order, and every channel is the same sum as before. ok is false
// for what are not 1x1 convolutions that differ in nothing but their filters and
// norms, or where they add something.
func Stack(convs []*Conv) (stack *Conv, ok bool) {
	first := convs[0]
	out := dim.Int(0)
	for _, c := range convs {
		a, b := first.epilogue, c.epilogue
		if !c.IsPointwise() || c.stack != nil || c.Bias != first.Bias || b.Add || a.Act != b.Act || (a.Norm == nil) != (b.Norm == nil) {
			return nil, false
		}
		out = out.Add(c.Out)
	}
	joined := *first
	joined.Out, joined.stack = out, append([]*Conv(nil), convs...)
	return &joined, true
}

// packing is that of the parameters of a convolution with so many filters.
func (c *Conv) packing(params []tensor.Tensor, out int) *packing {
	p := newPacking(c.memory, params, out, c.Bias, c.epilogue)
	if c.stack != nil {
		p.folded = sync.OnceValue(func() *filters { return c.foldStack(params) })
	}
	return p
}

// foldStack puts the filters of all convolutions behind each other.
func (c *Conv) foldStack(params []tensor.Tensor) *filters {
	all := &filters{}
	each := len(params) / len(c.stack)
	for i, one := range c.stack {
		f := fold(params[i*each:][:each], one.Out.MustInt(), one.Bias, one.epilogue)
		all.weight = append(all.weight, f.weight...)
		all.scale = append(all.scale, f.scale...)
		all.bias = append(all.bias, f.bias...)
	}
	return all
}
