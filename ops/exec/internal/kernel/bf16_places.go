package kernel

import (
	"reflect"

	"cnnlang/ops/cpu"
)

// A Run is pixels along a row and where they lie, in float32 from the start of the
// slices of a TileBF16: pixel p in the input at In + p*step, in the result at
// Out + 16*p, in the value to add at Add + 16*p.
type Run struct{ Pixels, In, Out, Add int }

// A PlaceBF16 is where one tile lies: one run of pixels, or two.
type PlaceBF16 [2]Run

// A RunLimit is the most pixels of a run. With HalfRun, a second run may follow only a
// first one of exactly so many.
type RunLimit int

// HalfRun is for tiles of Depthwise, Max and Sum.
const HalfRun RunLimit = tileGroup

// ConvRun is for tiles of Conv: HalfRun, but with AMX the rows of a tile.
var ConvRun = convRun(bf16ISA)

func convRun(s cpu.ISA) RunLimit {
	if s == cpu.AMX {
		return tileRows
	}
	return HalfRun
}

// PlacesBF16 are the tiles that one call computes, one after another.
type PlacesBF16 struct {
	list         []PlaceBF16
	bytes        []bf16Place
	step         int
	most         RunLimit
	in, out, add int // the farthest pixel of any
}

// bf16Place is a PlaceBF16 as assembly reads it: distances in bytes. asmgen knows the
// offsets of the fields.
type bf16Place struct {
	runs   [2]Run
	config *tileConfig
}

// PlaceBytesBF16 is what a PlaceBF16 takes, and ReadBytesBF16 the same as assembly reads it.
var (
	PlaceBytesBF16 = int64(reflect.TypeFor[PlaceBF16]().Size())
	ReadBytesBF16  = int64(reflect.TypeFor[bf16Place]().Size())
)

// A tileConfig is what LDTILECFG loads: palette 1, the bytes of a row and the rows
// of each tile.
type tileConfig [64]byte

// NewPlacesBF16 returns these places, with step float32 from the input of a pixel
// to that of the next one.
func NewPlacesBF16(list []PlaceBF16, step int, most RunLimit) *PlacesBF16 {
	at := &PlacesBF16{list: list, step: step, most: most, bytes: make([]bf16Place, len(list))}
	configs := map[[2]int]*tileConfig{}
	for i := range list {
		p := &list[i]
		if !p.fits(int(most)) || step < 0 {
			panic("kernel: no such tile")
		}
		for j, r := range p {
			if r.Pixels == 0 {
				continue
			}
			if r.In < 0 || r.Out < 0 || r.Add < 0 {
				panic("kernel: a tile that runs backwards")
			}
			at.in = max(at.in, r.In+(r.Pixels-1)*step)
			at.out = max(at.out, r.Out+(r.Pixels-1)*Lanes)
			at.add = max(at.add, r.Add+(r.Pixels-1)*Lanes)
			at.bytes[i].runs[j] = Run{r.Pixels, 4 * r.In, 4 * r.Out, 4 * r.Add}
		}
		rows := [2]int{p[0].Pixels, p[1].Pixels}
		if configs[rows] == nil {
			configs[rows] = newTileConfig(rows)
		}
		at.bytes[i].config = configs[rows]
	}
	return at
}

// fits reports whether there are kernels for the tile.
func (p *PlaceBF16) fits(most int) bool {
	first, second := p[0].Pixels, p[1].Pixels
	if first < 1 || first > most || second < 0 || second > most {
		return false
	}
	return most > tileGroup || second == 0 || first == most
}

// newTileConfig is for runs of so many pixels.
func newTileConfig(runs [2]int) *tileConfig {
	c := &tileConfig{0: 1}
	for tile, rows := range [8]int{runs[0], runs[0], runs[1], runs[1], runs[0], runs[1], tileRows, tileRows} {
		if rows > 0 {
			c[16+2*tile], c[48+tile] = 64, byte(rows)
		}
	}
	return c
}

// Len is the number of places.
func (at *PlacesBF16) Len() int { return len(at.list) }

// Slice returns the places [from, to).
func (at *PlacesBF16) Slice(from, to int) PlacesBF16 {
	part := *at
	part.list, part.bytes = at.list[from:to], at.bytes[from:to]
	return part
}
