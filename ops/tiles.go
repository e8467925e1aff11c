package ops

import (
	"cnnlang/ops/internal/kernel"
)

// A pixelTile is the pixels that a kernel computes at once, in every block of
// channels: where it begins in the input, the result and the value to add, and
// where its second row of seven begins from there.
type pixelTile struct {
	pixels           int
	in, next         int
	out, outNext     int
	add, addNext     int
	lastOf, finished int // the first of so many rows that it ends
	taps             *kernel.Taps
	scale            float32
}

// A slider is how windows slide over an image.
type slider struct {
	strideH, strideW int
	top, left        int // padding
}

// cut covers the result with tiles of one row, as wide as each other to within a
// pixel; or where a row has seven pixels and two fit a tile, of two rows. The
// input has enough halo for all windows.
func (s slider) cut(in, out, add *grid) []pixelTile {
	var tiles []pixelTile
	place := func(y, x, pixels int) *pixelTile {
		t := pixelTile{pixels: pixels, lastOf: y,
			in: in.at(0, y*s.strideH-s.top, x*s.strideW-s.left), next: tileRow * s.strideW * in.Block,
			out: out.at(0, y, x), outNext: tileRow * Lanes, addNext: tileRow * Lanes}
		if add != nil {
			t.add = add.at(0, y, x)
		}
		tiles = append(tiles, t)
		return &tiles[len(tiles)-1]
	}
	for y := 0; y < out.h; y++ {
		if out.w == tileRow && kernel.TilePixels == 2*tileRow && y+1 < out.h {
			t := place(y, 0, 2*tileRow)
			t.next, t.outNext, t.finished = s.strideH*in.pitch, out.pitch, 2
			if add != nil {
				t.addNext = add.pitch
			}
			y++
			continue
		}
		across := ceilDiv(out.w, kernel.TilePixels)
		for i := range across {
			from, to := i*out.w/across, (i+1)*out.w/across
			t := place(y, from, to-from)
			if to == out.w {
				t.finished = 1
			}
		}
	}
	return tiles
}

// tileRow is how many pixels of a tile lie in its first row.
const tileRow = 7

// finish writes the zeros beside the rows that the tile ends.
func (t *pixelTile) finish(out *grid, data []float32, plane int) {
	for y := t.lastOf; y < t.lastOf+t.finished; y++ {
		out.zeroHalo(data, plane, y)
	}
}

// flattened is the grid as one row, where its pixels have no halo between them.
func (g grid) flattened() grid {
	g.h, g.w = 1, g.h*g.w
	g.pitch = g.plane
	return g
}

func (g *grid) bare() bool { return g.HaloH == 0 && g.HaloW == 0 }
