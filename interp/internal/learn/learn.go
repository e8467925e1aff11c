// Package learn takes steps of training: it has the gradients of a batch computed, and changes the
// tensors of a net by them. It works in float32 or float64, with whatever computes the graph of a step.
package learn

import (
	"context"
	"errors"
	"math"
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/gradient"
	"cnnlang/interp/train/optim"
	"cnnlang/interp/train/recipe"
	"cnnlang/ops/exec/task"
)

// A Backend computes the graph of a step. Its slices stay where they are from one run to the next.
type Backend[T optim.Float] interface {
	// Run computes the graph for these inputs, in their order, with the tensors as they are.
	Run(ctx context.Context, inputs [][]T) error
	// Value is the value of a node that the graph shows, of the last run.
	Value(n *graph.Node) []T
}

// Settings say how tensors change. The functions are asked once for each tensor.
type Settings struct {
	Optimizer recipe.Optimizer
	ClipNorm  float64 // 0 for any length of the gradients
	ClipValue float64 // 0 for any element
	Decay     func(graph.Param) float64
	Factor    func(graph.Param) float64 // of the rate
	Momentum  float64                   // the share of a batch in running statistics
	Average   float64                   // decay of the running average of all tensors; 0 for none
	Warm      bool                      // of the average
	Seed      uint64                    // of the masks of dropout
	Passes    int                       // over parts of a batch of equal size, each as large as the step's; 0 is 1
}

// A Learner is a net that learns. One goroutine at a time uses it.
type Learner[T optim.Float] struct {
	step     *gradient.Step
	backend  Backend[T]
	settings Settings
	workers  *task.Workers

	tensors    []optim.Tensor[T] // in the order of step.Gradients
	statistics []statistic[T]
	averages   []average[T]
	masks      []mask[T] // the last inputs of the step
	inputs     [][]T     // of a pass

	passes, pass int
	means        []mean[T]   // of several passes
	gather       []task.Task // after each of them

	norm   []task.Task // sums of squares of the gradients
	update []task.Task
	sums   []float64 // of the parts of the gradients
	now    optim.Step
	decay  float64 // of the average
	taken  int     // steps
}

// A statistic is the running statistics of a bn. Several passes move them once, by the means of theirs.
type statistic[T optim.Float] struct {
	mean, variance, batch []T // batch is [2, C]
	unbiased              T   // factor of the batch's variance
}

// An average is the running average of a tensor.
type average[T optim.Float] struct{ value, average []T }

// A State is what a learner keeps from one step to the next, beside the tensors themselves. The slices are
// those of the learner.
type State[T optim.Float] struct {
	Slots    map[string][][]T // of the optimizer, by the path of the tensor, in the order of optim.Slots
	Averages map[string][]T   // by path; nil without an average
}

// New is a learner for a step, whose tensors, learned and running ones, are in memory that the backend reads.
func New[T optim.Float](s *gradient.Step, backend Backend[T], tensors func(graph.Param) []T, settings Settings, workers *task.Workers) *Learner[T] {
	l := &Learner[T]{step: s, backend: backend, settings: settings, workers: workers, passes: max(1, settings.Passes)}
	for _, g := range s.Gradients {
		value := tensors(g.Param)
		l.tensors = append(l.tensors, optim.Tensor[T]{
			Value: value, Gradient: l.overPasses(backend.Value(g.Node)), Slots: optim.Start[T](settings.Optimizer, len(value)),
			Decay: settings.Decay(g.Param), RateFactor: settings.Factor(g.Param),
		})
		l.follow(value)
	}
	for _, one := range s.Statistics {
		n := float64(one.Elements)
		st := statistic[T]{tensors(one.Mean), tensors(one.Variance), l.overPasses(backend.Value(one.Node)), T(n / (n - 1))}
		l.statistics = append(l.statistics, st)
		l.follow(st.mean)
		l.follow(st.variance)
	}
	l.inputs = make([][]T, len(s.Inputs)-len(s.Masks))
	for _, m := range s.Masks {
		l.masks = append(l.masks, newMask[T](m))
		l.inputs = append(l.inputs, l.masks[len(l.masks)-1].factors)
	}
	l.prepareMeans()
	l.prepare()
	return l
}

// follow keeps an average of a tensor, if any is kept.
func (l *Learner[T]) follow(value []T) {
	if l.settings.Average > 0 {
		l.averages = append(l.averages, average[T]{value, append([]T(nil), value...)})
	}
}

// prepare makes the tasks of a step, whose parts do not depend on the number of threads.
func (l *Learner[T]) prepare() {
	type piece struct{ tensor, from, to int }
	var pieces []piece
	for i, t := range l.tensors {
		for from := 0; from < len(t.Value); from += optim.Part {
			pieces = append(pieces, piece{i, from, min(from+optim.Part, len(t.Value))})
		}
	}
	l.sums = make([]float64, len(pieces))
	l.norm = []task.Task{task.New(len(pieces), func(_ context.Context, part, _ int) {
		p := pieces[part]
		g := l.tensors[p.tensor].Gradient[p.from:p.to]
		if l.settings.ClipValue > 0 {
			optim.ClipValue(g, l.settings.ClipValue)
		}
		l.sums[part] = optim.SquareSum(g)
	})}
	l.update = []task.Task{
		task.New(len(pieces), func(_ context.Context, part, _ int) {
			p := pieces[part]
			optim.Update(l.settings.Optimizer, l.tensors[p.tensor], l.now, p.from, p.to)
		}),
		task.New(len(l.statistics), func(_ context.Context, part, _ int) { l.statistics[part].move(T(l.settings.Momentum)) }),
		task.New(len(l.averages), func(_ context.Context, part, _ int) {
			a := l.averages[part]
			optim.Average(a.average, a.value, l.decay)
		}),
	}
}

// move brings running statistics up to date; that of the variance is of the unbiased one.
func (s *statistic[T]) move(share T) {
	channels := len(s.mean)
	for c := range s.mean {
		s.mean[c] = (1-share)*s.mean[c] + share*s.batch[c]
		s.variance[c] = (1-share)*s.variance[c] + share*(s.batch[channels+c]*s.unbiased)
	}
}

// A Result is what a step found out.
type Result struct {
	Losses []float64 // of the heads: the means over the batch
	Norm   float64   // of all gradients together, before clipping by it
}

// ErrNotFinite says that a loss, the statistics of a bn or the gradients are infinite or no numbers. The step was not taken.
var ErrNotFinite = errors.New("learn: the loss, a statistic or a gradient is not finite")

// Step learns from a batch: the inputs of the net, then the targets of the heads, at this rate. If it
// returns an error nothing has changed. It allocates nothing but the losses that it fills.
func (l *Learner[T]) Step(ctx context.Context, inputs [][]T, rate float64, into *Result) error {
	heads := len(l.step.Losses)
	into.Losses = slices.Grow(into.Losses[:0], heads)[:heads]
	if err := l.compute(ctx, inputs, into.Losses); err != nil {
		return err
	}
	finite := !slices.ContainsFunc(into.Losses, func(loss float64) bool { return math.IsNaN(loss) || math.IsInf(loss, 0) })
	for _, st := range l.statistics {
		finite = finite && allFinite(st.batch) // the running ones would never be finite again
	}
	if err := l.workers.Run(ctx, l.norm); err != nil {
		return err
	}
	sum := 0.0
	for _, s := range l.sums {
		sum += s
	}
	into.Norm = math.Sqrt(sum)
	if !finite || math.IsNaN(sum) || math.IsInf(sum, 0) {
		return ErrNotFinite
	}
	l.taken++
	l.now = optim.Step{Rate: rate, Scale: optim.ClipScale(into.Norm, l.settings.ClipNorm), Update: l.taken}
	l.decay = optim.AverageDecay(l.settings.Average, l.settings.Warm, l.taken)
	// What has begun to change is changed wholly: a step is taken or not.
	return l.workers.Run(context.Background(), l.update)
}

// Taken is how many steps have been taken.
func (l *Learner[T]) Taken() int { return l.taken }

// State is what the learner keeps.
func (l *Learner[T]) State() State[T] {
	s := State[T]{Slots: map[string][][]T{}}
	for i, g := range l.step.Gradients {
		s.Slots[g.Param.Path] = l.tensors[i].Slots
	}
	if l.settings.Average > 0 {
		s.Averages = map[string][]T{}
		i := 0
		next := func(path string) { s.Averages[path] = l.averages[i].average; i++ }
		for _, g := range l.step.Gradients {
			next(g.Param.Path)
		}
		for _, one := range l.step.Statistics {
			next(one.Mean.Path)
			next(one.Variance.Path)
		}
	}
	return s
}

// Resume goes on as if so many steps had been taken; the caller has put the tensors and the state back.
func (l *Learner[T]) Resume(taken int) { l.taken = taken }
