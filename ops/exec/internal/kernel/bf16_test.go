package kernel

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"cnnlang/ops/cpu"
)

// tilesAnyway tests the kernels for AMX even if the processor has none, for a parent
// process that emulates it.
var tilesAnyway = flag.Bool("amx", false, "test the kernels for AMX whatever the processor has")

// onEveryBF16ISA runs a test with each set for bfloat16 that the machine has.
func onEveryBF16ISA(t *testing.T, test func(t *testing.T)) {
	selected := bf16ISA
	defer func() { bf16ISA, ConvRun = selected, convRun(selected) }()
	sets := cpu.AvailableBF16()
	if *tilesAnyway {
		sets = []cpu.ISA{cpu.AMX}
	}
	for _, bf16ISA = range sets {
		ConvRun = convRun(bf16ISA)
		t.Run(string(bf16ISA), test)
	}
}

// guardedBF16 is guarded memory of n words of random bfloat16.
func guardedBF16(t testing.TB, n int, s side) []float32 {
	words := guarded(t, n, s)
	r := rand.New(rand.NewPCG(uint64(n), 2))
	for i := range words {
		words[i] = WordBF16(float32(r.NormFloat64()), float32(r.NormFloat64()))
	}
	return words
}

// A bf16Case is a geometry and an epilogue.
type bf16Case struct {
	taps      []int
	step      int
	apart     bool // the second run lies elsewhere
	add, wide bool
	low, high float64
}

var bf16Cases = []bf16Case{
	{taps: []int{0}, step: Lanes, low: -unlimited, high: unlimited},
	{taps: []int{0, 5, 2}, step: 4, wide: true, low: -unlimited, high: unlimited},
	{taps: []int{3 * Lanes, 0, 7 * Lanes, Lanes}, step: 2 * Lanes, add: true, low: 0, high: unlimited},
	{taps: []int{0, Lanes, 50 * Lanes}, step: Lanes, apart: true, add: true, wide: true, low: -0.5, high: 0.7},
	{taps: []int{0, 24}, step: Lanes, apart: true, low: -0.5, high: 0.7},
}

var unlimited = math.Inf(1)

// make fills two tiles, the first of two runs of so many pixels, in guarded memory.
func (c bf16Case) make(t testing.TB, s side, pixels [2]int, channels int, most RunLimit) (*TileBF16, *PlacesBF16) {
	second := Run{pixels[1], pixels[0] * c.step, pixels[0] * Lanes, pixels[0] * Lanes}
	if c.apart {
		second = Run{pixels[1], 20 * c.step, 21 * Lanes, 22 * Lanes}
	}
	list := []PlaceBF16{{{pixels[0], 0, 0, 0}, second}, {{pixels[0], 3 * c.step, 70 * Lanes, 60 * Lanes}}}
	at := NewPlacesBF16(list, c.step, most)
	k := &TileBF16{Taps: NewTaps(c.taps, len(c.taps)), Wide: c.wide, OutBlock: 130 * Lanes,
		Low: float32(c.low), High: float32(c.high), Scale: 0.3}
	k.In = guardedBF16(t, at.in+slices.Max(c.taps)+channels/2, s)
	k.Weights = guarded(t, len(c.taps)*Lanes, s)
	if channels == LineBF16 {
		k.Weights = guardedBF16(t, len(c.taps)*Lanes*LineBF16, s)
	}
	k.Bias = guarded(t, channels, s)
	k.Scratch = guarded(t, ScratchBF16, s)
	out := at.out + channels/2
	switch {
	case c.wide && channels == LineBF16:
		out = at.out + k.OutBlock + Lanes
	case c.wide:
		out = at.out + Lanes
	}
	k.Out = guarded(t, out, s)
	switch {
	case c.add && c.wide:
		k.AddBlock = 131 * Lanes
		k.Add = guarded(t, at.add+(channels/Lanes-1)*k.AddBlock+Lanes, s)
	case c.add:
		k.Add = guardedBF16(t, at.add+channels/2, s)
	}
	return k, at
}

var bf16Families = []struct {
	name     string
	channels int
	run      func(*TileBF16, *PlacesBF16)
	twin     func(*TileBF16, *PlacesBF16)
}{
	{"conv", LineBF16, ConvBF16, convBF16Generic},
	{"depthwise", Lanes, DepthwiseBF16, depthwiseBF16Generic},
	{"max", Lanes, MaxBF16, maxBF16Generic},
	{"sum", Lanes, SumBF16, sumBF16Generic},
}

// Every tile of every family against its twin, between inaccessible pages.
func TestBF16Tiles(t *testing.T) {
	onEveryBF16ISA(t, func(t *testing.T) {
		for _, f := range bf16Families {
			most := HalfRun
			if f.channels == LineBF16 {
				most = ConvRun
			}
			for i, c := range bf16Cases {
				if most != ConvRun && f.name != "conv" && *tilesAnyway {
					continue // not of tiles
				}
				for _, pixels := range runPairs(most) {
					for _, s := range sides {
						k, at := c.make(t, s, pixels, f.channels, most)
						k.In[len(k.In)/2] = WordBF16(float32(math.NaN()), 1)
						compareBF16(t, fmt.Sprintf("%s case %d, %v pixels", f.name, i, pixels), k, at, f.run, f.twin)
					}
				}
			}
		}
	})
}

// runPairs are the pixels of two runs at the limits.
func runPairs(most RunLimit) (pairs [][2]int) {
	for first := 1; first <= int(most); first++ {
		pairs = append(pairs, [2]int{first, 0})
	}
	if most == HalfRun {
		for second := 1; second <= int(most); second++ {
			pairs = append(pairs, [2]int{int(most), second})
		}
		return pairs
	}
	return append(pairs, [2]int{16, 16}, [2]int{1, 16}, [2]int{16, 1}, [2]int{7, 7}, [2]int{14, 13}, [2]int{5, 9})
}

func compareBF16(t *testing.T, what string, k *TileBF16, at *PlacesBF16, run, twin func(*TileBF16, *PlacesBF16)) {
	t.Helper()
	want := *k
	want.Out = slices.Clone(k.Out)
	if k.Add != nil && &k.Add[0] == &k.Out[0] {
		want.Add = want.Out
	}
	run(k, at)
	want.Low = k.Low
	twin(&want, at)
	for i, w := range want.Out {
		g := k.Out[i]
		if k.Wide {
			if !closeBF16(g, w, 0) {
				t.Fatalf("%s: element %d: got %v, want %v", what, i, g, w)
			}
			continue
		}
		ge, gw := PairBF16(g)
		we, ww := PairBF16(w)
		if !closeBF16(ge, we, 1./128) || !closeBF16(gw, ww, 1./128) {
			t.Fatalf("%s: word %d: got %v %v, want %v %v", what, i, ge, gw, we, ww)
		}
	}
}

func alike(a, b float32) bool { return a == b || a != a && b != b }

// closeBF16 compares within a relative bound and the error of float32 sums.
func closeBF16(g, w float32, relative float64) bool {
	return alike(g, w) || math.Abs(float64(g-w)) <= 5e-5+relative*math.Abs(float64(w))
}

// The added value may be the result's own memory.
func TestBF16TilesAddInPlace(t *testing.T) {
	onEveryBF16ISA(t, func(t *testing.T) {
		k, _ := bf16Cases[2].make(t, atEnd, [2]int{int(ConvRun), 2}, LineBF16, ConvRun)
		k.Out = guardedBF16(t, 20*Lanes, atEnd)
		k.Add = k.Out
		at := NewPlacesBF16([]PlaceBF16{{{7, 0, 0, 0}, {2, 14 * Lanes, 9 * Lanes, 9 * Lanes}}}, 2*Lanes, ConvRun)
		compareBF16(t, "in place", k, at, ConvBF16, convBF16Generic)
	})
}

// A tile that does not fit its memory must panic in Go.
func TestBF16TilesCheckLengths(t *testing.T) {
	for name, spoil := range map[string]func(*TileBF16, **PlacesBF16){
		"input":   func(k *TileBF16, _ **PlacesBF16) { k.In = k.In[:len(k.In)-1] },
		"weights": func(k *TileBF16, _ **PlacesBF16) { k.Weights = k.Weights[:len(k.Weights)-1] },
		"bias":    func(k *TileBF16, _ **PlacesBF16) { k.Bias = k.Bias[:LineBF16-1] },
		"output":  func(k *TileBF16, _ **PlacesBF16) { k.Out = k.Out[:len(k.Out)-1] },
		"add":     func(k *TileBF16, _ **PlacesBF16) { k.Add = k.Add[:len(k.Add)-1] },
		"scratch": func(k *TileBF16, _ **PlacesBF16) { k.Scratch = k.Scratch[:ScratchBF16-1] },
		"block":   func(k *TileBF16, _ **PlacesBF16) { k.OutBlock = -Lanes },
		"taps":    func(k *TileBF16, _ **PlacesBF16) { k.Taps = &Taps{} },
		"limit":   func(_ *TileBF16, at **PlacesBF16) { *at = NewPlacesBF16((*at).list, Lanes, ConvRun+1) },
		"places": func(_ *TileBF16, at **PlacesBF16) {
			none := (*at).Slice(0, 0)
			*at = &none
		},
	} {
		k, at := bf16Cases[2].make(t, atEnd, [2]int{int(ConvRun), 3}, LineBF16, ConvRun)
		k.In, k.Out, k.Add = slices.Clip(k.In), slices.Clip(k.Out), slices.Clip(k.Add)
		spoil(k, &at)
		k.In, k.Weights, k.Bias = slices.Clip(k.In), slices.Clip(k.Weights), slices.Clip(k.Bias)
		k.Out, k.Add, k.Scratch = slices.Clip(k.Out), slices.Clip(k.Add), slices.Clip(k.Scratch)
		expectPanic(t, "a wrong "+name, func() { ConvBF16(k, at) })
	}
	for name, place := range map[string]PlaceBF16{
		"no pixel":                   {},
		"too many pixels":            {{Pixels: int(HalfRun) + 1}},
		"a second run after a short": {{Pixels: 2}, {Pixels: 2}},
		"a place before the start":   {{Pixels: 1, In: -1}},
	} {
		expectPanic(t, name, func() { NewPlacesBF16([]PlaceBF16{place}, Lanes, HalfRun) })
	}
	expectPanic(t, "a step back", func() { NewPlacesBF16([]PlaceBF16{{{Pixels: 2}}}, -Lanes, HalfRun) })
}

func expectPanic(t *testing.T, what string, do func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("no panic for %s", what)
		}
	}()
	do()
}

// Rounding against its definition: of the two bfloat16 around a number the nearer.
func TestRoundBF16(t *testing.T) {
	for _, c := range []struct {
		x    float32
		want uint32
	}{
		{0, 0}, {1, 0x3F80}, {-2, 0xC000}, {1 + 1./256, 0x3F80}, {1 + 3./256, 0x3F82}, {1 + 1.01/256, 0x3F81},
		{math.MaxFloat32, 0x7F80}, {float32(math.Inf(-1)), 0xFF80}, {1e-40, 0}, {-1e-40, 0x8000},
	} {
		if got := roundBF16(c.x); got != c.want {
			t.Errorf("%v: got %#x, want %#x", c.x, got, c.want)
		}
	}
	if x, _ := PairBF16(WordBF16(float32(math.NaN()), 0)); x == x {
		t.Errorf("NaN becomes %v", x)
	}
}

// Lines of every small number, there and back.
func TestBF16Lines(t *testing.T) {
	onEveryBF16ISA(t, func(t *testing.T) {
		for n := range 9 {
			for _, s := range sides {
				low, high, dst := guarded(t, n*Lanes, s), guarded(t, n*Lanes, s), guarded(t, n*Lanes, s)
				if n > 0 {
					low[3], high[4], low[5] = float32(math.NaN()), 1e-40, float32(math.Inf(1))
				}
				want := slices.Clone(dst)
				packBF16Generic(want, low, high)
				PackBF16(dst, low, high)
				for i := range want {
					if math.Float32bits(want[i]) != math.Float32bits(dst[i]) {
						t.Fatalf("%d lines: word %d is %#x, want %#x", n, i, math.Float32bits(dst[i]), math.Float32bits(want[i]))
					}
				}
				rest, wantRest := guarded(t, n*Lanes, s), make([]float32, n*Lanes)
				splitBF16Generic(want, wantRest, low, high)
				SplitBF16(dst, rest, low, high)
				for i := range want {
					if math.Float32bits(want[i]) != math.Float32bits(dst[i]) || math.Float32bits(wantRest[i]) != math.Float32bits(rest[i]) {
						t.Fatalf("%d lines: word %d is %#x and %#x", n, i, math.Float32bits(dst[i]), math.Float32bits(rest[i]))
					}
				}
				wantLow, wantHigh := slices.Clone(low), slices.Clone(high)
				unpackBF16Generic(wantLow, wantHigh, dst)
				UnpackBF16(low, high, dst)
				for i := range low {
					if !alike(low[i], wantLow[i]) || !alike(high[i], wantHigh[i]) {
						t.Fatalf("%d lines: element %d is %v %v", n, i, low[i], high[i])
					}
				}
			}
		}
	})
}

// BenchmarkConvBF16 times tiles whose memory is in the L1 cache.
func BenchmarkConvBF16(b *testing.B) {
	if bf16ISA == cpu.Generic {
		b.Skip("no kernels")
	}
	for pixels := 1; pixels <= 14; pixels++ {
		b.Run(fmt.Sprintf("%s-%dx32", bf16ISA, pixels), func(b *testing.B) {
			place := PlaceBF16{{Pixels: min(pixels, 7)}, {Pixels: max(0, pixels-7), In: 7 * Lanes, Out: 7 * Lanes}}
			at := NewPlacesBF16([]PlaceBF16{place}, Lanes, ConvRun)
			k := &TileBF16{Taps: NewTaps([]int{0, 240, 480, 720}, 4), In: make([]float32, 1024), Weights: make([]float32, 4*16*32),
				Out: make([]float32, 14*Lanes), Bias: make([]float32, 32), High: 1, Scratch: make([]float32, ScratchBF16)}
			for b.Loop() {
				ConvBF16(k, at)
			}
			b.ReportMetric(float64(2*4*32*32*pixels)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GF/s")
		})
	}
}
