package kernel

// Transpose makes lines of columns of Lanes rows, each row times its factor in float64 unless factors are nil:
//
//	dst[lines[j] + i] = src[rows[i] + j] * factors[i]    0 <= i < Lanes, 0 <= j < len(lines)
//
// It panics if a slice is too short.
func Transpose(dst, src []float32, rows *[Lanes]int, lines []int, factors *[Lanes]float64) {
	if len(lines) == 0 {
		return
	}
	for _, at := range rows {
		_ = src[at : at+len(lines)]
	}
	for _, at := range lines {
		_ = dst[at : at+Lanes]
	}
	transpose(dst, src, rows, lines, factors)
}

// Apart are rows that are so far apart.
func Apart(n int) (rows [Lanes]int) {
	for i := range rows {
		rows[i] = i * n
	}
	return rows
}

// transposeGeneric is Transpose.
func transposeGeneric(dst, src []float32, rows *[Lanes]int, lines []int, factors *[Lanes]float64) {
	for j, at := range lines {
		line := (*[Lanes]float32)(dst[at:])
		for i, row := range rows {
			line[i] = src[row+j]
		}
		if factors != nil {
			for i, f := range factors {
				line[i] = float32(float64(line[i]) * f)
			}
		}
	}
}
