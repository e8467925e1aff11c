package ops

import (
	"fmt"

	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// A Layout says how a value [N, C, H, W] lies in memory. The zero Layout is
// plain: row-major, as its shape says. A blocked one is
//
//	[N][C/Block][H + HaloH][W + HaloW][Block]
//
// in which the channels of a block lie together at every pixel, one cache line
// for a Block of 16, or of 32 where they are bfloat16. Channels beyond C are there and
// mean nothing: of float32 they may be NaN, of bfloat16 they are finite where all values
// are.
//
// The halo is zeros, so that a convolution tests no border. It is shared: what
// lies to the right of a row is to the left of the next one, and what lies below
// a plane is above the next one. (Without halo there may be a gap between planes,
// of nothing.) Only the first plane has its own, in front:
//
//	· · · · ·     HaloH rows, then HaloW pixels, that nobody but the first plane has
//	· x x x x ·   row 0 of W pixels, HaloW zeros after it
//	  x x x x ·   row 1
//	  · · · · ·   HaloH rows of zeros
//	  x x x x ·   row 0 of the next plane …
//
// With Means the mean of every channel follows, as a value of one pixel without halo.
type Layout struct {
	Block        int
	HaloH, HaloW int
	BF16         bool // two bfloat16 in the place of each float32
	Means        bool
}

// Plain reports whether the value lies as its shape says.
func (l Layout) Plain() bool { return l == Layout{} }

// Lanes is the Block of every blocked layout of float32 but that of an image with
// few channels, whose Block is 1.
const Lanes = kernel.Lanes

// pixel is how many float32 a pixel of a block takes.
func (l Layout) pixel() int {
	if l.BF16 {
		return l.Block / 2
	}
	return max(l.Block, 1) // plain is Block 1 without halo
}

// Bare is the layout without its halo, and without means.
func (l Layout) Bare() Layout { return Layout{Block: l.Block, BF16: l.BF16} }

func (l Layout) bare() bool { return l.HaloH == 0 && l.HaloW == 0 }

// Floats is how many float32 a value of shape s takes.
func (l Layout) Floats(s tensor.Shape) int {
	if l.Plain() {
		return s.Elements()
	}
	return Value{Shape: s, Layout: l}.Floats()
}

// Image is how far an image of such a value lies from the next one.
func (l Layout) Image(s tensor.Shape) int {
	g := l.grid(s)
	return g.image
}

// MeansAt is how far the means of a value of shape s lie from its start.
func (l Layout) MeansAt(s tensor.Shape) int {
	g := l.grid(s)
	return g.meansAt()
}

// Channel is how far channel c, the first of its block, lies from channel 0.
func (l Layout) Channel(s tensor.Shape, c int) int {
	if l.Plain() {
		return c * s[2:].Elements()
	}
	return c / l.Block * l.grid(s).plane
}

// Covers reports whether a value in this layout will do where other is wanted.
func (l Layout) Covers(other Layout) bool {
	return l.Bare() == other.Bare() && l.HaloH >= other.HaloH && l.HaloW >= other.HaloW
}

// SameMemory reports whether a value of shape s lies equally in both.
func (l Layout) SameMemory(other Layout, s tensor.Shape) bool {
	if l == other {
		return true
	}
	flat := func(l Layout) bool {
		return l.Plain() || !l.BF16 && l.HaloH == 0 && l.HaloW == 0 && len(s) > 1 && s[1]%l.Block == 0
	}
	return flat(l) && flat(other) && s[2:].Elements() == 1
}

// String prints nchw, or 16c with the halo: 16c+1x1. Of bfloat16 it is 32b.
func (l Layout) String() string {
	if l.Plain() {
		return "nchw"
	}
	name := fmt.Sprintf("%dc", l.Block)
	if l.BF16 {
		name = fmt.Sprintf("%db", l.Block)
	}
	if !l.bare() {
		name += fmt.Sprintf("+%dx%d", l.HaloH, l.HaloW)
	}
	if l.Means {
		name += "+means"
	}
	return name
}

// A Value is what an op is told of an input or its result. It may lie in a larger
// one of the same layout and size of images, as some of its channels:
//
//	image 0: a a b b b c    image 1: a a b b b c    planes of the concatenation
//	             └─────── Apart ───────┘            of a, b and c; b is told this
//
// Then what lies above the first plane of each image belongs to another value.
// Whoever writes the value writes zeros there, as that one does: nobody knows which
// of them is written first.
type Value struct {
	Shape  tensor.Shape
	Layout Layout
	Apart  int // float32 from an image to the next; 0 where they follow one another
}

// Floats is how many float32 there are from the first that belongs to the value to
// the last.
func (v Value) Floats() int {
	if v.Layout.Plain() && v.Apart == 0 {
		return v.Shape.Elements()
	}
	g := v.grid()
	if v.Layout.Means {
		return g.meansAt() + g.n*g.blocks*g.line
	}
	return g.meansAt()
}

// A Blocker is an op that can work on blocked values.
type Blocker interface {
	Op
	// Blocked says whether it can for these shapes, and how. Where it cannot,
	// or this machine has no kernels for it, In is nil.
	Blocked(in []tensor.Shape, out tensor.Shape) Blocking
	// PrepareBlocked is Prepare for values in layouts that cover those of Blocked.
	// Bind then takes tensors whose Data has Value.Floats elements.
	PrepareBlocked(in []Value, out Value, params []tensor.Tensor) Prepared
}

// Blocking is how an op works on blocked values.
type Blocking struct {
	// In are the layouts that it wants its inputs in. More halo will do.
	In []Layout
	// Leads says that it is so much faster that plain inputs should be converted.
	Leads bool
	// Wide says, of an op on bfloat16, that its result may as well be blocks of
	// float32.
	Wide bool
	// Means says that it writes the means of its result's channels where Layout.Means
	// of the result asks for them.
	Means bool
}

// page is how many float32 lie between two that share a set of a usual L1 cache.
// A pixel of many channels is one line in each plane; were planes whole pages
// apart, as those of 56x56 pixels, it would have room for 8 of them. Planes
// without halo are moved apart then.
const page = 1024

// A grid is a layout with the sizes of one value.
type grid struct {
	Layout
	n, c, h, w, blocks int
	line               int // float32 of a pixel
	pitch              int // float32 from a row to the next
	plane, image       int // from a plane, from an image, to the next
	lead               int // before the first plane
}

func (l Layout) grid(s tensor.Shape) grid {
	g := grid{Layout: l, n: s[0], c: s[1], h: 1, w: 1}
	if len(s) == 4 {
		g.h, g.w = s[2], s[3]
	}
	g.Block, g.line = max(l.Block, 1), l.pixel()
	g.blocks = ceilDiv(g.c, g.Block)
	g.pitch = (g.w + g.HaloW) * g.line
	g.plane = (g.h + g.HaloH) * g.pitch
	if g.bare() && g.line == Lanes && g.plane >= page && g.plane%page < page/8 {
		g.plane += page / 4
	}
	g.image = g.blocks * g.plane
	g.lead = g.HaloH*g.pitch + g.HaloW*g.line
	return g
}

func (v Value) grid() grid {
	g := v.Layout.grid(v.Shape)
	if v.Apart > 0 {
		g.image = v.Apart
	}
	return g
}

// shift is how far the plane of a block of an image lies from the first plane.
func (g *grid) shift(image, block int) int { return image*g.image + block*g.plane }

// at is where pixel y, x of a plane lies.
func (g *grid) at(image, block, y, x int) int {
	return g.lead + g.shift(image, block) + y*g.pitch + x*g.line
}

// meansAt is where the means lie: behind all planes and what belongs to them.
func (g *grid) meansAt() int { return g.lead + g.shift(g.n-1, g.blocks) }

// row returns the pixels of row y of a plane.
func (g *grid) row(data []float32, image, block, y int) []float32 {
	return data[g.at(image, block, y, 0):][:g.w*g.line]
}

// rowsPart is how many float32 a part of work on rows writes, some 10 µs.
const rowsPart = 1 << 14

// eachRow is work on every row of a value, some of them in a part.
func (g *grid) eachRow(do func(image, block, y, worker int)) Task {
	return ranges(g.n*g.blocks*g.h, max(1, rowsPart/g.pitch), func(first, end, worker int) {
		for i := first; i < end; i++ {
			plane := i / g.h
			do(plane/g.blocks, plane%g.blocks, i%g.h, worker)
		}
	})
}

// zeroHalo writes the zeros that belong to row y of a plane: right of it, with the
// last row those below, and with the first row those above, unless they are below
// another plane of the value.
func (g *grid) zeroHalo(data []float32, image, block, y int) {
	if g.bare() {
		return
	}
	from := g.at(image, block, y, g.w)
	to := g.at(image, block, y, g.w+g.HaloW)
	if y == g.h-1 {
		to = g.at(image, block, y+g.HaloH, g.w+g.HaloW)
	}
	clear(data[from:to])
	if block == 0 && y == 0 && (image == 0 || g.image > g.blocks*g.plane) {
		clear(data[g.shift(image, 0):][:g.lead])
	}
}
