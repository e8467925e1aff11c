//go:build purego || (!amd64 && !arm64)

package kernel

func affineLanes(dst, src, sub, mul, add []float32) { affineLanesGeneric(dst, src, sub, mul, add) }
func gateLanes(dst, src, mul, add []float32, bounds [2]float32) {
	gateLanesGeneric(dst, src, mul, add, bounds)
}
