//go:build purego || (!amd64 && !arm64)

package kernel

func peak(iterations int) (lanes int) { return peakGeneric(iterations) }
