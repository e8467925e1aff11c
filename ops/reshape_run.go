package ops

import (
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// alias is what the ops share whose result is their input.
type alias struct{}

func (alias) Params(in []dim.Shape) []Param           { return nil }
func (alias) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, 0) }
func (alias) Alias()                                  {}

// Prepare copies, unless Bind finds out over the memory of the input.
func (alias) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	n := out.Elements()
	return &prepared{algorithm: "alias", bind: func(out tensor.Tensor, in []tensor.Tensor, _ scratch) []Task {
		if n == 0 || &out.Data[0] == &in[0].Data[0] {
			return nil
		}
		return []Task{copying(out.Data[:n], in[0].Data[:n])}
	}}
}

// copying copies src to dst.
func copying(dst, src []float32) Task {
	return ranges(len(dst), 4*grain, func(from, to, _ int) { copy(dst[from:to], src[from:to]) })
}

func (o *Slice) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	n, c, pixels := channels(in[0])
	from, kept := o.From.MustInt(), out[1]
	return &prepared{algorithm: "copy", bind: func(out tensor.Tensor, in []tensor.Tensor, _ scratch) []Task {
		return []Task{planes(n*kept, pixels, func(plane, first, end, _ int) {
			src := (plane/kept*c + from + plane%kept) * pixels
			copy(out.Data[plane*pixels+first:plane*pixels+end], in[0].Data[src+first:])
		})}
	}}
}

func (o *ChannelShuffle) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	n, c, pixels := channels(in[0])
	groups := o.Groups.MustInt()
	each := c / groups
	return &prepared{algorithm: "copy", bind: func(out tensor.Tensor, in []tensor.Tensor, _ scratch) []Task {
		return []Task{planes(n*c, pixels, func(plane, first, end, _ int) {
			image, to := plane/c, plane%c
			src := (image*c + to%groups*each + to/groups) * pixels
			copy(out.Data[plane*pixels+first:plane*pixels+end], in[0].Data[src+first:])
		})}
	}}
}

// Prepare copies each input to its place. Along any axis an input is runs of
// equal length, which lie as far apart in the output as all inputs' runs are
// long together.
func (o *Concat) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	axis := o.Axis.MustInt()
	pitch := out[axis:].Elements()
	return &prepared{algorithm: "copy", bind: func(out tensor.Tensor, in []tensor.Tensor, _ scratch) []Task {
		var tasks []Task
		at := 0
		for _, x := range in {
			tasks = append(tasks, spread(out.Data[at:], x.Data, x.Shape[axis:].Elements(), pitch))
			at += x.Shape[axis:].Elements()
		}
		return []Task{together(tasks...)}
	}}
}

// spread copies the runs of src to dst, where they start pitch apart.
func spread(dst, src []float32, run, pitch int) Task {
	return ranges(len(src), 4*grain, func(from, to, _ int) {
		for from < to {
			n := min(to-from, run-from%run)
			copy(dst[from/run*pitch+from%run:], src[from:from+n])
			from += n
		}
	})
}
