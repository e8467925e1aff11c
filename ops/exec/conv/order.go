package conv

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

// copyTo copies a part to dst, where it lies in another order from the beginning on.
func (f *filters) copyTo(dst []float32, to *order, p part) {
	if len(to.taps) == 0 {
		return
	}
	if f.scale != nil {
		for i := range p.n {
			for j := range p.m {
				for t, at := range to.taps {
					dst[i*to.filter+j*to.channel+at] = f.at(p.o+i, p.c+j, t)
				}
			}
		}
		return
	}
	src := f.weight[f.order.of(p.o, p.c):]
	filters, channels := axis{p.n, to.filter, f.order.filter}, axis{p.m, to.channel, f.order.channel}
	if filters.from > channels.from {
		copyAxes(dst, src, filters, channels, to.taps, f.order.taps)
	} else {
		copyAxes(dst, src, channels, filters, to.taps, f.order.taps)
	}
}

// An axis is how many numbers there are, and how far apart in dst and src.
type axis struct{ n, to, from int }

// copyAxes copies along two axes and a list of places; the numbers of the inner axis are closer in src, so that this is
// read in its order.
func copyAxes(dst, src []float32, outer, inner axis, to, from []int) {
	for i := range outer.n {
		d, s := dst[i*outer.to:], src[i*outer.from:]
		if len(to) == 1 {
			copyAxis(d[to[0]:], s[from[0]:], inner)
			continue
		}
		for range inner.n - 1 {
			copyPlaces(d, s, to, from)
			d, s = d[inner.to:], s[inner.from:]
		}
		copyPlaces(d, s, to, from)
	}
}

func copyPlaces(dst, src []float32, to, from []int) {
	from = from[:len(to)]
	for t, at := range to {
		dst[at] = src[from[t]]
	}
}

func copyAxis(dst, src []float32, a axis) {
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
