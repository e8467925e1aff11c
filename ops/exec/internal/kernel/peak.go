package kernel

import "runtime"

// peakFLOPs is how many FLOPs one iteration of a peak loop does per lane: 48 multiply-adds.
const peakFLOPs = 2 * 48

// Peak does nothing but multiply-adds in registers for about 30 µs, and returns how many
// FLOPs that were: the most that the selected instruction set can do.
func Peak() int {
	const iterations = 1 << 11
	return iterations * peakFLOPs * peak(iterations)
}

// peakGeneric does the multiply-adds of so many iterations and returns its lanes. Plain Go
// multiplies and adds separately.
func peakGeneric(iterations int) int {
	var s0, s1, s2, s3, s4, s5, s6, s7 float32
	x := float32(iterations)
	for range iterations * 6 {
		s0 += x * s0
		s1 += x * s1
		s2 += x * s2
		s3 += x * s3
		s4 += x * s4
		s5 += x * s5
		s6 += x * s6
		s7 += x * s7
	}
	runtime.KeepAlive(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7)
	return 1
}
