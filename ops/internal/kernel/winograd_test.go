//go:build !purego && (amd64 || arm64)

package kernel

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

func TestWinogradIn(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		for tiles := 1; tiles <= 4; tiles++ {
			for _, s := range sides {
				pitch, plane := (4*tiles+3)*Lanes, (tiles+1)*Lanes
				w := &WinogradTile{Scratch: guarded(t, WinogradScratch, s), Tiles: tiles, Pitch: pitch, Plane: plane,
					Pixels: guarded(t, 5*pitch+(4*tiles+2)*Lanes, s), Values: guarded(t, 35*plane+tiles*Lanes, s)}
				want := *w
				want.Values = slices.Clone(w.Values)
				winogradInGeneric(&want)
				WinogradIn(w)
				nearly(t, fmt.Sprint(tiles, " tiles"), w.Values, want.Values)
			}
		}
	})
}

func TestWinogradOut(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		for rows := 1; rows <= 4; rows++ {
			for columns := 1; columns <= 4; columns++ {
				for _, s := range sides {
					for _, add := range []bool{false, true} {
						w := &WinogradTile{Scratch: guarded(t, WinogradScratch, s), Rows: rows, Columns: columns, Pitch: 7 * Lanes, Plane: 2 * Lanes,
							Values: guarded(t, 35*2*Lanes+Lanes, s), Pixels: guarded(t, (rows-1)*7*Lanes+columns*Lanes, s),
							Bias: guarded(t, Lanes, s), Low: -3, High: 20}
						if add {
							w.AddPitch, w.Add = 5*Lanes, guarded(t, (rows-1)*5*Lanes+columns*Lanes, s)
						}
						want := *w
						want.Pixels = slices.Clone(w.Pixels)
						winogradOutGeneric(&want)
						WinogradOut(w)
						nearly(t, fmt.Sprintf("%dx%d", rows, columns), w.Pixels, want.Pixels)
					}
				}
			}
		}
	})
}

// nearly allows some roundings of numbers up to about 100.
func nearly(t *testing.T, what string, got, want []float32) {
	t.Helper()
	for i, w := range want {
		if !(math.Abs(float64(got[i]-w)) <= 1e-4) {
			t.Fatalf("%s: element %d: got %v, want %v", what, i, got[i], w)
		}
	}
}
