package kernel

// Each of these works on dst[i] and src[i] for every i of dst; src is at least as
// long and may be dst itself. They compute in float64.

// Sigmoid sets dst to 1 / (1 + exp(-src)).
func Sigmoid(dst, src []float32) { sigmoid(dst, src[:len(dst)]) }

// SiLU sets dst to src / (1 + exp(-src)).
func SiLU(dst, src []float32) { silu(dst, src[:len(dst)]) }

// GELU sets dst to src times the normal distribution function of src.
func GELU(dst, src []float32) { gelu(dst, src[:len(dst)]) }
