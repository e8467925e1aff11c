package kernel

import (
	"math"
	"testing"
)

// Sums over strips against the definition, on strips with gaps between pixels and rows, none of which is
// read, between inaccessible pages.
func TestSumsOverStrips(t *testing.T) {
	if OuterRows == 0 {
		t.Skip("the instruction set has no such kernel")
	}
	for r := 1; r <= OuterRows; r++ {
		for _, s := range []Strip{{1, 1, 0, 0, 0}, {1, 7, 0, 16, 0}, {3, 5, 200, 32, 100}, {7, 7, 112, 16, 112}, {2, 3, 60, 3, 48}, {4, 1, 16, 0, 16}, {5, 2, 0, 1, 32}} {
			for _, at := range sides {
				checkStrip(t, r, r, s, at, func(c, a, b []float32) { OuterSums(c, a, b, r, &s) }, func(i, _ int) int { return i })
				const apart = 24
				checkStrip(t, r, (r-1)*apart+Lanes, s, at, func(c, a, b []float32) { LaneSums(c, a, b, r, apart, &s) }, func(i, j int) int { return i*apart + j })
			}
		}
	}
}

// Sums within groups against the definition; of groups of 8 the kernel reads no more than the numbers that it sums.
func TestSumsOfGroups(t *testing.T) {
	if OuterRows == 0 {
		t.Skip("the instruction set has no such kernel")
	}
	for _, each := range []int{2, 4, 8} {
		n := GroupNumbers(each)
		for _, s := range []Strip{{1, 1, 0, 0, 0}, {1, 7, 0, 16, 0}, {3, 5, 200, 32, 100}, {7, 7, 112, 16, 112}, {4, 1, 16, 0, 16}} {
			for _, at := range sides {
				checkStrip(t, n, Lanes-each+n, s, at, func(c, a, b []float32) { GroupSums(c, a, b, each, &s) }, func(i, j int) int { return j/each*each + i })
			}
		}
	}
}

// checkStrip compares with the definition: reads is how many numbers of a belong to a pixel, and where says which of
// them is multiplied with lane j for line i.
func checkStrip(t *testing.T, r, reads int, s Strip, at side, run func(c, a, b []float32), where func(i, j int) int) {
	t.Helper()
	c := guarded(t, r*Lanes, at)
	a := guarded(t, (s.Rows-1)*s.Pitch+(s.Pixels-1)*s.Step+reads, at)
	b := guarded(t, (s.Rows-1)*s.Next+s.Pixels*Lanes, at)
	want := make([]float64, len(c))
	for i := range r {
		for j := range Lanes {
			want[i*Lanes+j] = float64(c[i*Lanes+j])
			for y := range s.Rows {
				for x := range s.Pixels {
					want[i*Lanes+j] += float64(a[y*s.Pitch+x*s.Step+where(i, j)]) * float64(b[y*s.Next+x*Lanes+j])
				}
			}
		}
	}
	run(c, a, b)
	for i, v := range c {
		if d := math.Abs(float64(v) - want[i]); !(d <= 1e-6*float64(1+s.Rows*s.Pixels)) {
			t.Errorf("%d lines, %+v: element %d: got %v, want %v", r, s, i, v, want[i])
		}
	}
}

// The twins in plain Go sum what the kernels do.
func TestStripTwins(t *testing.T) {
	s := Strip{3, 5, 200, 32, 100}
	for r := 1; r <= 6; r++ {
		checkStrip(t, r, r, s, atEnd, func(c, a, b []float32) { outerSumsGeneric(c, a, b, r, &s) }, func(i, _ int) int { return i })
		checkStrip(t, r, (r-1)*24+Lanes, s, atEnd, func(c, a, b []float32) { laneSumsGeneric(c, a, b, r, 24, &s) }, func(i, j int) int { return i*24 + j })
	}
	for _, each := range []int{2, 4, 8} {
		n := min(each, 4)
		checkStrip(t, n, Lanes-each+n, s, atEnd, func(c, a, b []float32) { groupSumsGeneric(c, a, b, each, &s) }, func(i, j int) int { return j/each*each + i })
	}
}
