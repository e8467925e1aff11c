package kernel

// Between sets dst to dy times slope where v lies between low and high, or is NaN, and to 0 elsewhere.
func Between(dst, dy, v []float32, low, high, slope float32) {
	dy, v = dy[:len(dst)], v[:len(dst)]
	for i := range dst {
		g := dy[i] * slope
		if v[i] <= low || v[i] >= high {
			g = 0
		}
		dst[i] = g
	}
}

// Slope sets dst to dy, times slope where x is not above 0.
func Slope(dst, dy, x []float32, slope float32) {
	dy, x = dy[:len(dst)], x[:len(dst)]
	for i := range dst {
		g := dy[i]
		if !(x[i] > 0) {
			g *= slope
		}
		dst[i] = g
	}
}
