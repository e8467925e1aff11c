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
	var lines [64]int16
	for column := range 8 {
		i := 2 * column // where the pairs of a Block are; products are cut to 16 bits
		f0, f4 := int32(b[i]*q[i]), int32(b[i+1]*q[i+1])
		f2, f6 := int32(b[i+16]*q[i+16]), int32(b[i+17]*q[i+17])
		f1, f3 := int32(b[i+32]*q[i+32]), int32(b[i+33]*q[i+33])
		f5, f7 := int32(b[i+48]*q[i+48]), int32(b[i+49]*q[i+49])
		if f1|f2|f3|f4|f5|f6|f7 == 0 { // then all samples are equal
			sample := narrow(f0 << between)
			for row := range 8 {
				lines[8*row+column] = sample
			}
			continue
		}
		s0, s1, s2, s3, s4, s5, s6, s7 := transform(f0, f1, f2, f3, f4, f5, f6, f7, fraction-between)
		lines[column], lines[8+column], lines[16+column], lines[24+column] = narrow(s0), narrow(s1), narrow(s2), narrow(s3)
		lines[32+column], lines[40+column], lines[48+column], lines[56+column] = narrow(s4), narrow(s5), narrow(s6), narrow(s7)
	}
	for row := range 8 {
		f := (*[8]int16)(lines[8*row:])
		s0, s1, s2, s3, s4, s5, s6, s7 := transform(int32(f[0]), int32(f[1]), int32(f[2]), int32(f[3]),
			int32(f[4]), int32(f[5]), int32(f[6]), int32(f[7]), fraction+between+3)
		line := (*[8]uint8)(out[row*stride:])
		line[0], line[1], line[2], line[3] = clip(s0+128), clip(s1+128), clip(s2+128), clip(s3+128)
		line[4], line[5], line[6], line[7] = clip(s4+128), clip(s5+128), clip(s6+128), clip(s7+128)
	}
	*b = Block{}
}

// narrow saturates.
func narrow(x int32) int16 { return int16(min(max(x, math.MinInt16), math.MaxInt16)) }

// transform is one pass, of the frequencies of a column or row to its samples. The sums are
// divided by 1<<shift and rounded.
func transform(f0, f1, f2, f3, f4, f5, f6, f7 int32, shift uint) (s0, s1, s2, s3, s4, s5, s6, s7 int32) {
	shift &= 31
	half := int32(1) << (shift - 1)
	plus, minus := (f0+f4)<<fraction+half, (f0-f4)<<fraction+half
	low, high := 10703*f2+4433*f6, 4433*f2-10704*f6
	e0, e1, e2, e3 := plus+low, minus+high, minus-high, plus-low
	o0 := 11363*f1 + 9633*f3 + 6437*f5 + 2260*f7
	o1 := 9633*f1 - 2259*f3 - 11362*f5 - 6436*f7
	o2 := 6437*f1 - 11362*f3 + 2261*f5 + 9633*f7
	o3 := 2260*f1 - 6436*f3 + 9633*f5 - 11363*f7
	return (e0 + o0) >> shift, (e1 + o1) >> shift, (e2 + o2) >> shift, (e3 + o3) >> shift,
		(e3 - o3) >> shift, (e2 - o2) >> shift, (e1 - o1) >> shift, (e0 - o0) >> shift
}
