package kernel

// Depthwise3x3 sets dst to one row of a 3x3 convolution of one channel:
//
//	dst[x] = bias + sum over i, j of w[3*i + j] * row_i[x*stride + j]
//
// Each row has (len(dst)-1)*stride + 3 elements or more.
func Depthwise3x3(dst, row0, row1, row2 []float32, stride int, w *[9]float32, bias float32) {
	if len(dst) == 0 {
		return
	}
	need := (len(dst)-1)*stride + 3
	row0, row1, row2 = row0[:need], row1[:need], row2[:need]
	if stride == 1 {
		depthwise3x3Stride1(dst, row0, row1, row2, w, bias)
		return
	}
	p := 0
	for x := range dst {
		a, b, c := row0[p:p+3:p+3], row1[p:p+3:p+3], row2[p:p+3:p+3]
		dst[x] = bias +
			(w[0]*a[0] + w[1]*a[1] + w[2]*a[2]) +
			(w[3]*b[0] + w[4]*b[1] + w[5]*b[2]) +
			(w[6]*c[0] + w[7]*c[1] + w[8]*c[2])
		p += stride
	}
}

// depthwise3x3Stride1 keeps the window in registers as it slides.
func depthwise3x3Stride1(dst, row0, row1, row2 []float32, w *[9]float32, bias float32) {
	a0, a1 := row0[0], row0[1]
	b0, b1 := row1[0], row1[1]
	c0, c1 := row2[0], row2[1]
	row0, row1, row2 = row0[2:][:len(dst)], row1[2:][:len(dst)], row2[2:][:len(dst)]
	for x := range dst {
		a2, b2, c2 := row0[x], row1[x], row2[x]
		dst[x] = bias +
			(w[0]*a0 + w[1]*a1 + w[2]*a2) +
			(w[3]*b0 + w[4]*b1 + w[5]*b2) +
			(w[6]*c0 + w[7]*c1 + w[8]*c2)
		a0, a1, b0, b1, c0, c1 = a1, a2, b1, b2, c1, c2
	}
}

// AddScaled adds w times every stride-th element of src to dst.
func AddScaled(dst, src []float32, stride int, w float32) {
	if stride == 1 {
		src = src[:len(dst)]
		for i := range dst {
			dst[i] += w * src[i]
		}
		return
	}
	p := 0
	for i := range dst {
		dst[i] += w * src[p]
		p += stride
	}
}
