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

// look times the loop over and over.
func (v *evenness) look() {
	var took []float64
	for start := time.Now(); time.Since(start) < loopTime; {
		began := time.Now()
		runtime.KeepAlive(loop(loopTurns)) // so that it is not left out
		took = append(took, float64(time.Since(began).Nanoseconds())/1e3)
	}
	v.add(took)
}

// add takes one look's times in µs; the mean is of the looks, each counting once.
func (v *evenness) add(took []float64) {
	sum := 0.0
	for _, t := range took {
		sum += t
	}
	if least := slices.Min(took); v.Least == 0 || least < v.Least {
		v.Least = least
	}
	v.Mean += sum / float64(len(took))
}

// meanOf ends the sum over so many looks.
func (v *evenness) meanOf(looks int) { v.Mean /= float64(looks) }

// unevenness says how much longer the loop took than it needs, "" where nobody looked.
func (r *results) unevenness() string {
	least, mean, looks := 0.0, 0.0, 0.0
	for _, t := range r.timings {
		if t.Core == nil {
			continue
		}
		if least == 0 || t.Core.Least < least {
			least = t.Core.Least
		}
		mean += t.Core.Mean
		looks++
	}
	if looks == 0 || least == 0 {
		return ""
	}
	return fmt.Sprintf("A loop of additions, timed before every round, took %.2f times its least time on average: %s.\n",
		mean/looks/least, judged(mean/looks/least))
}

// judged puts the figure into words.
func judged(slower float64) string {
	if slower < 1.1 {
		return "the cores were this machine's alone"
	}
	return "something else used the cores, which the system here does not see"
}
