//go:build !purego

package kernel

import "cnnlang/ops/cpu"

// GroupedChannels is the most channels of a group that the selected ISA permutes: as many
// as a register has lanes; 0 if it has no Grouped.
var GroupedChannels = groupedChannels(isa)

func groupedChannels(s cpu.ISA) int {
	switch s {
	case cpu.AVX512:
		return 16
	case cpu.AVX2:
		return 8
	}
	return 0
}

func groupedTiles(t *Tile, at *Places, channels int) {
	a := t.args(at)
	t.parameters(&a)
	a.grouped(channels)
	switch isa {
	case cpu.AVX512:
		groupedAVX512(&a)
	case cpu.AVX2:
		groupedAVX2(&a)
	}
}

// It works like groupedGeneric.
//
//go:noescape
func groupedAVX2(args *tileArgs)

// It works like groupedGeneric.
//
//go:noescape
func groupedAVX512(args *tileArgs)
