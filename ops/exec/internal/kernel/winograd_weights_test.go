//go:build !purego && (amd64 || arm64)

package kernel

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// Every kernel gives the bits of the twin, between inaccessible pages, and writes nothing between the planes, nor their corners.
func TestWinogradWeights(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		for lines := 1; lines <= 3; lines++ {
			for _, s := range sides {
				for more := range 2 { // lines between places of the window, and between planes
					apart, plane := (lines+more)*Lanes, (lines+2*more)*Lanes
					var most, twin [Lanes]float32
					w := &WinogradFilters{Weights: guarded(t, 8*apart+lines*Lanes, s), Apart: apart, Lines: lines,
						Planes: guarded(t, 35*plane+lines*Lanes, s), Plane: plane, Most: &most}
					w.Weights[3], w.Weights[4*apart+1] = 0, -3e38
					want := *w
					want.Planes, want.Most = slices.Clone(w.Planes), &twin
					winogradWeightsGeneric(&want)
					WinogradWeights(w)
					what := fmt.Sprintf("%d lines, %d more", lines, more)
					sameNumbers(t, what, w.Planes, want.Planes)
					if got, want := largest(&most), largest(&twin); got != want {
						t.Errorf("%s: the largest size: got %#x, want %#x", what, got, want)
					}
				}
			}
		}
	})
}

func sameNumbers(t *testing.T, what string, got, want []float32) {
	t.Helper()
	for i, w := range want {
		if got[i] != w && (got[i] == got[i] || w == w) {
			t.Fatalf("%s: element %d: got %v, want %v", what, i, got[i], w)
		}
	}
}

func largest(sizes *[Lanes]float32) (most uint32) {
	for _, v := range sizes {
		most = max(most, math.Float32bits(v))
	}
	return most
}
