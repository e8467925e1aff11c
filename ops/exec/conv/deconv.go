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
func Deconv(d *ops.Deconv, in []tensor.Shape, out tensor.Shape) []task.Algorithm {
	a := task.Algorithm{Name: "phases", In: make([]layout.Layout, len(in)), Packs: true, Prepare: phases(d)}
	if min(d.Stride.H.MustInt(), out[2])*min(d.Stride.W.MustInt(), out[3]) > mostPhases {
		a.Name, a.Prepare = "direct", pixels(d)
	}
	return []task.Algorithm{a}
}

func deconvPacking(d *ops.Deconv, out tensor.Shape, params []tensor.Tensor, m task.Memory) *packing {
	return newPacking(m, out[1], d.Epilogue().Act, func() *filters { return fold(params, out[1], d.Bias, d.Epilogue()) })
}

func phases(d *ops.Deconv) func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
	return func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
		x, filters := in[0].Shape, out.Shape[1]
		f := deconvPacking(d, out.Shape, params, m)
		kh, kw := d.K.H.MustInt(), d.K.W.MustInt()
		weight := func(o, c, y, x int) float32 { return f.at(((c*filters+o)*kh+y)*kw+x, o) }
		axes := func(a dim.Axis) []convAxis {
			return transposed(x[a], out.Shape[a], d.K.Along(a).MustInt(), d.Stride.Along(a).MustInt(), d.Crop(a))
		}
		g := newGemm(x, out.Shape, 1, f, d.Epilogue().Add)
		for _, rows := range axes(dim.Height) {
			for _, cols := range axes(dim.Width) {
				g.phases = append(g.phases, g.newPhase(rows, cols, weight))
			}
		}
		return g.prepare()
	}
}

func pixels(d *ops.Deconv) func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
	return func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
		x, filters := in[0].Shape, out.Shape[1]
		f := deconvPacking(d, out.Shape, params, m)
		add := d.Epilogue().Add
		weight := f.Floats(x[1]*filters*d.K.H.MustInt()*d.K.W.MustInt(), func(dst []float32) {
			each := len(dst) / x[1] / filters
			for i := range dst {
				dst[i] = f.at(i, i/each%filters)
			}
		})
		g := &directDeconv{
			in: x, out: out.Shape, weight: weight,
			kh: d.K.H.MustInt(), kw: d.K.W.MustInt(), strideH: d.Stride.H.MustInt(), strideW: d.Stride.W.MustInt(),
			top: d.Crop(dim.Height), left: d.Crop(dim.Width),
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
	in, out          tensor.Shape
	weight, bias     []float32
	act              rowwise.Act
	kh, kw           int
	strideH, strideW int
	top, left        int
}

// pixel computes one pixel of the result.
func (g *directDeconv) pixel(until *task.Looks, data []float32, at int) float64 {
	filters, image := g.out[1], g.in[1:].Elements()
	x, y, plane := at%g.out[3]+g.left, at/g.out[3]%g.out[2]+g.top, at/(g.out[2]*g.out[3])
	o := plane % filters
	src := data[plane/filters*image:][:image]
	sum := 0.0
	for i := y % g.strideH; i < g.kh; i += g.strideH {
		for j := x % g.strideW; j < g.kw && !until.Ended(1); j += g.strideW {
			fromY, fromX := (y-i)/g.strideH, (x-j)/g.strideW
			if y < i || fromY >= g.in[2] || x < j || fromX >= g.in[3] {
				continue
			}
			for c := 0; c < g.in[1] && !until.Ended(1); c++ {
				sum += float64(src[(c*g.in[2]+fromY)*g.in[3]+fromX]) * float64(g.weight[((c*filters+o)*g.kh+i)*g.kw+j])
			}
		}
	}
	return sum + float64(g.bias[o])
}
