package train

import (
	"context"
	"math"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/internal/pass"
	"cnnlang/interp/internal/plan"
	"cnnlang/interp/train/dataset"
	"cnnlang/interp/train/metrics"
	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// Validate computes the outputs for a set of pictures, on the plan of a run, and counts how good they are. It
// keeps the worst pictures, up to so many. The net gives scores of classes.
func Validate(ctx context.Context, n *interp.Net, tensors map[string]tensor.Tensor, set *dataset.Set, threads, worst int) (*metrics.Report, error) {
	m, err := n.Build(ctx, interp.Options{Weights: interp.WeightsOf(tensors), Threads: threads})
	if err != nil {
		return nil, err
	}
	defer m.Close()
	session := m.NewSession(threads)
	defer session.Close()
	x := tensor.New(n.Graph.Input().Shape...)
	loader := dataset.Loader{Set: set, Batch: x.Shape[0], Threads: threads}
	return rated(ctx, n, &loader, worst, func(b *dataset.Batch) ([]float32, error) {
		clear(x.Data[copy(x.Data, b.Inputs.Data):]) // the last batch may have fewer
		err := session.Run(ctx, x)
		return session.Output().Data, err
	})
}

// rated counts how good the outputs are that compute gives for batches.
func rated(ctx context.Context, n *interp.Net, loader *dataset.Loader, worst int, compute func(*dataset.Batch) ([]float32, error)) (*metrics.Report, error) {
	classes := n.Graph.Output().Shape[1:].Elements()
	logarithms := compared(n.Graph.Output(), ops.CrossEntropy) != n.Graph.Output() // of the probabilities of a softmax
	counter := metrics.New(classes, worst)
	for b, err := range loader.Epoch(ctx, 0, 0) {
		if err != nil {
			return nil, err
		}
		scores, err := compute(b)
		if err != nil {
			return nil, err
		}
		if logarithms {
			for i, p := range scores {
				scores[i] = float32(math.Log(float64(p)))
			}
		}
		for i, label := range b.Labels {
			metrics.Add(counter, scores[i*classes:][:classes], label)
		}
	}
	return counter.Report(), nil
}

// validate is Validate for the pictures to check with and the tensors of now, where values at the cut may be known.
func (f *frozen) validate(ctx context.Context) (*metrics.Report, error) {
	if err := f.keep(); err != nil {
		return nil, err
	}
	g, _ := pass.Run(f.split.Learning, pass.Options{})
	now := f.t.Tensors()
	p, err := plan.New(g, func(p graph.Param) (tensor.Tensor, error) { return now[p.Path], nil }, plan.Options{Threads: f.t.workers.Count()})
	if err != nil {
		return nil, err
	}
	session := p.NewSession(f.t.workers)
	var inputs []tensor.Tensor
	for _, n := range g.Inputs {
		inputs = append(inputs, tensor.Tensor{Shape: n.Shape})
	}
	return rated(ctx, f.t.o.Net, &f.val.loader, 0, func(b *dataset.Batch) ([]float32, error) {
		values, err := f.of(ctx, b, &f.val)
		if err != nil {
			return nil, err
		}
		for i := range inputs {
			size := inputs[i].Shape.Elements()
			inputs[i].Data = values[i][:size]
			clear(inputs[i].Data[size/g.Images()*len(b.Pictures):]) // the last batch may have fewer
		}
		err = session.Run(ctx, inputs...)
		return session.Output().Data, err
	})
}
