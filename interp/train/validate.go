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
	r := newRating(n, worst)
	if err := computed(ctx, n, tensors, set, threads, r.add); err != nil {
		return nil, err
	}
	return r.counter.Report(), nil
}

// computed passes on the outputs for the batches of a set.
func computed(ctx context.Context, n *interp.Net, tensors map[string]tensor.Tensor, set *dataset.Set, threads int, use func(*dataset.Batch, []float32)) error {
	m, err := n.Build(ctx, interp.Options{Weights: interp.WeightsOf(tensors), Threads: threads})
	if err != nil {
		return err
	}
	defer m.Close()
	session := m.NewSession(threads)
	defer session.Close()
	x := tensor.New(n.Graph.Input().Shape...)
	loader := dataset.Loader{Set: set, Batch: x.Shape[0], Threads: threads}
	for b, err := range loader.Epoch(ctx, 0, 0) {
		if err != nil {
			return err
		}
		clear(x.Data[copy(x.Data, b.Inputs.Data):]) // the last batch may have fewer
		if err := session.Run(ctx, x); err != nil {
			return err
		}
		use(b, session.Output().Data)
	}
	return nil
}

// A rating counts how good scores of classes are.
type rating struct {
	counter    *metrics.Counter
	classes    int
	logarithms bool // of the probabilities of a softmax
}

func newRating(n *interp.Net, worst int) *rating {
	out := n.Graph.Output()
	classes := out.Shape[1:].Elements()
	return &rating{metrics.New(classes, worst), classes, compared(out, ops.CrossEntropy) != out}
}

func (r *rating) add(b *dataset.Batch, scores []float32) {
	if r.logarithms {
		for i, p := range scores {
			scores[i] = float32(math.Log(float64(p)))
		}
	}
	for i, label := range b.Labels {
		metrics.Add(r.counter, scores[i*r.classes:][:r.classes], label)
	}
}

// computed passes on the outputs for the pictures to check with and the tensors of now, where values at the cut may be known.
func (f *frozen) computed(ctx context.Context, use func(*dataset.Batch, []float32)) error {
	if err := f.keep(); err != nil {
		return err
	}
	g, _ := pass.Run(f.split.Learning, pass.Options{})
	now := f.t.Tensors()
	p, err := plan.New(g, func(p graph.Param) (tensor.Tensor, error) { return now[p.Path], nil }, plan.Options{Threads: f.t.workers.Count()})
	if err != nil {
		return err
	}
	session := p.NewSession(f.t.workers)
	var inputs []tensor.Tensor
	for _, n := range g.Inputs {
		inputs = append(inputs, tensor.Tensor{Shape: n.Shape})
	}
	for b, err := range f.val.loader.Epoch(ctx, 0, 0) {
		if err != nil {
			return err
		}
		values, err := f.of(ctx, b, &f.val)
		if err != nil {
			return err
		}
		for i := range inputs {
			size := inputs[i].Shape.Elements()
			inputs[i].Data = values[i][:size]
			clear(inputs[i].Data[size/g.Images()*len(b.Pictures):]) // the last batch may have fewer
		}
		if err := session.Run(ctx, inputs...); err != nil {
			return err
		}
		use(b, session.Output().Data)
	}
	return nil
}
