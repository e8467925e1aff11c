package kernel

import (
	"math"
	"slices"
	"testing"
)

// Windows with equal numbers, NaN and infinities, between inaccessible pages, against the twin; and that against a
// window read off by hand.
func TestFirstMax(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	odd := []float32{0, float32(math.Copysign(0, -1)), nan, inf, -inf, 0.25, 0.25}
	for rows := 1; rows < 5; rows++ {
		for columns := 1; columns < 5; columns++ {
			for _, at := range sides {
				pitch, next := (columns+2)*Lanes, (columns+1)*Lanes
				x, dst := guarded(t, (rows-1)*pitch+columns*Lanes, at), guarded(t, (rows-1)*next+columns*Lanes, at)
				dy := guarded(t, Lanes, at)
				for i := range x {
					if i%3 > 0 {
						x[i] = odd[(i*7+rows)%len(odd)]
					}
				}
				want := slices.Clone(dst)
				firstMaxGeneric(want, x, dy, rows, columns, pitch, next)
				FirstMax(dst, x, dy, rows, columns, pitch, next)
				if !slices.Equal(dst, want) {
					t.Fatalf("%d rows, %d columns: got %v, want %v", rows, columns, dst, want)
				}
			}
		}
	}
	x, dy, dst := make([]float32, 4*Lanes), make([]float32, Lanes), make([]float32, 4*Lanes)
	for lane, window := range [][4]float32{{1, 2, 2, 0}, {0, 0, 0, 0}, {3, nan, inf, nan}, {-inf, -inf, -1, -2}} {
		for tap, v := range window {
			x[tap*Lanes+lane] = v
		}
		dy[lane] = 5
	}
	FirstMax(dst, x, dy, 2, 2, 2*Lanes, 2*Lanes)
	for lane, want := range []int{1, 0, 1, 2} {
		for tap := range 4 {
			if got := dst[tap*Lanes+lane]; (got == 5) != (tap == want) {
				t.Errorf("channel %d: pixel %d gets %v, want all at pixel %d", lane, tap, got, want)
			}
		}
	}
}
