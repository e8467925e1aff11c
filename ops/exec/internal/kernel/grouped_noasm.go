//go:build purego || (!amd64 && !arm64)

package kernel

// GroupedChannels is the most channels of a group that the selected ISA permutes;
// 0 says that it has no Grouped.
var GroupedChannels = 0

func groupedTiles(t *Tile, at *Places, channels int) { groupedGeneric(t, at, channels) }
