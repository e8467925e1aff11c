package kernel

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
