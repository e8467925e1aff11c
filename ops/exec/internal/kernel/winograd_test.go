//go:build !purego && (amd64 || arm64)

package kernel

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

func TestWinogradIn(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		for tiles := 1; tiles <= 4; tiles++ {
			for _, s := range sides {
				pitch, plane := (4*tiles+3)*Lanes, (tiles+1)*Lanes
				w := &WinogradTile{Scratch: guarded(t, WinogradScratch, s), Tiles: tiles, Pitch: pitch, Plane: plane,
					Pixels: guarded(t, 5*pitch+(4*tiles+2)*Lanes, s), Values: guarded(t, 35*plane+tiles*Lanes, s), Most: guarded(t, Lanes, s)}
				want := *w
				want.Values, want.Most = slices.Clone(w.Values), slices.Clone(w.Most)
				winogradInGeneric(&want)
				WinogradIn(w)
				nearly(t, fmt.Sprint(tiles, " tiles"), w.Values, want.Values)
				sameSizes(t, fmt.Sprint(tiles, " tiles"), w)
			}
		}
	})
}

// Numbers that are huge, not finite or below the smallest normal one, each in a pixel and
// lane of its own.
func TestWinogradInSizes(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		w := &WinogradTile{Scratch: make([]float32, WinogradScratch), Tiles: 2, Pitch: 10 * Lanes, Plane: 2 * Lanes,
			Pixels: make([]float32, 60*Lanes), Values: make([]float32, 72*Lanes), Most: make([]float32, Lanes)}
		for pixel := range 60 {
			for i, bits := range []uint32{1, 1<<31 | 2, 0x7f000000, 0xff000001, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00001} {
				clear(w.Pixels)
				w.Pixels[pixel*Lanes+(pixel+i)%Lanes] = math.Float32frombits(bits)
				WinogradIn(w)
				sameSizes(t, fmt.Sprintf("%#x in pixel %d", bits, pixel), w)
			}
		}
	})
}

// sameSizes compares the largest sizes with those of the pixels.
func sameSizes(t *testing.T, what string, w *WinogradTile) {
	t.Helper()
	for lane := range Lanes {
		want := uint32(0)
		for pixel := range 6 * (4*w.Tiles + 2) {
			y, x := pixel/(4*w.Tiles+2), pixel%(4*w.Tiles+2)
			want = max(want, math.Float32bits(w.Pixels[y*w.Pitch+x*Lanes+lane])<<1>>1)
		}
		if got := math.Float32bits(w.Most[lane]); got != want {
			t.Fatalf("%s: the largest size in lane %d: got %#x, want %#x", what, lane, got, want)
		}
	}
}

func TestWinogradOut(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		for rows := 1; rows <= 4; rows++ {
			for columns := 1; columns <= 4; columns++ {
				for _, s := range sides {
					for _, add := range []bool{false, true} {
						w := &WinogradTile{Scratch: guarded(t, WinogradScratch, s), Rows: rows, Columns: columns, Pitch: 7 * Lanes, Plane: 2 * Lanes,
							Values: guarded(t, 35*2*Lanes+Lanes, s), Pixels: guarded(t, (rows-1)*7*Lanes+columns*Lanes, s),
							Bias: guarded(t, Lanes, s), Low: -3, High: 20}
						if add {
							w.AddPitch, w.Add = 5*Lanes, guarded(t, (rows-1)*5*Lanes+columns*Lanes, s)
						}
						want := *w
						want.Pixels = slices.Clone(w.Pixels)
						winogradOutGeneric(&want)
						WinogradOut(w)
						nearly(t, fmt.Sprintf("%dx%d", rows, columns), w.Pixels, want.Pixels)
					}
				}
			}
		}
	})
}

// nearly allows some roundings of numbers up to about 100.
func nearly(t *testing.T, what string, got, want []float32) {
	t.Helper()
	for i, w := range want {
		if !(math.Abs(float64(got[i]-w)) <= 1e-4) {
			t.Fatalf("%s: element %d: got %v, want %v", what, i, got[i], w)
		}
	}
}
