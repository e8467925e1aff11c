package conv

import (
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// Lanes is how many channels a block of float32 has.
const Lanes = layout.Lanes

// lanesBF16 is how many a block of bfloat16 has.
const lanesBF16 = kernel.LineBF16

// A problem is one convolution at one size, for which an algorithm is chosen.
type problem struct {
	members           []member // the convolutions whose filters these are, in order
	order             order    // of their weights
	x, out            tensor.Shape
	channels, filters int
	groups            int
	h, w              window
	act               ops.Activation
	add               bool // one more input is added to the result
	bias              bool
}

// A window is the window of a convolution along one axis.
type window struct {
	k, stride, dilation int
	in, out             int // pixels
	before              int // padding
}

// newProblem is for convolutions that differ only in their filters and norms.
func newProblem(members []*ops.Conv, x, out tensor.Shape) *problem {
	c := members[0]
	along := func(a dim.Axis) window {
		w := window{k: c.K.Along(a).MustInt(), stride: c.Stride.Along(a).MustInt(), dilation: c.Dilation.Along(a).MustInt(), in: x[a], out: out[a]}
		w.before, _ = c.Pad.Around(a, w.in, w.k, w.stride, w.dilation)
		return w
	}
	p := &problem{
		x: x, out: out, channels: x[1], filters: out[1], groups: c.Groups.MustInt(),
		h: along(dim.Height), w: along(dim.Width),
		act: c.Epilogue().Act, add: c.Epilogue().Add, bias: c.Bias,
	}
	for _, m := range members {
		p.members = append(p.members, member{m.Out.MustInt(), m.Bias, m.Epilogue()})
	}
	p.order = p.inOrder()
	return p
}

func (p *problem) taps() int { return p.h.k * p.w.k }

// each is how many channels a group has, which is how many a filter sees.
func (p *problem) each() int { return p.channels / p.groups }

// products is how many multiply-accumulates the definition has.
func (p *problem) products() int { return p.out.Elements() * p.each() * p.taps() }

// isPointwise reports whether every output pixel sees one pixel, in all channels.
func (p *problem) isPointwise() bool { return p.taps() == 1 && p.groups == 1 }

// isDepthwise reports whether each filter sees one channel, and each channel has one.
func (p *problem) isDepthwise() bool {
	return p.groups == p.channels && p.filters == p.channels && p.channels > 1
}

// isWhole reports whether the only window is the whole image.
func (p *problem) isWhole() bool { return p.h.isWhole() && p.w.isWhole() }

func (w *window) isWhole() bool {
	return w.out == 1 && w.k == w.in && w.before == 0 && (w.dilation == 1 || w.in == 1)
}

// span is how many pixels the windows reach over, padding included.
func (w *window) span() int { return (w.out-1)*w.stride + w.dilation*(w.k-1) + 1 }

// halo is how far the windows reach beyond the image.
func (w *window) halo() int { return max(0, w.before, w.span()-w.before-w.in) }

// layout is the layout of an input with as many zeros around it as the windows see.
func (p *problem) layout(e layout.Element) layout.Layout {
	l := layout.Blocked(e)
	l.HaloH, l.HaloW = p.h.halo(), p.w.halo()
	return l
}

func (p *problem) windows() layout.Windows {
	return layout.Windows{StrideH: p.h.stride, StrideW: p.w.stride, Top: p.h.before, Left: p.w.before}
}

// sees returns the blocks of input channels, of lanes each, that a block of filters, or
// several, see.
func (p *problem) sees(lanes, block, blocks int) (from, to int) {
	each, filters := p.each(), p.filters/p.groups
	first := block * lanes / filters * each
	last := (min((block+blocks)*lanes, p.filters)-1)/filters*each + each - 1
	return first / lanes, last/lanes + 1
}

// Limits beyond which blocks do not pay, or a part would take too long.
const (
	// leastChannels is how many channels a block must have to be worth its zeros; mostZeros
	// limits how many times more products than needed are computed.
	leastChannels = 8
	mostZeros     = 8
	// mostSummed is the most products in a sum of a blocked convolution: a part computes at
	// least a tile without checking the context.
	mostSummed = 1 << 15
)

// fitsBlocks reports whether blocks of these channels pay for an input in this layout;
// groups that share a block cost products with zeros.
func (p *problem) fitsBlocks(l layout.Layout, mostZeros int) bool {
	if p.filters < leastChannels || p.isWhole() || l.MostlyHalo(p.x) || p.each()*p.taps() > mostSummed {
		return false
	}
	if p.groups == 1 || l.Block < l.Element.Lanes() {
		return p.groups == 1
	}
	work := 0 // products of a pixel, zeros of other groups' channels included
	for block := range task.CeilDiv(p.filters, l.Block) {
		from, to := p.sees(l.Block, block, 1)
		work += (to - from) * l.Block * l.Block
	}
	return work <= mostZeros*p.filters*p.each()
}

// offsets are the places of the window in so many blocks of the input, from its first
// pixel: block by block, row by row.
func (p *problem) offsets(in *layout.Grid, blocks int) []int {
	var at []int
	for block := range blocks {
		for y := range p.h.k {
			for x := range p.w.k {
				at = append(at, block*in.Plane+y*p.h.dilation*in.Pitch+x*p.w.dilation*in.Line)
			}
		}
	}
	return at
}
