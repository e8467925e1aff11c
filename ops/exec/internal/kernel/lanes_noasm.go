//go:build purego || (!amd64 && !arm64)

package kernel

func affineLanes(dst, src, sub, mul, add []float32) { affineLanesGeneric(dst, src, sub, mul, add) }
func leakyLanes(dst, src, slopes []float32)         { leakyLanesGeneric(dst, src, slopes) }
func scaleLanes(dst, src, factors []float32)        { scaleLanesGeneric(dst, src, factors) }
func bilinearLanes(dst, above, below []float32, at []int, across, down []float32) {
	bilinearLanesGeneric(dst, above, below, at, across, down)
}
func pickLanes(dst, src []float32, at []int) { pickLanesGeneric(dst, src, at) }
func gateLanes(dst, src, mul, add []float32, bounds [2]float32) {
	gateLanesGeneric(dst, src, mul, add, bounds)
}
