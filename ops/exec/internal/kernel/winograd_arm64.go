//go:build !purego

package kernel

// There are tiles with NEON selected only, as tileSize says.

func winogradIn(w *WinogradTile) {
	a := w.inArgs()
	winogradInNEON(&a)
}

func winogradOut(w *WinogradTile) {
	a := w.outArgs()
	winogradOutNEON(&a)
}

// It works like winogradInGeneric.
//
//go:noescape
func winogradInNEON(args *winogradArgs)

// It works like winogradOutGeneric.
//
//go:noescape
func winogradOutNEON(args *winogradArgs)
