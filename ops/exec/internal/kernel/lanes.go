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
