//go:build purego || !amd64

package kernel

func convTile(t *Tile)      { convGeneric(t) }
func depthwiseTile(t *Tile) { depthwiseGeneric(t) }
func maxTile(t *Tile)       { maxGeneric(t) }
func sumTile(t *Tile)       { sumGeneric(t) }
