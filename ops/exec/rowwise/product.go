package rowwise

import (
	"cnnlang/ops"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// Product multiplies plain inputs, any of which may be a gate, with one value for each
// channel, and adds the last input if the epilogue does.
func Product(op *ops.Mul, shape tensor.Shape) *task.Prepared {
	n, pixels, act := shape[0]*shape[1], shape[2:].Elements(), ActOf(op.Epilogue().Act)
	return &task.Prepared{Algorithm: "mul-gated", PerWorker: mergeBlock, Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
		factors := op.Factors(len(in))
		return []task.Task{task.Planes(n, pixels, func(plane, from, to, worker int) {
			for at := from; at < to; at += mergeBlock {
				first := plane*pixels + at
				p := s.Of(worker)[:min(mergeBlock, to-at)]
				for i := range p {
					p[i] = 1
				}
				for _, x := range in[:factors] {
					if x.Shape[2:].Elements() == pixels {
						kernel.Mul(p, x.Data[first:])
					} else {
						kernel.MulScalar(p, p, x.Data[plane])
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
