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
// Only what a file's numbers lead beyond 16 bits is lost, in the same places as libjpeg-turbo
// loses it with the vector instructions of x86: the sums of two frequencies are cut to 16
// bits, what lies between the passes is saturated, but without frequencies down the columns
// it is cut.
const (
	fraction = 13
	between  = 2 // fraction bits between the passes
)

func idctGeneric(out []uint8, stride int, b, q *Block) {
	var lines [64]int16
	if b.isFlatDown() {
		for column := range 8 {
			sample := b[2*column] * q[2*column] << between
			for row := range 8 {
				lines[8*row+column] = sample
			}
		}
	} else {
		columns(&lines, b, q)
	}
	for row := range 8 {
		f := (*[8]int16)(lines[8*row:])
		s0, s1, s2, s3, s4, s5, s6, s7 := transform(f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], fraction+between+3)
		line := (*[8]uint8)(out[row*stride:])
		line[0], line[1], line[2], line[3] = clip(s0+128), clip(s1+128), clip(s2+128), clip(s3+128)
		line[4], line[5], line[6], line[7] = clip(s4+128), clip(s5+128), clip(s6+128), clip(s7+128)
	}
	*b = Block{}
}

// isFlatDown reports whether only the first row has frequencies.
func (b *Block) isFlatDown() bool {
	any := int16(0)
	for column := range 8 {
		any |= b[2*column+1]
	}
	for _, c := range b[16:] {
		any |= c
	}
	return any == 0
}

// columns is the first pass.
func columns(lines *[64]int16, b, q *Block) {
	for column := range 8 {
		i := 2 * column // where the pairs of a Block are; products are cut to 16 bits
		f0, f4, f2, f6 := b[i]*q[i], b[i+1]*q[i+1], b[i+16]*q[i+16], b[i+17]*q[i+17]
		f1, f7, f5, f3 := b[i+32]*q[i+32], b[i+33]*q[i+33], b[i+48]*q[i+48], b[i+49]*q[i+49]
		if f1|f2|f3|f4|f5|f6|f7 == 0 { // then all samples are equal
			sample := narrow(int32(f0) << between)
			for row := range 8 {
				lines[8*row+column] = sample
			}
			continue
		}
		s0, s1, s2, s3, s4, s5, s6, s7 := transform(f0, f1, f2, f3, f4, f5, f6, f7, fraction-between)
		lines[column], lines[8+column], lines[16+column], lines[24+column] = narrow(s0), narrow(s1), narrow(s2), narrow(s3)
		lines[32+column], lines[40+column], lines[48+column], lines[56+column] = narrow(s4), narrow(s5), narrow(s6), narrow(s7)
	}
}

// narrow saturates.
func narrow(x int32) int16 { return int16(min(max(x, math.MinInt16), math.MaxInt16)) }

// transform is one pass, of the frequencies of a column or row to its samples. The sums are
// divided by 1<<shift and rounded.
func transform(f0, f1, f2, f3, f4, f5, f6, f7 int16, shift uint) (s0, s1, s2, s3, s4, s5, s6, s7 int32) {
	shift &= 31
	half := int32(1) << (shift - 1)
	plus, minus := int32(f0+f4)<<fraction+half, int32(f0-f4)<<fraction+half
	low, high := 10703*int32(f2)+4433*int32(f6), 4433*int32(f2)-10704*int32(f6)
	e0, e1, e2, e3 := plus+low, minus+high, minus-high, plus-low

	first, second := int32(f1+f5), int32(f7+f3)
	outer, inner := 6437*first+9633*second, 9633*first-6436*second
	o0 := 4926*int32(f1) - 7373*int32(f7) + outer
	o1 := -20995*int32(f5) + 4177*int32(f3) + inner
	o2 := -4176*int32(f5) - 20995*int32(f3) + outer
	o3 := -7373*int32(f1) - 4927*int32(f7) + inner
	return (e0 + o0) >> shift, (e1 + o1) >> shift, (e2 + o2) >> shift, (e3 + o3) >> shift,
		(e3 - o3) >> shift, (e2 - o2) >> shift, (e1 - o1) >> shift, (e0 - o0) >> shift
}
