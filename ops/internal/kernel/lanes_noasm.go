//go:build purego || !amd64

package kernel

func affineLanes(dst, src, sub, mul, add []float32) { affineLanesGeneric(dst, src, sub, mul, add) }
