package train

import (
	"context"
	"maps"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/gradient"
	"cnnlang/interp/internal/learn"
	"cnnlang/interp/internal/plan"
	"cnnlang/ops/tensor"
)

// Recompute replaces, in what Tensors gives, the running statistics of every bn that learns by those of the batch: by
// statistics of as many pictures to learn from as `recompute_bn` says, rounded up to whole batches, with the tensors as they
// are now, averages included. The training itself goes on with the running ones. The pictures are those
// that the next epochs begin with.
func (t *Trainer) Recompute(ctx context.Context) error {
	t.exact = nil
	if t.o.Recipe.RecomputeBN == 0 {
		return nil
	}
	opts, err := t.options(t.phase.head)
	if err != nil {
		return err
	}
	step, err := gradient.StatisticsOf(t.o.Net.Graph, opts)
	if step == nil || err != nil {
		return err
	}
	now := t.Tensors()
	engine, err := learn.NewEngine(step, func(p graph.Param) (tensor.Tensor, error) { return now[p.Path], nil }, t.workers,
		func(m plan.Memory) error { return t.within(t.need + m.Total()) })
	if err != nil {
		return err
	}
	all := learn.NewPopulation(step, engine)
	if err := t.pictures(ctx, t.o.Recipe.RecomputeBN, func(pictures []float32) error {
		return all.Add(ctx, [][]float32{pictures})
	}); err != nil {
		return err
	}
	exact := map[string]tensor.Tensor{}
	all.Each(func(s gradient.Statistic, mean, variance []float64) {
		exact[s.Mean.Path], exact[s.Variance.Path] = rounded(mean), rounded(variance)
	})
	t.exact = exact
	return nil
}

// checkStatistics checks that there are statistics to recompute, if that is asked for.
func (t *Trainer) checkStatistics() error {
	if t.o.Recipe.RecomputeBN == 0 {
		return nil
	}
	opts, err := t.options(false)
	if err != nil {
		return err
	}
	if step, err := gradient.StatisticsOf(t.o.Net.Graph, opts); step != nil || err != nil {
		return err
	}
	return misfit("`recompute_bn` has nothing to do, since no bn of %s learns by the statistics of batches; leave it out", t.o.Net.Name)
}

// pictures passes on at least n pictures of the next epochs, in batches as large as the net takes.
func (t *Trainer) pictures(ctx context.Context, n int, f func(pictures []float32) error) error {
	loader := t.loader
	loader.Batch = t.o.Recipe.Pass()
	for epoch := t.epoch; n > 0; epoch++ {
		for b, err := range loader.Epoch(ctx, epoch, 0) {
			if err == nil {
				err = f(b.Inputs.Data)
			}
			if err != nil {
				return err
			}
			if n -= loader.Batch; n <= 0 {
				break
			}
		}
	}
	return nil
}

func rounded(values []float64) tensor.Tensor {
	x := tensor.New(len(values))
	for i, v := range values {
		x.Data[i] = float32(v)
	}
	return x
}

// Tensors are those of the net, as they are now: averages where the recipe keeps such, and statistics that Recompute
// made. They are valid until the next epoch.
func (t *Trainer) Tensors() map[string]tensor.Tensor {
	all := maps.Clone(t.tensors)
	for path, average := range t.phase.learner.State().Averages {
		all[path] = tensor.From(average, all[path].Shape...)
	}
	maps.Copy(all, t.exact)
	return all
}
