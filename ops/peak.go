package ops

import (
	"time"

	"cnnlang/ops/internal/kernel"
)

// Peak measures for about d how many FLOP/s one thread can do at most with the
// selected instruction set: multiply-adds in registers, 2 FLOPs for each element,
// and no memory. The fastest of many short runs counts.
func Peak(d time.Duration) float64 {
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
