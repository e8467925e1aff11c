package learn

import (
	"context"

	"cnnlang/interp/internal/gradient"
	"cnnlang/interp/train/optim"
)

// A Population adds up the statistics of several batches, so that they become those of all images together, while no
// tensor changes (Wu and Johnson 2021, "Rethinking Batch in BatchNorm", arXiv:2105.07576, section 3.1).
// Every batch is normalised by its own.
type Population[T optim.Float] struct {
	step    *gradient.Step
	backend Backend[T]
	sums    []population // by statistic
	batches float64
}

// A population is the statistics of a bn so far.
type population struct {
	mean    []float64
	squares []float64 // of the distances from the mean, through the elements of a batch
}

// NewPopulation begins with no images, for what gradient.StatisticsOf makes.
func NewPopulation[T optim.Float](s *gradient.Step, backend Backend[T]) *Population[T] {
	p := &Population[T]{step: s, backend: backend}
	for _, one := range s.Statistics {
		channels := one.Mean.Shape.Elements()
		p.sums = append(p.sums, population{make([]float64, channels), make([]float64, channels)})
	}
	return p
}

// Add adds a batch.
func (p *Population[T]) Add(ctx context.Context, inputs [][]T) error {
	if err := p.backend.Run(ctx, inputs); err != nil {
		return err
	}
	for i, one := range p.step.Statistics {
		add(p.sums[i], p.backend.Value(one.Node), p.batches)
	}
	p.batches++
	return nil
}

// add adds means and variances of a batch to those of so many before (Chan, Golub and LeVeque 1979, "Updating formulae and a
// pairwise algorithm for computing sample variances").
func add[T optim.Float](s population, batch []T, before float64) {
	channels := len(s.mean)
	for c := range channels {
		apart := float64(batch[c]) - s.mean[c]
		s.mean[c] += apart / (before + 1)
		s.squares[c] += float64(batch[channels+c]) + apart*apart*before/(before+1)
	}
}

// Each passes on the mean and the unbiased variance of every bn.
func (p *Population[T]) Each(f func(s gradient.Statistic, mean, variance []float64)) {
	for i, one := range p.step.Statistics {
		n := float64(one.Elements)
		variance := make([]float64, len(p.sums[i].squares))
		for c, squares := range p.sums[i].squares {
			variance[c] = squares * n / (n*p.batches - 1)
		}
		f(one, p.sums[i].mean, variance)
	}
}
