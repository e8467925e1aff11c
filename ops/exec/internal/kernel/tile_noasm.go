//go:build purego || (!amd64 && !arm64)

package kernel

func convTiles(t *Tile, at *Places)      { t.each(at, convGeneric) }
func depthwiseTiles(t *Tile, at *Places) { t.each(at, depthwiseGeneric) }
func maxTiles(t *Tile, at *Places)       { t.each(at, maxGeneric) }
func sumTiles(t *Tile, at *Places)       { t.each(at, sumGeneric) }
