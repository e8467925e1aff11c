//go:build !purego

package kernel

// There are tiles with NEON selected only, as tileSize says.

func convTiles(t *Tile, at *Places) {
	a := t.args(at)
	t.parameters(&a)
	convNEON(&a)
}

func depthwiseTiles(t *Tile, at *Places) {
	a := t.args(at)
	t.parameters(&a)
	depthwiseNEON(&a)
}

func maxTiles(t *Tile, at *Places) {
	a := t.args(at)
	maxNEON(&a)
}

func sumTiles(t *Tile, at *Places) {
	a := t.args(at)
	a.low = t.Scale
	sumNEON(&a)
}

// It works like convGeneric.
//
//go:noescape
func convNEON(args *tileArgs)

// It works like depthwiseGeneric.
//
//go:noescape
func depthwiseNEON(args *tileArgs)

// It works like maxGeneric.
//
//go:noescape
func maxNEON(args *tileArgs)

// It works like sumGeneric.
//
//go:noescape
func sumNEON(args *tileArgs)
