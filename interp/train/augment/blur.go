package augment

import (
	"image"
	"math"
)

// newBlur blurs with a Gaussian whose standard deviation, in pixels, is random; beyond the edge the
// edge goes on.
func newBlur(s Settings, a args) (any, error) {
	sigma := a["sigma"]
	return change(func(w *Workspace, planes []float32, d *draws) {
		deviation := d.in(sigma)
		taps := w.gaussian(deviation)
		for plane := range s.each(planes) {
			w.blur(plane, s.W, s.H, taps)
		}
	}), nil
}

// gaussian are the weights of pixels at the distances 0, 1, … up to three standard deviations.
func (w *Workspace) gaussian(deviation float64) []float64 {
	taps := room(&w.taps, int(math.Ceil(3*deviation))+1)
	taps[0] = 1
	sum := 1.0
	for i := 1; i < len(taps); i++ {
		taps[i] = math.Exp(-float64(i*i) / (2 * deviation * deviation))
		sum += 2 * taps[i]
	}
	for i := range taps {
		taps[i] /= sum
	}
	return taps
}

// blur blurs the rows, then the columns.
func (w *Workspace) blur(plane []float32, width, height int, taps []float64) {
	lines := room(&w.lines, len(plane))
	for y := range height {
		smooth(lines[y*width:], plane[y*width:], width, 1, taps)
	}
	for x := range width {
		smooth(plane[x:], lines[x:], height, width, taps)
	}
}

// smooth blurs n numbers that lie so far apart.
func smooth(dst, src []float32, n, step int, taps []float64) {
	for i := range n {
		sum := taps[0] * float64(src[i*step])
		for j := 1; j < len(taps); j++ {
			sum += taps[j] * (float64(src[max(0, i-j)*step]) + float64(src[min(n-1, i+j)*step]))
		}
		dst[i*step] = float32(sum)
	}
}

// newNoise adds normal noise whose standard deviation is a share of full brightness, or of arrays a
// number as theirs.
func newNoise(s Settings, a args) (any, error) {
	sigma, full := a["sigma"], float64(top)
	if s.Numbers {
		full = 1
	}
	return change(func(_ *Workspace, planes []float32, d *draws) {
		deviation := full * d.in(sigma)
		for i := 0; i < len(planes); i += 2 {
			x, y := d.normal()
			planes[i] = s.within(planes[i] + float32(deviation*x))
			if i+1 < len(planes) {
				planes[i+1] = s.within(planes[i+1] + float32(deviation*y))
			}
		}
	}), nil
}

// within is a value within its range, if there is one.
func (s Settings) within(x float32) float32 {
	if s.Numbers {
		return x
	}
	return clamped(x)
}

// newErase sets a random rectangle to what is 0 for the net (Zhong et al. 2017, "Random erasing data
// augmentation", algorithm 1): a share of the area, with a height of 0.3 to 3.3 times its width.
func newErase(s Settings, a args) (any, error) {
	p, c := a.one("p"), resizedCrop{scale: a["area"], ratio: span{0.3, 3.3}}
	return change(func(_ *Workspace, planes []float32, d *draws) {
		if !d.yes(p) {
			return
		}
		box, ok := c.fitting(s.W, s.H, d)
		if !ok {
			return
		}
		channel := 0
		for plane := range s.each(planes) {
			fill(plane, s.W, box, s.middle(channel))
			channel++
		}
	}), nil
}

// fill sets a rectangle of a plane.
func fill(plane []float32, width int, box image.Rectangle, value float32) {
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			plane[y*width+x] = value
		}
	}
}
