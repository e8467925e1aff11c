package picture

import (
	"image"
	"image/color"

	"cnnlang/interp/picture/resample"
)

// pixels is an image of 8 bits a channel.
type pixels struct {
	width, height int
	rgb           []uint8 // [height, width, 3]
}

func newPixels(width, height int) pixels {
	return pixels{width, height, make([]uint8, 3*width*height)}
}

// row returns row y, [width, 3].
func (p pixels) row(y int) []uint8 { return p.rgb[3*p.width*y : 3*p.width*(y+1)] }

// resampled is the image as package resample takes it.
func (p pixels) resampled() resample.Image {
	return resample.Image{Width: p.width, Height: p.height, Pix: p.rgb}
}

// ColorModel is that of image.Image, as which Decode returns pixels.
func (p pixels) ColorModel() color.Model { return color.RGBAModel }

// Bounds begin at 0, 0.
func (p pixels) Bounds() image.Rectangle { return image.Rect(0, 0, p.width, p.height) }

// At is a pixel; black without a colour outside of the image.
func (p pixels) At(x, y int) color.Color {
	if !(image.Point{X: x, Y: y}).In(p.Bounds()) {
		return color.RGBA{}
	}
	at := p.row(y)[3*x:]
	return color.RGBA{at[0], at[1], at[2], 0xff}
}
