package main

import (
	"fmt"
	"runtime"
	"slices"
	"time"
)

// How even a processor is, which its clock does not tell: a core that another
// machine shares computes for both, and everything takes longer here while the
// system sees nothing of it. A loop of additions that fills the core by itself shows
// it, and has nothing to do with either engine.
type evenness struct {
	Least float64 `json:"least_us"`
	Mean  float64 `json:"mean_us"`
}

const (
	loopTurns = 20000
	loopTime  = 10 * time.Millisecond
)

// loop does six chains of additions and logic side by side.
func loop(turns int) uint64 {
	var a, b, c, d, e, f uint64 = 1, 2, 3, 4, 5, 6
	for i := range turns {
		a += b ^ uint64(i)
		b += c >> 3
		c ^= d + 7
		d += e | 1
		e ^= f
		f += a & b
	}
	return a + b + c + d + e + f
}

// lookAtCore times the loop over and over.
func lookAtCore() evenness {
	var took []float64
	for start := time.Now(); time.Since(start) < loopTime; {
		began := time.Now()
		runtime.KeepAlive(loop(loopTurns)) // so that it is not left out
		took = append(took, float64(time.Since(began).Nanoseconds())/1e3)
	}
	return evenness{slices.Min(took), mean(took)}
}

// together is the least of all looks, and the mean of their means.
func together(looks []evenness) *evenness {
	var leasts, means []float64
	for _, v := range looks {
		leasts, means = append(leasts, v.Least), append(means, v.Mean)
	}
	return &evenness{slices.Min(leasts), mean(means)}
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// unevenness says how much longer the loop took than it needs, "" where nobody looked.
func (r *results) unevenness() string {
	var looks []evenness
	for _, t := range r.timings {
		if t.Core != nil {
			looks = append(looks, *t.Core)
		}
	}
	if len(looks) == 0 {
		return ""
	}
	all := together(looks)
	slower := all.Mean / all.Least
	return fmt.Sprintf("A loop of additions, timed before every round, took %.2f times its least time on average: %s.\n", slower, judged(slower))
}

// judged puts the figure into words.
func judged(slower float64) string {
	if slower < 1.1 {
		return "the cores were this machine's alone"
	}
	return "something else used the cores, which the system here does not see"
}
