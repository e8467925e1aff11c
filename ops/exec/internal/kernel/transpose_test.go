//go:build !purego && (amd64 || arm64)

package kernel

import (
	"math"
	"slices"
	"testing"
)

// Against the twin, with gaps between rows and lines in any order, between inaccessible pages: nothing else is written.
func TestTranspose(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		for n := 1; n <= 26; n++ {
			for _, s := range sides {
				for _, apart := range []int{0, n, n + 3} {
					src, dst := guarded(t, (Lanes-1)*apart+n, s), guarded(t, 3*n*Lanes, s)
					rows, lines := Apart(apart), make([]int, n)
					rows[2], rows[9] = rows[9], rows[2] // rows in any order
					for j := range lines {
						lines[j] = (n-1-j)*3*Lanes + j%(2*Lanes+1)
					}
					for _, factors := range []*[Lanes]float64{nil, {1, 0.1, -3, math.Pi, 1e-40, 1e30, 0, math.Inf(1), 1 + 1e-9, 1e300, 15: -0.7}} {
						want := slices.Clone(dst)
						for j := range n {
							for i := range Lanes {
								want[lines[j]+i] = src[rows[i]+j]
								if factors != nil {
									want[lines[j]+i] = float32(float64(src[rows[i]+j]) * factors[i])
								}
							}
						}
						twin := slices.Clone(dst)
						transposeGeneric(twin, src, &rows, lines, factors)
						Transpose(dst, src, &rows, lines, factors)
						if !slices.EqualFunc(dst, want, sameValue) || !slices.EqualFunc(twin, want, sameValue) {
							t.Errorf("%d columns, rows %d apart, factors %v: got %v, the twin %v, want %v", n, apart, factors, dst, twin, want)
						}
					}
				}
			}
		}
	})
}
