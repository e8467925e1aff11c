package resample

import (
	"math"

	"cnnlang/interp/picture/resample/internal/kernel"
)

// An axis describes the resizing along one side. When an image is made smaller the filter is
// stretched in proportion, so that every source pixel counts (antialiasing).
type axis struct {
	side
	filter Filter
	from   int       // the first of the results that are wanted
	spans  []span    // for each of those
	most   int       // the pixels of the largest span
	exact  []float64 // the weights of a result before they are rounded
}

// Products are converted to float64 where something is added to them: without that Go may
// round once where Pillow rounds twice.

// A side is its length before and after.
type side struct{ source, result int }

func (s side) scale() float64 { return float64(s.source) / float64(s.result) }

// support is how far from a point pixels of the source count.
func (s side) support(f Filter) float64 { return float64(f.support * max(s.scale(), 1)) }

// most bounds the pixels of the source that a result is a sum over.
func (s side) most(f Filter) int { return max(1, min(s.source, int(math.Ceil(2*s.support(f)))+1)) }

// A span is the source pixels that a result is a sum over: [start, end).
type span struct{ start, end int32 }

func (s span) size() int { return int(s.end - s.start) }

// set describes a side, of whose results those in [from, to) are wanted.
func (a *axis) set(s side, from, to int, f Filter) {
	a.side, a.filter, a.from, a.most = s, f, from, 1
	a.spans = grow(a.spans, to-from)
	support, step := s.support(f), s.scale()
	position := float64(step * 0.5)
	for at := range to {
		if at >= from && f.weight == nil {
			start := int32(min(int(position), s.source-1))
			a.spans[at-from] = span{start, start + 1}
		}
		if at >= from && f.weight != nil {
			centre := float64((float64(at) + 0.5) * step)
			one := span{int32(max(0, int(centre-support+0.5))), int32(min(s.source, int(centre+support+0.5)))}
			a.spans[at-from], a.most = one, max(a.most, one.size())
		}
		// If the point lies between two pixels rounding decides which one is nearest, so
		// the position is summed up as Pillow does it.
		position += step
	}
	a.exact = grow(a.exact, a.most)
}

// first and last bound the source pixels that are needed: [first, last).
func (a *axis) first() int { return int(a.spans[0].start) }
func (a *axis) last() int  { return int(a.spans[len(a.spans)-1].end) }

// weigh sets the weights of a wanted result.
func (a *axis) weigh(weights []int32, result int) {
	if a.filter.weight == nil {
		weights[0] = 1 << kernel.Precision
		return
	}
	one, scale := a.spans[result], a.scale()
	stretch := max(scale, 1)
	centre := float64((float64(a.from+result) + 0.5) * scale)
	exact, sum := a.exact[:one.size()], 0.0
	for i := range exact {
		exact[i] = a.filter.weight((float64(int(one.start)+i) - centre + 0.5) * (1 / stretch))
		sum += exact[i]
	}
	for i, w := range exact {
		weights[i] = int32(math.Round(w / sum * (1 << kernel.Precision)))
	}
}

// taps sets the taps of all wanted results. Rows have so many channels.
func (a *axis) taps(t *kernel.Taps, channels int) {
	t.Count = roundUp(a.most, kernel.Step(channels))
	t.Starts = grow(t.Starts, len(a.spans))
	t.Resize(t.Count * len(a.spans))
	clear(t.Whole)
	for i, one := range a.spans {
		// Weights of 0 make all results take as many taps, where possible within the row.
		start := max(0, min(one.start, int32(a.source-t.Count)))
		t.Starts[i] = start
		a.weigh(t.Whole[i*t.Count+int(one.start-start):], i)
	}
	t.Pack()
}

// grow returns a slice of length n, whose values are not defined, in the memory of old if it
// is large enough.
func grow[T any](old []T, n int) []T {
	if cap(old) < n {
		return make([]T, n)
	}
	return old[:n]
}

func roundUp(n, step int) int { return (n + step - 1) / step * step }
