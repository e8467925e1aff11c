//go:build purego || !amd64

package kernel

func winogradWeights(w *WinogradFilters) { winogradWeightsGeneric(w) }
