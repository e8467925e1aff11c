package exec

import (
	"cnnlang/ops"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// aliased copies, unless Bind gives the result the memory of the input.
func aliased(n int) *task.Prepared {
	return &task.Prepared{Algorithm: "alias", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		if n == 0 || &out.Data[0] == &in[0].Data[0] {
			return nil
		}
		return []task.Task{task.Copying(out.Data[:n], in[0].Data[:n])}
	}}
}

// reshaped gives the memory of a plain value another shape. Of an image in blocks that becomes one of
// as many channels the pixels are copied to other rows.
func (s *size) reshaped() []task.Algorithm {
	in, out := s.in[0], s.out
	list := s.inBlocks(func(layout.Element) bool { return len(in) == 4 && len(out) == 4 && in[1] == out[1] }, func(in []layout.Value, out layout.Value, _ []tensor.Tensor) *task.Prepared {
		return pixelsInOrder(in[0].Grid(), out.Grid())
	}, func(_ []layout.Value, out layout.Value, _ []tensor.Tensor) *task.Prepared {
		return aliased(out.Shape.Elements())
	})
	list[len(list)-1].Alias = true
	return list
}

// pixelsInOrder copies the pixels of each block in their order.
func pixelsInOrder(from, to layout.Grid) *task.Prepared {
	return &task.Prepared{Algorithm: "copy", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.EachRow(&to, func(image, block, y, _ int) {
			row, pixel := to.Row(out.Data, image, block, y), y*to.W
			for len(row) > 0 {
				n := copy(row, from.Row(in[0].Data, image, block, pixel/from.W)[pixel%from.W*from.Line:])
				row, pixel = row[n:], pixel+n/from.Line
			}
			to.ZeroHalo(out.Data, image, block, y)
		})}
	}}
}

// channelsFrom copies each channel of a plain result from another channel of the input,
// which has c of them.
func channelsFrom(c int, out tensor.Shape, source func(channel int) int) *task.Prepared {
	n, kept, pixels := out[0], out[1], out[2:].Elements()
	return &task.Prepared{Algorithm: "copy", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.Planes(n*kept, pixels, func(plane, first, end, _ int) {
			src := (plane/kept*c + source(plane%kept)) * pixels
			copy(out.Data[plane*pixels+first:plane*pixels+end], in[0].Data[src+first:])
		})}
	}}
}

// plainConcat copies each input to its place. Along any axis an input consists of runs of
// equal length; in the output they are as far apart as the runs of all inputs are long
// together.
func plainConcat(axis int, out tensor.Shape) *task.Prepared {
	pitch := out[axis:].Elements()
	return &task.Prepared{Algorithm: "copy", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		var tasks []task.Task
		at := 0
		for _, x := range in {
			tasks = append(tasks, spread(out.Data[at:], x.Data, x.Shape[axis:].Elements(), pitch))
			at += x.Shape[axis:].Elements()
		}
		return []task.Task{task.Together(tasks...)}
	}}
}

// spread copies the runs of src to dst, where they start pitch apart.
func spread(dst, src []float32, run, pitch int) task.Task {
	return task.Ranges(len(src), 4*task.Grain, func(from, to, _ int) {
		for from < to {
			n := min(to-from, run-from%run)
			copy(dst[from/run*pitch+from%run:], src[from:from+n])
			from += n
		}
	})
}

// fitsConcat reports whether every input but the last is whole lines of 16 channels.
func fitsConcat(o *ops.Concat, in []tensor.Shape, out tensor.Shape) bool {
	if axis, _ := o.Axis.Int(); axis != 1 || len(out) != 4 {
		return false
	}
	for _, s := range in[:len(in)-1] {
		if s[1]%layout.Lanes != 0 {
			return false
		}
	}
	return true
}

// A lineSource is where 16 channels of a blocked result come from: the input, and which 16
// of it.
type lineSource struct{ input, line int }

// blockedConcat copies lines of 16 channels, which are halves of the lines of bfloat16.
func blockedConcat(in []layout.Value, out layout.Value) *task.Prepared {
	var from []layout.Grid
	var sources []lineSource
	for i, v := range in {
		from = append(from, v.Grid())
		for k := range task.CeilDiv(v.Shape[1], layout.Lanes) {
			sources = append(sources, lineSource{i, k})
		}
	}
	return blockedCopy(from, out.Grid(), sources)
}

// blockedSlice copies the blocks that begin at a channel.
func blockedSlice(first int, in, out layout.Value) *task.Prepared {
	var sources []lineSource
	for k := range task.CeilDiv(out.Shape[1], layout.Lanes) {
		sources = append(sources, lineSource{0, first/layout.Lanes + k})
	}
	return blockedCopy([]layout.Grid{in.Grid()}, out.Grid(), sources)
}

// blockedCopy fills each line of 16 channels of a result from its source; channels beyond
// the last are zeros.
func blockedCopy(from []layout.Grid, to layout.Grid, sources []lineSource) *task.Prepared {
	halves := to.Halves()
	width := to.Line / halves // of 16 channels
	return &task.Prepared{Algorithm: "copy", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.EachRow(&to, func(image, block, y, _ int) {
			row := to.Row(out.Data, image, block, y)
			for h := range halves {
				k := block*halves + h
				if k >= len(sources) {
					for x := h * width; x < len(row); x += to.Line {
						clear(row[x:][:width])
					}
					continue
				}
				g := &from[sources[k].input]
				line := g.Row(in[sources[k].input].Data, image, sources[k].line/halves, y)
				if halves == 1 {
					copy(row, line)
					continue
				}
				at := sources[k].line % halves * width
				for x := 0; x < len(row); x += to.Line {
					copy(row[x+h*width:][:width], line[x+at:])
				}
			}
			to.ZeroHalo(out.Data, image, block, y)
		})}
	}}
}
