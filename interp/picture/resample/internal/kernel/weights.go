package kernel

// Precision is the number of fraction bits of weights: sums of 8-bit pixels then just fit
// 32 bits, sign included.
const Precision = 32 - 8 - 2

// half is added before a shift by Precision to round to nearest.
const half = 1 << (Precision - 1)

// Step is what the number of taps of a result is a multiple of, for so many channels.
func Step(channels int) int {
	if channels == 1 {
		return 8
	}
	return 4
}

// Pair is what the number of rows of Vertical is a multiple of.
const Pair = 2

// Weights are fixed-point numbers, in pairs.
type Weights struct {
	Whole []int32
	// halves are for assembly, which multiplies pairs of 16 bits and adds the two products:
	//
	//	whole    w0           w1           w2  …
	//	halves   l0 l1 h0 h1  l2 l3 h2 h3  …       w = h<<lowBits + l
	halves []int16
}

const lowBits = 15

// Resize makes room for n weights. Their values are not defined.
func (w *Weights) Resize(n int) {
	if cap(w.Whole) < n {
		w.Whole, w.halves = make([]int32, n), make([]int16, 2*n)
	}
	w.Whole, w.halves = w.Whole[:n], w.halves[:2*n]
}

// Pack makes the weights ready after they were set.
func (w *Weights) Pack() {
	for i, v := range w.Whole {
		at := 4*(i/2) + i%2
		w.halves[at], w.halves[at+2] = int16(v&(1<<lowBits-1)), int16(v>>lowBits)
	}
}

// Taps are the weights of a line of results: each is the sum over Count pixels, a multiple
// of Step, from Starts[x] on.
type Taps struct {
	Count  int
	Starts []int32
	Weights
	reach int
}

// Pack makes the taps ready after they were set.
func (t *Taps) Pack() {
	t.reach = 0
	for _, start := range t.Starts {
		if start < 0 {
			panic("kernel: a tap before the row")
		}
		t.reach = max(t.reach, int(start)+t.Count)
	}
	if len(t.Whole) != t.Count*len(t.Starts) {
		panic("kernel: the weights are not those of the taps")
	}
	t.Weights.Pack()
}

// Reach is how many pixels a row must have.
func (t *Taps) Reach() int { return t.reach }
