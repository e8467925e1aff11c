package gradient

import (
	"cnnlang/ops"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// row copies a row of a matrix.
func row(i int, out tensor.Shape) *task.Prepared {
	n := out.Elements()
	return &task.Prepared{Algorithm: "copy", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.Copying(out.Data[:n], in[0].Data[i*n:][:n])}
	}}
}

// part copies what lies between two places along an axis: runs of one length that lie as far
// apart as those of the whole are long.
func part(op *ops.Part, in, out tensor.Shape) *task.Prepared {
	run, pitch, first := out[op.Axis:].Elements(), in[op.Axis:].Elements(), op.From*in[op.Axis+1:].Elements()
	return &task.Prepared{Algorithm: "copy", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.Planes(len(out.Data)/run, run, func(i, from, to, _ int) {
			copy(out.Data[i*run+from:i*run+to], in[0].Data[i*pitch+first+from:])
		})}
	}}
}

// place copies channels to their place and fills the others with zeros.
func place(op *ops.Place, in, out tensor.Shape) *task.Prepared {
	n, channels, pixels := planes(out)
	own := in[1]
	return &task.Prepared{Algorithm: "copy", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.Planes(n*channels, pixels, func(plane, from, to, _ int) {
			dst, c := out.Data[plane*pixels+from:plane*pixels+to], plane%channels-op.From
			if c < 0 || c >= own {
				clear(dst)
				return
			}
			copy(dst, in[0].Data[(plane/channels*own+c)*pixels+from:])
		})}
	}}
}
