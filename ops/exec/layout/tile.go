package layout

import (
	"math/bits"

	"cnnlang/ops/exec/internal/kernel"
)

// Ends are the rows that a tile completes, beside which it writes the zeros.
type Ends struct{ first, rows int }

// Finish writes the zeros beside the rows that the tile completes.
func (e Ends) Finish(out *Grid, data []float32, image, block int) {
	for y := e.first; y < e.first+e.rows; y++ {
		out.ZeroHalo(data, image, block, y)
	}
}

// A Tile is the pixels that a kernel computes together, in every block of channels.
type Tile struct {
	kernel.Place
	Ends
}

// End is the offset after its last pixel in the result.
func (t *Tile) End() int {
	if row := t.FirstRow(); t.Pixels > row {
		return t.Out + t.OutNext + (t.Pixels-row)*Lanes
	}
	return t.Out + t.Pixels*Lanes
}

// TileRow is how many pixels of a two-row tile are in its first row, unless it breaks
// elsewhere.
const TileRow = 7

// NewTile is a tile of one row: so many pixels of the result from y, x on, whose
// input begins at in and has its pixels step apart.
func NewTile(out *Grid, y, x, pixels, in, step int) Tile {
	t := Tile{kernel.Place{Pixels: pixels, In: in, Next: TileRow * step,
		Out: out.At(0, 0, y, x), OutNext: TileRow * Lanes, AddNext: TileRow * Lanes}, Ends{y, 0}}
	if x+pixels == out.W {
		t.rows = 1
	}
	return t
}

// WithoutEnds are the same tiles for a caller that writes the zeros itself.
func WithoutEnds(tiles []Tile) []Tile {
	for i := range tiles {
		tiles[i].Ends = Ends{}
	}
	return tiles
}

// Places are the places of tiles, and where the value to add or the partial sum lies, if
// there is one.
type Places struct{ At, Onto *kernel.Places }

// endBytes is what the Ends of a tile take.
const endBytes = 2 * bits.UintSize / 8

// TableBytes is what tiles and their places take: the tiles, a list of places, and what assembly
// reads of these, once more for what is added.
func TableBytes(tiles []Tile) int64 {
	return int64(len(tiles)) * (endBytes + 2*kernel.PlaceBytes + 2*kernel.ReadBytes)
}

// PlacesOf are the places of tiles.
func PlacesOf(tiles []Tile, step int) Places {
	list := make([]kernel.Place, len(tiles))
	for i, t := range tiles {
		list[i] = t.Place
	}
	return NewPlaces(list, step)
}

// NewPlaces are these places.
func NewPlaces(list []kernel.Place, step int) Places {
	p := Places{At: kernel.NewPlaces(list, step)}
	for i := range list {
		list[i].Add, list[i].AddNext = list[i].Out, list[i].OutNext
	}
	p.Onto = kernel.NewPlaces(list, step)
	return p
}

// Slice are the places [from, to).
func (p *Places) Slice(from, to int) (at, onto kernel.Places) {
	return p.At.Slice(from, to), p.Onto.Slice(from, to)
}
