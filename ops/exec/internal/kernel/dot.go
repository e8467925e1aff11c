package kernel

// DotRows is how many rows Dot multiplies at once.
const DotRows = 8

// dotBlock is how many products are summed in float32 before the sum goes to float64;
// assembly sums each lane of a register separately.
const dotBlock = 256

// Dot multiplies 8 rows, each len(x) long and the i-th at rows[i*len(x)], with
// the vector x.
func Dot(sums *[DotRows]float64, rows, x []float32) {
	*sums = [DotRows]float64{}
	rows = rows[:DotRows*len(x)]
	dotGeneric(sums, rows, x, dotFast(sums, rows, x))
}
