package conv

import (
	"sync"
	"sync/atomic"

	"cnnlang/ops"
	"cnnlang/ops/exec/rowwise"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A packing is the memory for packed parameters and the filters with their norm folded in,
// which happens when the first is packed.
type packing struct {
	memory task.Memory
	*problem
	params []tensor.Tensor

	lock   sync.Mutex
	folded atomic.Bool
	all    filters   // once folded
	parts  []filters // of several members

	across map[int]*copying // to units of so many filters, see acrossUnit
}

// A member is a convolution whose filters follow those of others in a problem; mostly it is alone.
type member struct {
	out      int
	bias     bool
	epilogue ops.Epilogue
}

func (p *problem) packing(v values) *packing {
	f := &packing{
		memory: task.In(v.memory), problem: p, params: v.params,
		all: filters{order: p.order}, parts: make([]filters, len(p.members)),
	}
	if c, ok := v.memory.(task.Changing); ok {
		c.Before(func() { f.folded.Store(false) })
	}
	return f
}

// acrossUnit is the copying of weights to units of so many filters, which are neighbours there, as those are that blocks of
// channels of this depth are multiplied by: [kh][kw][channel][filter]. Units of one size share it.
func (p *packing) acrossUnit(filters, depth int) *copying {
	if p.across[filters] == nil {
		if p.across == nil {
			p.across = map[int]*copying{}
		}
		p.across[filters] = p.copies(order{filter: 1, channel: filters, taps: evenly(p.taps(), depth*filters)})
	}
	return p.across[filters]
}

// fold returns the filters with their norm. Their memory is used again when the parameters have changed.
func (p *packing) fold() *filters {
	if p.folded.Load() {
		return &p.all
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.folded.Load() {
		return &p.all
	}
	if each := len(p.params) / len(p.members); len(p.members) == 1 {
		p.all.fold(p.params, p.members[0])
	} else {
		for i, m := range p.members {
			p.parts[i].fold(p.params[i*each:][:each], m)
		}
		p.all.join(p.parts)
	}
	p.folded.Store(true)
	return &p.all
}

// floats is memory for n numbers, of which fill writes so many; the others are 0.
func (p *packing) floats(n, written int, fill func(dst []float32)) []float32 {
	return p.memory.Floats(n, func(dst []float32) {
		if written < n {
			clear(dst)
		}
		fill(dst)
	})
}

// behind packs what is done to the sums of each output channel: the bias, and the activation
// with its slopes if these are learned; up to n of each, those beyond the last being 0.
func (p *packing) behind(n int) (bias []float32, act rowwise.Act) {
	bias = p.floats(n, p.filters, func(dst []float32) { copy(dst, p.fold().bias) })
	if !p.act.IsLearned() {
		return bias, rowwise.ActOf(p.act)
	}
	return bias, rowwise.Sloped(p.floats(n, p.filters, func(dst []float32) { copy(dst, p.fold().slopes) }))
}

// copiedTogether is how many filters and channels are copied together where neither are neighbours in both orders.
const copiedTogether = 32

// rows packs the weights as rows of equal length, one for each output channel.
func (p *packing) rows() []float32 {
	to := p.inOrder()
	copying := p.copies(to)
	size := p.filters * p.each() * p.taps()
	return p.floats(size, size, func(dst []float32) {
		w := p.fold()
		for c := 0; c < p.each(); c += copiedTogether {
			m := min(copiedTogether, p.each()-c)
			p.inGroups(0, p.filters, copiedTogether, func(o, n int) { copying.copy(dst[to.of(o, c):], w, part{o, n, c, m}) })
		}
	})
}

// inGroups calls f for the filters from first to end, in pieces of at most so many of one group.
func (p *problem) inGroups(first, end, most int, f func(o, n int)) {
	filters := p.filters / p.groups
	for o := first; o < end; {
		n := min(most, end-o, filters-o%filters)
		f(o, n)
		o += n
	}
}
