package augment

import (
	"image"
	"math"
)

// resize makes a rectangle of a plane as large as the plane: bilinear, and where it becomes smaller an
// average over what a pixel covers, as package resample does for bytes.
func (w *Workspace) resize(plane []float32, width, height int, box image.Rectangle) {
	lines := room(&w.lines, box.Dy()*width)
	for x := range width {
		start, taps := w.triangle(x, width, box.Dx())
		for y := range box.Dy() {
			sum, line := 0.0, plane[(box.Min.Y+y)*width+box.Min.X+start:]
			for i, t := range taps {
				sum += t * float64(line[i])
			}
			lines[y*width+x] = float32(sum)
		}
	}
	for y := range height {
		start, taps := w.triangle(y, height, box.Dy())
		for x := range width {
			sum := 0.0
			for i, t := range taps {
				sum += t * float64(lines[(start+i)*width+x])
			}
			plane[y*width+x] = float32(sum)
		}
	}
}

// triangle is what pixel at of a side of so many counts of source pixels: the first of them and the weights.
func (w *Workspace) triangle(at, side, source int) (start int, taps []float64) {
	scale := float64(source) / float64(side)
	reach := max(scale, 1)
	centre := (float64(at) + 0.5) * scale
	start = max(0, int(centre-reach+0.5))
	taps = room(&w.taps, min(source, int(centre+reach+0.5))-start)
	sum := 0.0
	for i := range taps {
		taps[i] = max(0, 1-math.Abs((float64(start+i)-centre+0.5)/reach))
		sum += taps[i]
	}
	for i := range taps {
		taps[i] /= sum
	}
	return start, taps
}
