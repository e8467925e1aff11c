//go:build purego || (!amd64 && !arm64)

package kernel

func add(dst, src []float32)                      { addGeneric(dst, src) }
func mul(dst, src []float32)                      { mulGeneric(dst, src) }
func addScalar(dst, src []float32, c float32)     { addScalarGeneric(dst, src, c) }
func mulScalar(dst, src []float32, c float32)     { mulScalarGeneric(dst, src, c) }
func clamp(dst, src []float32, low, high float32) { clampGeneric(dst, src, low, high) }
