package kernel

import "math"

// at is where pixel p lies.
func (t *Tile) at(p, step, next int) int {
	if p >= tileGroup {
		return next + (p-tileGroup)*step
	}
	return p * step
}

// convGeneric is Conv.
func convGeneric(t *Tile) {
	inner := 1
	if t.Whole {
		inner = Lanes
	}
	across := t.Blocks * Lanes
	for p := range t.Pixels {
		var sums [2 * Lanes]float32
		for i, tap := range t.Taps.at {
			for c := range inner {
				x := t.In[t.at(p, t.Step, t.Next)+tap+c]
				w := t.Weights[(i*inner+c)*across:][:across]
				for o := range w {
					sums[o] += x * w[o]
				}
			}
		}
		t.finish(p, sums[:across])
	}
}

// depthwiseGeneric is Depthwise.
func depthwiseGeneric(t *Tile) {
	for p := range t.Pixels {
		var sums [Lanes]float32
		for i, tap := range t.Taps.at {
			line := t.In[t.at(p, t.Step, t.Next)+tap:][:Lanes]
			for o := range sums {
				sums[o] += line[o] * t.Weights[i*Lanes+o]
			}
		}
		t.finish(p, sums[:])
	}
}

// finish does the epilogue of pixel p and stores it.
func (t *Tile) finish(p int, sums []float32) {
	for o, s := range sums {
		s += t.Bias[o]
		if t.Add != nil {
			s += t.Add[t.at(p, Lanes, t.AddNext)+o/Lanes*t.AddBlock+o%Lanes]
		}
		t.Out[t.at(p, Lanes, t.OutNext)+o/Lanes*t.OutBlock+o%Lanes] = min(max(s, t.Low), t.High)
	}
}

// maxGeneric is MaxTile.
func maxGeneric(t *Tile) {
	for p := range t.Pixels {
		for o := range Lanes {
			top := float32(math.Inf(-1))
			for _, tap := range t.Taps.at {
				top = max(top, t.In[t.at(p, t.Step, t.Next)+tap+o])
			}
			t.Out[t.at(p, Lanes, t.OutNext)+o] = top
		}
	}
}

// sumGeneric is SumTile.
func sumGeneric(t *Tile) {
	for p := range t.Pixels {
		for o := range Lanes {
			var sum float32
			for _, tap := range t.Taps.at {
				sum += t.In[t.at(p, t.Step, t.Next)+tap+o]
			}
			t.Out[t.at(p, Lanes, t.OutNext)+o] = sum * t.Scale
		}
	}
}
