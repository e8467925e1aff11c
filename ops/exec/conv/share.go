package conv

import (
	"context"

	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
)

// How work is cut into parts, in multiply-accumulates and bytes: a layer into about 16
// parts, so that all workers end at about the same time, but with 1 to 70 µs to a part; and
// so that the input that its units read one after the other stays in a cache of 1 MB beside
// the weights of one of them. Narrow kernels, which go in passes, use as much input as
// stays in the next cache, so as to fetch weights less often.
const (
	blockedParts = 16
	leastPart    = 1 << 16
	mostPart     = 8 << 20
	blockedCall  = 4 << 20
	blockedInput = 3 << 17
	narrowInput  = 3 << 19
)

// tilesNear is how many of the tiles see no more input than stays in the near cache.
func tilesNear(g *layout.Grid, tiles int) int {
	near := blockedInput
	if kernel.TilePixels < wideTile {
		near = narrowInput
	}
	return max(1, tiles*near/(4*g.N*g.Blocks*g.Plane))
}

// A partSize is how many units and tiles, counted across images, a part of a convolution
// does.
type partSize struct{ unitsPer, tilesPer int }

// shared cuts the work of units on tiles into parts; perUnit is the work of one unit on one
// tile, and no part has more than fit tiles.
func shared(units, tiles, perUnit, fit int) (p partSize) {
	part := min(max(perUnit*units*tiles/blockedParts, leastPart), mostPart)
	p.tilesPer = task.Balanced(tiles, min(fit, max(1, part/perUnit)), 1)
	p.unitsPer = task.Balanced(units, max(1, part/(perUnit*p.tilesPer)), 1)
	return p
}

// parts is the work as a task: do is called for every unit and, image by image, the tiles
// of a part.
func (p partSize) parts(units, images, tiles int, do func(worker, unit, image, from, to int)) task.Task {
	across, all := task.CeilDiv(units, p.unitsPer), images*tiles
	return task.New(across*task.CeilDiv(all, p.tilesPer), func(_ context.Context, part, worker int) {
		unit, first := part%across*p.unitsPer, part/across*p.tilesPer
		end := min(first+p.tilesPer, all)
		for u := unit; u < min(unit+p.unitsPer, units); u++ {
			for at := first; at < end; {
				image, from := at/tiles, at%tiles
				to := min(from+end-at, tiles)
				do(worker, u, image, from, to)
				at += to - from
			}
		}
	})
}
