package exec

import (
	"runtime"
	"sync"
	"time"

	"cnnlang/ops/exec/internal/kernel"
)

// Peak measures for about d the most FLOP/s that so many threads reach with the selected
// instruction set: multiply-adds in registers, 2 FLOPs for each element, and no memory. The
// fastest of many short runs counts. Threads beyond the processors add nothing.
func Peak(threads int, d time.Duration) float64 {
	rates := make([]float64, min(threads, runtime.NumCPU(), runtime.GOMAXPROCS(0)))
	var running sync.WaitGroup
	for i := range rates {
		running.Go(func() { rates[i] = peakOfThread(d) })
	}
	running.Wait()
	sum := 0.0
	for _, r := range rates {
		sum += r
	}
	return sum
}

func peakOfThread(d time.Duration) float64 {
	best := 0.0
	for end := time.Now().Add(d); ; {
		start := time.Now()
		flops := kernel.Peak()
		now := time.Now()
		best = max(best, float64(flops)/now.Sub(start).Seconds())
		if !now.Before(end) {
			return best
		}
	}
}
