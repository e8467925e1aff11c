//go:build !purego

package kernel

import "cnnlang/ops/cpu"

// GroupedChannels is the most channels of a group that the selected ISA has Grouped for, 0
// for none. A group of 16 is a block, for which Conv is as good.
var GroupedChannels = groupedChannels(isa)

func groupedChannels(s cpu.ISA) int {
	if s == cpu.NEON {
		return 8
	}
	return 0
}

func groupedTiles(t *Tile, at *Places, channels int) {
	a := t.args(at)
	t.parameters(&a)
	a.grouped(channels)
	groupedNEON(&a)
}

// It works like groupedGeneric, for up to 8 channels.
//
//go:noescape
func groupedNEON(args *tileArgs)
