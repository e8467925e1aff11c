package optim

import (
	"math"

	"cnnlang/interp/train/recipe"
)

// A Schedule gives each step its share of the recipe's rate. Steps are counted from 0.
type Schedule struct {
	recipe.Schedule
	perEpoch float64 // steps of an epoch
	warmup   float64 // steps in which the rate rises
	all      float64 // steps
	from     float64 // the share at step 0 of the warm-up
}

// NewSchedule is the schedule of a recipe where an epoch has so many steps.
func NewSchedule(r *recipe.Recipe, stepsPerEpoch int) Schedule {
	const first = 0.01 // of a warm-up
	n := float64(stepsPerEpoch)
	return Schedule{Schedule: r.Schedule, perEpoch: n, warmup: r.Warmup * n, all: float64(r.Epochs) * n, from: first}
}

// Share is the factor of the rate at a step. In the warm-up it rises linearly towards 1. Stairs
// and exponentials count their epochs from the beginning, warm-up included; the curves that end
// with the training go through all of their course after it.
func (s Schedule) Share(step int) float64 {
	t := float64(step)
	if t < s.warmup {
		return s.from + (1-s.from)*t/s.warmup
	}
	switch s.Kind {
	case recipe.Step:
		return math.Pow(s.Factor, s.changes(t))
	case recipe.Exponential:
		if s.Smooth {
			return math.Pow(s.Factor, t/(s.Every*s.perEpoch))
		}
		return math.Pow(s.Factor, s.changes(t))
	case recipe.OneCycle:
		return s.oneCycle(t - s.warmup)
	}
	left := 1.0 // the share of the steps after the warm-up that is still to come
	if s.all > s.warmup {
		left = max(0, (s.all-t)/(s.all-s.warmup))
	}
	switch s.Kind {
	case recipe.Cosine: // Loshchilov and Hutter 2016, arXiv:1608.03983, equation 5
		return s.Floor + (1-s.Floor)*between(0, 1, left)
	case recipe.Linear:
		return left
	case recipe.Poly:
		return math.Pow(left, s.Power)
	}
	return 1
}

// changes is how many stairs there have been. A stair comes with the first step at or after its
// epoch; a whole number of steps may come out of a product a little off.
func (s Schedule) changes(t float64) (n float64) {
	const little = 1e-6 // of a step
	if len(s.At) == 0 {
		return math.Floor((t + little) / (s.Every * s.perEpoch))
	}
	for _, at := range s.At {
		if t+little >= at*s.perEpoch {
			n++
		}
	}
	return n
}

// oneCycle rises from a 25th to 1 and falls to a 250,000th with the last step, by half a cosine
// each (Smith and Topin 2017, arXiv:1708.07120; the ends are those of torch and fastai).
func (s Schedule) oneCycle(t float64) float64 {
	const start, end = 1.0 / 25, 1.0 / 25 / 10_000
	last := s.all - s.warmup - 1
	top := s.Rise*(last+1) - 1
	switch {
	case t < top:
		return between(start, 1, t/top)
	case last <= max(top, 0):
		return 1
	}
	return between(1, end, min(1, (t-max(top, 0))/(last-max(top, 0))))
}

// between goes from one number to another by half a cosine, as share goes from 0 to 1.
func between(from, to, share float64) float64 {
	return to + (from-to)/2*(1+math.Cos(math.Pi*share))
}
