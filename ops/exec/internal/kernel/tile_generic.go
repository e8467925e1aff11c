package kernel

import "math"

// A oneTile is the argument of a kernel of a single tile: a Tile, one place, and one chunk
// of the taps.
type oneTile struct {
	Tile
	Place
	step    int
	taps    []int
	tapped  int  // taps before the chunk
	last    bool // chunk
	inPlace bool // the sum is added to Out
}

// each runs leaf on one tile after another and chunk after chunk.
func (t *Tile) each(at *Places, leaf func(*oneTile)) {
	for _, p := range at.list {
		one := oneTile{Tile: *t, Place: p, step: at.step}
		for i, n := range t.Taps.chunks[:len(t.Taps.chunks)-1] {
			one.taps = t.Taps.at[one.tapped : one.tapped+n]
			one.last = i == len(t.Taps.chunks)-2
			leaf(&one)
			one.tapped += n
			one.inPlace = true
		}
	}
}

// seen is the offset of pixel p in In.
func (t *oneTile) seen(p int) int { return t.Place.In + t.distance(p, t.step, t.Next) }

// distance is how far pixel p lies from pixel 0.
func (t *oneTile) distance(p, step, next int) int {
	if row := t.FirstRow(); p >= row {
		return next + (p-row)*step
	}
	return p * step
}

// convGeneric is Conv.
func convGeneric(t *oneTile) {
	inner := t.Tile.Taps.width
	across := t.Blocks * Lanes
	for p := range t.Pixels {
		var sums [2 * Lanes]float32
		for i, tap := range t.taps {
			for c := range t.Tile.Taps.channels(t.tapped + i) {
				x := t.Tile.In[t.seen(p)+tap+c]
				w := t.Weights[((t.tapped+i)*inner+c)*across:][:across]
				for o := range w {
					sums[o] += x * w[o]
				}
			}
		}
		t.finish(p, sums[:across])
	}
}

// depthwiseGeneric is Depthwise.
func depthwiseGeneric(t *oneTile) {
	for p := range t.Pixels {
		var sums [Lanes]float32
		for i, tap := range t.taps {
			line := t.Tile.In[t.seen(p)+tap:][:Lanes]
			for o := range sums {
				sums[o] += line[o] * t.Weights[(t.tapped+i)*Lanes+o]
			}
		}
		t.finish(p, sums[:])
	}
}

// finish does the epilogue of pixel p and stores it.
func (t *oneTile) finish(p int, sums []float32) {
	for o, s := range sums {
		out := &t.Tile.Out[t.Place.Out+t.distance(p, Lanes, t.OutNext)+o/Lanes*t.OutBlock+o%Lanes]
		if t.last {
			s += t.Bias[o]
		}
		switch {
		case t.inPlace:
			s += *out
		case t.Tile.Add != nil:
			s += t.Tile.Add[t.Place.Add+t.distance(p, Lanes, t.AddNext)+o/Lanes*t.AddBlock+o%Lanes]
		}
		if t.last {
			s = min(max(s, t.Low), t.High)
		}
		*out = s
	}
}

// maxGeneric is MaxTile.
func maxGeneric(t *oneTile) {
	for p := range t.Pixels {
		for o := range Lanes {
			top := float32(math.Inf(-1))
			for _, tap := range t.Taps.at {
				top = max(top, t.Tile.In[t.seen(p)+tap+o])
			}
			t.Tile.Out[t.Place.Out+t.distance(p, Lanes, t.OutNext)+o] = top
		}
	}
}

// sumGeneric is SumTile.
func sumGeneric(t *oneTile) {
	for p := range t.Pixels {
		for o := range Lanes {
			var sum float32
			for _, tap := range t.Taps.at {
				sum += t.Tile.In[t.seen(p)+tap+o]
			}
			t.Tile.Out[t.Place.Out+t.distance(p, Lanes, t.OutNext)+o] = sum * t.Scale
		}
	}
}
