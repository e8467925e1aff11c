package kernel

// gemm4x2Generic keeps the tile in 8 of the 15 registers that Go can use; 4x3 and 3x4 spill
// and are slower. The loop is unrolled four times because the compiler moves all sums
// between registers at each jump back; array pointers avoid bounds checks.
func gemm4x2Generic(c []float32, ldc int, a, b []float32) {
	var s00, s01, s10, s11, s20, s21, s30, s31 float32
	for len(a) >= 16 && len(b) >= 8 {
		u, v := (*[16]float32)(a), (*[8]float32)(b)

		x0, y0 := v[0], v[1]
		s00 += u[0] * x0
		s01 += u[0] * y0
		s10 += u[1] * x0
		s11 += u[1] * y0
		s20 += u[2] * x0
		s21 += u[2] * y0
		s30 += u[3] * x0
		s31 += u[3] * y0

		x1, y1 := v[2], v[3]
		s00 += u[4] * x1
		s01 += u[4] * y1
		s10 += u[5] * x1
		s11 += u[5] * y1
		s20 += u[6] * x1
		s21 += u[6] * y1
		s30 += u[7] * x1
		s31 += u[7] * y1

		x2, y2 := v[4], v[5]
		s00 += u[8] * x2
		s01 += u[8] * y2
		s10 += u[9] * x2
		s11 += u[9] * y2
		s20 += u[10] * x2
		s21 += u[10] * y2
		s30 += u[11] * x2
		s31 += u[11] * y2

		x3, y3 := v[6], v[7]
		s00 += u[12] * x3
		s01 += u[12] * y3
		s10 += u[13] * x3
		s11 += u[13] * y3
		s20 += u[14] * x3
		s21 += u[14] * y3
		s30 += u[15] * x3
		s31 += u[15] * y3
		a, b = a[16:], b[8:]
	}
	for len(a) >= 4 && len(b) >= 2 {
		x, y := b[0], b[1]
		s00 += a[0] * x
		s01 += a[0] * y
		s10 += a[1] * x
		s11 += a[1] * y
		s20 += a[2] * x
		s21 += a[2] * y
		s30 += a[3] * x
		s31 += a[3] * y
		a, b = a[4:], b[2:]
	}
	c[0] += s00
	c[1] += s01
	c[ldc] += s10
	c[ldc+1] += s11
	c[2*ldc] += s20
	c[2*ldc+1] += s21
	c[3*ldc] += s30
	c[3*ldc+1] += s31
}
