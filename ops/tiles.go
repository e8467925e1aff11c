package ops

import (
	"cnnlang/ops/internal/kernel"
)

// A pixelTile is the pixels that a kernel computes at once, in every block of
// channels.
type pixelTile struct {
	kernel.Place
	lastOf, finished int // the first of so many rows that it ends
}

// tilePlaces are the places of tiles, with the value to add, if there is one, or with
// what has been summed so far.
type tilePlaces struct{ at, onto *kernel.Places }

// placesOf are the places of tiles.
func placesOf(tiles []pixelTile, step int) tilePlaces {
	list := make([]kernel.Place, len(tiles))
	for i, t := range tiles {
		list[i] = t.Place
	}
	return newTilePlaces(list, step)
}

func newTilePlaces(list []kernel.Place, step int) tilePlaces {
	p := tilePlaces{at: kernel.NewPlaces(list, step)}
	for i := range list {
		list[i].Add, list[i].AddNext = list[i].Out, list[i].OutNext
	}
	p.onto = kernel.NewPlaces(list, step)
	return p
}

func (p *tilePlaces) slice(from, to int) (at, onto kernel.Places) {
	return p.at.Slice(from, to), p.onto.Slice(from, to)
}

// A slider is how windows slide over an image.
type slider struct {
	strideH, strideW int
	top, left        int  // padding
	oneRow           bool // no tile may have two
}

// cut covers the result with tiles of one row, as wide as each other to within a
// pixel; or where a row has seven pixels and two fit a tile, of two rows. The
// input has enough halo for all windows.
func (s slider) cut(in, out, add *grid) []pixelTile {
	var tiles []pixelTile
	place := func(y, x, pixels int) *pixelTile {
		t := pixelTile{kernel.Place{Pixels: pixels,
			In: in.at(0, 0, y*s.strideH-s.top, x*s.strideW-s.left), Next: tileRow * s.strideW * in.Block,
			Out: out.at(0, 0, y, x), OutNext: tileRow * Lanes, AddNext: tileRow * Lanes}, y, 0}
		if add != nil {
			t.Add = add.at(0, 0, y, x)
		}
		tiles = append(tiles, t)
		return &tiles[len(tiles)-1]
	}
	for y := 0; y < out.h; y++ {
		if !s.oneRow && out.w == tileRow && kernel.TilePixels == 2*tileRow && y+1 < out.h {
			t := place(y, 0, 2*tileRow)
			t.Next, t.OutNext, t.finished = s.strideH*in.pitch, out.pitch, 2
			if add != nil {
				t.AddNext = add.pitch
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
func (t *pixelTile) finish(out *grid, data []float32, image, block int) {
	for y := t.lastOf; y < t.lastOf+t.finished; y++ {
		out.zeroHalo(data, image, block, y)
	}
}

// end is where in the result its last pixel ends.
func (t *pixelTile) end() int {
	if t.Pixels > tileRow {
		return t.Out + t.OutNext + (t.Pixels-tileRow)*Lanes
	}
	return t.Out + t.Pixels*Lanes
}

// flattened is the grid as one row, where its pixels have no halo between them.
func (g grid) flattened() grid {
	g.h, g.w = 1, g.h*g.w
	g.pitch = g.plane
	return g
}
