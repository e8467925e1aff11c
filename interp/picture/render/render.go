// Package render makes pictures of what networks compute: of values the brightness, of scores of
// classes the class of each pixel as a colour.
package render

import (
	"image"
	"image/color"
	"math"

	"cnnlang/ops/tensor"
)

// A Range says which values are black and full brightness: of each channel, or one for all.
// What lies between is in proportion, rounded to 8 bits, and what lies beyond is cut off.
type Range struct {
	Low, High []float64
	BGR       bool // whether the first of three channels is blue
}

// of is the range of a channel.
func (r Range) of(channel int) (low, high float64) {
	return r.Low[min(channel, len(r.Low)-1)], r.High[min(channel, len(r.High)-1)]
}

// Picture makes a picture of a value, grey of [1, 1, H, W] and coloured of [1, 3, H, W]. beyond is
// how many of the numbers lay outside of the range or were NaN, which is black.
func (r Range) Picture(t tensor.Tensor) (img image.Image, beyond int) {
	height, width := t.Shape[2], t.Shape[3]
	bounds := image.Rect(0, 0, width, height)
	if t.Shape[1] == 1 {
		grey := image.NewGray(bounds)
		return grey, r.fill(grey.Pix, 1, 0, t.Data, 0)
	}
	colours := image.NewNRGBA(bounds)
	for i := 3; i < len(colours.Pix); i += 4 {
		colours.Pix[i] = math.MaxUint8 // opaque
	}
	size := height * width
	for channel := range 3 {
		at := channel
		if r.BGR {
			at = 2 - channel
		}
		beyond += r.fill(colours.Pix, 4, at, t.Data[channel*size:(channel+1)*size], channel)
	}
	return colours, beyond
}

// tolerance is how far a value may lie beyond the range, in parts of it, without being counted:
// what rounding does to an output that ends exactly there.
const tolerance = 1e-6

// fill writes the brightness of values to every step-th byte from at on.
func (r Range) fill(pix []uint8, step, at int, values []float32, channel int) (beyond int) {
	low, high := r.of(channel)
	for i, v := range values {
		x := (float64(v) - low) / (high - low)
		if !(x >= -tolerance && x <= 1+tolerance) {
			beyond++
		}
		if x > 0 { // not NaN
			pix[i*step+at] = uint8(math.Floor(min(x, 1)*math.MaxUint8 + 0.5))
		}
	}
	return beyond
}

// A Mask is a class for each pixel.
type Mask struct {
	Width, Height int
	Classes       int     // how many there are
	Of            []int32 // row by row
}

// MaskOf takes at each pixel of scores [1, C, H, W] the class with the highest score, of equal ones
// the first.
func MaskOf(t tensor.Tensor) Mask {
	m := Mask{Width: t.Shape[3], Height: t.Shape[2], Classes: t.Shape[1]}
	size := m.Width * m.Height
	m.Of = make([]int32, size)
	best := t.Data[:size]
	if m.Classes > 1 {
		best = append([]float32(nil), best...)
	}
	for class := 1; class < m.Classes; class++ {
		for i, v := range t.Data[class*size : (class+1)*size] {
			if v > best[i] || best[i] != best[i] && v == v {
				best[i], m.Of[i] = v, int32(class)
			}
		}
	}
	return m
}

// Counts are the numbers of pixels of each class.
func (m Mask) Counts() []int {
	counts := make([]int, m.Classes)
	for _, class := range m.Of {
		counts[class]++
	}
	return counts
}

// MostColours is how many classes a picture of a mask can have.
const MostColours = 256

// Picture colours the mask, which has at most MostColours classes. The bytes of its pixels are
// the classes.
func (m Mask) Picture() *image.Paletted {
	palette := make(color.Palette, MostColours) // all of them, so that a pixel has 8 bits
	for class := range palette {
		palette[class] = Colour(class)
	}
	img := image.NewPaletted(image.Rect(0, 0, m.Width, m.Height), palette)
	for i, class := range m.Of {
		img.Pix[i] = uint8(class)
	}
	return img
}

// Colour is that of a class below MostColours: as in PASCAL VOC's masks, the bits of its number
// go to red, green and blue in turn, the lowest to the highest bit of each. 0 is black.
func Colour(class int) color.NRGBA {
	c := color.NRGBA{A: math.MaxUint8}
	for bit := 7; class > 0; bit-- {
		c.R |= uint8(class&1) << bit
		c.G |= uint8(class>>1&1) << bit
		c.B |= uint8(class>>2&1) << bit
		class >>= 3
	}
	return c
}
