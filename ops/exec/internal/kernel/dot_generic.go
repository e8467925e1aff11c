package kernel

// dotGeneric adds the products of columns from to len(x) to sums.
func dotGeneric(sums *[DotRows]float64, rows, x []float32, from int) {
	k := len(x)
	for p := from; p < k; p += dotBlock {
		n := min(dotBlock, k-p)
		v := x[p : p+n]
		r0, r1, r2, r3 := rows[p:][:n], rows[k+p:][:n], rows[2*k+p:][:n], rows[3*k+p:][:n]
		r4, r5, r6, r7 := rows[4*k+p:][:n], rows[5*k+p:][:n], rows[6*k+p:][:n], rows[7*k+p:][:n]
		var s0, s1, s2, s3, s4, s5, s6, s7 float32
		for i, x := range v {
			s0 += r0[i] * x
			s1 += r1[i] * x
			s2 += r2[i] * x
			s3 += r3[i] * x
			s4 += r4[i] * x
			s5 += r5[i] * x
			s6 += r6[i] * x
			s7 += r7[i] * x
		}
		for i, s := range [DotRows]float32{s0, s1, s2, s3, s4, s5, s6, s7} {
			sums[i] += float64(s)
		}
	}
}

// Dot1 multiplies one row with the vector x, which is as long.
func Dot1(row, x []float32) float64 {
	var sum float64
	for len(x) > 0 {
		n := min(dotBlock, len(x))
		var s float32
		r := row[:n]
		for i, x := range x[:n] {
			s += r[i] * x
		}
		sum += float64(s)
		row, x = row[n:], x[n:]
	}
	return sum
}
