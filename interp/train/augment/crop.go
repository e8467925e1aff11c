package augment

import (
	"image"
	"math"
)

// A resizedCrop takes a rectangle of a random area and aspect ratio out of a picture and resizes it
// to the net's input (Szegedy et al. 2014, "Going deeper with convolutions", section 6).
type resizedCrop struct {
	scale  span // the share of the picture's area
	ratio  span // width through height
	stream string
}

func newResizedCrop(_ Settings, a args) (any, error) {
	return &resizedCrop{scale: a["scale"], ratio: a["ratio"]}, nil
}

// fitting is the first rectangle that fits into a picture of ten whose area is uniform and whose aspect
// ratio uniform on a logarithmic scale, if one does.
func (c *resizedCrop) fitting(width, height int, d *draws) (image.Rectangle, bool) {
	const attempts = 10
	logs := span{math.Log(c.ratio.low), math.Log(c.ratio.high)}
	for range attempts {
		area, ratio := d.in(c.scale)*float64(width)*float64(height), math.Exp(d.in(logs))
		w, h := math.RoundToEven(math.Sqrt(area*ratio)), math.RoundToEven(math.Sqrt(area/ratio))
		if w >= 1 && h >= 1 && w <= float64(width) && h <= float64(height) {
			top, left := d.below(height-int(h)+1), d.below(width-int(w)+1)
			return image.Rect(left, top, left+int(w), top+int(h)), true
		}
	}
	return image.Rectangle{}, false
}

// box is that rectangle, or where none fits the largest in the middle of an aspect ratio that is
// allowed.
func (c *resizedCrop) box(width, height int, d *draws) image.Rectangle {
	if box, ok := c.fitting(width, height, d); ok {
		return box
	}
	w, h := width, height
	switch ratio := float64(width) / float64(height); {
	case ratio < c.ratio.low:
		h = max(1, min(height, int(math.RoundToEven(float64(width)/c.ratio.low))))
	case ratio > c.ratio.high:
		w = max(1, min(width, int(math.RoundToEven(float64(height)*c.ratio.high))))
	}
	top, left := (height-h)/2, (width-w)/2
	return image.Rect(left, top, left+w, top+h)
}

// planes is the crop of a picture that has the net's size already.
func (c *resizedCrop) planes(s Settings) change {
	return func(w *Workspace, planes []float32, d *draws) {
		width, height := s.decides(s.W, s.H)
		box := s.scaled(c.box(width, height, d))
		for plane := range s.each(planes) {
			w.resize(plane, s.W, s.H, box)
		}
	}
}

// each yields the planes of a picture.
func (s Settings) each(planes []float32) func(yield func([]float32) bool) {
	size := s.H * s.W
	return func(yield func([]float32) bool) {
		for c := range s.C {
			if !yield(planes[c*size : (c+1)*size]) {
				return
			}
		}
	}
}

// newPadCrop moves a picture by up to so many pixels, as if it were padded with black and cropped
// (He et al. 2015, "Deep residual learning", section 4.2).
func newPadCrop(s Settings, a args) (any, error) {
	pixels := int(a.one("pixels"))
	columns, rows := s.times()
	return change(func(w *Workspace, planes []float32, d *draws) {
		down, right := d.below(2*pixels+1)-pixels, d.below(2*pixels+1)-pixels
		down, right = int(math.Round(rows*float64(down))), int(math.Round(columns*float64(right)))
		for plane := range s.each(planes) {
			w.shift(plane, s.W, s.H, down, right)
		}
	}), nil
}

// shift sets each pixel to the one that is so many rows below and columns to the right, 0 outside.
func (w *Workspace) shift(plane []float32, width, height, down, right int) {
	old := room(&w.copied, len(plane))
	copy(old, plane)
	clear(plane)
	from, to := max(0, right), min(width, width+right)
	for y := range height {
		if y+down >= 0 && y+down < height && from < to {
			copy(plane[y*width+from-right:][:to-from], old[(y+down)*width+from:])
		}
	}
}

// newFlip mirrors a picture from left to right.
func newFlip(s Settings, a args) (any, error) {
	p := a.one("p")
	return change(func(_ *Workspace, planes []float32, d *draws) {
		if !d.yes(p) {
			return
		}
		for line := planes; len(line) > 0; line = line[s.W:] {
			for x, end := 0, s.W-1; x < end; x, end = x+1, end-1 {
				line[x], line[end] = line[end], line[x]
			}
		}
	}), nil
}

// newFlipRows turns a picture upside down.
func newFlipRows(s Settings, a args) (any, error) {
	p := a.one("p")
	return change(func(_ *Workspace, planes []float32, d *draws) {
		if !d.yes(p) {
			return
		}
		for plane := range s.each(planes) {
			for y, end := 0, s.H-1; y < end; y, end = y+1, end-1 {
				for x := range s.W {
					plane[y*s.W+x], plane[end*s.W+x] = plane[end*s.W+x], plane[y*s.W+x]
				}
			}
		}
	}), nil
}
