package picture

import (
	"cmp"
	"fmt"
	"math"

	"cnnlang/interp/picture/resample"
)

// maxSide bounds the sides that an image is resized to.
const maxSide = 1 << 20

// The values of Preprocess.Fit.
const (
	fitShort  = "short"
	fitSquash = "squash"
	fitPad    = "pad"
)

// frame chooses the size after resizing and where the network's input is cut out.
func (p Preprocess) frame(width, height, h, w int) (resample.View, error) {
	high, wide := cmp.Or(p.Resize[0], h), cmp.Or(p.Resize[1], w)
	f := resample.View{Width: wide, Height: high, H: h, W: w}
	if wide > maxSide || high > maxSide {
		return f, fmt.Errorf("is to be resized to %d x %d pixels, the limit is %d for a side", wide, high, maxSide)
	}
	wider := width*high > height*wide // than the size to resize to
	switch p.fit() {
	case fitShort:
		// The image covers the size, with one side exact and the other in its own
		// proportion, rounded down: torchvision's Resize.
		if wider {
			f.Width = high * width / height
		} else {
			f.Height = wide * height / width
		}
		if f.Width > maxSide || f.Height > maxSide {
			return f, fmt.Errorf("has %d x %d pixels and becomes %d x %d when resized, the limit is %d for a side; crop it first",
				width, height, f.Width, f.Height, maxSide)
		}
	case fitPad:
		// The image lies in the middle of the size, with one side exact and the other rounded:
		// Pillow's ImageOps.pad, from whose order of operations the rounding follows.
		if wider {
			f.Height = max(1, even(float64(height)/float64(width)*float64(wide)))
		} else {
			f.Width = max(1, even(float64(width)/float64(height)*float64(high)))
		}
	}
	f.Top, f.Left = margin(f.Height, h), margin(f.Width, w)
	if p.fit() == fitPad {
		f.Top = margin(high, h) - even(float64(high-f.Height)/2)
		f.Left = margin(wide, w) - even(float64(wide-f.Width)/2)
	}
	return f, nil
}

// margin is where a crop begins: in the middle, as in torchvision's CenterCrop. If the image
// is smaller than the crop, the smaller half of the border goes before it.
func margin(image, crop int) int {
	if image < crop {
		return -((crop - image) / 2)
	}
	return even(float64(image-crop) / 2)
}

// even rounds halves to even numbers, as Python does.
func even(x float64) int { return int(math.RoundToEven(x)) }
