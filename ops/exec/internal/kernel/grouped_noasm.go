//go:build purego || (!amd64 && !arm64)

package kernel

// GroupedChannels is 0: there is no Grouped.
var GroupedChannels = 0

func groupedTiles(t *Tile, at *Places, channels int) { groupedGeneric(t, at, channels) }
