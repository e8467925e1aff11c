package augment

import (
	"image"
	"math"
)

// resize makes a rectangle of a plane as large as the plane, bilinearly, as package resample does for bytes.
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

// triangle is what pixel at of a side of so many counts of fewer source pixels, or as many: the first of them
// and the weights.
func (w *Workspace) triangle(at, side, source int) (start int, taps []float64) {
	centre := (float64(at) + 0.5) * float64(source) / float64(side)
	start = max(0, int(centre-0.5))
	taps = room(&w.taps, min(source, int(centre+1.5))-start)
	sum := 0.0
	for i := range taps {
		taps[i] = max(0, 1-math.Abs(float64(start+i)-centre+0.5))
		sum += taps[i]
	}
	for i := range taps {
		taps[i] /= sum
	}
	return start, taps
}
