//go:build purego || !amd64

package kernel

func sumLanes(sums, x []float32)                        { sumLanesGeneric(sums, x) }
func momentLanes(sums, x, about []float32)              { momentLanesGeneric(sums, x, about) }
func productLanes(sums, x, dy, about []float32)         { productLanesGeneric(sums, x, dy, about) }
func backLanes(dst, dy, x, by []float32)                { backLanesGeneric(dst, dy, x, by) }
func betweenLanes(dst, dy, v []float32, by *[3]float32) { betweenGeneric(dst, dy, v, by) }
