package conv

import (
	"slices"

	"cnnlang/ops/exec/internal/kernel"
)

// An order says where the weights of a convolution lie, learned or packed: the one of output channel
// o, channel c of its group and place t of the window at
//
//	o/filters*group + o%filters*filter + c*channel + taps[t]
type order struct {
	filters                int // of a group
	group, filter, channel int // from one to the next
	taps                   []int
}

// inOrder is the order of a convolution's tensor, [O, C/groups, kh, kw].
func (p *problem) inOrder() order {
	size := p.each() * p.taps()
	filters := p.filters / p.groups
	return order{filters, filters * size, size, p.taps(), evenly(p.taps(), 1)}
}

// evenly are n places so far apart.
func evenly(n, apart int) []int {
	at := make([]int, n)
	for i := range at {
		at[i] = i * apart
	}
	return at
}

// of is where the weights of an output channel and a channel of its group begin.
func (o *order) of(filter, channel int) int {
	return filter/o.filters*o.group + filter%o.filters*o.filter + channel*o.channel
}

// at returns the weight of output channel o, channel c of its group and place t of the window.
func (f *filters) at(o, c, t int) float32 {
	w := f.weight[f.order.of(o, c)+f.order.taps[t]]
	if f.scale == nil {
		return w
	}
	return float32(float64(w) * f.scale[o])
}

// A part of a convolution's weights: n filters of one group from o on, and m channels from c on.
type part struct{ o, n, c, m int }

// A copying is how weights are copied from one order to another. Numbers that follow one another in the first are columns,
// Lanes filters of which are transposed at a time: those of several channels, or the places of a window of one channel.
type copying struct {
	from, to order
	rows     [Lanes]int // of filters in from
	lines    []int      // of columns in to
	channels int        // of the columns
}

// mostColumns is how many columns of several channels are transposed at a time.
const mostColumns = 9 * Lanes

// copies is the copying of a problem's weights to another order.
func (p *problem) copies(to order) *copying {
	c := &copying{from: p.order, to: to, rows: kernel.Apart(p.order.filter)}
	n := len(to.taps)
	at := make([]int, n) // by place in from, where it is in to
	for t, place := range p.order.taps {
		if place >= n {
			return c // not all places of the window
		}
		at[place] = to.taps[t]
	}
	switch {
	case to.filter != 1:
	case p.order.channel == n:
		c.channels = min(p.each(), max(1, mostColumns/n))
	case p.order.filter == n && n > 1:
		c.channels = 1
	}
	c.lines = slices.Grow(c.lines, c.channels*n) // nil for no channels
	for i := range c.channels {
		for _, place := range at {
			c.lines = append(c.lines, i*to.channel+place)
		}
	}
	return c
}

// copy copies a part to dst, where it lies from the beginning on.
func (c *copying) copy(dst []float32, f *filters, p part) {
	switch {
	case len(c.to.taps) == 0:
	case c.lines != nil && p.n >= Lanes:
		for p.n >= Lanes {
			var factors *[Lanes]float64
			if f.scale != nil {
				factors = (*[Lanes]float64)(f.scale[p.o:])
			}
			c.transpose(dst, f.weight[c.from.of(p.o, p.c):], p.m, factors)
			dst, p.o, p.n = dst[Lanes:], p.o+Lanes, p.n-Lanes
		}
		if p.n > 0 {
			c.copy(dst, f, p)
		}
	case f.scale != nil:
		for i := range p.n {
			for j := range p.m {
				for t, at := range c.to.taps {
					dst[i*c.to.filter+j*c.to.channel+at] = f.at(p.o+i, p.c+j, t)
				}
			}
		}
	default:
		c.along(dst, f.weight[c.from.of(p.o, p.c):], p)
	}
}

// transpose copies so many channels of Lanes filters, times their factors if there are any.
func (c *copying) transpose(dst, src []float32, channels int, factors *[Lanes]float64) {
	for at := 0; at < channels; at += c.channels {
		n := min(c.channels, channels-at)
		kernel.Transpose(dst[at*c.to.channel:], src[at*c.from.channel:], &c.rows, c.lines[:n*len(c.to.taps)], factors)
	}
}

// along copies one number after the other, along filters or channels, whichever are nearer to each other.
func (c *copying) along(dst, src []float32, p part) {
	outer, inner := axis{p.n, c.to.filter, c.from.filter}, axis{p.m, c.to.channel, c.from.channel}
	if outer.from < inner.from {
		outer, inner = inner, outer
	}
	for i := range outer.n {
		for t, at := range c.to.taps {
			inner.copy(dst[i*outer.to+at:], src[i*outer.from+c.from.taps[t]:])
		}
	}
}

// An axis is how many numbers there are, and how far apart in dst and src.
type axis struct{ n, to, from int }

func (a axis) copy(dst, src []float32) {
	if a.to == 1 && a.from == 1 {
		copy(dst[:a.n], src)
		return
	}
	d, s := 0, 0
	for range a.n {
		dst[d] = src[s]
		d, s = d+a.to, s+a.from
	}
}
