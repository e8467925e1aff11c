package kernel

import "reflect"

// A Place is where one tile lies: so many pixels of a row, and perhaps some of the next
// one. Memory is counted in float32 from the start of the slices of a Tile.
type Place struct {
	Pixels int // at most TilePixels
	// First is how many pixels are in the first row: 7 (or 0, which means 7), or with
	// TileBreaks any number, for Conv.
	First int
	// Pixel p lies in the input at In + p*step, from pixel First on at
	// In + Next + (p-First)*step; in the result at Out + p*16 or Out + OutNext +
	// (p-First)*16; in the value to add likewise.
	In, Next     int
	Out, OutNext int
	Add, AddNext int
}

// Places are the tiles that one call computes, one after another.
type Places struct {
	list         []Place
	bytes        []place
	step         int
	in, out, add int // the farthest pixel of any
	breaks       bool
}

// place is a Place as assembly reads it: distances in bytes. asmgen knows the offsets of
// the fields.
type place struct{ pixels, in, next, out, outNext, add, addNext, first int }

// PlaceBytes is what a Place takes, and ReadBytes the same as assembly reads it.
var (
	PlaceBytes = int64(reflect.TypeFor[Place]().Size())
	ReadBytes  = int64(reflect.TypeFor[place]().Size())
)

// FirstRow is how many of the pixels are in the first row.
func (p *Place) FirstRow() int {
	if p.First > 0 {
		return min(p.First, p.Pixels)
	}
	return min(tileGroup, p.Pixels)
}

// breaksAt is First as assembly reads it: 0 if a tile has one row or breaks at the usual
// place.
func (p *Place) breaksAt() int {
	if p.First == tileGroup || p.First >= p.Pixels {
		return 0
	}
	return p.First
}

// NewPlaces returns these places, with step float32 from the input of a pixel to
// that of the next one.
func NewPlaces(list []Place, step int) *Places {
	at := &Places{list: list, step: step, bytes: make([]place, len(list))}
	farthest := func(p *Place, first, step, next int) int {
		row := p.FirstRow()
		last := (row - 1) * step
		if p.Pixels > row {
			last = max(last, next+(p.Pixels-row-1)*step)
		}
		if first < 0 || step < 0 || next < 0 {
			panic("kernel: a tile that runs backwards")
		}
		return first + last
	}
	for i := range list {
		p := &list[i]
		if p.Pixels < 1 || p.Pixels > TilePixels || p.First < 0 || p.breaksAt() > 0 && !TileBreaks {
			panic("kernel: no such tile")
		}
		at.in = max(at.in, farthest(p, p.In, step, p.Next))
		at.out = max(at.out, farthest(p, p.Out, Lanes, p.OutNext))
		at.add = max(at.add, farthest(p, p.Add, Lanes, p.AddNext))
		at.bytes[i] = place{p.Pixels, 4 * p.In, 4 * p.Next, 4 * p.Out, 4 * p.OutNext, 4 * p.Add, 4 * p.AddNext, p.breaksAt()}
		at.breaks = at.breaks || p.breaksAt() > 0
	}
	return at
}

// Len is the number of places.
func (at *Places) Len() int { return len(at.list) }

// Slice returns the places [from, to).
func (at *Places) Slice(from, to int) Places {
	part := *at
	part.list, part.bytes = at.list[from:to], at.bytes[from:to]
	return part
}
