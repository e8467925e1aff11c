package exec

import (
	"cnnlang/ops"
	"cnnlang/ops/exec/conv"
	"cnnlang/ops/exec/gradient"
	"cnnlang/ops/exec/task"
)

// gradient is an op that gradients are made of; those of windows are what they are of the op's own.
func (s *size) gradient(op ops.Op) []task.Algorithm {
	switch op := op.(type) {
	case *ops.ConvWeights:
		return conv.Weights(op.Of, s.in, s.out)
	case *ops.Adjoint:
		rows, columns := s.weighed(op.Of)
		return gradient.Adjoint(s.in[0], s.out, rows, columns)
	case *ops.ByInput:
		if pool, ok := op.Of.(*ops.MaxPool); ok {
			p, _ := poolOf(pool, s.out, s.in[0])
			return gradient.MaxPool(s.in, s.out, p.rows.pixels, p.cols.pixels)
		}
	}
	return gradient.Algorithms(op, s.in, s.out)
}

// pixels are those that window i sees.
func (x poolAxis) pixels(i int) (from, to int) {
	from, to, _ = x.window(i)
	return from, to
}

// weighed is, of a linear op whose input has the shape of the result, how each pixel is a weighed
// sum of rows and columns.
func (s *size) weighed(op ops.Op) (rows, columns *gradient.Axis) {
	from, to := s.out, s.in[0]
	switch op := op.(type) {
	case *ops.Resize:
		along := func(axis int) *gradient.Axis {
			w := weigh(op, from[axis], to[axis])
			return gradient.Weighed(from[axis], w.taps, w.at, w.weights)
		}
		return along(2), along(3)
	case *ops.Border:
		along := func(axis, before int) *gradient.Axis {
			at := make([]int, to[axis])
			for i := range at {
				at[i], _ = op.From(i-before, from[axis])
			}
			return gradient.Weighed(from[axis], 1, at, nil)
		}
		return along(2, op.By.Top.MustInt()), along(3, op.By.Left.MustInt())
	}
	p, ok := poolOf(op, from, to)
	if !ok {
		panic("exec: no adjoint of " + op.Name())
	}
	along := func(x poolAxis) *gradient.Axis {
		return gradient.Windows(x.in, x.out, func(i int) (int, int, float64) {
			first, end, counted := x.window(i)
			if p.countPad {
				return first, end, float64(counted)
			}
			return first, end, float64(end - first)
		})
	}
	return along(p.rows), along(p.cols)
}
