//go:build purego || (!amd64 && !arm64)

package kernel

func peak(turns int) (lanes int) { return peakGeneric(turns) }
