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
	return computedBy(ctx, m, set, threads, use)
}

// computedBy is computed for a model.
func computedBy(ctx context.Context, m *interp.Model, set *dataset.Set, threads int, use func(*dataset.Batch, []float32)) error {
	session := m.NewSession(threads)
	defer session.Close()
	x := tensor.New(m.Net.Graph.Input().Shape...)
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

// An Evaluation says how a model is evaluated.
type Evaluation struct {
	Threads  int            // 0 is one for each core
	Worst    int            // how many of the worst pictures to keep
	Progress func(done int) // told how many pictures have been computed, if not nil
}

// Evaluate computes the outputs of a model for a set of pictures, as many at once as its net takes, and counts how
// good they are. Pictures are prepared in parallel, and ahead. Its error is a *MisfitError where the net does not give
// scores of as many classes as the pictures have, that of the data, or that of ctx.
func Evaluate(ctx context.Context, m *interp.Model, set *dataset.Set, e Evaluation) (*metrics.Report, error) {
	out := m.Net.Graph.Output()
	switch {
	case len(out.Shape) < 2 || out.Shape[1:].Elements() != out.Shape[1]:
		return nil, misfit("%s gives %v, want [N, classes]", m.Net.Name, out.Shape)
	case out.Op != nil && out.Op.Name() == "sigmoid":
		return nil, misfit("%s gives each class a probability of its own, by `sigmoid`; a picture has one class here", m.Net.Name)
	case set.Len() == 0 || set.Label(0) < 0:
		return nil, misfit("there are no pictures with classes")
	case len(set.Counts()) != out.Shape[1]:
		return nil, misfit("%s gives scores of %d classes, and the pictures have %d", m.Net.Name, out.Shape[1], len(set.Counts()))
	}
	r, done := newRating(m.Net, e.Worst), 0
	err := computedBy(ctx, m, set, e.Threads, func(b *dataset.Batch, scores []float32) {
		r.add(b, scores)
		if done += len(b.Labels); e.Progress != nil {
			e.Progress(done)
		}
	})
	if err != nil {
		return nil, err
	}
	return r.counter.Report(), nil
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
			// A probability that is too small for float32 is 0, and its logarithm would be no number.
			scores[i] = float32(math.Log(max(float64(p), math.SmallestNonzeroFloat32)))
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
