package kernel

// wideBlock is how many elements the functions below widen to float64 before they compute.
// Widening in the same loop would chain its iterations: the instruction keeps the upper
// half of its register and so waits for the previous write to it.
const wideBlock = 64

// widen copies the first elements of src, wideBlock at most, and returns them.
func widen(block *[wideBlock]float64, src []float32) []float64 {
	wide := block[:min(wideBlock, len(src))]
	for i := range wide {
		wide[i] = float64(src[i])
	}
	return wide
}

// sigmoidGeneric sets dst to 1 / (1 + exp(-src)).
func sigmoidGeneric(dst, src []float32) {
	var block [wideBlock]float64
	for src = src[:len(dst)]; len(src) > 0; {
		wide := widen(&block, src)
		for i, x := range wide {
			dst[i] = float32(1 / (1 + exp(-x)))
		}
		dst, src = dst[len(wide):], src[len(wide):]
	}
}

// siluGeneric sets dst to src / (1 + exp(-src)).
func siluGeneric(dst, src []float32) {
	var block [wideBlock]float64
	for src = src[:len(dst)]; len(src) > 0; {
		wide := widen(&block, src)
		for i, x := range wide {
			dst[i] = float32(x / (1 + exp(-x)))
		}
		dst, src = dst[len(wide):], src[len(wide):]
	}
}

// geluGeneric sets dst to src times the normal distribution function of src.
func geluGeneric(dst, src []float32) {
	var block [wideBlock]float64
	for src = src[:len(dst)]; len(src) > 0; {
		wide := widen(&block, src)
		for i, x := range wide {
			dst[i] = float32(x * normal(x))
		}
		dst, src = dst[len(wide):], src[len(wide):]
	}
}

// tanhGELUGeneric sets dst to src / (1 + exp(-src*(tanhSlope + tanhCube*src^2))).
func tanhGELUGeneric(dst, src []float32) {
	var block [wideBlock]float64
	for src = src[:len(dst)]; len(src) > 0; {
		wide := widen(&block, src)
		for i, x := range wide {
			dst[i] = float32(x / (1 + exp(-x*(tanhSlope+tanhCube*x*x))))
		}
		dst, src = dst[len(wide):], src[len(wide):]
	}
}

// expSumsGeneric is ExpSums.
func expSumsGeneric(dst, src, top []float32, sum []float64) {
	src, top, sum = src[:len(dst)], top[:len(dst)], sum[:len(dst)]
	for i := range dst {
		e := exp(float64(src[i]) - float64(top[i]))
		dst[i] = float32(e)
		sum[i] += e
	}
}

// scaleWideGeneric is ScaleWide.
func scaleWideGeneric(dst []float32, factors []float64) {
	for i, f := range factors[:len(dst)] {
		dst[i] = float32(float64(dst[i]) * f)
	}
}
