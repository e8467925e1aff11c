package train

import (
	"context"
	"math"

	"cnnlang/interp"
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
	shape := n.Graph.Input().Shape
	x := tensor.New(shape...)
	classes := n.Graph.Output().Shape[1:].Elements()
	logarithms := compared(n.Graph.Output(), ops.CrossEntropy) != n.Graph.Output() // of the probabilities of a softmax
	counter := metrics.New(classes, worst)
	loader := dataset.Loader{Set: set, Batch: shape[0], Threads: threads}
	for b, err := range loader.Epoch(ctx, 0, 0) {
		if err != nil {
			return nil, err
		}
		clear(x.Data[copy(x.Data, b.Inputs.Data):]) // the last batch may have fewer
		if err := session.Run(ctx, x); err != nil {
			return nil, err
		}
		scores := session.Output().Data
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
