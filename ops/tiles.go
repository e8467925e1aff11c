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
	breaks           bool // tiles of two rows may break anywhere
}

// cut covers the result with tiles of one row, as wide as each other to within a
// pixel; or where a row has seven pixels and two fit a tile, of two rows; or of as many
// pixels as there are, wherever rows end. The input has enough halo for all windows.
func (s slider) cut(in, out, add *grid) []pixelTile {
	across := ceilDiv(out.w, kernel.TilePixels)
	if s.breaks && kernel.TileBreaks {
		if tiles := s.breaking(in, out, add); tiles != nil && worthBreaking*float64(len(tiles)) <= float64(out.h*across) {
			return tiles
		}
	}
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

// worthBreaking is how many times fewer tiles must be that break: one takes a little more
// time, and those of four pixels and more are about as fast for each pixel. Rows of 7, 8
// and 13 pixels are worth it with tiles of 6, and those of 14 and 28 not.
const worthBreaking = 4. / 3

// breaking covers the result with tiles that go on in the next row. No row is so short
// that a tile would reach a third. It returns nil where the next row of the input begins
// before the place where this one is left: halos are shared, so a row that is padded by
// more than its window can be longer than the way to the next.
func (s slider) breaking(in, out, add *grid) []pixelTile {
	total := out.h * out.w
	across := ceilDiv(total, min(kernel.TilePixels, out.w))
	tiles := make([]pixelTile, across)
	for i := range tiles {
		from, to := i*total/across, (i+1)*total/across
		y, x := from/out.w, from%out.w
		t := &tiles[i]
		t.Pixels, t.First, t.lastOf, t.finished = to-from, out.w-x, y, to/out.w-y
		lies := func(y, x int) (input, output int) {
			return in.at(0, 0, y*s.strideH-s.top, x*s.strideW-s.left), out.at(0, 0, y, x)
		}
		t.In, t.Out = lies(y, x)
		if add != nil {
			t.Add = add.at(0, 0, y, x)
		}
		if t.First < t.Pixels {
			input, output := lies(y+1, 0)
			t.Next, t.OutNext = input-t.In, output-t.Out
			if add != nil {
				t.AddNext = add.at(0, 0, y+1, 0) - t.Add
			}
			if t.Next < 0 {
				return nil
			}
		}
	}
	return tiles
}

// tileRow is how many pixels of a tile lie in its first row, where it does not break
// elsewhere.
const tileRow = 7

// finish writes the zeros beside the rows that the tile ends.
func (t *pixelTile) finish(out *grid, data []float32, image, block int) {
	for y := t.lastOf; y < t.lastOf+t.finished; y++ {
		out.zeroHalo(data, image, block, y)
	}
}

// end is where in the result its last pixel ends.
func (t *pixelTile) end() int {
	if row := t.FirstRow(); t.Pixels > row {
		return t.Out + t.OutNext + (t.Pixels-row)*Lanes
	}
	return t.Out + t.Pixels*Lanes
}

// flattened is the grid as one row, where its pixels have no halo between them.
func (g grid) flattened() grid {
	g.h, g.w = 1, g.h*g.w
	g.pitch = g.plane
	return g
}
