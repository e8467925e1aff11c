package kernel

import (
	"math"

	"cnnlang/ops/internal/cpu"
)

// Lanes is how many channels lie in one line of a blocked value.
const Lanes = 16

// A Tile is several pixels of a blocked value, one or two blocks of channels
// deep, as the tile families compute them at once. Memory is counted in float32
// from the start of each slice.
type Tile struct {
	Pixels int // at most TilePixels
	Blocks int // at most TileBlocks for Conv, 1 for the others

	// Tap t of pixel p is the line In[Taps.at[t] + p*Step:]; from pixel 7 on the
	// place of pixel 7 is Next.
	In         []float32
	Step, Next int
	Taps       *Taps
	// Whole says that a tap is 16 channels, with weights [tap, 16, Blocks*16]; or
	// else it is one channel, with weights [tap, Blocks*16]. Depthwise has
	// [tap, 16].
	Whole   bool
	Weights []float32

	// Pixel p of the result is Out[p*16:], from pixel 7 on counted from OutNext;
	// the second block is OutBlock further. Add is laid out in the same way; nil
	// for none. It may be the same memory as Out.
	Out               []float32
	OutNext, OutBlock int
	Add               []float32
	AddNext, AddBlock int
	Bias              []float32 // [Blocks*16]
	Low, High         float32   // bounds of the result of Conv and Depthwise
	Scale             float32   // of Sum
}

// Taps are offsets from a pixel's place, in float32.
type Taps struct {
	bytes []int
	at    []int
	reach int // the largest
}

// NewTaps returns taps at these offsets, none of them negative.
func NewTaps(at []int) *Taps {
	t := &Taps{at: at}
	for _, n := range at {
		if n < 0 {
			panic("kernel: a tap before its tile")
		}
		t.bytes = append(t.bytes, 4*n)
		t.reach = max(t.reach, n)
	}
	return t
}

// Len is the number of taps.
func (t *Taps) Len() int { return len(t.at) }

// Slice returns the taps from to to.
func (t *Taps) Slice(from, to int) *Taps { return NewTaps(t.at[from:to]) }

// tileGroup is how many pixels of a tile lie in its first row.
const tileGroup = 7

// TilePixels and TileBlocks are the largest tile of the selected ISA; 0 pixels
// says that it has none.
var TilePixels, TileBlocks = tileSize(isa)

func tileSize(s cpu.ISA) (pixels, blocks int) {
	switch s {
	case cpu.AVX512:
		return 14, 2
	case cpu.AVX2:
		return 6, 1
	}
	return 0, 0
}

// Conv sets the tile to the sum over its taps and channels of value times
// weight, plus bias, plus Add, between Low and High.
func Conv(t *Tile) {
	t.check(t.Blocks, t.Whole, true)
	inner := 1
	if t.Whole {
		inner = Lanes
	}
	_ = t.Weights[t.Taps.Len()*inner*t.Blocks*Lanes-1]
	convTile(t)
}

// Depthwise sets the tile to the sum over its taps of value times weight, each
// channel by itself, plus bias, plus Add, between Low and High.
func Depthwise(t *Tile) {
	t.check(1, true, true)
	_ = t.Weights[t.Taps.Len()*Lanes-1]
	depthwiseTile(t)
}

// MaxTile sets the tile to the maximum over its taps. NaN wins.
func MaxTile(t *Tile) {
	t.check(1, true, false)
	t.Low = float32(math.Inf(-1))
	maxTile(t)
}

// SumTile sets the tile to Scale times the sum over its taps.
func SumTile(t *Tile) {
	t.check(1, true, false)
	sumTile(t)
}

// check panics where the tile does not fit its slices: what follows has no
// bounds checks.
func (t *Tile) check(blocks int, whole, epilogue bool) {
	if t.Pixels < 1 || t.Pixels > TilePixels || blocks < 1 || blocks > TileBlocks || t.Taps.Len() == 0 {
		panic("kernel: no such tile")
	}
	lines := func(data []float32, step, next, block, width int) {
		first := min(t.Pixels, tileGroup) - 1
		last := first * step
		if t.Pixels > tileGroup {
			last = max(last, next+(t.Pixels-tileGroup-1)*step)
		}
		if step < 0 || next < 0 || block < 0 {
			panic("kernel: a tile that runs backwards")
		}
		_ = data[last+(blocks-1)*block+width-1]
	}
	width := Lanes
	if !whole {
		width = 1
	}
	lines(t.In, t.Step, t.Next, 0, t.Taps.reach+width)
	lines(t.Out, Lanes, t.OutNext, t.OutBlock, Lanes)
	if !epilogue {
		return
	}
	_ = t.Bias[blocks*Lanes-1]
	if t.Add != nil {
		lines(t.Add, Lanes, t.AddNext, t.AddBlock, Lanes)
	}
}
