package kernel

// addGeneric adds src to dst.
func addGeneric(dst, src []float32) {
	for i := range dst {
		dst[i] += src[i]
	}
}

// mulGeneric multiplies dst by src.
func mulGeneric(dst, src []float32) {
	for i := range dst {
		dst[i] *= src[i]
	}
}

// addScalarGeneric sets dst to src plus c.
func addScalarGeneric(dst, src []float32, c float32) {
	for i := range dst {
		dst[i] = src[i] + c
	}
}

// mulScalarGeneric sets dst to src times c.
func mulScalarGeneric(dst, src []float32, c float32) {
	for i := range dst {
		dst[i] = src[i] * c
	}
}

// clampGeneric sets dst to min(max(src, low), high).
func clampGeneric(dst, src []float32, low, high float32) {
	for i := range dst {
		dst[i] = min(max(src[i], low), high)
	}
}

// leakyGeneric sets dst to src, times slope where it is below 0.
func leakyGeneric(dst, src []float32, slope float32) {
	for i := range dst {
		x := src[i]
		if x < 0 {
			x *= slope
		}
		dst[i] = x
	}
}

// hardSigmoidGeneric sets dst to min(max(src*slope + half, low), high). The product is rounded,
// as in assembly.
func hardSigmoidGeneric(dst, src []float32, slope, half, low, high float32) {
	for i := range dst {
		dst[i] = min(max(float32(src[i]*slope)+half, low), high)
	}
}

// hardSwishGeneric sets dst to src * (min(max(src + shift, low), high) * factor).
func hardSwishGeneric(dst, src []float32, shift, factor, low, high float32) {
	for i := range dst {
		x := src[i]
		dst[i] = x * (min(max(x+shift, low), high) * factor)
	}
}

// largerGeneric is Max.
func largerGeneric(dst, src []float32) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] = max(dst[i], src[i])
	}
}

// Affine sets dst to src times scale plus shift, in float64: a folded shift may
// be far larger than the result.
func Affine(dst, src []float32, scale, shift float64) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] = float32(float64(src[i])*scale + shift)
	}
}

// Sum returns the sum of src in float64.
func Sum(src []float32) float64 {
	var s0, s1, s2, s3 float64
	for len(src) >= 4 {
		s0 += float64(src[0])
		s1 += float64(src[1])
		s2 += float64(src[2])
		s3 += float64(src[3])
		src = src[4:]
	}
	for _, x := range src {
		s0 += float64(x)
	}
	return s0 + s1 + s2 + s3
}
