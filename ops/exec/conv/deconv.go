package conv

import (
	"context"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/rowwise"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// mostPhases is the largest number of phases, for strides of 8 both ways, for which packing
// them separately pays.
const mostPhases = 64

// Deconv lists how a transposed convolution may be run: as one convolution for each
// remainder of the output pixels modulo the stride, which with stride 1 is one by any
// algorithm; or if the stride is so large that hardly any kernels overlap, pixel by pixel.
func Deconv(d *ops.Deconv, in []tensor.Shape, out tensor.Shape, precision layout.Precision) []task.Algorithm {
	if p := turned(d, in[0], out); p != nil {
		return p.algorithms(precision)
	}
	a := task.Algorithm{Name: "phases", In: make([]layout.Layout, len(in)), Packs: true, Prepare: phases(d)}
	if min(d.Stride.H.MustInt(), out[2])*min(d.Stride.W.MustInt(), out[3]) > mostPhases {
		a.Name, a.Prepare = "direct", pixels(d)
	}
	return append(spreads(d, in, out, precision), a)
}

// packingOf is the packing of weights in an order.
func packingOf(d *ops.Deconv, x tensor.Shape, o order, params []tensor.Tensor, m task.Memory) *packing {
	p := &problem{
		members: []member{{d.Out.MustInt(), d.Bias, d.Epilogue()}}, order: o, act: d.Epilogue().Act,
		channels: x[1], filters: d.Out.MustInt(), groups: d.Groups.MustInt(),
	}
	return p.packing(values{params: params, memory: m})
}

func phases(d *ops.Deconv) func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
	return func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
		x := in[0].Shape
		g := newGemm(x, out.Shape, d.Groups.MustInt(), packingOf(d, x, order{}, params, m), d.Epilogue().Add)
		for _, rows := range axesOf(d, x, out.Shape, dim.Height) {
			for _, cols := range axesOf(d, x, out.Shape, dim.Width) {
				f := packingOf(d, x, phaseOrder(d, x, rows.taps, cols.taps), params, m)
				g.phases = append(g.phases, g.newPhase(rows, cols, f))
			}
		}
		return g.prepare()
	}
}

// axesOf are the phases along an axis.
func axesOf(d *ops.Deconv, in, out tensor.Shape, a dim.Axis) []convAxis {
	return transposed(in[a], out[a], d.K.Along(a).MustInt(), d.Stride.Along(a).MustInt(), d.Dilation.Along(a).MustInt(), d.Crop(a))
}

func pixels(d *ops.Deconv) func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
	return func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
		x, filters := in[0].Shape, out.Shape[1]
		groups, kh, kw := d.Groups.MustInt(), d.K.H.MustInt(), d.K.W.MustInt()
		all := func(n int) []tap {
			taps := make([]tap, n)
			for i := range taps {
				taps[i].k = i
			}
			return taps
		}
		o := phaseOrder(d, x, all(kh), all(kw))
		f, add, each := packingOf(d, x, o, params, m), d.Epilogue().Add, x[1]/groups
		same := f.copies(o)
		size := x[1] * filters / groups * kh * kw
		weight := f.floats(size, size, func(dst []float32) {
			w := f.fold()
			for group := range groups {
				same.copy(dst[group*o.group:], w, part{group * o.filters, o.filters, 0, each})
			}
		})
		g := &directDeconv{
			in: x, out: out.Shape, weight: weight, order: o, each: each,
			rows:    placesAlong{kh, d.Stride.H.MustInt(), d.Dilation.H.MustInt(), d.Crop(dim.Height), x[2]},
			columns: placesAlong{kw, d.Stride.W.MustInt(), d.Dilation.W.MustInt(), d.Crop(dim.Width), x[3]},
		}
		g.bias, g.act = f.behind(filters)
		plane := out.Shape[2] * out.Shape[3]
		return &task.Prepared{Algorithm: "direct", Tasks: func(to tensor.Tensor, from []tensor.Tensor, _ task.Scratch) []task.Task {
			return []task.Task{task.LongRanges(g.out.Elements(), directPart, func(ctx context.Context, first, end, _ int) {
				until := task.Looks{Ctx: ctx}
				for at := first; at < end && !until.Over; at++ {
					v := float32(g.pixel(&until, from[0].Data, at))
					if add {
						v += from[1].Data[at]
					}
					to.Data[at] = v
				}
				for at := first; at < end; { // plane by plane
					next := min(end, (at/plane+1)*plane)
					g.act.Channel(at/plane%filters, to.Data[at:next], to.Data[at:next])
					at = next
				}
			})}
		}}
	}
}

// directPart is how many pixels a part computes.
const directPart = 1 << 10

// A directDeconv is a transposed convolution pixel by pixel.
type directDeconv struct {
	in, out       tensor.Shape
	weight, bias  []float32
	order         order // of the weights
	each          int   // channels of a group
	act           rowwise.Act
	rows, columns placesAlong
}

// A placesAlong is how kernels lie along an axis.
type placesAlong struct{ k, stride, dilation, crop, in int }

// of is the pixel that reaches a place through weight i, if there is one.
func (p *placesAlong) of(at, i int) (pixel int, ok bool) {
	from := at + p.crop - i*p.dilation
	return from / p.stride, from >= 0 && from%p.stride == 0 && from/p.stride < p.in
}

// pixel computes one pixel of the result.
func (g *directDeconv) pixel(until *task.Looks, data []float32, at int) float64 {
	filters, image := g.out[1], g.in[1:].Elements()
	x, y, plane := at%g.out[3], at/g.out[3]%g.out[2], at/(g.out[2]*g.out[3])
	o := plane % filters
	src := data[plane/filters*image:][:image]
	first := o / (filters * g.each / g.in[1]) * g.each // channel of the group
	sum := 0.0
	for i := 0; i < g.rows.k && !until.Ended(1); i++ {
		fromY, ok := g.rows.of(y, i)
		for j := 0; ok && j < g.columns.k && !until.Ended(1); j++ {
			fromX, sees := g.columns.of(x, j)
			for c := 0; sees && c < g.each && !until.Ended(1); c++ {
				sum += float64(src[((first+c)*g.in[2]+fromY)*g.in[3]+fromX]) * float64(g.weight[g.order.of(o, c)+i*g.columns.k+j])
			}
		}
	}
	return sum + float64(g.bias[o])
}
