package kernel

// FirstMax adds each channel of dy, a line, to that pixel of a window of dst whose number is the largest of the same
// window of x: the first of equal ones, row by row; NaN is larger than any number. A row of the window lies pitch
// float32 after the one before in x, and next in dst.
func FirstMax(dst, x, dy []float32, rows, columns, pitch, next int) {
	if rows < 1 || columns < 1 || pitch < 0 || next < 0 {
		panic("kernel: no window")
	}
	_, _, _ = x[(rows-1)*pitch+columns*Lanes-1], dst[(rows-1)*next+columns*Lanes-1], dy[Lanes-1]
	firstMax(dst, x, dy, rows, columns, pitch, next)
}

// firstMaxGeneric is FirstMax.
func firstMaxGeneric(dst, x, dy []float32, rows, columns, pitch, next int) {
	top := [Lanes]float32(x)
	var at [Lanes]int
	for row := range rows {
		for column := range columns {
			for i, v := range (*[Lanes]float32)(x[row*pitch+column*Lanes:]) {
				if v > top[i] || v != v && top[i] == top[i] {
					top[i], at[i] = v, row*next+column*Lanes
				}
			}
		}
	}
	for i, d := range dy[:Lanes] {
		dst[at[i]+i] += d
	}
}
