package picture

import (
	"image"
	"image/color"
)

// toRGB makes 8-bit RGB of whatever the decoders return: gray three times over,
// colours of a palette looked up, alpha dropped.
func toRGB(decoded image.Image) pixels {
	bounds := decoded.Bounds()
	p := newPixels(bounds.Dx(), bounds.Dy())
	switch m := decoded.(type) {
	case *image.YCbCr:
		fromYCbCr(p, m)
	case *image.Gray:
		p.gather(m.Pix, m.Stride, 1, [3]int{0, 0, 0})
	case *image.Gray16:
		p.gather(m.Pix, m.Stride, 2, [3]int{0, 0, 0}) // the upper byte comes first
	case *image.RGBA: // from the decoders always opaque, so never multiplied with alpha
		p.gather(m.Pix, m.Stride, 4, [3]int{0, 1, 2})
	case *image.NRGBA:
		p.gather(m.Pix, m.Stride, 4, [3]int{0, 1, 2})
	case *image.RGBA64:
		p.gather(m.Pix, m.Stride, 8, [3]int{0, 2, 4})
	case *image.NRGBA64:
		p.gather(m.Pix, m.Stride, 8, [3]int{0, 2, 4})
	case *image.Paletted:
		fromPalette(p, m)
	case *image.CMYK:
		fromCMYK(p, m)
	default:
		panic("picture: a decoder returned an unknown kind of image")
	}
	return p
}

// gather copies from pixels of step bytes those at the three offsets.
func (p pixels) gather(from []uint8, stride, step int, at [3]int) {
	for y := range p.height {
		line, out := from[y*stride:], p.row(y)
		for x := range p.width {
			for c, offset := range at {
				out[3*x+c] = line[x*step+offset]
			}
		}
	}
}

func fromPalette(p pixels, m *image.Paletted) {
	var table [256][3]uint8
	for i, c := range m.Palette {
		rgba := color.NRGBAModel.Convert(c).(color.NRGBA)
		table[i] = [3]uint8{rgba.R, rgba.G, rgba.B}
	}
	for y := range p.height {
		out := p.row(y)
		for x, index := range m.Pix[y*m.Stride : y*m.Stride+p.width] {
			copy(out[3*x:], table[index][:])
		}
	}
}

// fromCMYK takes the inks as filters on white, one behind the other.
func fromCMYK(p pixels, m *image.CMYK) {
	for y := range p.height {
		line, out := m.Pix[y*m.Stride:], p.row(y)
		for x := range p.width {
			white := 255 - int(line[4*x+3])
			for c := range 3 {
				absorbed := (int(line[4*x+c])*white + 127) / 255 // rounded
				out[3*x+c] = uint8(white - absorbed)
			}
		}
	}
}
