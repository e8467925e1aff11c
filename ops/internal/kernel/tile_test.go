//go:build !purego && amd64

package kernel

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"cnnlang/ops/internal/cpu"
)

// onEveryISA runs a test with each set that the machine has selected.
func onEveryISA(t *testing.T, test func(t *testing.T)) {
	selected := isa
	defer func() {
		isa = selected
		TilePixels, TileBlocks = tileSize(isa)
	}()
	for _, isa = range cpu.Available() {
		if TilePixels, TileBlocks = tileSize(isa); TilePixels > 0 {
			t.Run(string(isa), test)
		}
	}
}

// A tileCase is a geometry around the edges of what the kernels do.
type tileCase struct {
	taps       []int
	step, next int // next 0: the pixels lie in one row
	whole, add bool
	clamp      bool
}

var tileCases = []tileCase{
	{taps: []int{0}, step: Lanes, whole: true},
	{taps: []int{0}, step: 2 * Lanes, whole: true, add: true},
	{taps: []int{3 * Lanes, 0, 7 * Lanes, Lanes}, step: Lanes, whole: true, clamp: true},
	{taps: []int{0, Lanes, 50 * Lanes}, step: Lanes, next: 20 * Lanes, whole: true, add: true, clamp: true},
	{taps: []int{0, 1, 2, 30, 31, 32}, step: 2, add: true},
	{taps: []int{0, 5}, step: 1, next: 40, clamp: true},
}

// make fills a tile with numbers in guarded memory; what lies between the lines
// of the result is there to be left alone.
func (c tileCase) make(t *testing.T, s side, pixels, blocks int) *Tile {
	k := &Tile{Pixels: pixels, Blocks: blocks, Step: c.step, Next: c.next, Whole: c.whole, Taps: NewTaps(c.taps),
		OutNext: tileGroup * Lanes, AddNext: tileGroup * Lanes, Low: float32(math.Inf(-1)), High: float32(math.Inf(1)), Scale: 0.3}
	if c.next == 0 {
		k.Next = tileGroup * c.step
	} else {
		k.OutNext, k.AddNext = 11*Lanes, 13*Lanes
	}
	if c.clamp {
		k.Low, k.High = -0.5, 0.7
	}
	width := 1
	if c.whole {
		width = Lanes
	}
	size := func(step, next, block, width int) int {
		last := (min(pixels, tileGroup) - 1) * step
		if pixels > tileGroup {
			last = max(last, next+(pixels-tileGroup-1)*step)
		}
		return last + (blocks-1)*block + width
	}
	k.OutBlock, k.AddBlock = 30*Lanes, 31*Lanes
	k.In = guarded(t, size(k.Step, k.Next, 0, slices.Max(c.taps)+width), s)
	if !c.whole { // blocks do not count for the input
		k.In = guarded(t, (size(k.Step, k.Next, 0, 0))+slices.Max(c.taps)+1, s)
	}
	k.Weights = guarded(t, len(c.taps)*width*blocks*Lanes, s)
	k.Bias = guarded(t, blocks*Lanes, s)
	k.Out = guarded(t, size(Lanes, k.OutNext, k.OutBlock, Lanes), s)
	if c.add {
		k.Add = guarded(t, size(Lanes, k.AddNext, k.AddBlock, Lanes), s)
	}
	return k
}

var tileFamilies = []struct {
	name       string
	conv       bool
	run, twin  func(*Tile)
	compareSum bool // sums may be rounded in another order
}{
	{"conv", true, Conv, convGeneric, true},
	{"depthwise", false, Depthwise, depthwiseGeneric, true},
	{"max", false, MaxTile, maxGeneric, false},
	{"sum", false, SumTile, sumGeneric, true},
}

// Every tile of every family against its twin, between pages that may not be
// touched.
func TestTiles(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		for _, f := range tileFamilies {
			for i, c := range tileCases {
				if !f.conv && !c.whole {
					continue
				}
				for blocks := 1; blocks <= TileBlocks; blocks++ {
					if !f.conv && blocks > 1 {
						continue
					}
					for pixels := 1; pixels <= TilePixels; pixels++ {
						for _, s := range sides {
							k := c.make(t, s, pixels, blocks)
							k.In[len(k.In)/2] = float32(math.NaN())
							compareTiles(t, fmt.Sprintf("%s case %d, %d pixels, %d blocks", f.name, i, pixels, blocks), k, f.run, f.twin)
						}
					}
				}
			}
		}
	})
}

func compareTiles(t *testing.T, what string, k *Tile, run, twin func(*Tile)) {
	t.Helper()
	want := *k
	want.Out = slices.Clone(k.Out)
	twin(&want)
	run(k)
	for i, w := range want.Out {
		g := k.Out[i]
		if d := math.Abs(float64(g - w)); !sameValue(g, w) && !(d <= 2e-5) {
			t.Fatalf("%s: element %d: got %v, want %v", what, i, g, w)
		}
	}
}

// The added value may be the result's own memory.
func TestTilesAddInPlace(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		k := tileCases[1].make(t, atEnd, TilePixels, TileBlocks)
		k.Add, k.AddNext, k.AddBlock = k.Out, k.OutNext, k.OutBlock
		want := *k
		want.Out, want.Add = slices.Clone(k.Out), slices.Clone(k.Out)
		convGeneric(&want)
		Conv(k)
		for i, w := range want.Out {
			if math.Abs(float64(k.Out[i]-w)) > 2e-5 {
				t.Fatalf("element %d: got %v, want %v", i, k.Out[i], w)
			}
		}
	})
}

// A tile that does not fit its memory must panic in Go.
func TestTilesCheckLengths(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		for name, spoil := range map[string]func(*Tile){
			"input":    func(k *Tile) { k.In = k.In[:len(k.In)-1] },
			"weights":  func(k *Tile) { k.Weights = k.Weights[: len(k.Weights)-1 : len(k.Weights)-1] },
			"bias":     func(k *Tile) { k.Bias = k.Bias[: Lanes-1 : Lanes-1] },
			"output":   func(k *Tile) { k.Out = k.Out[: len(k.Out)-1 : len(k.Out)-1] },
			"add":      func(k *Tile) { k.Add = k.Add[: len(k.Add)-1 : len(k.Add)-1] },
			"pixels":   func(k *Tile) { k.Pixels = TilePixels + 1 },
			"blocks":   func(k *Tile) { k.Blocks = 3 },
			"backward": func(k *Tile) { k.Step = -Lanes },
			"taps":     func(k *Tile) { k.Taps = &Taps{} },
		} {
			k := tileCases[1].make(t, atEnd, TilePixels, TileBlocks)
			k.In = slices.Clip(k.In)
			spoil(k)
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("no panic for a wrong %s", name)
					}
				}()
				Conv(k)
			}()
		}
	})
}

// BenchmarkConvTile times tiles whose memory is in the L1 cache.
func BenchmarkConvTile(b *testing.B) {
	for pixels := 1; pixels <= TilePixels; pixels++ {
		for blocks := 1; blocks <= TileBlocks; blocks++ {
			b.Run(fmt.Sprintf("%s-%dx%d", isa, pixels, blocks*Lanes), func(b *testing.B) {
				k := &Tile{Pixels: pixels, Blocks: blocks, Step: Lanes, Next: tileGroup * Lanes, OutNext: tileGroup * Lanes, OutBlock: 14 * Lanes,
					Whole: true, Taps: NewTaps([]int{0, 240, 480, 720}), In: make([]float32, 1024), Weights: make([]float32, 64*32), Out: make([]float32, 28*Lanes),
					Bias: make([]float32, 32), High: 1}
				for b.Loop() {
					Conv(k)
				}
				b.ReportMetric(float64(2*64*pixels*blocks*Lanes)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GF/s")
			})
		}
	}
}

// Lines of every number around nothing, in guarded memory, against the twin.
func TestAffineLanes(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		for n := range 9 {
			for _, s := range sides {
				dst, src := guarded(t, n*Lanes, s), guarded(t, n*Lanes, s)
				sub, mul, add := guarded(t, Lanes, s), guarded(t, Lanes+1, s)[1:], guarded(t, Lanes+2, s)[2:]
				want := slices.Clone(dst)
				affineLanesGeneric(want, src, sub, mul, add)
				AffineLanes(dst, src, sub, mul, add)
				for i, w := range want {
					if math.Abs(float64(dst[i]-w)) > 2e-6 {
						t.Fatalf("%d lines, element %d: got %v, want %v", n, i, dst[i], w)
					}
				}
			}
		}
	})
}
