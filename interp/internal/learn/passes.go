package learn

import (
	"context"

	"cnnlang/interp/train/optim"
	"cnnlang/ops/exec/task"
)

// A mean is that of what the passes of a step give, one after the other: the batch is computed in parts of
// equal size, each with the tensors as they were before the step.
type mean[T optim.Float] struct{ of, so []T }

// overPasses is the memory of the mean of a value, which with one pass is the value itself.
func (l *Learner[T]) overPasses(value []T) []T {
	if l.passes == 1 {
		return value
	}
	m := mean[T]{value, make([]T, len(value))}
	l.means = append(l.means, m)
	return m.so
}

// prepareMeans makes the tasks behind a pass.
func (l *Learner[T]) prepareMeans() {
	type piece struct{ mean, from, to int }
	var pieces []piece
	for i, m := range l.means {
		for from := 0; from < len(m.of); from += optim.Part {
			pieces = append(pieces, piece{i, from, min(from+optim.Part, len(m.of))})
		}
	}
	share := 1 / T(l.passes)
	l.gather = []task.Task{task.New(len(pieces), func(_ context.Context, part, _ int) {
		p := pieces[part]
		of, so := l.means[p.mean].of[p.from:p.to], l.means[p.mean].so[p.from:p.to]
		if l.pass == 0 {
			clear(so)
		}
		for i, v := range of {
			so[i] += share * v
		}
	})}
}

// compute runs all passes over a batch, and fills the losses: the means over its images. What learns is
// not touched.
func (l *Learner[T]) compute(ctx context.Context, inputs [][]T, losses []float64) error {
	clear(losses)
	for l.pass = 0; l.pass < l.passes; l.pass++ {
		l.put(inputs)
		if err := l.backend.Run(ctx, l.inputs); err != nil {
			return err
		}
		for i, n := range l.step.Losses {
			sum := 0.0
			for _, v := range l.backend.Value(n) {
				sum += float64(v)
			}
			losses[i] += sum / float64(n.Shape[0]*l.passes)
		}
		if err := l.workers.Run(ctx, l.gather); err != nil {
			return err
		}
	}
	return nil
}

// put takes the inputs of this pass out of those of a batch, and draws its masks.
func (l *Learner[T]) put(inputs [][]T) {
	for i, x := range inputs {
		n := len(x) / l.passes
		l.inputs[i] = x[l.pass*n : (l.pass+1)*n]
	}
	for i := range l.masks {
		l.masks[i].draw(l.settings.Seed, l.taken, l.pass)
	}
}

// Passes calls f with the inputs of each pass of the next step over a batch, until it says that this is enough.
func (l *Learner[T]) Passes(inputs [][]T, f func(inputs [][]T) (enough bool, err error)) error {
	for l.pass = 0; l.pass < l.passes; l.pass++ {
		l.put(inputs)
		if enough, err := f(l.inputs); enough || err != nil {
			return err
		}
	}
	return nil
}
