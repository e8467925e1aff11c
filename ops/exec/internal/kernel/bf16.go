package kernel

import (
	"math"

	"cnnlang/ops/cpu"
)

// bf16ISA is the instruction set of the bfloat16 kernels.
var bf16ISA = cpu.SelectedBF16()

// BF16ISA names it; generic means plain Go.
func BF16ISA() string { return string(bf16ISA) }

// BF16Speed is about how many times as fast as those of AVX512-BF16 the selected kernels
// multiply.
func BF16Speed() int {
	if bf16ISA == cpu.AMX {
		return 15
	}
	return 1
}

// A bfloat16 is the upper half of a float32. Two of them lie in the memory of one
// float32, the first in its lower half, so that values of both kinds share an
// arena; such a word is moved as its bits and never computed with.
//
//	LineBF16 channels   64 bytes: 16 words
const LineBF16 = 2 * Lanes

// A TileBF16 is a Tile of bfloat16 values in lines of LineBF16 channels. Sums are float32.
// Memory is counted in float32 from the start of each slice.
type TileBF16 struct {
	// Tap t of a pixel is the line taps[t] after the pixel's place in In. Conv
	// takes a whole line of 16 words, the others half of one.
	In   []float32
	Taps *Taps
	// Weights are for Conv [tap, 16, 32]: words of two channels of a filter, so
	// that the channels of a line follow one another in pairs. Those of Depthwise
	// are float32: [tap, 16].
	Weights []float32

	// Out gets lines of bfloat16, or if Wide is set lines of 16 float32: for Conv two,
	// OutBlock apart. Add is nil or has the same lines, AddBlock apart; it may be the
	// memory of Out in the same places.
	Out       []float32
	Wide      bool
	OutBlock  int
	Add       []float32
	AddBlock  int
	Bias      []float32 // [32] of Conv, [16] of Depthwise
	Low, High float32   // bounds of the result of Conv and Depthwise
	Scale     float32   // of Sum

	// Scratch is memory used by Conv.
	Scratch []float32
}

// ScratchBF16 is the size of the scratch of a TileBF16, in float32.
const ScratchBF16 = 2 * tileRows * LineBF16

// tileRows is the most rows of an AMX tile.
const tileRows = 16

// ConvBF16 sets the tiles to the sum over their taps and 32 channels of value times weight,
// plus bias, plus Add, between Low and High. The order of the sum may vary between
// instruction sets, and numbers below the smallest normal float32 may count as 0.
func ConvBF16(t *TileBF16, at *PlacesBF16) {
	t.check(at, LineBF16, ConvRun, true)
	_ = t.Weights[t.Taps.Len()*Lanes*LineBF16-1]
	_ = t.Scratch[ScratchBF16-1]
	convBF16(t, at)
}

// DepthwiseBF16 sets half lines to the sum over their taps of value times weight, each
// channel separately, plus bias, plus Add, between Low and High.
func DepthwiseBF16(t *TileBF16, at *PlacesBF16) {
	t.check(at, Lanes, HalfRun, true)
	_ = t.Weights[t.Taps.Len()*Lanes-1]
	depthwiseBF16(t, at)
}

// MaxBF16 sets half lines to the maximum over their taps. NaN wins.
func MaxBF16(t *TileBF16, at *PlacesBF16) {
	t.check(at, Lanes, HalfRun, false)
	t.Low = float32(math.Inf(-1))
	maxBF16(t, at)
}

// SumBF16 sets half lines to Scale times the sum over their taps.
func SumBF16(t *TileBF16, at *PlacesBF16) {
	t.check(at, Lanes, HalfRun, false)
	sumBF16(t, at)
}

// check panics if the tiles do not fit the slices: the kernels have no bounds checks. It
// reads no data, which other threads may be writing.
func (t *TileBF16) check(at *PlacesBF16, channels int, most RunLimit, epilogue bool) {
	if at.most != most || t.Taps.Len() == 0 || at.Len() == 0 || t.OutBlock < 0 || t.AddBlock < 0 {
		panic("kernel: no such tile")
	}
	words := channels / 2
	_ = t.In[at.in+t.Taps.reach+words:]
	size := func(block int) int { // of a result's pixel
		switch {
		case !t.Wide:
			return words
		case channels == LineBF16:
			return block + Lanes
		}
		return Lanes
	}
	_ = t.Out[at.out+size(t.OutBlock):]
	if !epilogue {
		return
	}
	_ = t.Bias[channels-1]
	if t.Add != nil {
		_ = t.Add[at.add+size(t.AddBlock):]
	}
}

// PackBF16 rounds lines of channels 0 to 15 and 16 to 31 to lines of bfloat16.
func PackBF16(dst, low, high []float32) {
	n := len(dst) / Lanes * Lanes
	if n == 0 {
		return
	}
	packBF16(dst[:n], low[:n], high[:n])
}

// SplitBF16 is PackBF16 that stores in rest what rounding lost, rounded too.
func SplitBF16(dst, rest, low, high []float32) {
	n := len(dst) / Lanes * Lanes
	if n == 0 {
		return
	}
	splitBF16(dst[:n], rest[:n], low[:n], high[:n])
}

// UnpackBF16 is the opposite of PackBF16.
func UnpackBF16(low, high, src []float32) {
	n := len(src) / Lanes * Lanes
	if n == 0 {
		return
	}
	unpackBF16(low[:n], high[:n], src[:n])
}
