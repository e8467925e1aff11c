package layout

import "cnnlang/ops/tensor"

// page is the distance, in float32, of addresses that share a set of a usual L1 cache. A
// pixel of many channels is one line in each plane; if planes were whole pages apart, as
// those of 56x56 pixels are, only 8 of these lines would fit. Planes without halo then get
// a gap.
const page = 1024

// A Grid is a layout with the sizes of one value, and computes where its pixels lie. Plain
// values have blocks of one channel.
type Grid struct {
	Layout
	N, C, H, W, Blocks int
	Line               int // float32 of a pixel
	Pitch              int // float32 from a row to the next
	Plane, Image       int // from a plane, from an image, to the next
	lead               int // before the first plane
}

// Grid is the layout with the sizes of a value whose images follow one another.
func (l Layout) Grid(s tensor.Shape) Grid {
	g := Grid{Layout: l, N: s[0], C: 1, H: 1, W: 1}
	if len(s) > 1 {
		g.C = s[1]
	}
	switch {
	case len(s) == 4:
		g.H, g.W = s[2], s[3]
	case len(s) > 2: // no image, of which only the size of what follows a channel matters
		g.W = s[2:].Elements()
	}
	g.Block = max(l.Block, 1)
	g.Line = g.Block / l.Element.perFloat()
	g.Blocks = (g.C + g.Block - 1) / g.Block
	g.Pitch = (g.W + g.HaloW) * g.Line
	g.Plane = (g.H + g.HaloH) * g.Pitch
	if !g.HasHalo() && g.Line == Lanes && g.Plane >= page && g.Plane%page < page/8 {
		g.Plane += page / 4
	}
	g.Image = g.Blocks * g.Plane
	g.lead = g.HaloH*g.Pitch + g.HaloW*g.Line
	return g
}

// Shift is the offset of the plane of a block of an image from the first plane.
func (g *Grid) Shift(image, block int) int { return image*g.Image + block*g.Plane }

// At is the offset of pixel y, x of a plane.
func (g *Grid) At(image, block, y, x int) int {
	return g.lead + g.Shift(image, block) + y*g.Pitch + x*g.Line
}

// MeansAt is the offset of the means, after all planes and their halos.
func (g *Grid) MeansAt() int { return g.lead + g.Shift(g.N-1, g.Blocks) }

// Row returns the pixels of row y of a plane.
func (g *Grid) Row(data []float32, image, block, y int) []float32 {
	return data[g.At(image, block, y, 0):][:g.W*g.Line]
}

// Flattened is the grid as one row, if its pixels have no halo between them.
func (g Grid) Flattened() Grid {
	g.H, g.W = 1, g.H*g.W
	g.Pitch = g.Plane
	return g
}

// Join makes a row of each plane, of at most so many float32, where no grid has a halo: what is done row by
// row is then done in fewer steps.
func Join(most int, grids ...*Grid) {
	for _, g := range grids {
		if g.HasHalo() || g.H*g.Pitch > most {
			return
		}
	}
	for _, g := range grids {
		*g = g.Flattened()
	}
}

// ZeroHalo writes the zeros that belong to row y of a plane: right of it, with the last row
// those below, and with the first row those above, unless they are below another plane of
// the value.
func (g *Grid) ZeroHalo(data []float32, image, block, y int) {
	if !g.HasHalo() {
		return
	}
	from := g.At(image, block, y, g.W)
	to := g.At(image, block, y, g.W+g.HaloW)
	if y == g.H-1 {
		to = g.At(image, block, y+g.HaloH, g.W+g.HaloW)
	}
	clear(data[from:to])
	if block == 0 && y == 0 && (image == 0 || g.Image > g.Blocks*g.Plane) {
		clear(data[g.Shift(image, 0):][:g.lead])
	}
}
