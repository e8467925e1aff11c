package kernel

import "cnnlang/ops/cpu"

// A Strip is rows of pixels of two values. Pixel x of row y of the first lies at y*Pitch + x*Step, in
// float32, and that of the second, a line of Lanes channels, at y*Next + x*Lanes.
type Strip struct {
	Rows, Pixels int
	Pitch, Step  int
	Next         int
}

// OuterRows is how many lines OuterSums and LaneSums of the selected ISA sum at once; 0 means that it
// has neither.
var OuterRows = outerRows(isa)

func outerRows(s cpu.ISA) int {
	switch s {
	case cpu.AVX512:
		return 16
	case cpu.AVX2:
		return 6
	}
	return 0
}

// OuterSums adds to r lines the sums of outer products over the pixels of a strip:
//
//	c[i*Lanes + j] += sum over pixels p of a[p + i] * b[p + j]    0 <= i < r, 0 <= j < Lanes
//
// The sum starts from 0 and is added to c at the end. It panics if a slice is too short.
func OuterSums(c, a, b []float32, r int, s *Strip) {
	s.check(c, a, b, r, r)
	outerSums(c, a, b, r, s)
}

// LaneSums adds to r lines the sums of products of channels over the pixels of a strip, the
// lines of the first value being apart:
//
//	c[i*Lanes + j] += sum over pixels p of a[p + i*apart + j] * b[p + j]
func LaneSums(c, a, b []float32, r, apart int, s *Strip) {
	if apart < 0 {
		panic("kernel: lines that run backwards")
	}
	s.check(c, a, b, r, (r-1)*apart+Lanes)
	laneSums(c, a, b, r, apart, s)
}

// GroupNumbers is how many numbers of a group of so many lanes GroupSums sums at once; 0 means that it cannot.
func GroupNumbers(each int) int {
	if OuterRows == 0 || each != 2 && each != 4 && each != 8 {
		return 0
	}
	return min(each, 4)
}

// GroupSums adds to GroupNumbers(each) lines the sums of products with the channels of the same group, of each lanes:
//
//	c[i*Lanes + j] += sum over pixels p of a[p + j/each*each + i] * b[p + j]
func GroupSums(c, a, b []float32, each int, s *Strip) {
	n := GroupNumbers(each)
	s.check(c, a, b, n, Lanes-each+n)
	groupSums(c, a, b, each, s)
}

// check panics if a strip does not fit the slices, of the first of which each pixel reads so many
// numbers: the kernels have no bounds checks.
func (s *Strip) check(c, a, b []float32, r, reads int) {
	if r < 1 || r > OuterRows || s.Rows < 1 || s.Pixels < 1 || s.Pitch < 0 || s.Step < 0 || s.Next < 0 {
		panic("kernel: no such strip")
	}
	_ = c[r*Lanes-1]
	_ = a[(s.Rows-1)*s.Pitch+(s.Pixels-1)*s.Step+reads-1]
	_ = b[(s.Rows-1)*s.Next+s.Pixels*Lanes-1]
}
