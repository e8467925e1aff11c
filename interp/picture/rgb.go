package picture

import (
	"context"
	"image"
	"image/color"

	"cnnlang/interp/picture/jpeg"
)

// toRGB converts an image to 8-bit RGB: gray is repeated, palette colours are looked up,
// alpha is dropped. The types that the decoders return have fast paths; other types, and
// parts of images, go pixel by pixel.
func toRGB(ctx context.Context, decoded image.Image) pixels {
	if p, ok := decoded.(pixels); ok {
		return p
	}
	bounds := decoded.Bounds()
	p := newPixels(bounds.Dx(), bounds.Dy())
	if bounds.Min != (image.Point{}) {
		p.ask(ctx, decoded)
		return p
	}
	switch m := decoded.(type) {
	case *image.YCbCr:
		jpeg.Convert(ctx, m, p.rgb)
	case *image.Gray:
		p.gather(ctx, m.Pix, m.Stride, 1, [3]int{0, 0, 0})
	case *image.Gray16:
		p.gather(ctx, m.Pix, m.Stride, 2, [3]int{0, 0, 0}) // the upper byte comes first
	case *image.RGBA: // from the decoders always opaque, else premultiplied
		if !m.Opaque() {
			p.ask(ctx, m)
			break
		}
		p.gather(ctx, m.Pix, m.Stride, 4, [3]int{0, 1, 2})
	case *image.NRGBA:
		p.gather(ctx, m.Pix, m.Stride, 4, [3]int{0, 1, 2})
	case *image.RGBA64:
		if !m.Opaque() {
			p.ask(ctx, m)
			break
		}
		p.gather(ctx, m.Pix, m.Stride, 8, [3]int{0, 2, 4})
	case *image.NRGBA64:
		p.gather(ctx, m.Pix, m.Stride, 8, [3]int{0, 2, 4})
	case *image.Paletted:
		fromPalette(ctx, p, m)
	case *image.CMYK:
		fromCMYK(ctx, p, m)
	default:
		p.ask(ctx, m)
	}
	return p
}

// ask converts an image pixel by pixel through its At method.
func (p pixels) ask(ctx context.Context, img image.Image) {
	at := img.Bounds().Min
	for y := range lines(ctx, p.height) {
		out := p.row(y)
		for x := range p.width {
			c := color.NRGBAModel.Convert(img.At(at.X+x, at.Y+y)).(color.NRGBA)
			copy(out[3*x:], []uint8{c.R, c.G, c.B})
		}
	}
}

// gather copies the bytes at the three offsets of each pixel of step bytes.
func (p pixels) gather(ctx context.Context, from []uint8, stride, step int, at [3]int) {
	for y := range lines(ctx, p.height) {
		line, out := from[y*stride:], p.row(y)
		for x := range p.width {
			for c, offset := range at {
				out[3*x+c] = line[x*step+offset]
			}
		}
	}
}

func fromPalette(ctx context.Context, p pixels, m *image.Paletted) {
	var table [256][3]uint8
	for i, c := range m.Palette {
		rgba := color.NRGBAModel.Convert(c).(color.NRGBA)
		table[i] = [3]uint8{rgba.R, rgba.G, rgba.B}
	}
	for y := range lines(ctx, p.height) {
		out := p.row(y)
		for x, index := range m.Pix[y*m.Stride : y*m.Stride+p.width] {
			copy(out[3*x:], table[index][:])
		}
	}
}

// fromCMYK takes the inks as filters on white, one behind the other.
func fromCMYK(ctx context.Context, p pixels, m *image.CMYK) {
	for y := range lines(ctx, p.height) {
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
