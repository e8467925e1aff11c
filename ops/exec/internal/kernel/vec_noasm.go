//go:build purego || (!amd64 && !arm64)

package kernel

func add(dst, src []float32)                  { addGeneric(dst, src) }
func mul(dst, src []float32)                  { mulGeneric(dst, src) }
func larger(dst, src []float32)               { largerGeneric(dst, src) }
func addScalar(dst, src []float32, c float32) { addScalarGeneric(dst, src, c) }
func mulScalar(dst, src []float32, c float32) { mulScalarGeneric(dst, src, c) }
func leaky(dst, src []float32, slope float32) { leakyGeneric(dst, src, slope) }
func hardSigmoid(dst, src []float32, slope, half, low, high float32) {
	hardSigmoidGeneric(dst, src, slope, half, low, high)
}
func hardSwish(dst, src []float32, shift, factor, low, high float32) {
	hardSwishGeneric(dst, src, shift, factor, low, high)
}
func clamp(dst, src []float32, low, high float32) { clampGeneric(dst, src, low, high) }
