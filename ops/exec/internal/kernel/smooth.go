package kernel

// Each of these works on dst[i] and src[i] for every i of dst; src is at least as
// long and may be dst itself. They compute in float64.

// Sigmoid sets dst to 1 / (1 + exp(-src)).
func Sigmoid(dst, src []float32) { sigmoid(dst, src[:len(dst)]) }

// SiLU sets dst to src / (1 + exp(-src)).
func SiLU(dst, src []float32) { silu(dst, src[:len(dst)]) }

// GELU sets dst to src times the normal distribution function of src.
func GELU(dst, src []float32) { gelu(dst, src[:len(dst)]) }

// TanhGELU sets dst to src/2 * (1 + tanh(sqrt(2/pi) * (src + 0.044715*src^3))), which is src times a
// sigmoid of twice what is in the tanh.
func TanhGELU(dst, src []float32) { tanhGELU(dst, src[:len(dst)]) }

// ExpSums sets dst to exp(src - top) and adds that to sum, element by element.
func ExpSums(dst, src, top []float32, sum []float64) {
	n := len(dst)
	expSums(dst, src[:n], top[:n], sum[:n])
}

// ScaleWide multiplies dst by factors.
func ScaleWide(dst []float32, factors []float64) { scaleWide(dst, factors[:len(dst)]) }

// tanhSlope and tanhCube make twice what is in the tanh: src*(tanhSlope + tanhCube*src^2).
const (
	tanhSlope = 2 * 0.797884560802865355879892119868763737 // sqrt(2/pi)
	tanhCube  = 0.044715 * tanhSlope
)
