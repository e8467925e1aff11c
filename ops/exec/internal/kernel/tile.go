package kernel

import (
	"math"

	"cnnlang/ops/cpu"
)

// Lanes is how many channels lie in one line of a blocked value.
const Lanes = 16

// A Tile is several pixels of a blocked value, one or two blocks of channels deep, as the
// tile families compute them together, at each of some Places. Memory is counted in float32
// from the start of each slice.
type Tile struct {
	Blocks int // at most TileBlocks for Conv, 1 for the others

	// Tap t of a pixel is the line Taps.at[t] after the pixel's place in In.
	In      []float32
	Taps    *Taps
	Weights []float32 // [tap, channel of the tap, Blocks*16]; of Depthwise [tap, 16]

	// The second block of the result, and of the value to add, is OutBlock and AddBlock
	// further on. Add is nil or may be the memory of Out in the same places.
	Out       []float32
	OutBlock  int
	Add       []float32
	AddBlock  int
	Bias      []float32 // [Blocks*16]
	Low, High float32   // bounds of the result of Conv and Depthwise
	// Ahead are the weights of the next call of Conv, to be prefetched.
	Ahead []float32
	Scale float32 // of Sum
}

// Taps are offsets from a pixel's place, in float32. Conv and Depthwise sum them in chunks:
// each sum begins at 0 and is added to the one before, which keeps long sums accurate.
type Taps struct {
	bytes  []int
	at     []int
	chunks []int // the number of taps of each, and a final 0
	reach  int   // the largest
	ends   int   // where the last channel ends that Conv reads

	lines     []tapLine // as Conv reads them
	width     int       // channels of a tap of Conv
	thin, few int       // the taps from thin on have few channels; 0 for none
}

// A tapLine is a tap as Conv in assembly reads it. asmgen knows the offsets of the fields.
type tapLine struct {
	offset      int // bytes
	fours, ones int // channels: groups of four, and the rest
	skip        int // bytes of the weights of omitted channels, of one block
}

// NewTaps returns taps at these offsets, none of them negative, in chunks of so
// many. They are lines of 16 channels.
func NewTaps(at []int, chunk int) *Taps {
	t := &Taps{at: at, width: Lanes, bytes: make([]int, 0, len(at)), lines: make([]tapLine, 0, len(at))}
	for _, n := range at {
		if n < 0 {
			panic("kernel: a tap before its tile")
		}
		t.bytes = append(t.bytes, 4*n)
		t.lines = append(t.lines, tapLine{offset: 4 * n, fours: Lanes / unroll})
		t.reach = max(t.reach, n)
	}
	t.ends = t.end()
	for left := len(at); left > 0; left -= chunk {
		t.chunks = append(t.chunks, min(left, chunk))
	}
	t.chunks = append(t.chunks, 0)
	return t
}

// unroll is how many channels an iteration of Conv does.
const unroll = 4

// Of makes the taps of Conv so many consecutive channels, which need not be a line: 1, or
// with TileRuns any number, such as the pixels in a row of an image of one channel.
func (t *Taps) Of(channels int) *Taps {
	if channels < 1 || channels > 1 && channels != Lanes && !TileRuns {
		panic("kernel: no such tap")
	}
	t.width = channels
	t.ends = t.end()
	for i := range t.lines {
		t.lines[i].fours, t.lines[i].ones = channels/unroll, channels%unroll
	}
	return t
}

// Thin says that taps from one on have only so many channels: the others have no weight,
// and Conv does not read them.
func (t *Taps) Thin(from, channels int) {
	if channels < 1 || channels > t.width || from < 0 {
		panic("kernel: no such tap")
	}
	t.thin, t.few = from, channels
	t.ends = t.end()
	for i := from; i < len(t.lines); i++ {
		l := &t.lines[i]
		l.fours, l.ones, l.skip = channels/unroll, channels%unroll, 4*(t.width-channels)*Lanes
	}
}

// end is where the last channel that counts ends, behind a pixel's place. Conv reads single
// channels, and none beyond it.
func (t *Taps) end() int {
	end := 0
	for i, at := range t.at {
		end = max(end, at+t.channels(i))
	}
	return end
}

// channels is how many channels of tap i count.
func (t *Taps) channels(i int) int {
	if t.few > 0 && i >= t.thin {
		return t.few
	}
	return t.width
}

// Len is the number of taps.
func (t *Taps) Len() int { return len(t.at) }

// tileGroup is how many pixels of a tile are in its first row, unless it breaks elsewhere.
const tileGroup = 7

// TilePixels and TileBlocks are the largest tile of the selected ISA; 0 pixels means that
// it has none.
var TilePixels, TileBlocks = tileSize(isa)

// TileBreaks says that Conv of the selected ISA computes tiles of two rows that break
// anywhere. Wide tiles fit rows well enough without.
var TileBreaks = tileBreaks(isa)

func tileBreaks(s cpu.ISA) bool { return s == cpu.AVX2 }

// TileRuns says that a tap of Conv may be any number of channels.
var TileRuns = tileRuns(isa)

func tileRuns(s cpu.ISA) bool { return s == cpu.AVX2 || s == cpu.AVX512 }

func tileSize(s cpu.ISA) (pixels, blocks int) {
	switch s {
	case cpu.AVX512:
		return 14, 2
	case cpu.AVX2, cpu.NEON:
		return 6, 1
	}
	return 0, 0
}

// Conv sets the tiles to the sum over their taps and channels of value times
// weight, plus Add, plus bias, between Low and High.
func Conv(t *Tile, at *Places) {
	t.check(at, t.Blocks, t.Taps.ends, true)
	_ = t.Weights[t.Taps.Len()*t.Taps.width*t.Blocks*Lanes-1]
	convTiles(t, at)
}

// unbroken panics if a tile breaks where only Conv can.
func (at *Places) unbroken() {
	if at.breaks {
		panic("kernel: a tile that breaks")
	}
}

// Depthwise sets the tiles to the sum over their taps of value times weight, each channel
// separately, plus Add, plus bias, between Low and High.
func Depthwise(t *Tile, at *Places) {
	at.unbroken()
	t.check(at, 1, t.Taps.reach+Lanes, true)
	_ = t.Weights[t.Taps.Len()*Lanes-1]
	depthwiseTiles(t, at)
}

// MaxTile sets the tiles to the maximum over their taps. NaN wins.
func MaxTile(t *Tile, at *Places) {
	at.unbroken()
	t.check(at, 1, t.Taps.reach+Lanes, false)
	t.Low = float32(math.Inf(-1))
	maxTiles(t, at)
}

// SumTile sets the tiles to Scale times the sum over their taps.
func SumTile(t *Tile, at *Places) {
	at.unbroken()
	t.check(at, 1, t.Taps.reach+Lanes, false)
	sumTiles(t, at)
}

// check panics if the tiles, whose pixels see so many numbers from their place on, do not fit the
// slices: the kernels have no bounds checks.
func (t *Tile) check(at *Places, blocks, seen int, epilogue bool) {
	if blocks < 1 || blocks > TileBlocks || t.Taps.Len() == 0 || at.Len() == 0 || t.OutBlock < 0 || t.AddBlock < 0 {
		panic("kernel: no such tile")
	}
	_ = t.In[at.in+seen-1]
	_ = t.Out[at.out+(blocks-1)*t.OutBlock+Lanes-1]
	if !epilogue {
		if len(t.Taps.chunks) != 2 {
			panic("kernel: chunks without a sum of products")
		}
		return
	}
	_ = t.Bias[blocks*Lanes-1]
	if t.Add != nil {
		_ = t.Add[at.add+(blocks-1)*t.AddBlock+Lanes-1]
	}
}
