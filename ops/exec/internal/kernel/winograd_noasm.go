//go:build purego || (!amd64 && !arm64)

package kernel

func winogradIn(w *WinogradTile)  { winogradInGeneric(w) }
func winogradOut(w *WinogradTile) { winogradOutGeneric(w) }
