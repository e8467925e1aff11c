package kernel

import "math"

// Each of these works on dst[i] and src[i] for every i of dst; src is at least
// as long and may be dst itself. NaN gives NaN. Of two zeros that are equal, the
// result may have either's sign.

// Add adds src to dst.
func Add(dst, src []float32) { add(dst, src[:len(dst)]) }

// Mul multiplies dst by src.
func Mul(dst, src []float32) { mul(dst, src[:len(dst)]) }

// Max raises dst to src.
func Max(dst, src []float32) { larger(dst, src[:len(dst)]) }

// AddScalar adds c to dst.
func AddScalar(dst []float32, c float32) { addScalar(dst, dst, c) }

// MulScalar sets dst to src times c.
func MulScalar(dst, src []float32, c float32) { mulScalar(dst, src[:len(dst)], c) }

// ReLU sets dst to max(src, 0).
func ReLU(dst, src []float32) { clamp(dst, src[:len(dst)], 0, float32(math.Inf(1))) }

// Leaky sets dst to src, times slope where it is below 0.
func Leaky(dst, src []float32, slope float32) { leaky(dst, src[:len(dst)], slope) }

// HardSigmoid sets dst to min(max(src*slope + 1/2, 0), 1).
func HardSigmoid(dst, src []float32, slope float32) {
	hardSigmoid(dst, src[:len(dst)], slope, 0.5, 0, 1)
}

// HardSwish sets dst to src * min(max(src + 3, 0), 6) / 6.
func HardSwish(dst, src []float32) { hardSwish(dst, src[:len(dst)], 3, 1./6, 0, 6) }

// ReLU6 sets dst to min(max(src, 0), 6).
func ReLU6(dst, src []float32) { clamp(dst, src[:len(dst)], 0, 6) }
