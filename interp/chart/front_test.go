package chart_test

import (
	"math/rand/v2"
	"testing"

	"cnnlang/interp/chart"
)

// A point is on the front if no other is at least as good in both quantities and better in one, ties and
// all, whichever way is better.
func TestFrontIsWhatNoOtherBeats(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		points := make([]chart.Point, r.IntN(12))
		for i := range points {
			points[i] = chart.Point{X: float64(r.IntN(6)), Y: float64(r.IntN(6))}
		}
		moreX, moreY := r.IntN(2) == 0, r.IntN(2) == 0
		atLeast := func(a, b float64, more bool) bool { return a == b || a > b == more }
		for i, got := range chart.Front(points, moreX, moreY) {
			want := true
			for _, q := range points {
				if p := points[i]; q != p && atLeast(q.X, p.X, moreX) && atLeast(q.Y, p.Y, moreY) {
					want = false
				}
			}
			if got != want {
				t.Fatalf("%v of %v (more %v %v): got %v", points[i], points, moreX, moreY, got)
			}
		}
	}
}
