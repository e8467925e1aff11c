package main

import "slices"

// A spread is a median with its quartiles.
type spread struct {
	Median  float64 `json:"median"`
	Quarter float64 `json:"quartile1"`
	Third   float64 `json:"quartile3"`
}

// spreadOf returns the zero spread for no values.
func spreadOf(values []float64) spread {
	if len(values) == 0 {
		return spread{}
	}
	sorted := slices.Sorted(slices.Values(values))
	at := func(share float64) float64 {
		place := share * float64(len(sorted)-1)
		low := int(place)
		high := min(low+1, len(sorted)-1)
		return sorted[low] + (place-float64(low))*(sorted[high]-sorted[low])
	}
	return spread{Median: at(0.5), Quarter: at(0.25), Third: at(0.75)}
}

func median(values []float64) float64 { return spreadOf(values).Median }

// ratios divides round by round, so that what disturbs a whole round cancels.
func ratios(of, to []float64) []float64 {
	list := make([]float64, min(len(of), len(to)))
	for i := range list {
		list[i] = of[i] / to[i]
	}
	return list
}
