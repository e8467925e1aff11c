// Package kernel is the innermost loops of decoding a JPEG: the inverse cosine transform,
// the interpolation of colour planes, and the conversion of colours. Each is a twin in plain
// Go, which defines it, and assembly for AVX2 with the same bits. All are those of
// libjpeg-turbo, in integers.
//
// A kernel reads and writes only within the slices that it is given; the exported function
// cuts them to their length first, so that a mistake panics in Go and not in assembly. It
// allocates nothing and does the work of a block or of a line, so that one call is short.
package kernel

// IDCT adds to 128 the inverse cosine transform of a block of coefficients times q, clips
// it to a byte, and writes it to 8 lines of out, which are stride apart. It clears the block.
func IDCT(out []uint8, stride int, b, q *Block) {
	idct(out[:7*stride+8], stride, b, q)
}

// DoubleWide writes the two pixels of each sample of line but the first and the last, which
// are neighbours of the others: three quarters of the sample and one of the next nearest one.
func DoubleWide(out, line []uint8) {
	n := len(line) - 2
	doubleWide(out[:2*n], line)
}

// DoubleBoth is DoubleWide for a line between two lines of samples: three quarters of near
// and one of far.
func DoubleBoth(out, near, far []uint8) {
	n := len(near) - 2
	doubleBoth(out[:2*n], near, far[:n+2])
}

// DoubleHigh writes for each sample three quarters of near and one of far. Rounding is 1 or
// 2 and added before the division by 4.
func DoubleHigh(out, near, far []uint8, rounding uint16) {
	doubleHigh(out[:len(near)], near, far[:len(near)], rounding)
}

// RGB converts pixels of JFIF's YCbCr, [3, n], to RGB, [n, 3].
func RGB(out, y, cb, cr []uint8) {
	n := len(y)
	rgb(out[:3*n], y, cb[:n], cr[:n])
}
