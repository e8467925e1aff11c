package exec

import (
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// learned copies a learned tensor to each image of the batch. It reads no input.
func (s *size) learned() []task.Algorithm {
	a := s.plain(nil)
	a.Packs = true
	a.Prepare = func(_ []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
		size := out.Shape[1:].Elements()
		values := task.In(m).Floats(size, func(dst []float32) { copy(dst, params[0].Data) })
		return &task.Prepared{Algorithm: "copy", Tasks: func(out tensor.Tensor, _ []tensor.Tensor, _ task.Scratch) []task.Task {
			return []task.Task{task.Planes(len(out.Data)/size, size, func(image, from, to, _ int) {
				copy(out.Data[image*size+from:image*size+to], values[from:to])
			})}
		}}
	}
	return []task.Algorithm{a}
}
