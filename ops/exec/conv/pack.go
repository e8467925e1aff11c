package conv

import (
	"sync"
	"sync/atomic"

	"cnnlang/ops"
	"cnnlang/ops/exec/rowwise"
	"cnnlang/ops/exec/task"
)

// A packing is the memory for packed parameters and the filters with their norm folded in,
// which happens when the first is packed.
type packing struct {
	task.Memory
	fold func() *filters
	out  int
	act  ops.Activation

	lock sync.Mutex
	kept atomic.Pointer[filters] // what fold gave
}

func newPacking(m task.Memory, out int, act ops.Activation, fold func() *filters) *packing {
	p := &packing{Memory: task.In(m), fold: fold, out: out, act: act}
	if c, ok := m.(task.Changing); ok {
		c.Before(func() { p.kept.Store(nil) })
	}
	return p
}

// folded are the filters with their norm.
func (p *packing) folded() *filters {
	if f := p.kept.Load(); f != nil {
		return f
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	f := p.kept.Load()
	if f == nil {
		f = p.fold()
		p.kept.Store(f)
	}
	return f
}

func (p *problem) packing(v values) *packing {
	if p.pack != nil {
		return p.pack(v)
	}
	return newPacking(v.memory, p.filters, p.act, func() *filters {
		each := len(v.params) / len(p.members)
		var all []*filters
		for i, one := range p.members {
			all = append(all, fold(v.params[i*each:][:each], one.Out.MustInt(), one.Bias, one.Epilogue()))
		}
		return joined(all)
	})
}

// at returns the weight at index i, which belongs to output channel o.
func (p *packing) at(i, o int) float32 { return p.folded().at(i, o) }

// behind packs what is done to the sums of each output channel: the bias, and the activation
// with its slopes if these are learned; up to n of each, those beyond the last being 0.
func (p *packing) behind(n int) (bias []float32, act rowwise.Act) {
	bias = p.Floats(n, func(dst []float32) { copy(dst, p.folded().bias) })
	if !p.act.IsLearned() {
		return bias, rowwise.ActOf(p.act)
	}
	return bias, rowwise.Sloped(p.Floats(n, func(dst []float32) { copy(dst, p.folded().slopes) }))
}

// rows packs the weight as out rows of equal length.
func (p *packing) rows(each int) []float32 {
	return p.Floats(p.out*each, func(dst []float32) {
		f := p.folded()
		for i := range dst {
			dst[i] = f.at(i, i/each)
		}
	})
}
