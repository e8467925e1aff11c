package layout

import "cnnlang/ops/exec/internal/kernel"

// An Element is the type of the numbers of a value.
type Element int

// The element types. All memory is counted in float32, of which one holds two bfloat16.
const (
	Float32 Element = iota
	BFloat16
)

// elements are the properties of each.
var elements = [...]struct {
	letter byte // in the name of a layout
	lanes  int  // channels in a cache line
	isa    func() string
	// load widens a row to float32, the halves of its channels one after the other, and
	// store rounds it; nil if there is nothing to do.
	load  func(low, high, row []float32)
	store func(row, low, high []float32)
	// pair widens two neighbouring channels.
	pair func(word float32) (even, odd float32)
}{
	Float32:  {'c', kernel.Lanes, kernel.ISA, nil, nil, nil},
	BFloat16: {'b', kernel.LineBF16, kernel.BF16ISA, kernel.UnpackBF16, kernel.PackBF16, kernel.PairBF16},
}

// Lanes is how many channels fill a cache line: the Block of every blocked layout except
// that of an image with few channels.
func (e Element) Lanes() int { return elements[e].lanes }

// ISA names the instruction set of the kernels that compute with such numbers.
func (e Element) ISA() string { return elements[e].isa() }

// perFloat is how many numbers fit in one float32.
func (e Element) perFloat() int { return e.Lanes() / Lanes }

// Ops that treat every pixel or every channel independently compute in float32, on lines of
// Lanes channels. A row of smaller numbers is loaded as two such halves, the lower channels
// of each block and the upper, and stored from them.

// RowFloats is how many float32 a loaded row has.
func (g *Grid) RowFloats() int { return g.W * g.Line * g.Element.perFloat() }

// Halves is how many halves a row is loaded as.
func (g *Grid) Halves() int { return g.Element.perFloat() }

// Load returns a row as float32: in place, or in mem, which has room for it.
func (g *Grid) Load(mem, data []float32, image, block, y int) []float32 {
	row, load := g.Row(data, image, block, y), elements[g.Element].load
	if load == nil {
		return row
	}
	mem = mem[:g.RowFloats()]
	load(mem[:len(mem)/2], mem[len(mem)/2:], row)
	return mem
}

// LoadInto is Load that always copies to mem.
func (g *Grid) LoadInto(mem, data []float32, image, block, y int) []float32 {
	row := g.Load(mem, data, image, block, y)
	if elements[g.Element].load == nil {
		return mem[:copy(mem, row)]
	}
	return row
}

// Target is where to compute a row for Store: in place, or mem.
func (g *Grid) Target(mem, data []float32, image, block, y int) []float32 {
	if elements[g.Element].store == nil {
		return g.Row(data, image, block, y)
	}
	return mem[:g.RowFloats()]
}

// Store stores a row computed in Target, and the zeros beside it.
func (g *Grid) Store(row, data []float32, image, block, y int) {
	if store := elements[g.Element].store; store != nil {
		store(g.Row(data, image, block, y), row[:len(row)/2], row[len(row)/2:])
	}
	g.ZeroHalo(data, image, block, y)
}

// ImageBF16 is how many channels a pixel has in a bfloat16 image with few channels, and
// PixelsOfLine how many such pixels fill a cache line:
//
//	r g b · r g b · r g b · r g b · r g b · r g b · r g b · r g b ·
//	w w w 0 w w w 0 w w w 0 w w w 0 w w w 0 w w w 0 w w w 0 0 0 0 0     7 of 7x7
//
// A tap of a convolution is then up to eight places of a row of the window together.
// HalfLine is how many float32 16 channels of bfloat16 take.
const (
	ImageBF16    = 4
	PixelsOfLine = kernel.LineBF16 / ImageBF16
	HalfLine     = Lanes / 2
)
