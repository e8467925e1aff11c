package layout

import "cnnlang/ops/exec/internal/kernel"

// Windows is how windows slide over an image.
type Windows struct {
	StrideH, StrideW int
	Top, Left        int  // padding
	OneRow           bool // tiles have one row
	Breaks           bool // tiles may continue at any pixel in the next row
}

// Cover covers the result with tiles.
func (s Windows) Cover(in, out Grid, add *Grid) []Tile {
	in, out, add = s.flat(in, out, add)
	return s.cut(&in, &out, add)
}

// flat makes one row of each grid if every pixel is computed independently, so that rows do
// not matter.
func (s Windows) flat(in, out Grid, add *Grid) (Grid, Grid, *Grid) {
	if !s.Still() || in.H != out.H || in.W != out.W || in.HasHalo() || out.HasHalo() || add != nil && add.HasHalo() {
		return in, out, add
	}
	if add != nil {
		row := add.Flattened()
		add = &row
	}
	return in.Flattened(), out.Flattened(), add
}

// Still reports whether the window of every pixel begins at the same place in the input.
func (s Windows) Still() bool { return s.StrideH == 1 && s.StrideW == 1 && s.Top == 0 && s.Left == 0 }

// seen is where the window of a pixel begins.
func (s Windows) seen(in *Grid, y, x int) int {
	return in.At(0, 0, y*s.StrideH-s.Top, x*s.StrideW-s.Left)
}

// cut covers the result with tiles of one row, equally wide to within a pixel; if a row has
// seven pixels and two rows fit a tile, with tiles of two rows; or with full tiles that
// ignore the ends of rows. The halo of the input covers all windows.
func (s Windows) cut(in, out, add *Grid) []Tile {
	across := (out.W + kernel.TilePixels - 1) / kernel.TilePixels
	if s.Breaks && kernel.TileBreaks {
		if tiles := s.breaking(in, out, add); tiles != nil && worthBreaking*float64(len(tiles)) <= float64(out.H*across) {
			return tiles
		}
	}
	tiles := make([]Tile, 0, out.H*across)
	place := func(y, x, pixels int) *Tile {
		t := NewTile(out, y, x, pixels, s.seen(in, y, x), s.StrideW*in.Block)
		if add != nil {
			t.Add = add.At(0, 0, y, x)
		}
		tiles = append(tiles, t)
		return &tiles[len(tiles)-1]
	}
	for y := 0; y < out.H; y++ {
		if !s.OneRow && out.W == TileRow && kernel.TilePixels == 2*TileRow && y+1 < out.H {
			t := place(y, 0, 2*TileRow)
			t.Next, t.OutNext, t.rows = s.StrideH*in.Pitch, out.Pitch, 2
			if add != nil {
				t.AddNext = add.Pitch
			}
			y++
			continue
		}
		for i := range across {
			from, to := i*out.W/across, (i+1)*out.W/across
			place(y, from, to-from)
		}
	}
	return tiles
}

// worthBreaking is by how much tiles that break must be fewer: one takes a little more
// time, and tiles of four pixels and more are about as fast for each pixel. It pays for
// rows of 7, 8 and 13 pixels with tiles of 6, and not for those of 14 and 28.
const worthBreaking = 4. / 3

// breaking covers the result with tiles that continue in the next row. Rows are long enough
// that no tile reaches a third. It returns nil if the next row of the input begins before
// the end of this one: halos are shared, so a row with more padding than its window needs
// can overlap the next.
func (s Windows) breaking(in, out, add *Grid) []Tile {
	total, most := out.H*out.W, min(kernel.TilePixels, out.W)
	across := (total + most - 1) / most
	tiles := make([]Tile, across)
	for i := range tiles {
		from, to := i*total/across, (i+1)*total/across
		y, x := from/out.W, from%out.W
		t := &tiles[i]
		t.Pixels, t.First, t.Ends = to-from, out.W-x, Ends{y, to/out.W - y}
		t.In, t.Out = s.seen(in, y, x), out.At(0, 0, y, x)
		if add != nil {
			t.Add = add.At(0, 0, y, x)
		}
		if t.First < t.Pixels {
			t.Next, t.OutNext = s.seen(in, y+1, 0)-t.In, out.At(0, 0, y+1, 0)-t.Out
			if add != nil {
				t.AddNext = add.At(0, 0, y+1, 0) - t.Add
			}
			if t.Next < 0 {
				return nil
			}
		}
	}
	return tiles
}
