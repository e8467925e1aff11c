package train

import (
	"context"
	"errors"
	"math"

	"cnnlang/interp/internal/learn"
)

// A RangeTest is how the loss of a net changes while the rate grows (Smith 2017, "Cyclical learning rates for training neural
// networks", arXiv:1506.01186, section 3.3).
type RangeTest struct {
	Rates  []float64
	Losses []float64 // smoothed
	// Suggested is a tenth of the rate with the smallest loss, 0 if the loss did not fall.
	Suggested float64
}

// The rates of a range test, which grow by the same factor with each step.
const (
	rangeSteps  = 100
	lowestRate  = 1e-6
	highestRate = 10.0
)

// FindRate takes 100 steps at rates from 1e-6 to 10, on a trainer that has learned nothing, and is of no use for anything else then.
// It ends earlier when the loss has become four times the smallest one, or is not finite. It tells of each step.
func (t *Trainer) FindRate(ctx context.Context, tell func(step, steps int)) (*RangeTest, error) {
	r := &RangeTest{}
	growth := math.Pow(highestRate/lowestRate, 1/float64(rangeSteps-1))
	rate, mean, least := lowestRate, 0.0, math.Inf(1)
	loader := &t.loader
	if f := t.phase.frozen; f != nil {
		if err := f.plan(); err != nil {
			return nil, err
		}
		loader = &f.train.loader
	}
	for epoch := 0; ; epoch++ {
		for b, err := range loader.Epoch(ctx, epoch, 0) {
			if err != nil {
				return nil, err
			}
			inputs, err := t.inputs(ctx, b)
			if err == nil {
				err = t.phase.learner.Step(ctx, t.targets.beside(inputs, b), rate, &t.result)
			}
			if errors.Is(err, learn.ErrNotFinite) {
				return r.suggest(), nil
			}
			if err != nil {
				return nil, err
			}
			const share = 0.1 // of a step in the mean
			n := len(r.Rates) + 1
			mean += share * (t.total(t.result.Losses) - mean)
			smooth := mean / (1 - math.Pow(1-share, float64(n)))
			r.Rates, r.Losses = append(r.Rates, rate), append(r.Losses, smooth)
			least = math.Min(least, smooth)
			if tell != nil {
				tell(n, rangeSteps)
			}
			if n == rangeSteps || smooth > 4*least {
				return r.suggest(), nil
			}
			rate *= growth
		}
	}
}

// suggest finds the rate.
func (r *RangeTest) suggest() *RangeTest {
	best := 0
	for i, loss := range r.Losses {
		if loss < r.Losses[best] {
			best = i
		}
	}
	const fall = 0.95 // of the loss, at least
	if len(r.Losses) > 0 && r.Losses[best] < fall*r.Losses[0] {
		r.Suggested = r.Rates[best] / 10
	}
	return r
}
