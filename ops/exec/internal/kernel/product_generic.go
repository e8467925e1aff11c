package kernel

// productGeneric is Product for any number of columns.
func productGeneric(c []float32, ldc int, a []float32, lda int, b []float32, k, rows, columns int, add bool) {
	for i := range rows {
		row := c[i*ldc:][:columns]
		for j := range row {
			sum := float32(0)
			for p, x := range a[i*lda:][:k] {
				sum += x * b[p*columns+j]
			}
			if add {
				sum += row[j]
			}
			row[j] = sum
		}
	}
}

// packColumnsGeneric is PackColumns for any number of columns.
func packColumnsGeneric(dst []float32, pitch int, src []float32, ld, rows, units, columns int) {
	for r := range rows {
		for u := range units {
			copy(dst[u*pitch+r*columns:][:columns], src[r*ld+u*columns:])
		}
	}
}
