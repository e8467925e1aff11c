package augment

import "math"

// newJitter changes brightness, contrast, saturation and hue, each by a random factor, in a random order
// (Howard 2013, "Some improvements on deep convolutional neural network based image classification"). Grey pictures have no saturation and no hue.
func newJitter(s Settings, a args) (any, error) {
	kinds := []func(planes []float32, by float64){s.brighten, s.contrast, s.saturate, s.turnHue}
	spans := []span{a["brightness"], a["contrast"], a["saturation"], a["hue"]}
	if s.C != 3 {
		kinds, spans = kinds[:2], spans[:2]
	}
	return change(func(_ *Workspace, planes []float32, d *draws) {
		order := [4]int{0, 1, 2, 3}
		for i := len(kinds) - 1; i > 0; i-- {
			j := d.below(i + 1)
			order[i], order[j] = order[j], order[i]
		}
		for _, k := range order[:len(kinds)] {
			kinds[k](planes, d.in(spans[k]))
		}
	}), nil
}

// clamped is a brightness within its range.
func clamped(x float32) float32 { return min(max(x, 0), top) }

// brighten multiplies.
func (s Settings) brighten(planes []float32, by float64) {
	if by == 1 {
		return
	}
	for i, x := range planes {
		planes[i] = clamped(float32(by) * x)
	}
}

// contrast multiplies the distance from the mean brightness.
func (s Settings) contrast(planes []float32, by float64) {
	if by == 1 {
		return
	}
	size, sum := s.H*s.W, 0.0
	for i := range size {
		sum += float64(s.light(planes, i))
	}
	rest := float32((1 - by) * (sum / float64(size)))
	for i, x := range planes {
		planes[i] = clamped(float32(by)*x + rest)
	}
}

// light is the brightness of a pixel of all channels together, by ITU-R 601.
func (s Settings) light(planes []float32, i int) float32 {
	if s.C != 3 {
		return planes[i]
	}
	size := s.H * s.W
	return 0.299*planes[i] + 0.587*planes[size+i] + 0.114*planes[2*size+i]
}

// saturate multiplies the distance from grey.
func (s Settings) saturate(planes []float32, by float64) {
	if by == 1 {
		return
	}
	size := s.H * s.W
	for i := range size {
		rest := float32(1-by) * s.light(planes, i)
		for c := i; c < len(planes); c += size {
			planes[c] = clamped(float32(by)*planes[c] + rest)
		}
	}
}

// turnHue moves all hues by a share of the circle of colours.
func (s Settings) turnHue(planes []float32, by float64) {
	if by == 0 {
		return
	}
	size := s.H * s.W
	red, green, blue := planes[:size], planes[size:2*size], planes[2*size:]
	for i := range size {
		red[i], green[i], blue[i] = turned(red[i], green[i], blue[i], float32(by))
	}
}

// turned is a colour with another hue, whose largest and smallest channels have the same values as
// before (Smith 1978, "Color gamut transform pairs").
func turned(r, g, b, by float32) (float32, float32, float32) {
	high, low := max(r, g, b), min(r, g, b)
	spread := high - low
	if spread == 0 {
		return r, g, b
	}
	var hue float32 // in sixths of the circle
	switch high {
	case r:
		hue = (g - b) / spread
	case g:
		hue = 2 + (b-r)/spread
	default:
		hue = 4 + (r-g)/spread
	}
	hue = float32(math.Mod(float64(hue+6*by)+12, 6))
	sixth := math.Floor(float64(hue))
	part := (hue - float32(sixth)) * spread
	up, down := low+part, high-part
	switch int(sixth) {
	case 0, 6:
		return high, up, low
	case 1:
		return down, high, low
	case 2:
		return low, high, up
	case 3:
		return low, down, high
	case 4:
		return up, low, high
	}
	return high, low, down
}

// newGrey takes the colours away.
func newGrey(s Settings, a args) (any, error) {
	p := a.one("p")
	return change(func(_ *Workspace, planes []float32, d *draws) {
		if d.yes(p) {
			s.saturate(planes, 0)
		}
	}), nil
}

// newInvert makes white black.
func newInvert(_ Settings, a args) (any, error) {
	p := a.one("p")
	return change(func(_ *Workspace, planes []float32, d *draws) {
		if !d.yes(p) {
			return
		}
		for i, x := range planes {
			planes[i] = top - x
		}
	}), nil
}
