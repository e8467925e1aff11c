package jpeg

import "cnnlang/interp/picture/jpeg/internal/kernel"

// A colours converts a line of pixels, [components, width], to RGB, [width, 3].
type colours func(out []uint8, lines *[4][]uint8)

// colours says which colours the components are, by the rules of libjpeg: JFIF is YCbCr;
// otherwise Adobe's marker counts, and without it the names of the components.
func (d *decoder) colours() colours {
	names := [3]byte{d.component[0].id, d.component[1].id, d.component[2].id}
	switch {
	case d.count == 1:
		return newGrey(d.width)
	case d.count == 4 && d.adobe && d.transform != 0:
		return fromYCCK
	case d.count == 4:
		return fromCMYK
	case d.jfif:
		return fromYCbCr
	case d.adobe && d.transform == 0, !d.adobe && names == [3]byte{'R', 'G', 'B'}:
		return fromRGB
	}
	return fromYCbCr
}

func fromYCbCr(out []uint8, lines *[4][]uint8) { kernel.RGB(out, lines[0], lines[1], lines[2]) }

// newGrey repeats the brightness: YCbCr without colour.
func newGrey(width int) colours {
	none := make([]uint8, width)
	for i := range none {
		none[i] = 128
	}
	return func(out []uint8, lines *[4][]uint8) { kernel.RGB(out, lines[0], none, none) }
}

func fromRGB(out []uint8, lines *[4][]uint8) {
	for x, red := range lines[0] {
		pixel := out[3*x:][:3]
		pixel[0], pixel[1], pixel[2] = red, lines[1][x], lines[2][x]
	}
}

// Adobe stores inks inverted: 255 is none. They are filters on white, one behind the other,
// and are taken like that whether the file says that it is Adobe's or not, as Pillow does.

func fromCMYK(out []uint8, lines *[4][]uint8) {
	for x, white := range lines[3] {
		pixel := out[3*x:][:3]
		for c := range pixel {
			pixel[c] = filtered(white, 255-lines[c][x])
		}
	}
}

// fromYCCK finds the inks as if they were RGB.
func fromYCCK(out []uint8, lines *[4][]uint8) {
	fromYCbCr(out, lines)
	for x, white := range lines[3] {
		pixel := out[3*x:][:3]
		for c := range pixel {
			pixel[c] = filtered(white, pixel[c])
		}
	}
}

// filtered is what an ink leaves of white.
func filtered(white, ink uint8) uint8 {
	absorbed := (uint32(white)*uint32(ink) + 127) / 255 // rounded
	return white - uint8(absorbed)
}
