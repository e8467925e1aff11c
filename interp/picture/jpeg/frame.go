package jpeg

import (
	"fmt"

	"cnnlang/interp/picture/codec"
)

// A frame is the geometry of an image: its size, and how its components are sampled.
//
//	unit       8*high x 8*wide pixels, and of each component its own high x wide blocks
//	           of 8 x 8 samples (the standard's minimum coded unit)
//	component  at full resolution where its factors are the frame's
type frame struct {
	width, height        int
	progressive          bool
	count                int // of components
	wide, high           int // the largest sampling factors
	unitsWide, unitsHigh int
	component            [4]component
}

// A component is the samples of one colour.
type component struct {
	id         byte
	quantum    byte // which table
	wide, high int  // sampling factors: blocks in a unit
	across     int  // pixels that a sample covers
	down       int
	// The samples and blocks that the image needs. The units at its edges have more.
	width, height          int
	blocksWide, blocksHigh int
}

// newFrame reads a frame header: precision, height, width, and three bytes for each
// component.
func newFrame(s []byte, progressive bool) (f frame, err error) {
	const fixed = 6
	if len(s) < fixed {
		return f, damage("a frame header is too short")
	}
	f.height, f.width = int(s[1])<<8+int(s[2]), int(s[3])<<8+int(s[4])
	f.progressive, f.count = progressive, int(s[5])
	switch {
	case s[0] != 8:
		return f, codec.NotRead("%d bits a sample, want 8", s[0])
	case f.count != 1 && f.count != 3 && f.count != 4:
		return f, codec.NotRead("%d components, want 1, 3 or 4", f.count)
	case len(s) != fixed+3*f.count:
		return f, damage("a frame header has another length than its components need")
	}
	for i := range f.count {
		c := &f.component[i]
		c.id, c.wide, c.high, c.quantum = s[fixed+3*i], int(s[fixed+3*i+1]>>4), int(s[fixed+3*i+1]&15), s[fixed+3*i+2]
		if c.wide < 1 || c.wide > 4 || c.high < 1 || c.high > 4 {
			return f, damage(fmt.Sprintf("a sampling factor is %dx%d, want 1 to 4", c.wide, c.high))
		}
		if c.quantum >= tables {
			return f, damage("a component has a quantisation table above 3")
		}
		for _, other := range f.component[:i] {
			if other.id == c.id {
				return f, damage("two components have the same name")
			}
		}
		if f.count == 1 { // it is never interleaved, and its factors mean nothing
			c.wide, c.high = 1, 1
		}
		f.wide, f.high = max(f.wide, c.wide), max(f.high, c.high)
	}
	return f, f.measure()
}

// measure computes what follows from the sizes and factors.
func (f *frame) measure() error {
	f.unitsWide, f.unitsHigh = ceilDiv(f.width, 8*f.wide), ceilDiv(f.height, 8*f.high)
	for i := range f.count {
		c := &f.component[i]
		if f.wide%c.wide != 0 || f.high%c.high != 0 {
			return codec.NotRead("a component is sampled %d:%d by %d:%d, want whole ratios", f.wide, c.wide, f.high, c.high)
		}
		c.across, c.down = f.wide/c.wide, f.high/c.high
		c.width, c.height = ceilDiv(f.width, c.across), ceilDiv(f.height, c.down)
		c.blocksWide, c.blocksHigh = ceilDiv(c.width, 8), ceilDiv(c.height, 8)
	}
	return nil
}

// blocks is how many blocks of the component whole units have.
func (f *frame) blocks(c *component) int { return f.unitsWide * c.wide * f.unitsHigh * c.high }

// samples is how many samples whole units have.
func (f *frame) samples() (n int64) {
	for i := range f.count {
		n += 64 * int64(f.blocks(&f.component[i]))
	}
	return n
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
