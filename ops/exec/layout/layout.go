// Package layout says how values lie in memory: row-major (plain), or in blocks of channels
// with zeros around every image, as the fast kernels read them.
package layout

import (
	"fmt"

	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/tensor"
)

// Lanes is how many float32 fill a cache line.
const Lanes = kernel.Lanes

// A Layout says how a value [N, C, H, W] lies in memory. The zero Layout is plain:
// row-major. A blocked one is
//
//	[N][C/Block][H + HaloH][W + HaloW][Block]
//
// in which the channels of a block lie together at every pixel, one cache line for a Block
// of 16 float32, or of 32 bfloat16. Channels beyond C exist without a meaning: in float32
// they may be NaN, in bfloat16 they are finite if all values are.
//
// The halo is zeros, so that a convolution tests no border. It is shared: the zeros to the
// right of a row are those to the left of the next one, and those below a plane are above
// the next one. (Without halo there may be an unused gap between planes.) Only the first
// plane has its own, before it:
//
//	· · · · ·     HaloH rows, then HaloW pixels, only before the first plane
//	· x x x x ·   row 0 of W pixels, HaloW zeros after it
//	  x x x x ·   row 1
//	  · · · · ·   HaloH rows of zeros
//	  x x x x ·   row 0 of the next plane …
//
// With Means the mean of every channel follows, as a value of one pixel without halo.
type Layout struct {
	Block        int
	HaloH, HaloW int
	Element      Element
	Means        bool
}

// Blocked is the layout in whole lines of an element type, without halo.
func Blocked(e Element) Layout { return Layout{Block: e.Lanes(), Element: e} }

// Plain reports whether the value lies as its shape says.
func (l Layout) Plain() bool { return l == Layout{} }

// Bare is the layout without its halo, and without means.
func (l Layout) Bare() Layout { return Layout{Block: l.Block, Element: l.Element} }

// HasHalo reports whether there are zeros around the images.
func (l Layout) HasHalo() bool { return l.HaloH > 0 || l.HaloW > 0 }

// Floats is how many float32 a value of shape s takes.
func (l Layout) Floats(s tensor.Shape) int { return Value{Shape: s, Layout: l}.Floats() }

// Channel is the offset of channel c, the first of its block, from channel 0.
func (l Layout) Channel(s tensor.Shape, c int) int {
	if l.Plain() {
		return c * s[2:].Elements()
	}
	return c / l.Block * l.Grid(s).Plane
}

// Covers reports whether a value in this layout can be used where other is wanted.
func (l Layout) Covers(other Layout) bool {
	return l.Bare() == other.Bare() && l.HaloH >= other.HaloH && l.HaloW >= other.HaloW
}

// SameMemory reports whether a value of shape s has the same memory in both.
func (l Layout) SameMemory(other Layout, s tensor.Shape) bool {
	if l == other {
		return true
	}
	flat := func(l Layout) bool {
		return l.Plain() || l.Element == Float32 && !l.HasHalo() && len(s) > 1 && s[1]%l.Block == 0
	}
	return flat(l) && flat(other) && s[2:].Elements() == 1
}

// MostlyHalo reports whether an image of shape x has more zeros than pixels, or more beside
// a row than one part of the work should write.
func (l Layout) MostlyHalo(x tensor.Shape) bool {
	return (x[2]+l.HaloH)*(x[3]+l.HaloW) > 4*x[2]*x[3] || (l.HaloH+1)*(x[3]+l.HaloW)-x[3] > MostHalo
}

// Limits on one part of the work, so that a cancelled run ends soon.
const (
	// MostHalo is the most pixels of zeros that belong to one row of a value.
	MostHalo = 1 << 16
	// MostRow is the most pixels in a row of a blocked value: rows are never cut.
	MostRow = 1 << 15
)

// String prints nchw, or 16c with the halo: 16c+1x1; for bfloat16 32b.
func (l Layout) String() string {
	if l.Plain() {
		return "nchw"
	}
	name := fmt.Sprintf("%d%c", l.Block, elements[l.Element].letter)
	if l.HasHalo() {
		name += fmt.Sprintf("+%dx%d", l.HaloH, l.HaloW)
	}
	if l.Means {
		name += "+means"
	}
	return name
}

// A Value describes an input or the result of an instruction. It may lie in a larger value
// of the same layout and image size, as some of its channels:
//
//	image 0: a a b b b c    image 1: a a b b b c    planes of the concatenation
//	             └──── ImageStride ────┘            of a, b and c; b's ImageStride
//
// Then the halo above the first plane of each image belongs to another value. Both values
// write its zeros, since either may be written first.
type Value struct {
	Shape       tensor.Shape
	Layout      Layout
	ImageStride int // float32 from an image to the next; 0 if they follow one another
}

// Floats is how many float32 the value spans, from its first to its last.
func (v Value) Floats() int {
	if v.Layout.Plain() && v.ImageStride == 0 {
		return v.Shape.Elements()
	}
	g := v.Grid()
	if v.Layout.Means {
		return g.MeansAt() + g.N*g.Blocks*g.Line
	}
	return g.MeansAt()
}

// Grid is the layout with the sizes of the value.
func (v Value) Grid() Grid {
	g := v.Layout.Grid(v.Shape)
	if v.ImageStride > 0 {
		g.Image = v.ImageStride
	}
	return g
}
