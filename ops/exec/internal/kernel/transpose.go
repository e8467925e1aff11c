package kernel

// Transpose makes lines of columns of Lanes rows, which lie apart:
//
//	dst[places[j] + i] = src[i*apart + j]    0 <= i < Lanes, 0 <= j < len(places)
//
// It panics if a slice is too short.
func Transpose(dst, src []float32, apart int, places []int) {
	if len(places) == 0 {
		return
	}
	if apart < 0 {
		panic("kernel: rows that run backwards")
	}
	_ = src[(Lanes-1)*apart+len(places)-1]
	for _, at := range places {
		_ = dst[at : at+Lanes]
	}
	transpose(dst, src, apart, places)
}

// transposeGeneric is Transpose.
func transposeGeneric(dst, src []float32, apart int, places []int) {
	for j, at := range places {
		line := (*[Lanes]float32)(dst[at:])
		for i := range line {
			line[i] = src[i*apart+j]
		}
	}
}
