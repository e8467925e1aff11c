package rowwise

import (
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// Product multiplies plain inputs, any of which may be a gate, with size 1 on some axes, and adds
// the last input if the epilogue does.
func Product(op *ops.Mul, in []tensor.Shape, shape tensor.Shape) *task.Prepared {
	act, factors := ActOf(op.Epilogue().Act), op.Factors(len(in))
	sizes, steps := Together(in[:factors], shape)
	last := len(sizes) - 1
	run := sizes[last]
	return &task.Prepared{Algorithm: "mul-gated", PerWorker: mergeBlock, Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
		return []task.Task{task.Planes(len(out.Data)/run, run, func(plane, from, to, worker int) {
			for at := from; at < to; at += mergeBlock {
				first := plane*run + at
				p := s.Of(worker)[:min(mergeBlock, to-at)]
				for i := range p {
					p[i] = 1
				}
				for k, x := range in[:factors] {
					begin, rest := 0, plane
					for axis := last - 1; axis >= 0; axis-- {
						begin += rest % sizes[axis] * steps[k][axis]
						rest /= sizes[axis]
					}
					if steps[k][last] == 1 {
						kernel.Mul(p, x.Data[begin+at:])
					} else {
						kernel.MulScalar(p, p, x.Data[begin])
					}
				}
				for _, x := range in[factors:] {
					kernel.Add(p, x.Data[first:])
				}
				act.Apply(out.Data[first:][:len(p)], p)
			}
		})}
	}}
}

// Together are the sizes of a result whose neighbouring axes are one where every factor has all of
// them or none, and how far apart the elements of each factor are along these, 0 where one holds
// for all.
func Together(in []tensor.Shape, shape tensor.Shape) (sizes []int, steps [][]int) {
	steps = make([][]int, len(in))
	at := make([]int, len(in)) // of the axis before, from the end
	for k := range at {
		at[k] = 1
	}
	for axis := len(shape) - 1; axis >= 0; axis-- {
		if shape[axis] == 1 {
			continue
		}
		joins := len(sizes) > 0
		for k, x := range in {
			joins = joins && (x[axis] == 1) == (steps[k][len(sizes)-1] == 0)
		}
		if joins {
			sizes[len(sizes)-1] *= shape[axis]
		} else {
			sizes = append(sizes, shape[axis])
		}
		for k, x := range in {
			if !joins && x[axis] == 1 {
				steps[k] = append(steps[k], 0)
			} else if !joins {
				steps[k] = append(steps[k], at[k])
			}
			at[k] *= x[axis]
		}
	}
	if len(sizes) == 0 { // a single number
		sizes = []int{1}
		for k := range steps {
			steps[k] = []int{1}
		}
	}
	slices.Reverse(sizes)
	for k := range steps {
		slices.Reverse(steps[k])
	}
	return sizes, steps
}

// Spread repeats a plain value along the axes where its size is 1 and that of the result is more.
func Spread(in, out tensor.Shape) *task.Prepared {
	sizes, steps := Together([]tensor.Shape{in}, out)
	last := len(sizes) - 1
	run := sizes[last]
	return &task.Prepared{Algorithm: "spread", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.Planes(len(out.Data)/run, run, func(plane, from, to, _ int) {
			dst, begin, rest := out.Data[plane*run+from:plane*run+to], 0, plane
			for axis := last - 1; axis >= 0; axis-- {
				begin += rest % sizes[axis] * steps[0][axis]
				rest /= sizes[axis]
			}
			if steps[0][last] == 1 {
				copy(dst, in[0].Data[begin+from:])
				return
			}
			for i := range dst {
				dst[i] = in[0].Data[begin]
			}
		})}
	}}
}
