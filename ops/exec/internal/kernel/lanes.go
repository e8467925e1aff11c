package kernel

// AffineLanes sets every pixel of dst, a line of Lanes channels, to (that of src
// - sub)*mul + add, each channel with its own constants.
func AffineLanes(dst, src, sub, mul, add []float32) {
	n := len(dst) / Lanes
	if n == 0 {
		return
	}
	_, _, _, _ = src[n*Lanes-1], sub[Lanes-1], mul[Lanes-1], add[Lanes-1]
	affineLanes(dst[:n*Lanes], src, sub, mul, add)
}

// affineLanesGeneric is AffineLanes.
func affineLanesGeneric(dst, src, sub, mul, add []float32) {
	for i := range dst {
		dst[i] = (src[i]-sub[i%Lanes])*mul[i%Lanes] + add[i%Lanes]
	}
}

// LeakyLanes sets every pixel of dst, a line of Lanes channels, to that of src, times the
// channel's slope where it is below 0.
func LeakyLanes(dst, src, slopes []float32) {
	n := len(dst) / Lanes
	if n == 0 {
		return
	}
	_, _ = src[n*Lanes-1], slopes[Lanes-1]
	leakyLanes(dst[:n*Lanes], src, slopes)
}

// leakyLanesGeneric is LeakyLanes.
func leakyLanesGeneric(dst, src, slopes []float32) {
	for i := range dst {
		x := src[i]
		if x < 0 {
			x *= slopes[i%Lanes]
		}
		dst[i] = x
	}
}

// ScaleLanes sets every pixel of dst, a line of Lanes channels, to that of src times the pixel's
// factor.
func ScaleLanes(dst, src, factors []float32) {
	n := len(dst) / Lanes
	if n == 0 {
		return
	}
	_, _ = src[n*Lanes-1], factors[n-1]
	scaleLanes(dst[:n*Lanes], src, factors)
}

// scaleLanesGeneric is ScaleLanes.
func scaleLanesGeneric(dst, src, factors []float32) {
	for i := range dst {
		dst[i] = src[i] * factors[i/Lanes]
	}
}

// Lines are where lines begin, one or two for one pixel after the other.
type Lines struct {
	at   []int
	most int // where the last of them ends
}

// NewLines checks the places once, so that a call need not; at is theirs from then on.
func NewLines(at []int) *Lines {
	p := &Lines{at: at}
	for _, i := range at {
		if i < 0 {
			panic("kernel: a line before the first")
		}
		p.most = max(p.most, i+Lanes)
	}
	return p
}

// BilinearLanes sets every pixel of dst, a line of Lanes channels, to a sum of four: of two lines
// of above and two of below, which begin at the pixel's pair and have two of across for weights,
// those of the rows being down.
func BilinearLanes(dst, above, below []float32, pairs *Lines, across, down []float32) {
	n := len(dst) / Lanes
	if n == 0 {
		return
	}
	_, _, _ = pairs.at[2*n-1], across[2*n-1], down[1]
	bilinearLanes(dst[:n*Lanes], above[:pairs.most], below[:pairs.most], pairs.at, across, down)
}

// bilinearLanesGeneric is BilinearLanes.
func bilinearLanesGeneric(dst, above, below []float32, at []int, across, down []float32) {
	for x := range len(dst) / Lanes {
		a, b, u, v := at[2*x], at[2*x+1], across[2*x], across[2*x+1]
		for lane := range Lanes {
			top := u*above[a+lane] + v*above[b+lane]
			dst[x*Lanes+lane] = down[0]*top + down[1]*(u*below[a+lane]+v*below[b+lane])
		}
	}
}

// PickLanes sets every pixel of dst, a line of Lanes channels, to the line of src that begins at its
// place.
func PickLanes(dst, src []float32, lines *Lines) {
	n := len(dst) / Lanes
	if n == 0 {
		return
	}
	_ = lines.at[n-1]
	pickLanes(dst[:n*Lanes], src[:lines.most], lines.at)
}

// pickLanesGeneric is PickLanes.
func pickLanesGeneric(dst, src []float32, at []int) {
	for x := range len(dst) / Lanes {
		copy(dst[x*Lanes:][:Lanes], src[at[x]:])
	}
}

// GateLanes sets every pixel of dst, a line of Lanes channels, to that of src
// times mul, each channel with its own, plus that of add, between low and high.
func GateLanes(dst, src, mul, add []float32, low, high float32) {
	n := len(dst) / Lanes
	if n == 0 {
		return
	}
	_, _, _ = src[n*Lanes-1], mul[Lanes-1], add[n*Lanes-1]
	gateLanes(dst[:n*Lanes], src, mul, add, [2]float32{low, high})
}

// gateLanesGeneric is GateLanes.
func gateLanesGeneric(dst, src, mul, add []float32, bounds [2]float32) {
	for i := range dst {
		dst[i] = min(max(src[i]*mul[i%Lanes]+add[i], bounds[0]), bounds[1])
	}
}
