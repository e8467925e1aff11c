package learn

import (
	"context"
	"sync/atomic"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/gradient"
	"cnnlang/interp/internal/pass"
	"cnnlang/interp/internal/plan"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A Frozen computes the values at the cut of a net, on the plan of a run with all its passes. Every image is
// computed alone by one thread, so that its bits do not depend on those beside it.
type Frozen struct {
	graph   *graph.Graph // after the passes
	workers *task.Workers
	lanes   []lane // by worker
	cuts    []int  // numbers of each value at the cut, of an image
	size    int    // of all together

	n          int // images of the run
	image, row func(i int) []float32
	failed     atomic.Pointer[error]
	tasks      []task.Task
}

// A lane is the memory of a worker.
type lane struct {
	session *plan.Session
	workers *task.Workers
	input   tensor.Tensor
}

// NewFrozen plans the frozen part of a net, whose tensors do not change any more. affords may refuse the memory that it
// takes for each thread.
func NewFrozen(s *gradient.Split, tensors plan.Source, p layout.Precision, workers *task.Workers, affords func(plan.Memory) error) (*Frozen, error) {
	g, _ := pass.Run(s.Frozen, pass.Options{})
	made, err := plan.New(g, tensors, plan.Options{Precision: p, Threads: workers.Count(), Affords: affords})
	if err != nil {
		return nil, err
	}
	f := &Frozen{graph: g, workers: workers}
	for range workers.Count() {
		alone := task.NewWorkers(1)
		f.lanes = append(f.lanes, lane{made.NewSession(alone), alone, tensor.Tensor{Shape: g.Input().Shape}})
	}
	for _, o := range g.Outputs {
		f.cuts = append(f.cuts, o.Node.Shape.Elements())
		f.size += o.Node.Shape.Elements()
	}
	f.tasks = []task.Task{(*frozenTask)(f)}
	return f, nil
}

// Cuts are how many numbers each value at the cut has of an image, and Size is how many all have.
func (f *Frozen) Cuts() []int { return f.cuts }
func (f *Frozen) Size() int   { return f.size }

// Run computes n images, [C, H, W] each, and fills a row for each with the values at the cut, one behind the other. It
// allocates nothing.
func (f *Frozen) Run(ctx context.Context, n int, image, row func(i int) []float32) error {
	f.n, f.image, f.row = n, image, row
	f.failed.Store(nil)
	if err := f.workers.Run(ctx, f.tasks); err != nil {
		return err
	}
	if err := f.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// Close ends its threads, not those of the workers that it was given.
func (f *Frozen) Close() {
	for _, l := range f.lanes {
		l.workers.Close()
	}
}

// A frozenTask has a part for each image.
type frozenTask Frozen

func (t *frozenTask) Parts() int { return t.n }

func (t *frozenTask) Do(ctx context.Context, i, worker int) {
	l := &t.lanes[worker]
	l.input.Data = t.image(i)
	if err := l.session.Run(ctx, l.input); err != nil {
		t.failed.CompareAndSwap(nil, &err)
		return
	}
	row := t.row(i)
	for k := range t.cuts {
		row = row[copy(row, l.session.OutputAt(k).Data):]
	}
}
