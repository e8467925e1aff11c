//go:build !purego && (amd64 || arm64)

package kernel

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"unsafe"

	"cnnlang/ops/cpu"
)

// onEveryISA runs a test with each instruction set that the machine has.
func onEveryISA(t *testing.T, test func(t *testing.T)) {
	selected := isa
	defer func() {
		isa = selected
		TilePixels, TileBlocks = tileSize(isa)
		TileBreaks, TileRuns = tileBreaks(isa), tileRuns(isa)
		GroupedChannels = groupedChannels(isa)
	}()
	for _, isa = range cpu.Available() {
		TileBreaks, TileRuns = tileBreaks(isa), tileRuns(isa)
		GroupedChannels = groupedChannels(isa)
		if TilePixels, TileBlocks = tileSize(isa); TilePixels > 0 {
			t.Run(string(isa), test)
		}
	}
}

// A tileCase is a geometry at the limits of the kernels.
type tileCase struct {
	taps       []int
	chunk      int
	step, next int // next 0: the pixels lie in one row
	whole, add bool
	low, high  float64
	ahead      int // lines to fetch, which are not there
	thin, few  int // lines from one on have few channels, if not 0
	run        int // channels of a tap that is not whole, 0 for one
}

var unbounded = math.Inf(1)

var tileCases = []tileCase{
	{taps: []int{0}, chunk: 1, step: Lanes, whole: true, low: -unbounded, high: unbounded},
	{taps: []int{0}, chunk: 9, step: 2 * Lanes, whole: true, add: true, low: 0, high: unbounded, ahead: 1},
	{taps: []int{3 * Lanes, 0, 7 * Lanes, Lanes}, chunk: 3, step: Lanes, whole: true, low: -0.5, high: 0.7, ahead: 70},
	{taps: []int{0, Lanes, 50 * Lanes}, chunk: 1, step: Lanes, next: 20 * Lanes, whole: true, add: true, low: -0.5, high: 0.7},
	{taps: []int{0, 1, 2, 30, 31, 32}, chunk: 4, step: 2, add: true, low: -unbounded, high: unbounded},
	{taps: []int{0, 5}, chunk: 2, step: 1, next: 40, low: -0.5, high: 0.7, ahead: 4},
	{taps: []int{0, Lanes, 3 * Lanes, 9 * Lanes, 2 * Lanes}, chunk: 2, step: Lanes, whole: true, low: -unbounded, high: unbounded, thin: 2, few: 5},
	{taps: []int{0, 2 * Lanes}, chunk: 2, step: Lanes, whole: true, low: -unbounded, high: 0.7, thin: 1, few: 16},
	{taps: []int{0, Lanes, 2 * Lanes}, chunk: 2, step: 2*Lanes + 3, whole: true, low: -unbounded, high: unbounded, thin: 2, few: 3},
	{taps: []int{0, Lanes}, chunk: 2, step: Lanes + 6, whole: true, low: -unbounded, high: unbounded, thin: 1, few: 6},
	{taps: []int{Lanes}, chunk: 1, step: 2 * Lanes, whole: true, add: true, low: 0, high: unbounded, thin: 0, few: 1},
	{taps: []int{0, 30, 60, 100}, chunk: 2, step: 2, low: -unbounded, high: unbounded, run: 7},
	{taps: []int{0, 40}, chunk: 2, step: 4, next: 40, add: true, low: 0, high: unbounded, run: 11},
	{taps: []int{3, 9}, chunk: 1, step: 1, low: -0.5, high: 0.7, run: 2},
}

// make fills tiles with numbers in guarded memory: two, the first of so many pixels. Gaps
// between the lines of the result must stay unchanged.
func (c tileCase) make(t *testing.T, s side, pixels, blocks int) (*Tile, *Places) {
	return c.breaking(t, s, pixels, blocks, 0)
}

// breaking is make with a first tile that breaks after so many pixels, if not after 0.
func (c tileCase) breaking(t *testing.T, s side, pixels, blocks, row int) (*Tile, *Places) {
	first := Place{Pixels: pixels, First: row, Next: c.next, OutNext: tileGroup * Lanes, AddNext: tileGroup * Lanes}
	if row > 0 {
		first.Next, first.OutNext, first.AddNext = (row+2)*c.step+16, (row+1)*Lanes, (row+3)*Lanes
	} else if c.next == 0 {
		first.Next = tileGroup * c.step
	} else {
		first.OutNext, first.AddNext = 11*Lanes, 13*Lanes
	}
	second := first
	second.Pixels, second.First = pixels%TilePixels+1, 0
	if row > 0 {
		second.Next, second.OutNext = tileGroup*c.step, tileGroup*Lanes
	}
	second.In, second.Out, second.Add = 3*c.step, 60*Lanes, 61*Lanes
	at := NewPlaces([]Place{first, second}, c.step)
	k := &Tile{Blocks: blocks, Taps: NewTaps(c.taps, c.chunk),
		OutBlock: 30 * Lanes, AddBlock: 31 * Lanes, Low: float32(c.low), High: float32(c.high), Scale: 0.3}
	width := Lanes
	if !c.whole {
		width = max(1, c.run)
		k.Taps.Of(width)
	}
	if c.few > 0 {
		k.Taps.Thin(c.thin, c.few)
	}
	reach := func(p Place, first, step, next int) int {
		row := min(p.Pixels, tileGroup)
		if p.First > 0 {
			row = min(p.Pixels, p.First)
		}
		last := (row - 1) * step
		if p.Pixels > row {
			last = max(last, next+(p.Pixels-row-1)*step)
		}
		return first + last
	}
	in, out, add := 0, 0, 0
	for _, p := range []Place{first, second} {
		in = max(in, reach(p, p.In, c.step, p.Next))
		out = max(out, reach(p, p.Out, Lanes, p.OutNext))
		add = max(add, reach(p, p.Add, Lanes, p.AddNext))
	}
	seen := 0
	for i, at := range c.taps {
		if c.few > 0 && i >= c.thin {
			seen = max(seen, at+c.few)
		} else {
			seen = max(seen, at+width)
		}
	}
	k.In = guarded(t, in+seen, s)
	k.Weights = guarded(t, len(c.taps)*width*blocks*Lanes, s)
	if c.few > 0 { // the channels behind have no weights
		for tap := c.thin; tap < len(c.taps); tap++ {
			clear(k.Weights[(tap*width+c.few)*blocks*Lanes : (tap+1)*width*blocks*Lanes])
		}
	}
	k.Bias = guarded(t, blocks*Lanes, s)
	k.Out = guarded(t, out+(blocks-1)*k.OutBlock+Lanes, s)
	if c.ahead > 0 {
		// Fetched, not read: the page behind may not be touched.
		first := guarded(t, Lanes, atEnd)
		k.Ahead = unsafe.Slice(&first[0], c.ahead*Lanes)
	}
	if c.add {
		k.Add = guarded(t, add+(blocks-1)*k.AddBlock+Lanes, s)
	}
	return k, at
}

// unchunked is the case without chunks, which pools do not have.
func (c tileCase) unchunked() tileCase {
	c.chunk = len(c.taps)
	return c
}

var tileFamilies = []struct {
	name string
	conv bool
	sums bool // of products
	run  func(*Tile, *Places)
	twin func(*oneTile)
}{
	{"conv", true, true, Conv, convGeneric},
	{"depthwise", false, true, Depthwise, depthwiseGeneric},
	{"max", false, false, MaxTile, maxGeneric},
	{"sum", false, false, SumTile, sumGeneric},
}

// Every tile of every family against its twin, between inaccessible pages.
func TestTiles(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		for _, f := range tileFamilies {
			for i, c := range tileCases {
				if !f.conv && !c.whole || c.run > 0 && !TileRuns {
					continue
				}
				if !f.sums {
					c = c.unchunked()
				}
				if !f.conv {
					c.few = 0 // they read whole lines
				}
				for blocks := 1; blocks <= TileBlocks; blocks++ {
					if !f.conv && blocks > 1 {
						continue
					}
					for pixels := 1; pixels <= TilePixels; pixels++ {
						for _, s := range sides {
							k, at := c.make(t, s, pixels, blocks)
							k.In[len(k.In)/2] = float32(math.NaN())
							compareTiles(t, fmt.Sprintf("%s case %d, %d pixels, %d blocks", f.name, i, pixels, blocks), k, at, f.run, f.twin)
						}
					}
				}
			}
		}
	})
}

func compareTiles(t *testing.T, what string, k *Tile, at *Places, run func(*Tile, *Places), twin func(*oneTile)) {
	t.Helper()
	want := *k
	want.Out = slices.Clone(k.Out)
	want.each(at, twin)
	run(k, at)
	for i, w := range want.Out {
		g := k.Out[i]
		if d := math.Abs(float64(g - w)); !sameValue(g, w) && !(d <= 2e-5) {
			t.Fatalf("%s: element %d: got %v, want %v", what, i, g, w)
		}
	}
}

// Tiles that break after any pixel, against the twin; other kernels refuse them.
func TestTilesBreakAnywhere(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		if !TileBreaks {
			mustPanic(t, "a tile that breaks", func() { NewPlaces([]Place{{Pixels: 4, First: 2}}, Lanes) })
			return
		}
		for i, c := range tileCases {
			for pixels := 2; pixels <= TilePixels; pixels++ {
				for row := 1; row <= pixels+1; row++ {
					for _, s := range sides {
						k, at := c.breaking(t, s, pixels, 1, row)
						k.In[len(k.In)/2] = float32(math.NaN())
						compareTiles(t, fmt.Sprintf("case %d, %d pixels of which %d in the first row", i, pixels, row), k, at, Conv, convGeneric)
					}
				}
			}
		}
		k, at := tileCases[0].breaking(t, atEnd, 4, 1, 2)
		for name, run := range map[string]func(*Tile, *Places){"depthwise": Depthwise, "max": MaxTile, "sum": SumTile} {
			mustPanic(t, "a tile that breaks in "+name, func() { run(k, at) })
		}
		mustPanic(t, "a tile that breaks in grouped", func() { Grouped(k, at, 4) })
	})
}

// The added value may be the result's own memory.
func TestTilesAddInPlace(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		k, _ := tileCases[1].make(t, atEnd, TilePixels, TileBlocks)
		one := Place{Pixels: TilePixels, Next: tileGroup * 2 * Lanes, OutNext: tileGroup * Lanes, AddNext: tileGroup * Lanes}
		k.Add, k.AddBlock = k.Out, k.OutBlock
		want := *k
		want.Out = slices.Clone(k.Out)
		want.Add = want.Out
		at := NewPlaces([]Place{one}, 2*Lanes)
		want.each(at, convGeneric)
		Conv(k, at)
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
		for name, spoil := range map[string]func(*Tile, *Places){
			"input":    func(k *Tile, _ *Places) { k.In = k.In[:len(k.In)-1] },
			"weights":  func(k *Tile, _ *Places) { k.Weights = k.Weights[: len(k.Weights)-1 : len(k.Weights)-1] },
			"bias":     func(k *Tile, _ *Places) { k.Bias = k.Bias[: Lanes-1 : Lanes-1] },
			"output":   func(k *Tile, _ *Places) { k.Out = k.Out[: len(k.Out)-1 : len(k.Out)-1] },
			"add":      func(k *Tile, _ *Places) { k.Add = k.Add[: len(k.Add)-1 : len(k.Add)-1] },
			"blocks":   func(k *Tile, _ *Places) { k.Blocks = 3 },
			"distance": func(k *Tile, _ *Places) { k.OutBlock = -Lanes },
			"taps":     func(k *Tile, _ *Places) { k.Taps = &Taps{} },
			"places":   func(_ *Tile, at *Places) { *at = at.Slice(0, 0) },
		} {
			k, at := tileCases[1].make(t, atEnd, TilePixels, TileBlocks)
			k.In = slices.Clip(k.In)
			spoil(k, at)
			mustPanic(t, "a wrong "+name, func() { Conv(k, at) })
		}
		mustPanic(t, "too many pixels", func() { NewPlaces([]Place{{Pixels: TilePixels + 1}}, Lanes) })
		mustPanic(t, "no pixel", func() { NewPlaces([]Place{{}}, Lanes) })
		mustPanic(t, "a step back", func() { NewPlaces([]Place{{Pixels: 2}}, -Lanes) })
		mustPanic(t, "a place before the start", func() { NewPlaces([]Place{{Pixels: 1, In: -1}}, Lanes) })
		mustPanic(t, "a chunked maximum", func() {
			k, at := tileCases[2].make(t, atEnd, 1, 1)
			MaxTile(k, at)
		})
	})
}

func mustPanic(t *testing.T, what string, do func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("no panic for %s", what)
		}
	}()
	do()
}

// BenchmarkConvTile times tiles whose memory is in the L1 cache.
func BenchmarkConvTile(b *testing.B) {
	for pixels := 1; pixels <= TilePixels; pixels++ {
		for blocks := 1; blocks <= TileBlocks; blocks++ {
			b.Run(fmt.Sprintf("%s-%dx%d", isa, pixels, blocks*Lanes), func(b *testing.B) {
				k := &Tile{Blocks: blocks, OutBlock: 14 * Lanes,
					Taps: NewTaps([]int{0, 240, 480, 720}, 4), In: make([]float32, 1024), Weights: make([]float32, 64*32), Out: make([]float32, 28*Lanes),
					Bias: make([]float32, 32), High: 1}
				at := NewPlaces([]Place{{Pixels: pixels, Next: tileGroup * Lanes, OutNext: tileGroup * Lanes}}, Lanes)
				for b.Loop() {
					Conv(k, at)
				}
				b.ReportMetric(float64(2*64*pixels*blocks*Lanes)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GF/s")
			})
		}
	}
}

// Lines of every small number, in guarded memory, against the twin.
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

// The same with slopes.
func TestLeakyLanes(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		for n := range 9 {
			for _, s := range sides {
				dst, src := guarded(t, n*Lanes, s), guarded(t, n*Lanes, s)
				slopes := guarded(t, Lanes+1, s)[1:]
				if n > 1 {
					src[n], src[n+2], src[n+3] = float32(math.NaN()), float32(math.Inf(-1)), float32(math.Inf(1))
				}
				want := slices.Clone(dst)
				leakyLanesGeneric(want, src, slopes)
				LeakyLanes(dst, src, slopes)
				if !slices.EqualFunc(dst, want, sameValue) {
					t.Fatalf("%d lines: got %v, want %v", n, dst, want)
				}
			}
		}
	})
}

// Each pixel with its factor.
func TestScaleLanes(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		for n := range 9 {
			for _, s := range sides {
				dst, src, factors := guarded(t, n*Lanes, s), guarded(t, n*Lanes, s), guarded(t, n, s)
				if n > 1 {
					src[n], src[n+2], factors[n-1] = float32(math.NaN()), float32(math.Inf(-1)), 0
				}
				want := slices.Clone(dst)
				scaleLanesGeneric(want, src, factors)
				ScaleLanes(dst, src, factors)
				if !slices.EqualFunc(dst, want, sameValue) {
					t.Fatalf("%d lines: got %v, want %v", n, dst, want)
				}
			}
		}
	})
}

// Lines from anywhere, some of them several times, are copied one after another, also if they do not
// begin at multiples of lines.
func TestPickLanes(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		for n := 1; n < 9; n++ {
			for _, s := range sides {
				src, dst := guarded(t, 5*Lanes, s), guarded(t, n*Lanes, s)
				var at []int
				var want []float32
				for x := range n {
					at = append(at, []int{0, 4 * Lanes, 2*Lanes + 3}[x%3])
					want = append(want, src[at[x]:][:Lanes]...)
				}
				if PickLanes(dst, src, NewLines(at)); !slices.Equal(dst, want) {
					t.Fatalf("%v: got %v, want %v", at, dst, want)
				}
			}
		}
	})
}

// Four pixels weighed, wherever they are in their rows.
func TestBilinearLanes(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		for n := range 9 {
			for _, s := range sides {
				dst, above, below := guarded(t, n*Lanes, s), guarded(t, 5*Lanes, s), guarded(t, 5*Lanes, s)
				across, down := guarded(t, 2*n, s), guarded(t, 2, s)
				at := make([]int, 2*n)
				for i := range at {
					at[i] = i * 7 % 5 * Lanes
				}
				below[17] = float32(math.NaN())
				want := slices.Clone(dst)
				bilinearLanesGeneric(want, above, below, at, across, down)
				BilinearLanes(dst, above, below, NewLines(at), across, down)
				for i, w := range want {
					if d := math.Abs(float64(dst[i] - w)); !sameValue(dst[i], w) && !(d <= 2e-6) {
						t.Fatalf("%d lines, element %d: got %v, want %v", n, i, dst[i], w)
					}
				}
			}
		}
	})
}

// The same with a value to add and bounds.
func TestGateLanes(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		for n := range 9 {
			for _, s := range sides {
				dst, src, add := guarded(t, n*Lanes, s), guarded(t, n*Lanes, s), guarded(t, n*Lanes, s)
				mul := guarded(t, Lanes+1, s)[1:]
				if n > 0 {
					src[n] = float32(math.NaN())
				}
				want := slices.Clone(dst)
				gateLanesGeneric(want, src, mul, add, [2]float32{-0.5, 0.7})
				GateLanes(dst, src, mul, add, -0.5, 0.7)
				for i, w := range want {
					if d := math.Abs(float64(dst[i] - w)); !sameValue(dst[i], w) && !(d <= 2e-6) {
						t.Fatalf("%d lines, element %d: got %v, want %v", n, i, dst[i], w)
					}
				}
			}
		}
	})
}
