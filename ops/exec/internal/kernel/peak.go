package kernel

import "runtime"

// peakTurn is how many FLOPs one turn of a peak loop does per lane: 48
// multiply-adds.
const peakTurn = 2 * 48

// Peak does nothing but multiply-adds in registers, some 30 µs of them, and
// returns how many FLOPs that were: what the selected instruction set can do at
// most.
func Peak() int {
	const turns = 1 << 11
	return turns * peakTurn * peak(turns)
}

// peakGeneric does the multiply-adds of so many turns and returns its lanes.
// Plain Go multiplies and adds apart.
func peakGeneric(turns int) int {
	var s0, s1, s2, s3, s4, s5, s6, s7 float32
	x := float32(turns)
	for range turns * 6 {
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
