package main

import (
	"fmt"
	"math"
	"slices"
)

// A ratio is the median over all rounds of the ratio of two engines' medians in a round,
// with its 95 % interval: from 0 to infinity if there were too few rounds.
type ratio struct {
	Ratio, Low, High float64
}

// ratioOf divides round by round, so that what disturbs a whole round cancels. The interval
// is that between the k-th ratio from below and the k-th from above, with the largest k for
// which the chance that the true one lies below both is at most 2.5 %, however they are
// distributed: that fewer than k of n tosses are heads.
func ratioOf(times, reference []float64) ratio {
	n := len(times)
	list := make([]float64, n)
	for i := range list {
		list[i] = times[i] / reference[i]
	}
	slices.Sort(list)
	r := ratio{median(list), 0, math.Inf(1)}
	k, heads := 0, math.Pow(0.5, float64(n)) // the chance of exactly k heads
	for chance := heads; chance <= 0.025; chance += heads {
		r.Low, r.High = list[k], list[n-1-k]
		heads *= float64(n-k) / float64(k+1)
		k++
	}
	return r
}

func (r ratio) interval() string {
	if math.IsInf(r.High, 1) {
		return "—"
	}
	return fmt.Sprintf("%.3f..%.3f", r.Low, r.High)
}

// median is 0 of no values.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
