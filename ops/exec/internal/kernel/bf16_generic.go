package kernel

import "math"

// roundBF16 is the bits of x as a bfloat16: the nearest, ties to even; NaN stays NaN, and
// values below the smallest normal float32 become 0.
func roundBF16(x float32) uint32 {
	b := math.Float32bits(x)
	switch {
	case x != x:
		return b>>16 | 0x40
	case b&0x7F800000 == 0:
		return b >> 16 & 0x8000
	}
	return (b + 0x7FFF + b>>16&1) >> 16
}

// WordBF16 is the word of two channels, rounded.
func WordBF16(even, odd float32) float32 {
	return math.Float32frombits(roundBF16(even) | roundBF16(odd)<<16)
}

// PairBF16 returns the two channels of a word.
func PairBF16(word float32) (even, odd float32) {
	bits := math.Float32bits(word)
	return math.Float32frombits(bits << 16), math.Float32frombits(bits & 0xFFFF0000)
}

// bf16At is channel c of a line, or of half of one.
func bf16At(line []float32, c int) float32 {
	even, odd := PairBF16(line[c/2])
	if c%2 == 0 {
		return even
	}
	return odd
}

// each visits the pixels of tiles: where their input, the value to add and the result
// begin.
func (t *TileBF16) each(at *PlacesBF16, do func(in, add, out int)) {
	for _, p := range at.list {
		for _, r := range p {
			for i := range r.Pixels {
				do(r.In+i*at.step, r.Add+i*Lanes, r.Out+i*Lanes)
			}
		}
	}
}

// convBF16Generic is ConvBF16.
func convBF16Generic(t *TileBF16, at *PlacesBF16) {
	t.each(at, func(in, add, out int) {
		var sums [LineBF16]float32
		for i, tap := range t.Taps.at {
			for pair, word := range t.In[in+tap:][:Lanes] {
				even, odd := PairBF16(word)
				for o, w := range t.Weights[(i*Lanes+pair)*LineBF16:][:LineBF16] {
					we, wo := PairBF16(w)
					sums[o] += odd * wo
					sums[o] += even * we
				}
			}
		}
		t.finish(sums[:], add, out)
	})
}

// depthwiseBF16Generic is DepthwiseBF16.
func depthwiseBF16Generic(t *TileBF16, at *PlacesBF16) {
	t.each(at, func(in, add, out int) {
		var sums [Lanes]float32
		for i, tap := range t.Taps.at {
			for o := range sums {
				sums[o] += bf16At(t.In[in+tap:], o) * t.Weights[i*Lanes+o]
			}
		}
		t.finish(sums[:], add, out)
	})
}

// finish does the epilogue of a pixel and stores it.
func (t *TileBF16) finish(sums []float32, add, out int) {
	for o := range sums {
		sums[o] += t.Bias[o]
		switch {
		case t.Add != nil && t.Wide:
			sums[o] += t.Add[add+o/Lanes*t.AddBlock+o%Lanes]
		case t.Add != nil:
			sums[o] += bf16At(t.Add[add:], o)
		}
		sums[o] = min(max(sums[o], t.Low), t.High)
	}
	t.store(sums, out)
}

// store stores a pixel.
func (t *TileBF16) store(line []float32, out int) {
	for o, x := range line {
		switch {
		case t.Wide:
			t.Out[out+o/Lanes*t.OutBlock+o%Lanes] = x
		case o%2 == 1:
			t.Out[out+o/2] = WordBF16(line[o-1], x)
		}
	}
}

// maxBF16Generic is MaxBF16.
func maxBF16Generic(t *TileBF16, at *PlacesBF16) {
	t.each(at, func(in, _, out int) {
		var line [Lanes]float32
		for o := range line {
			line[o] = t.Low
			for _, tap := range t.Taps.at {
				line[o] = max(line[o], bf16At(t.In[in+tap:], o))
			}
		}
		t.store(line[:], out)
	})
}

// sumBF16Generic is SumBF16.
func sumBF16Generic(t *TileBF16, at *PlacesBF16) {
	t.each(at, func(in, _, out int) {
		var line [Lanes]float32
		for o := range line {
			for _, tap := range t.Taps.at {
				line[o] += bf16At(t.In[in+tap:], o)
			}
			line[o] *= t.Scale
		}
		t.store(line[:], out)
	})
}

// packBF16Generic is PackBF16.
func packBF16Generic(dst, low, high []float32) {
	half := [2][]float32{low, high}
	for i := range dst {
		from := half[i%Lanes/(Lanes/2)][i/Lanes*Lanes+i*2%Lanes:]
		dst[i] = WordBF16(from[0], from[1])
	}
}

// splitBF16Generic is SplitBF16.
func splitBF16Generic(dst, rest, low, high []float32) {
	packBF16Generic(dst, low, high)
	half := [2][]float32{low, high}
	for i := range dst {
		from := half[i%Lanes/(Lanes/2)][i/Lanes*Lanes+i*2%Lanes:]
		even, odd := PairBF16(dst[i])
		rest[i] = WordBF16(from[0]-even, from[1]-odd)
	}
}

// unpackBF16Generic is UnpackBF16.
func unpackBF16Generic(low, high, src []float32) {
	half := [2][]float32{low, high}
	for i, word := range src {
		to := half[i%Lanes/(Lanes/2)][i/Lanes*Lanes+i*2%Lanes:]
		to[0], to[1] = PairBF16(word)
	}
}
