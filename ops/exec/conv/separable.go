package conv

import (
	"context"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// Separable runs a depthwise convolution and the 1x1 convolution that alone reads it (Sifre
// 2014; Chollet, arXiv:1610.02357) strip by strip, so that the value between them never
// leaves the cache. Its parameters are those of the first and those of the second. ok is
// false if they are other ops, or if the value between, of shape mid, stays in the cache
// anyway.
func Separable(first, second *ops.Conv, in []tensor.Shape, mid, out tensor.Shape) (a task.Algorithm, ok bool) {
	if len(mid) != 4 || !worthStrips(mid, out) || !hasTiles() || !second.IsPointwise() {
		return a, false
	}
	d, p := newProblem([]*ops.Conv{first}, in[0], mid), newProblem([]*ops.Conv{second}, mid, out)
	if d.taps() > mostTaps || !d.isDepthwise() || d.add || d.channels < leastChannels {
		return a, false
	}
	made := algorithm{
		name: "separable", blocked: true, estimate: func(*problem) int { return estimateTiles(d) + estimateTiles(p) },
		wants: func(*problem) layout.Layout { return wantsLines(d) },
		prepare: func(_ *problem, v values) *task.Prepared {
			return prepareSeparable(d, p, len(first.Params([]dim.Shape{dim.Shaped(in[0]...)})), v)
		},
	}
	return made.of(p), true
}

// mostTaps is the most pixels in a window of the first.
const mostTaps = 1 << 10

// stripFloats is how many numbers of a strip lie between the two, and leastBetween how many
// of an image would not stay in the cache.
const (
	stripFloats  = 64 << 10
	leastBetween = 96 << 10
)

// stripsOf is how many strips the rows are cut into, as equal as possible: a multiple of
// four, so that two or four workers end together.
func stripsOf(mid tensor.Shape) int {
	most := max(1, stripFloats/(task.RoundUp(mid[1], Lanes)*mid[3]))
	return min(task.RoundUp(task.CeilDiv(mid[2], most), 4), mid[2])
}

// worthStrips reports whether not writing and reading the value between saves more than it
// costs to read the weights of the second for every strip.
func worthStrips(mid, out tensor.Shape) bool {
	between := mid[1] * mid[2] * mid[3]
	if task.RoundUp(mid[1], Lanes)*mid[3] > 4*stripFloats {
		return false // a row is far more than a strip
	}
	return between >= leastBetween && stripsOf(mid)*mid[1]*out[1] <= 2*between
}

// A stripConv is a separable convolution in strips of rows: a part computes the depthwise
// convolution of all channels of a strip into the worker's scratch, and from that all
// filters of the 1x1 convolution.
type stripConv struct {
	in, mid, out layout.Grid // mid is of one strip
	add          *layout.Grid
	strideH      int
	strips       int
	sizes        [2]stripSize // for the smaller strips, and for those with one row more
}

// A stripSize is the two convolutions for so many rows.
type stripSize struct {
	rows                 int
	depthwise, pointwise *tiled
}

// prepareSeparable packs both; the first own parameters are the depthwise convolution's.
func prepareSeparable(d, p *problem, own int, v values) *task.Prepared {
	c := &stripConv{in: v.in[0].Grid(), out: v.out.Grid(), strideH: d.h.stride}
	c.strips = stripsOf(tensor.Shape{1, d.channels, d.h.out, d.w.out})
	rows := task.CeilDiv(d.h.out, c.strips)
	mid := layout.Value{Shape: tensor.Shape{1, d.channels, rows, d.w.out}, Layout: layout.Blocked(layout.Float32)}
	c.mid = mid.Grid()
	of := values{in: v.in[:1], out: mid, params: v.params[:own], memory: v.memory}
	first, f := newTiled(d, "", depthwiseKernel, of), d.packing(of)
	first.bias, first.act = f.behind(first.out.Blocks * Lanes)
	d.depthwiseUnits(first, f)
	of = values{in: append([]layout.Value{mid}, v.in[1:]...), out: v.out, params: v.params[own:], memory: v.memory}
	second, f := newTiled(p, "", denseKernel, of), p.packing(of)
	second.bias, second.act = f.behind(second.out.Blocks * Lanes)
	p.denseUnits(second, f)
	c.add = second.add
	size := func(rows int) stripSize {
		return stripSize{rows, first.ofRows(d.windows(), rows), second.ofRows(layout.Windows{StrideH: 1, StrideW: 1, Breaks: true}, rows)}
	}
	c.sizes = [2]stripSize{size(d.h.out / c.strips), size(rows)}
	return c.prepare()
}

// ofRows covers so many rows of the result with tiles. The strip writes the zeros beside
// the rows: only it knows its place.
func (b tiled) ofRows(s layout.Windows, rows int) *tiled {
	in, out := b.in, b.out
	out.H = rows
	if s.Still() {
		in.H = rows
	}
	if b.add != nil {
		add := *b.add
		add.H = rows
		b.add = &add
	}
	b.tiles = layout.WithoutEnds(s.Cover(in, out, b.add))
	b.places = layout.PlacesOf(b.tiles, b.step)
	return &b
}

func (c *stripConv) prepare() *task.Prepared {
	return &task.Prepared{
		Algorithm: "separable-" + kernel.ISA(),
		PerWorker: c.mid.Blocks * c.mid.Plane,
		Tasks: func(out tensor.Tensor, in []tensor.Tensor, lent task.Scratch) []task.Task {
			return []task.Task{task.LongRanges(c.out.N*c.strips, 1, func(ctx context.Context, part, _, worker int) {
				c.strip(ctx, out.Data, in, lent.Of(worker), part/c.strips, part%c.strips)
			})}
		},
	}
}

// strip computes the i-th strip of an image, and checks ctx at each unit.
func (c *stripConv) strip(ctx context.Context, out []float32, in []tensor.Tensor, between []float32, image, i int) {
	y, end := i*c.out.H/c.strips, (i+1)*c.out.H/c.strips
	size := &c.sizes[0]
	if end-y > size.rows {
		size = &c.sizes[1]
	}
	seen := in[0].Data[c.in.Shift(image, 0)+y*c.strideH*c.in.Pitch:]
	first := tiledPart{size.depthwise, between, seen, nil, nil, 0, len(size.depthwise.tiles)}
	for u := 0; u < len(first.units) && ctx.Err() == nil; u++ {
		first.unit(u, 0)
	}
	var added []float32
	if c.add != nil {
		added = in[1].Data[c.add.Shift(image, 0)+y*c.add.Pitch:]
	}
	second := tiledPart{size.pointwise, out[c.out.Shift(image, 0)+y*c.out.Pitch:], between, added, nil, 0, len(size.pointwise.tiles)}
	for u := 0; u < len(second.units) && ctx.Err() == nil; u++ {
		second.unit(u, 0)
	}
	for block := range c.out.Blocks {
		for row := y; row < end; row++ {
			c.out.ZeroHalo(out, image, block, row)
		}
	}
}
