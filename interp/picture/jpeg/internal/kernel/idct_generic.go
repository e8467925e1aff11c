package kernel

import "math"

// The inverse cosine transform is that of Loeffler, Ligtenberg and Moschytz, first of the
// columns and then of the rows, with constants of 13 fraction bits. Between the two there
// are 2 more fraction bits, and the result is 8 times too large:
//
//	even frequencies        odd frequencies           sums
//	0 ──┬─ + ───┐           1, 3, 5, 7 ── o0…o3       e0 ± o0: samples 0 and 7
//	4 ──┴─ - ───┼─ e0…e3                              e1 ± o1: samples 1 and 6
//	2 ──┬─ turn ┘                                     e2 ± o2: samples 2 and 5
//	6 ──┘                                             e3 ± o3: samples 3 and 4
//
// Each of the outputs before the sums is a sum of products with the constants below, without
// rounding.
const (
	fraction = 13
	between  = 2 // fraction bits between the passes
)

func idctGeneric(out []uint8, stride int, b, q *Block) {
	var rows [8][8]int16
	for column := range 8 {
		var in, samples [8]int32
		for row := range in {
			i := at(row, column)
			in[row] = int32(b[i] * q[i]) // cut to 16 bits
		}
		transform(&samples, &in, fraction-between)
		for row, sample := range samples {
			rows[row][column] = int16(min(max(sample, math.MinInt16), math.MaxInt16))
		}
	}
	for row := range rows {
		var in, samples [8]int32
		for column := range in {
			in[column] = int32(rows[row][column])
		}
		transform(&samples, &in, fraction+between+3)
		line := out[row*stride:][:8]
		for column, sample := range samples {
			line[column] = uint8(min(max(sample+128, 0), 255))
		}
	}
	*b = Block{}
}

// transform is one pass, of one column or row. The sums are divided by 1<<shift and rounded.
func transform(out, in *[8]int32, shift uint) {
	half := int32(1) << (shift - 1)
	plus, minus := (in[0]+in[4])<<fraction+half, (in[0]-in[4])<<fraction+half
	low, high := 10703*in[2]+4433*in[6], 4433*in[2]-10704*in[6]
	even := [4]int32{plus + low, minus + high, minus - high, plus - low}
	odd := [4]int32{
		11363*in[1] + 9633*in[3] + 6437*in[5] + 2260*in[7],
		9633*in[1] - 2259*in[3] - 11362*in[5] - 6436*in[7],
		6437*in[1] - 11362*in[3] + 2261*in[5] + 9633*in[7],
		2260*in[1] - 6436*in[3] + 9633*in[5] - 11363*in[7],
	}
	for i := range even {
		out[i] = (even[i] + odd[i]) >> shift
		out[7-i] = (even[i] - odd[i]) >> shift
	}
}
