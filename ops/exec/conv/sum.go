package conv

import (
	"math"

	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/task"
)

// A tapSum is how the sum over the taps of a dense convolution is taken. It is cut
// into chunks, each of which begins at 0 and is added to what is there: that keeps
// long sums accurate. There are two orders.
//
// Mostly a tile goes through all chunks, then the next tile does. The weights come
// from the second cache then, which is fast enough where a wide kernel (14x32) uses
// each line of them for so many pixels, or where the pixels are in the first cache,
// as windows see them several times.
//
// Where neither is so, a narrow kernel (6x16) on windows of one pixel, the work goes
// in passes: all tiles of a call through one chunk, whose weights stay in the first
// cache, then all through the next.
type tapSum struct {
	taps   int
	all    *kernel.Taps
	passes []pass // none where passes do not pay
}

// A pass is the taps from one on to another.
type pass struct {
	taps     *kernel.Taps
	from, to int
}

const (
	// chunkTaps is how many lines of input are summed before the sum is put away.
	chunkTaps = 24
	// passTaps is how many lines a pass has: 8 KB of weights, a quarter of a usual
	// cache. Sums of leastPassed lines are short enough without.
	passTaps    = 8
	leastPassed = 12
	// passTiles is how many tiles make up for what a pass costs, and passTilesLong where
	// there are longLines lines to sum, which with their weights are more than a near cache.
	passTiles     = 12
	passTilesLong = 8
	longLines     = 128
	// wideTile is how many pixels a wide kernel has.
	wideTile = 8
)

// newTapSum cuts the taps at these offsets, of a window of so many pixels. Taps are so
// many channels, of which in the last window only so many count, or for 0 all.
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

// run computes the tiles of k at some places; onto are the same, where what is there
// already is added. The weights of a tap are size float32, next are those of the
// next run.
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
