package kernel

import "math"

// A WinogradTile is what the transforms of F(4x4, 3x3) work on: one block of
// channels of a tile. Distances are in float32.
type WinogradTile struct {
	Scratch []float32 // WinogradScratch

	// WinogradIn reads the 6x6 pixels of each of Tiles tiles, four pixels from one
	// to the next, and stores their 36 values Plane apart, those of the tiles a
	// line from each other.
	Pixels []float32
	Pitch  int // from a row of pixels to the next
	Values []float32
	Plane  int
	Tiles  int
	// Most becomes, in each of its Lanes, the largest magnitude of any of the pixels,
	// compared by bits without the sign, so that infinity is larger than finite values and
	// NaN larger than both.
	Most []float32

	// WinogradOut reads 36 values and stores Rows x Columns of the 4x4 pixels,
	// plus Bias, plus Add, between Low and High. Add may be the pixels.
	Rows, Columns int
	Bias          []float32
	Add           []float32 // nil for none
	AddPitch      int
	Low, High     float32
}

// WinogradScratch is the scratch of a transform, in float32.
const WinogradScratch = 36 * Lanes

// The points of the interpolation, beside 0 and infinity: each with both signs.
const (
	WinogradA = 1 / math.Sqrt2
	WinogradB = math.Sqrt2
)

// sizeBits are all bits of a float32 except its sign.
const sizeBits = 1<<31 - 1

// WinogradIn sets Values to B'dB of the pixels d.
func WinogradIn(w *WinogradTile) {
	if w.Tiles < 1 || w.Pitch < 0 || w.Plane < 0 {
		panic("kernel: no such tiles")
	}
	_ = w.Scratch[WinogradScratch-1]
	_ = w.Pixels[5*w.Pitch+(4*(w.Tiles-1)+5)*Lanes+Lanes-1]
	_ = w.Values[35*w.Plane+w.Tiles*Lanes-1]
	_ = w.Most[Lanes-1]
	winogradIn(w)
}

// WinogradOut sets the pixels to A'mA of the values m.
func WinogradOut(w *WinogradTile) {
	if w.Rows < 1 || w.Rows > 4 || w.Columns < 1 || w.Columns > 4 || w.Pitch < 0 || w.Plane < 0 || w.AddPitch < 0 {
		panic("kernel: no such tile")
	}
	_ = w.Scratch[WinogradScratch-1]
	_ = w.Pixels[(w.Rows-1)*w.Pitch+w.Columns*Lanes-1]
	_ = w.Values[35*w.Plane+Lanes-1]
	_ = w.Bias[Lanes-1]
	if w.Add != nil {
		_ = w.Add[(w.Rows-1)*w.AddPitch+w.Columns*Lanes-1]
	}
	winogradOut(w)
}
