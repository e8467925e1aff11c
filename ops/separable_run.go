package ops

import (
	"context"

	"cnnlang/ops/dim"
	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// A strip of a separable convolution is some rows of its result: a part computes
// the depthwise convolution of all channels there into the worker's scratch, and
// from that all filters of the 1x1 convolution.
type stripConv struct {
	in, mid, out grid // mid is of one strip
	add          *grid
	strideH      int
	strips       int
	sizes        [2]stripSize // of the fewer rows, and of one more
}

// A stripSize is the two convolutions for so many rows.
type stripSize struct {
	rows                 int
	depthwise, pointwise *blockedConv
}

// PrepareBlocked packs both.
func (s *Separable) PrepareBlocked(in []Value, out Value, params []tensor.Tensor) Prepared {
	x, y := in[0].Shape, out.Shape
	own := len(s.depthwise.Params([]dim.Shape{dim.Shaped(x...)}))
	c := &stripConv{in: in[0].grid(), out: out.grid(), strideH: s.depthwise.Stride.H.MustInt()}
	c.strips = stripsOf(tensor.Shape{1, x[1], y[2], y[3]})
	rows := ceilDiv(y[2], c.strips)
	mid := Value{Shape: tensor.Shape{1, x[1], rows, y[3]}, Layout: Layout{Block: Lanes}}
	c.mid = mid.grid()
	if s.pointwise.epilogue.Add {
		added := in[1].grid()
		c.add = &added
	}
	first := s.depthwise.stripped(c.in, c.mid, nil, s.depthwise.packing(params[:own], x[1]))
	first.depthwise = true
	s.depthwise.depthwiseUnits(first.blockedConv, first.packing)
	second := s.pointwise.stripped(c.mid, c.out, c.add, s.pointwise.packing(params[own:], y[1]))
	s.pointwise.denseUnits(second.blockedConv, mid.Shape, tensor.Shape{1, y[1], rows, y[3]}, second.packing)
	windows := slider{
		strideH: c.strideH, strideW: s.depthwise.Stride.W.MustInt(),
		top: s.depthwise.before(vertical, x), left: s.depthwise.before(horizontal, x),
	}
	size := func(rows int) stripSize {
		return stripSize{rows, first.ofRows(windows, rows), second.ofRows(slider{strideH: 1, strideW: 1, breaks: true}, rows)}
	}
	c.sizes = [2]stripSize{size(y[2] / c.strips), size(rows)}
	return c.prepare()
}

// strippedConv is a convolution before its tiles are known.
type strippedConv struct {
	*blockedConv
	packing *packing
}

// stripped is a convolution with its constants.
func (c *Conv) stripped(in, out grid, add *grid, p *packing) strippedConv {
	b := &blockedConv{in: in, out: out, add: add, whole: true, act: c.epilogue.Act, step: c.Stride.W.MustInt() * Lanes}
	b.bias = p.biases(out.blocks * Lanes)
	b.low, b.high = b.act.bounds()
	return strippedConv{b, p}
}

// ofRows covers so many rows of the result with tiles. The zeros beside the rows
// are left to the strip: only it knows where it lies.
func (c strippedConv) ofRows(s slider, rows int) *blockedConv {
	b := *c.blockedConv
	in, out := b.in, b.out
	out.h = rows
	if s.still() {
		in.h = rows
	}
	if b.add != nil {
		add := *b.add
		add.h = rows
		b.add = &add
	}
	b.tiles = covered(s, in, out, b.add)
	for i := range b.tiles {
		b.tiles[i].finished = 0
	}
	b.places = placesOf(b.tiles, b.step)
	return &b
}

func (c *stripConv) prepare() Prepared {
	return &prepared{
		algorithm: "separable-" + kernel.ISA(),
		lend:      c.mid.blocks * c.mid.plane,
		bind: func(out tensor.Tensor, in []tensor.Tensor, lent scratch) []Task {
			return []Task{longRanges(c.out.n*c.strips, 1, func(ctx context.Context, part, _, worker int) {
				c.strip(ctx, out.Data, in, lent.of(worker), part/c.strips, part%c.strips)
			})}
		},
	}
}

// strip computes the i-th strip of an image, and looks at ctx at each unit.
func (c *stripConv) strip(ctx context.Context, out []float32, in []tensor.Tensor, between []float32, image, i int) {
	y, end := i*c.out.h/c.strips, (i+1)*c.out.h/c.strips
	size := &c.sizes[0]
	if end-y > size.rows {
		size = &c.sizes[1]
	}
	seen := in[0].Data[c.in.shift(image, 0)+y*c.strideH*c.in.pitch:]
	first := blockedPartOf{size.depthwise, between, seen, nil, nil, 0, len(size.depthwise.tiles)}
	for u := 0; u < len(first.units) && ctx.Err() == nil; u++ {
		first.unit(u, 0)
	}
	var added []float32
	if c.add != nil {
		added = in[1].Data[c.add.shift(image, 0)+y*c.add.pitch:]
	}
	second := blockedPartOf{size.pointwise, out[c.out.shift(image, 0)+y*c.out.pitch:], between, added, nil, 0, len(size.pointwise.tiles)}
	for u := 0; u < len(second.units) && ctx.Err() == nil; u++ {
		second.unit(u, 0)
	}
	for block := range c.out.blocks {
		for row := y; row < end; row++ {
			c.out.zeroHalo(out, image, block, row)
		}
	}
}
