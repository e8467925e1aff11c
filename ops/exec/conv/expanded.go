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

// An Expansion is a 1x1 convolution to many channels, the depthwise convolution that alone reads it, and perhaps the 1x1
// convolution that alone reads that (Sandler et al., arXiv:1801.04381):
//
//	input ──1x1──▶ two blocks of the wide value ──depthwise──▶ the same of what is between ──1x1──▶ rows of the result
//	               of the rows that a strip sees               of all blocks, after the last
//
// They are computed strip by strip and, in each, two blocks of channels at a time, so that the wide value never leaves the
// cache. Rows that two strips see are computed for both.
type Expansion struct {
	Expand, Depthwise *ops.Conv
	Project           *ops.Conv    // or nil
	Wide, Mid         tensor.Shape // the values between; without Project the second is the result
}

// Algorithm runs an expansion. Its parameters are those of its convolutions in turn. ok is false if they are other ops, or
// if it does not pay.
func (x *Expansion) Algorithm(in []tensor.Shape, out tensor.Shape) (a task.Algorithm, ok bool) {
	if len(x.Wide) != 4 || !hasTiles() || !x.Expand.IsPointwise() {
		return a, false
	}
	e, d := newProblem([]*ops.Conv{x.Expand}, in[0], x.Wide), newProblem([]*ops.Conv{x.Depthwise}, x.Wide, x.Mid)
	if d.taps() > mostTaps || !d.isDepthwise() || d.add || d.channels < leastChannels || e.add || e.act.IsLearned() || e.channels < leastChannels {
		return a, false
	}
	if d.stripRows() == 0 {
		return a, false
	}
	p, last := d, d
	time := estimateTiles(e) + estimateLanes(d)
	if x.Project != nil {
		if p = newProblem([]*ops.Conv{x.Project}, x.Mid, out); !p.isPointwise() {
			return a, false
		}
		last, time = p, time+estimateTiles(p)
	}
	made := algorithm{
		name: "expanded", blocked: true, estimate: func(*problem) int { return time },
		wants:   func(*problem) layout.Layout { return wantsLines(e) },
		prepare: func(_ *problem, v values) *task.Prepared { return prepareExpanded(x, e, d, p, v) },
	}
	return made.of(last), true
}

// How many numbers of a wide value would leave the cache of a core, how many a strip may have of both values between, and
// which part of the wide value may be computed twice.
const (
	leastWide   = 384 << 10
	expanding   = 150 << 10
	mostAgain   = 0.16
	widestPiece = 2
)

// stripRows is how many rows of the depthwise convolution's result a strip has at most, 0 if strips do not pay. There are
// four strips or a multiple, as for Separable.
func (p *problem) stripRows() int {
	if p.x[1]*p.x[2]*p.x[3] < leastWide {
		return 0
	}
	blocks := task.CeilDiv(p.channels, Lanes)
	span := p.h.dilation*(p.h.k-1) + 1
	size := func(rows int) int {
		return Lanes * (widestPiece*((rows-1)*p.h.stride+span)*(p.w.in+p.w.halo()) + blocks*rows*p.w.out)
	}
	for strips := 4; strips <= p.h.out; strips += 4 {
		rows := task.CeilDiv(p.h.out, strips)
		again := strips*((rows-1)*p.h.stride+span) - p.h.in
		switch {
		case float64(again) > mostAgain*float64(p.h.in):
			return 0
		case size(rows) <= expanding:
			return rows
		}
	}
	return 0
}

// An expandedConv is an expansion in strips.
type expandedConv struct {
	in, wide, mid, out layout.Grid  // wide is of two blocks of a strip, mid of all of a strip
	add                *layout.Grid // to the last
	projects, clamps   bool         // whether there is a last convolution; whether the first only clamps
	strips             []expandedStrip
}

// An expandedStrip is the rows [y, end) of the result. They see the rows [from, to) of the wide value, and so many rows of
// zeros above.
type expandedStrip struct {
	y, end, from, to, above int
	expand                  []*tiled // by piece
	depthwise, pointwise    *tiled
}

func prepareExpanded(x *Expansion, e, d, p *problem, v values) *task.Prepared {
	c := &expandedConv{in: v.in[0].Grid(), out: v.out.Grid(), projects: x.Project != nil}
	strips := task.RoundUp(task.CeilDiv(d.h.out, d.stripRows()), 4)
	rows := task.CeilDiv(d.h.out, strips)
	seen := (rows-1)*d.h.stride + d.h.dilation*(d.h.k-1) + 1
	halo := d.layout(layout.Float32)
	halo.HaloH = 0
	shape := func(channels, rows, width int) tensor.Shape { return tensor.Shape{1, channels, rows, width} }
	piece := layout.Value{Shape: shape(widestPiece*Lanes, seen, d.w.in), Layout: halo}
	between := layout.Value{Shape: shape(d.channels, rows, d.w.out), Layout: layout.Blocked(layout.Float32)}
	c.wide, c.mid = piece.Grid(), between.Grid()

	params := v.params
	take := func(conv *ops.Conv, in tensor.Shape) []tensor.Tensor {
		n := len(conv.Params([]dim.Shape{dim.Shaped(in...)}))
		taken := params[:n]
		params = params[n:]
		return taken
	}
	of := values{in: v.in[:1], out: layout.Value{Shape: x.Wide, Layout: halo}, params: take(x.Expand, v.in[0].Shape), memory: v.memory}
	first, f := newTiled(e, "", denseKernel, of), e.packing(of)
	first.bias, first.act = f.behind(first.out.Blocks * Lanes)
	e.denseUnits(first, f)
	c.clamps = first.act.Clamps

	of = values{in: []layout.Value{piece}, out: between, params: take(x.Depthwise, x.Wide), memory: v.memory}
	if !c.projects {
		of.out = v.out
	}
	second, f := newTiled(d, "", depthwiseKernel, of), d.packing(of)
	second.bias, second.act = f.behind(second.out.Blocks * Lanes)
	d.depthwiseUnits(second, f)
	for _, u := range first.units {
		for b := range u.blocks {
			second.units[u.block+b].inBlock = b
		}
	}
	var third *tiled
	if c.projects {
		of = values{in: append([]layout.Value{between}, v.in[1:]...), out: v.out, params: params, memory: v.memory}
		third = newTiled(p, "", denseKernel, of)
		f = p.packing(of)
		third.bias, third.act = f.behind(third.out.Blocks * Lanes)
		p.denseUnits(third, f)
		c.add = third.add
	}
	for i := range strips {
		if s := c.strip(d, first, second, third, i*d.h.out/strips, (i+1)*d.h.out/strips); s.end > s.y {
			c.strips = append(c.strips, s)
		}
	}
	return c.prepare()
}

// strip covers the rows [y, end) of the result, and what they see, with tiles.
func (c *expandedConv) strip(d *problem, first, second, third *tiled, y, end int) expandedStrip {
	top := y*d.h.stride - d.h.before
	s := expandedStrip{y: y, end: end, from: max(top, 0), to: min((end-1)*d.h.stride-d.h.before+d.h.dilation*(d.h.k-1)+1, d.h.in)}
	s.above = s.from - top
	expand := *first
	expand.out = c.wide
	still := layout.Windows{StrideH: 1, StrideW: 1, Breaks: true}
	covered := expand.ofRows(still, s.to-s.from)
	for _, u := range first.units {
		one := *covered
		one.bias = first.bias[u.block*Lanes:]
		u.block = 0
		one.units = []unit{u}
		s.expand = append(s.expand, &one)
	}
	slide := d.windows()
	slide.Top = 0
	s.depthwise = second.ofRows(slide, end-y)
	if third != nil {
		s.pointwise = third.ofRows(still, end-y)
	}
	return s
}

func (c *expandedConv) prepare() *task.Prepared {
	wide, mid := c.wide.MeansAt(), 0
	if c.projects {
		mid = c.mid.MeansAt()
	}
	var tables int64
	for i := range c.strips {
		s := &c.strips[i]
		tables += layout.TableBytes(s.expand[0].tiles) + layout.TableBytes(s.depthwise.tiles)
		if c.projects {
			tables += layout.TableBytes(s.pointwise.tiles)
		}
	}
	return &task.Prepared{
		Algorithm: "expanded-" + kernel.ISA(),
		PerWorker: wide + mid,
		Tables:    tables,
		Tasks: func(out tensor.Tensor, in []tensor.Tensor, lent task.Scratch) []task.Task {
			return []task.Task{task.LongRanges(c.out.N*len(c.strips), 1, func(ctx context.Context, part, _, worker int) {
				own := lent.Of(worker)
				c.run(ctx, out.Data, in, own[:wide], own[wide:], part/len(c.strips), part%len(c.strips))
			})}
		},
	}
}

// run computes the i-th strip of an image, and checks ctx at each piece.
func (c *expandedConv) run(ctx context.Context, out []float32, in []tensor.Tensor, wide, mid []float32, image, i int) {
	s := &c.strips[i]
	rows := out[c.out.Shift(image, 0)+s.y*c.out.Pitch:]
	between := mid
	if !c.projects {
		between = rows
	}
	second := tiledPart{s.depthwise, between, wide, nil, nil, 0, len(s.depthwise.tiles)}
	seen := in[0].Data[c.in.Shift(image, 0)+s.from*c.in.Pitch:]
	block := 0
	for n, e := range s.expand {
		if ctx.Err() != nil {
			return
		}
		if n == 0 {
			c.clear(wide, s)
		}
		first := tiledPart{e, wide[s.above*c.wide.Pitch:], seen, nil, nil, 0, len(e.tiles)}
		first.unit(0, 0)
		if n == 0 || !c.clamps {
			c.beside(wide)
		}
		for range e.units[0].blocks {
			second.unit(block, 0)
			block++
		}
	}
	if c.projects {
		var added []float32
		if c.add != nil {
			added = in[1].Data[c.add.Shift(image, 0)+s.y*c.add.Pitch:]
		}
		third := tiledPart{s.pointwise, rows, mid, added, nil, 0, len(s.pointwise.tiles)}
		for u := 0; u < len(third.units) && ctx.Err() == nil; u++ {
			third.unit(u, 0)
		}
	}
	for block := range c.out.Blocks {
		for row := s.y; row < s.end; row++ {
			c.out.ZeroHalo(out, image, block, row)
		}
	}
}

// clear makes the rows of zeros above and below what the strip sees of the image.
func (c *expandedConv) clear(wide []float32, s *expandedStrip) {
	for block := range c.wide.Blocks {
		for y := range c.wide.H {
			if y < s.above || y >= s.above+s.to-s.from {
				clear(c.wide.Row(wide, 0, block, y))
			}
		}
	}
}

// beside makes the zeros beside all rows; an activation may have written there.
func (c *expandedConv) beside(wide []float32) {
	for block := range c.wide.Blocks {
		for y := range c.wide.H {
			c.wide.ZeroHalo(wide, 0, block, y)
		}
	}
}
