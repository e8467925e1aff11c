package exec

import (
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// Conversion moves a value from one layout to another.
func Conversion() task.Algorithm {
	return task.Algorithm{Name: "convert", Prepare: without(func(in []layout.Value, out layout.Value, _ []tensor.Tensor) *task.Prepared {
		return converted(in[0], out)
	})}
}

func converted(in, out layout.Value) *task.Prepared {
	from, to := in.Grid(), out.Grid()
	name := in.Layout.String() + "->" + out.Layout.String()
	return &task.Prepared{Algorithm: name, PerWorker: to.SpareToConvert(&from), Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
		return []task.Task{task.EachRow(&to, func(image, block, y, worker int) {
			to.Convert(out.Data, &from, in[0].Data, image, block, y, s.Of(worker))
			to.ZeroHalo(out.Data, image, block, y)
		})}
	}}
}
