//go:build !purego && (amd64 || arm64)

package kernel

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// Every number of pixels, stride and size of a group against the twin, between inaccessible
// pages.
func TestGrouped(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		for channels := 1; channels <= GroupedChannels; channels *= 2 {
			for stride := 1; stride <= 2; stride++ {
				for pixels := 1; pixels <= TilePixels; pixels++ {
					for _, s := range sides {
						rows := []int{0, 40 * Lanes, 80 * Lanes}
						first := Place{Pixels: pixels, Next: tileGroup * stride * Lanes, OutNext: tileGroup * Lanes}
						second := first
						second.Pixels, second.In, second.Out = pixels%TilePixels+1, 2*Lanes, 20*Lanes
						lines := max((first.Pixels-1)*stride, (second.Pixels-1)*stride+2) + groupedWidth
						k := &Tile{
							Blocks: 1, Taps: NewTaps(rows, len(rows)), Low: -0.5, High: 0.7,
							In:      guarded(t, 80*Lanes+lines*Lanes, s),
							Weights: guarded(t, len(rows)*channels*groupedWidth*Lanes, s),
							Bias:    guarded(t, Lanes, s),
							Out:     guarded(t, max(first.Pixels, 20+second.Pixels)*Lanes, s),
						}
						k.In[len(k.In)/2] = float32(math.NaN())
						if pixels%2 == 0 {
							k.Low, k.High = float32(math.Inf(-1)), float32(math.Inf(1))
						}
						at := NewPlaces([]Place{first, second}, stride*Lanes)
						want := *k
						want.Out = slices.Clone(k.Out)
						groupedGeneric(&want, at, channels)
						Grouped(k, at, channels)
						what := fmt.Sprintf("groups of %d, stride %d, %d pixels", channels, stride, pixels)
						for i, w := range want.Out {
							if d := math.Abs(float64(k.Out[i] - w)); !sameValue(k.Out[i], w) && !(d <= 2e-5) {
								t.Fatalf("%s: element %d: got %v, want %v", what, i, k.Out[i], w)
							}
						}
					}
				}
			}
		}
	})
}

// What Grouped cannot do must panic in Go.
func TestGroupedChecks(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		make := func() *Tile {
			return &Tile{
				Blocks: 1, Taps: NewTaps([]int{0}, 1), In: make([]float32, 16*Lanes), Weights: make([]float32, 4*3*Lanes),
				Bias: make([]float32, Lanes), Out: make([]float32, 14*Lanes), High: 1,
			}
		}
		at := func(step int) *Places {
			return NewPlaces([]Place{{Pixels: 6, Next: tileGroup * step, OutNext: tileGroup * Lanes}}, step)
		}
		Grouped(make(), at(Lanes), 4)
		for what, do := range map[string]func(k *Tile){
			"a stride of 3":       func(k *Tile) { k.In = append(k.In, k.In...); Grouped(k, at(3*Lanes), 4) },
			"groups of 3":         func(k *Tile) { Grouped(k, at(Lanes), 3) },
			"too large groups":    func(k *Tile) { Grouped(k, at(Lanes), 2*GroupedChannels) },
			"a value to add":      func(k *Tile) { k.Add = k.Out; Grouped(k, at(Lanes), 4) },
			"too few weights":     func(k *Tile) { k.Weights = k.Weights[: 12*Lanes-1 : 12*Lanes-1]; Grouped(k, at(Lanes), 4) },
			"too short an input":  func(k *Tile) { k.In = k.In[: 8*Lanes-1 : 8*Lanes-1]; Grouped(k, at(Lanes), 4) },
			"too short an output": func(k *Tile) { k.Out = k.Out[: 6*Lanes-1 : 6*Lanes-1]; Grouped(k, at(Lanes), 4) },
		} {
			mustPanic(t, what, func() { do(make()) })
		}
	})
}
