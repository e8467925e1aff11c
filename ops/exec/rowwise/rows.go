package rowwise

import (
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A row is the memory for computing one row of a blocked result.
type row struct {
	dst           []float32 // where the result is computed
	spare, second []float32 // as long as dst; of bfloat16 spare is dst
	in            []tensor.Tensor
	image, block  int
	y             int
}

// rows computes each row of a blocked result, with memory for spare more rows of float32. A
// bfloat16 row is computed in spare memory and then rounded.
func rows(algorithm string, to layout.Grid, spare int, compute func(r row)) *task.Prepared {
	n := to.RowFloats()
	if to.Element != layout.Float32 {
		spare++
	}
	return &task.Prepared{Algorithm: algorithm + "-" + to.Element.ISA(), PerWorker: spare * n,
		Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
			return []task.Task{task.EachRow(&to, func(image, block, y, worker int) {
				r := row{in: in, image: image, block: block, y: y, spare: s.Of(worker)}
				if spare > 1 {
					r.spare, r.second = r.spare[:n], r.spare[n:]
				}
				r.dst = to.Target(r.spare, out.Data, image, block, y)
				compute(r)
				to.Store(r.dst, out.Data, image, block, y)
			})}
		}}
}

// Map sets every element of a result to f of that of the input.
func Map(algorithm string, in, out layout.Value, f func(dst, src []float32)) *task.Prepared {
	if out.Layout.Plain() {
		n := out.Shape.Elements()
		return &task.Prepared{Algorithm: algorithm, Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
			return []task.Task{task.Ranges(n, task.Grain, func(from, to, _ int) {
				f(out.Data[from:to], in[0].Data[from:to])
			})}
		}}
	}
	from, to := in.Grid(), out.Grid()
	layout.Join(wholeRows, &from, &to)
	return rows(algorithm, to, 0, func(r row) {
		f(r.dst, from.Load(r.dst, r.in[0].Data, r.image, r.block, r.y))
	})
}

// mergeBlock is how many elements of plain values are combined in scratch before they are
// stored: so the result may overwrite any inputs of its shape.
const mergeBlock = 512

// Merge combines the elements of inputs of one shape one after another.
func Merge(algorithm string, in []layout.Value, out layout.Value, gather func(sum, next []float32), finish func(dst, sum []float32)) *task.Prepared {
	if out.Layout.Plain() {
		n := out.Shape.Elements()
		return &task.Prepared{Algorithm: algorithm, PerWorker: mergeBlock, Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
			return []task.Task{task.Ranges(n, task.Grain, func(from, to, worker int) {
				for ; from < to; from += mergeBlock {
					sum := s.Of(worker)[:min(mergeBlock, to-from)]
					copy(sum, in[0].Data[from:])
					for _, next := range in[1:] {
						gather(sum, next.Data[from:])
					}
					finish(out.Data[from:][:len(sum)], sum)
				}
			})}
		}}
	}
	grids, to := gridsOf(in, out)
	return rows(algorithm, to, 1, func(r row) {
		sum := grids[0].LoadInto(r.spare, r.in[0].Data, r.image, r.block, r.y)
		for i := range r.in[1:] {
			gather(sum, grids[i+1].Load(r.second, r.in[i+1].Data, r.image, r.block, r.y))
		}
		finish(r.dst, sum)
	})
}

// wholeRows is how long, in float32, a plane may be that is treated as one row: few enough that the
// memory for a row stays in the nearest cache.
const wholeRows = 1 << 12

// gridsOf are those of values of one shape.
func gridsOf(in []layout.Value, out layout.Value) (grids []layout.Grid, to layout.Grid) {
	to = out.Grid()
	all := []*layout.Grid{&to}
	grids = make([]layout.Grid, len(in))
	for i, v := range in {
		grids[i] = v.Grid()
		all = append(all, &grids[i])
	}
	layout.Join(wholeRows, all...)
	return grids, to
}

// Both sets every element of a result to f of those of two inputs of its shape.
func Both(algorithm string, in []layout.Value, out layout.Value, f func(dst, a, b []float32)) *task.Prepared {
	if out.Layout.Plain() {
		n := out.Shape.Elements()
		return &task.Prepared{Algorithm: algorithm, Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
			return []task.Task{task.Ranges(n, task.Grain, func(from, to, _ int) {
				f(out.Data[from:to], in[0].Data[from:to], in[1].Data[from:to])
			})}
		}}
	}
	grids, to := gridsOf(in, out)
	return rows(algorithm, to, 1, func(r row) {
		a := grids[0].Load(r.dst, r.in[0].Data, r.image, r.block, r.y)
		f(r.dst, a, grids[1].Load(r.second, r.in[1].Data, r.image, r.block, r.y))
	})
}
