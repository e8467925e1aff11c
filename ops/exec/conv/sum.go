package conv

import (
	"math"

	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/task"
)

// A tapSum is how the sum over the taps of a dense convolution is taken. It is cut into
// chunks, each of which begins at 0 and is added to the sum so far: that keeps long sums
// accurate. There are two orders.
//
// Mostly each tile goes through all chunks in turn. The weights then come from the
// second-level cache, which is fast enough if a wide kernel (14x32) uses each line of them
// for many pixels, or if the pixels are in the first-level cache, as windows see them
// several times.
//
// Otherwise, with a narrow kernel (6x16) on windows of one pixel, the work goes in passes:
// all tiles of a call through one chunk, whose weights stay in the first-level cache, then
// all through the next.
type tapSum struct {
	taps   int
	all    *kernel.Taps
	passes []pass // none if passes do not pay
}

// A pass is a range of taps.
type pass struct {
	taps     *kernel.Taps
	from, to int
}

const (
	// chunkTaps is how many lines of input are summed before the sum is stored.
	chunkTaps = 24
	// passTaps is how many lines a pass has: 8 KB of weights, a quarter of a usual cache.
	// Sums of fewer than leastPassed lines are short enough without passes.
	passTaps    = 8
	leastPassed = 12
	// passTiles is how many tiles make a pass pay, and passTilesLong the same for longLines
	// lines or more, which with their weights exceed a near cache.
	passTiles     = 12
	passTilesLong = 8
	longLines     = 128
	// wideTile is how many pixels a wide kernel has.
	wideTile = 8
)

// newTapSum cuts the taps at these offsets, of a window of so many pixels. A tap has so
// many channels; in the last window only last of them count, or all if that is 0.
func newTapSum(at []int, window, channels, last int) *tapSum {
	most := max(1, chunkTaps*Lanes/channels)
	s := &tapSum{taps: len(at), all: kernel.NewTaps(at, task.Balanced(len(at), most, 1)).Of(channels)}
	if last > 0 {
		s.all.Thin(len(at)-window, last)
	}
	if channels < Lanes || window > 1 || kernel.TilePixels >= wideTile || len(at) <= leastPassed {
		return s
	}
	each := task.Balanced(len(at), passTaps, 1)
	for from := 0; from < len(at); from += each {
		to := min(from+each, len(at))
		s.passes = append(s.passes, pass{kernel.NewTaps(at[from:to], each), from, to})
	}
	if last > 0 {
		end := s.passes[len(s.passes)-1].taps
		end.Thin(end.Len()-1, last)
	}
	return s
}

// run computes the tiles of k at some places; onto are the same places if their contents
// are added. The weights of a tap are size float32; next are those of the next run, to
// prefetch.
func (s *tapSum) run(k kernel.Tile, size int, next []float32, at, onto *kernel.Places) {
	if s.passes == nil || at.Len() < passTilesLong || at.Len() < passTiles && s.taps < longLines {
		k.Taps, k.Ahead = s.all, next
		kernel.Conv(&k, at)
		return
	}
	bias, low, high, weights := k.Bias, k.Low, k.High, k.Weights
	for i, p := range s.passes {
		k.Taps, k.Weights = p.taps, weights[p.from*size:p.to*size]
		k.Ahead = weights[p.to*size : min(2*p.to-p.from, s.taps)*size]
		k.Bias, k.Low, k.High = noBias, -infty, infty
		if i == len(s.passes)-1 {
			k.Ahead = next[:min(len(next), (p.to-p.from)*size)]
			k.Bias, k.Low, k.High = bias, low, high
		}
		if i > 0 {
			k.Add, k.AddBlock, at = k.Out, k.OutBlock, onto
		}
		kernel.Conv(&k, at)
	}
}

var (
	noBias = make([]float32, 2*Lanes)
	infty  = float32(math.Inf(1))
)
