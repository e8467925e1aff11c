package augment

// newDilate and newErode set each pixel to the brightest and to the darkest of the 3x3 pixels around it that lie in the
// picture (Serra 1982, "Image analysis and mathematical morphology", chapter 12, for grey pictures), in each channel.
func newDilate(s Settings, a args) (any, error) {
	return s.ofNeighbours(a, func(x, y float32) float32 { return max(x, y) }), nil
}

func newErode(s Settings, a args) (any, error) {
	return s.ofNeighbours(a, func(x, y float32) float32 { return min(x, y) }), nil
}

// ofNeighbours takes the extreme of three pixels of a row, then of three such of a column.
func (s Settings) ofNeighbours(a args, extreme func(x, y float32) float32) change {
	p := a.one("p")
	return func(w *Workspace, planes []float32, d *draws) {
		if !d.yes(p) {
			return
		}
		lines := room(&w.lines, s.H*s.W)
		for plane := range s.each(planes) {
			for y := range s.H {
				ofThree(lines[y*s.W:], plane[y*s.W:], s.W, 1, extreme)
			}
			for x := range s.W {
				ofThree(plane[x:], lines[x:], s.H, s.W, extreme)
			}
		}
	}
}

// ofThree sets n numbers that lie so far apart to the extreme of the one in src and its neighbours.
func ofThree(dst, src []float32, n, step int, extreme func(x, y float32) float32) {
	for i := range n {
		dst[i*step] = extreme(src[i*step], extreme(src[max(0, i-1)*step], src[min(n-1, i+1)*step]))
	}
}
