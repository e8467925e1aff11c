package conv

import (
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// A phase of a transposed convolution is a convolution of stride 1 by some of its weights: as a
// window lies, the last of them is the first that it sees, and the tensor has the filters
// where that of a convolution has the channels.

// turned is a transposed convolution of stride 1 as a convolution whose windows are turned by 180
// degrees and whose filters are the channels; nil if it has another stride, or crops more than its
// kernels reach.
func turned(d *ops.Deconv, in, out tensor.Shape) *problem {
	rows, columns := axesOf(d, in, out, dim.Height), axesOf(d, in, out, dim.Width)
	one := dim.Int(1)
	if d.Stride.H != one || d.Stride.W != one {
		return nil
	}
	p := phaseOf(d, in, out, &rows[0], &columns[0])
	if p.h.before < 0 || p.w.before < 0 {
		return nil
	}
	return p
}

// phaseOrder is the order of the weights of a phase, whose places are those of rows and columns, in the
// tensor [C, out/groups, kh, kw].
func phaseOrder(d *ops.Deconv, x tensor.Shape, rows, columns []tap) order {
	groups, kw := d.Groups.MustInt(), d.K.W.MustInt()
	filters, size := d.Out.MustInt()/groups, d.K.H.MustInt()*kw
	o := order{filters: filters, group: x[1] / groups * filters * size, filter: size, channel: filters * size}
	for _, row := range rows {
		for _, column := range columns {
			o.taps = append(o.taps, row.k*kw+column.k)
		}
	}
	return o
}

// phaseOf is a phase as a convolution.
func phaseOf(d *ops.Deconv, in, out tensor.Shape, rows, columns *convAxis) *problem {
	return &problem{
		members: []member{{d.Out.MustInt(), d.Bias, d.Epilogue()}}, order: phaseOrder(d, in, backward(rows.taps), backward(columns.taps)),
		x: in, out: tensor.Shape{out[0], out[1], rows.n, columns.n}, channels: in[1], filters: out[1],
		groups: d.Groups.MustInt(), act: d.Epilogue().Act, add: d.Epilogue().Add, bias: d.Bias,
		h: rows.window(in[2]), w: columns.window(in[3]),
	}
}

// window is a phase as the window of a convolution: its last tap is the first that it sees.
func (a *convAxis) window(in int) window {
	last := a.taps[len(a.taps)-1]
	w := window{k: len(a.taps), stride: 1, dilation: 1, in: in, out: a.n, before: -last.offset}
	if w.k > 1 {
		w.dilation = a.taps[w.k-2].offset - last.offset
	}
	return w
}

func backward(taps []tap) []tap {
	back := slices.Clone(taps)
	slices.Reverse(back)
	return back
}
