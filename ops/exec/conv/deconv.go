package conv

import (
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/rowwise"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
	"context"
)

// mostPhases is the largest number of phases, for strides of 8 both ways, for which packing
// them separately pays.
const mostPhases = 64

// Deconv lists how a transposed convolution may be run: as one convolution for each
// remainder of the output pixels modulo the stride, or if the stride is so large that
// hardly any kernels overlap, pixel by pixel.
func Deconv(d *ops.Deconv, in []tensor.Shape, out tensor.Shape, precision layout.Precision) []task.Algorithm {
	a := task.Algorithm{Name: "phases", In: make([]layout.Layout, len(in)), Packs: true, Prepare: phases(d)}
	if min(d.Stride.H.MustInt(), out[2])*min(d.Stride.W.MustInt(), out[3]) > mostPhases {
		a.Name, a.Prepare = "direct", pixels(d)
	}
	return append(spreads(d, in, out, precision), a)
}

// weightAt is where the weight of an output channel, a channel of its group and a place of the
// kernel lies in [C, out/groups, kh, kw].
func weightAt(d *ops.Deconv, x tensor.Shape) func(o, c, i, j int) int {
	each, filters := x[1]/d.Groups.MustInt(), d.Out.MustInt()/d.Groups.MustInt()
	kh, kw := d.K.H.MustInt(), d.K.W.MustInt()
	return func(o, c, i, j int) int {
		return (((o/filters*each+c)*filters+o%filters)*kh+i)*kw + j
	}
}

func deconvPacking(d *ops.Deconv, out tensor.Shape, params []tensor.Tensor, m task.Memory) *packing {
	return newPacking(m, out[1], d.Epilogue().Act, func() *filters { return fold(params, out[1], d.Bias, d.Epilogue()) })
}

func phases(d *ops.Deconv) func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
	return func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
		x := in[0].Shape
		f := deconvPacking(d, out.Shape, params, m)
		place := weightAt(d, x)
		weight := func(o, c, i, j int) float32 { return f.at(place(o, c, i, j), o) }
		g := newGemm(x, out.Shape, d.Groups.MustInt(), f, d.Epilogue().Add)
		for _, rows := range axesOf(d, x, out.Shape, dim.Height) {
			for _, cols := range axesOf(d, x, out.Shape, dim.Width) {
				g.phases = append(g.phases, g.newPhase(rows, cols, weight))
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
		f := deconvPacking(d, out.Shape, params, m)
		add := d.Epilogue().Add
		groups, kh, kw := d.Groups.MustInt(), d.K.H.MustInt(), d.K.W.MustInt()
		place := weightAt(d, x)
		weight := f.Floats(x[1]*filters/groups*kh*kw, func(dst []float32) {
			for o := range filters {
				for c := range x[1] / groups {
					first := place(o, c, 0, 0)
					for i := first; i < first+kh*kw; i++ {
						dst[i] = f.at(i, o)
					}
				}
			}
		})
		g := &directDeconv{
			in: x, out: out.Shape, weight: weight, place: place, each: x[1] / groups,
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
	place         func(o, c, i, j int) int
	each          int // channels of a group
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
				sum += float64(src[((first+c)*g.in[2]+fromY)*g.in[3]+fromX]) * float64(g.weight[g.place(o, c, i, j)])
			}
		}
	}
	return sum + float64(g.bias[o])
}
