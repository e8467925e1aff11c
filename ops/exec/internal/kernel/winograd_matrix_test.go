package kernel

import (
	"math"
	"testing"
)

// The transform is G·g·G' with the matrix of the points 0, a, -a, b, -b and infinity: of a window of 1 in one place the outer
// product of two of its columns.
func TestWinogradTransformOfOnePlace(t *testing.T) {
	points := []float64{0, WinogradA, -WinogradA, WinogradB, -WinogradB}
	column := func(i, k int) float64 {
		if i == 5 {
			return map[int]float64{2: 1}[k]
		}
		divisor := 1.0
		for j, p := range points {
			if j != i {
				divisor *= points[i] - p
			}
		}
		return math.Pow(points[i], float64(k)) / divisor
	}
	for place := range 9 {
		var g [9]float64
		g[place] = 1
		for p, got := range winogradTransformed(&g) {
			want := column(p/6, place/3) * column(p%6, place%3)
			if math.Abs(float64(got)-want) > 1e-7 {
				t.Errorf("place %d, value %d: got %v, want %v", place, p, got, want)
			}
		}
	}
}
