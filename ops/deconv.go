package ops

import (
	"context"

	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// Deconv is the transposed 2-D convolution: each pixel of [N, C, H, W] adds its
// kernel, scaled, to the output, kernels lying stride apart. Padding is cropped
// from the result. With Same padding the output is H*stride, which needs
// k >= stride; of the k - stride cropped rows the odd one is the last.
//
// Cost: one multiply-accumulate for each input element and each weight of its
// channel, cropped ones included; one FLOP more for each added bias.
type Deconv struct {
	Out    dim.Size
	K      dim.Pair
	Stride dim.Pair
	Pad    Padding
	Bias   bool

	epilogue Epilogue
	memory   Memory
}

func (d *Deconv) Name() string { return "deconv" }

// Infer gives [N, out, (H-1)*stride - top - bottom + kh, …].
func (d *Deconv) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, d, in, d.epilogue.inputs())
	r.whole("out", d.Out, 1)
	r.pair("k", d.K, 1)
	r.pair("stride", d.Stride, 1)
	r.padding(d.Pad)
	if !r.rank(0, 4) {
		return r.end(nil)
	}
	x := in[0]
	out := dim.Shape{x[0], d.Out, d.grow(r, vertical, x[2]), d.grow(r, horizontal, x[3])}
	d.epilogue.infer(r, out)
	return r.end(out)
}

func (d *Deconv) grow(r *rule, a spatial, size dim.Size) dim.Size {
	k, stride := a.of(d.K), a.of(d.Stride)
	if d.Pad.Mode == Same {
		if r.ok() && !dim.AtLeast(r, k, stride) {
			r.bad("pad", "a kernel at least as large as the stride, or explicit padding",
				"`pad=same` of `deconv` needs `k` of at least `stride`, got %v and %v", d.K, d.Stride)
		}
		return size.Mul(stride)
	}
	before, after := d.Pad.fixed(a, k)
	grown := size.Sub(dim.Int(1)).Mul(stride).Sub(before).Sub(after).Add(k)
	if r.ok() && grown.IsValid() && !dim.AtLeast(r, grown, dim.Int(1)) {
		r.unfit("pad", "less padding", "`pad` of `deconv` crops the whole %v away: %v and %v of %v pixels",
			a, before, after, grown.Add(before).Add(after))
	}
	return grown
}

// crop is how many rows (columns) of the full result lie before the output.
func (d *Deconv) crop(a spatial) int {
	if d.Pad.Mode == Same {
		return (a.of(d.K).MustInt() - a.of(d.Stride).MustInt()) / 2
	}
	before, _ := d.Pad.fixed(a, a.of(d.K))
	return before.MustInt()
}

// Params are weight [C, out, kh, kw], bias [out], and the norm's.
func (d *Deconv) Params(in []dim.Shape) []Param {
	weight := dim.Shape{in[0][1], d.Out, d.K.H, d.K.W}
	return append(weightAndBias(weight, d.Out, d.Bias), d.epilogue.params(d.Out)...)
}

func (d *Deconv) Cost(in []dim.Shape, out dim.Shape) Cost {
	macs := in[0].Product().Mul(d.Out).Mul(d.K.H).Mul(d.K.W)
	return multiplyCost(macs, out, d.Bias, d.epilogue)
}

func (d *Deconv) Epilogue() Epilogue { return d.epilogue }

func (d *Deconv) WithEpilogue(e Epilogue) Op {
	fused := *d
	fused.epilogue = e
	return &fused
}

// PackedIn returns the same op with another memory for its weights.
func (d *Deconv) PackedIn(m Memory) Op {
	packed := *d
	packed.memory = m
	return &packed
}

// mostPhases is up to which stride the phases of a transposed convolution are
// worth packing apart: strides of 8 both ways.
const mostPhases = 64

// Prepare takes the transposed convolution apart into one convolution for each
// remainder of the output pixels modulo the stride.
func (d *Deconv) Prepare(in []tensor.Shape, out tensor.Shape, params []tensor.Tensor) Prepared {
	x, filters := in[0], out[1]
	p := newPacking(d.memory, params, filters, d.Bias, d.epilogue)
	kh, kw := d.K.H.MustInt(), d.K.W.MustInt()
	if min(d.Stride.H.MustInt(), out[2])*min(d.Stride.W.MustInt(), out[3]) > mostPhases {
		return d.prepareDirect(x, out, p)
	}
	weight := func(o, c, y, x int) float32 { return p.at(((c*filters+o)*kh+y)*kw+x, o) }
	g := newGemmConv(x, out, 1, p, d.epilogue)
	for _, rows := range d.axes(vertical, x, out) {
		for _, cols := range d.axes(horizontal, x, out) {
			g.phases = append(g.phases, g.newPhase(rows, cols, weight))
		}
	}
	return g.prepare()
}

func (d *Deconv) axes(a spatial, in, out tensor.Shape) []convAxis {
	return transposed(in[a], out[a], a.of(d.K).MustInt(), a.of(d.Stride).MustInt(), d.crop(a))
}

// prepareDirect is for huge strides, where hardly any weights meet: it looks for
// the pixels of each output pixel.
func (d *Deconv) prepareDirect(in, out tensor.Shape, p *packing) Prepared {
	filters := out[1]
	weight := p.Floats(in[1]*filters*d.K.H.MustInt()*d.K.W.MustInt(), func(dst []float32) {
		each := len(dst) / in[1] / filters
		for i := range dst {
			dst[i] = p.at(i, i/each%filters)
		}
	})
	g := &directDeconv{
		in: in, out: out, weight: weight, bias: p.biases(filters),
		kh: d.K.H.MustInt(), kw: d.K.W.MustInt(), strideH: d.Stride.H.MustInt(), strideW: d.Stride.W.MustInt(),
		top: d.crop(vertical), left: d.crop(horizontal),
	}
	return &prepared{algorithm: "direct", bind: func(to tensor.Tensor, from []tensor.Tensor, _ scratch) []Task {
		return []Task{longRanges(out.Elements(), directPart, func(ctx context.Context, first, end, _ int) {
			until := looks{ctx: ctx}
			for at := first; at < end && !until.over; at++ {
				v := float32(g.pixel(&until, from[0].Data, at))
				if d.epilogue.Add {
					v += from[1].Data[at]
				}
				to.Data[at] = v
			}
			piece := to.Data[first:end]
			d.epilogue.Act.apply(piece, piece)
		})}
	}}
}

// directPart is how many pixels a part looks for.
const directPart = 1 << 10

// A directDeconv is a transposed convolution pixel by pixel.
type directDeconv struct {
	in, out          tensor.Shape
	weight, bias     []float32
	kh, kw           int
	strideH, strideW int
	top, left        int
}

// pixel computes the one at a place of the result.
func (g *directDeconv) pixel(until *looks, data []float32, at int) float64 {
	filters, image := g.out[1], g.in[1:].Elements()
	x, y, plane := at%g.out[3]+g.left, at/g.out[3]%g.out[2]+g.top, at/(g.out[2]*g.out[3])
	o := plane % filters
	src := data[plane/filters*image:][:image]
	sum := 0.0
	for i := y % g.strideH; i < g.kh; i += g.strideH {
		for j := x % g.strideW; j < g.kw && !until.ended(1); j += g.strideW {
			fromY, fromX := (y-i)/g.strideH, (x-j)/g.strideW
			if y < i || fromY >= g.in[2] || x < j || fromX >= g.in[3] {
				continue
			}
			for c := 0; c < g.in[1] && !until.ended(1); c++ {
				sum += float64(src[(c*g.in[2]+fromY)*g.in[3]+fromX]) * float64(g.weight[((c*filters+o)*g.kh+i)*g.kw+j])
			}
		}
	}
	return sum + float64(g.bias[o])
}
