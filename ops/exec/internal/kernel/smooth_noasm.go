//go:build purego || !amd64

package kernel

func sigmoid(dst, src []float32)  { sigmoidGeneric(dst, src) }
func silu(dst, src []float32)     { siluGeneric(dst, src) }
func gelu(dst, src []float32)     { geluGeneric(dst, src) }
func tanhGELU(dst, src []float32) { tanhGELUGeneric(dst, src) }

func expSums(dst, src, top []float32, sum []float64) { expSumsGeneric(dst, src, top, sum) }
func scaleWide(dst []float32, factors []float64)     { scaleWideGeneric(dst, factors) }
