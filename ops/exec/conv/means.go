package conv

import (
	"sync"

	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
)

// The means of a convolution's channels, for a squeeze (Hu et al., arXiv:1709.01507) that
// would read the whole result again. A part sums what it has computed of a block of
// channels while it is cached, into a slot that it has for each image, here of three images
// of four tiles in parts of five:
//
//	image  0 0 0 0 1 1 1 1 2 2 2 2
//	part   0 0 0 0 0 1 1 1 1 1 2 2
//	slot   0 0 0 0 1 2 2 2 3 3 4 4
//
// A second task sums the slots of each image. So no part waits for another, and the order
// of every sum depends only on the shapes.

// leastSummed is the size of a result, about 2 MB, that would leave the cache before the
// pool reads it: below that the pool is as fast.
const leastSummed = 1 << 19

// slot is the slot for the sum of this tile. Where an image begins with a part, a number is
// skipped.
func (b *tiled) slot(image, tile int) int {
	return (image*len(b.tiles)+tile)/b.tilesPer + image
}

// slots is the size of all slots in float32: [slot][block][Lanes].
func (b *tiled) slots() int {
	if !b.out.Means {
		return 0
	}
	return b.slot(b.out.N, 0) * b.out.Blocks * Lanes
}

// sum fills the slot of the blocks that k has computed. The tiles have written zeros to the
// halo of a row, so everything between the first pixel and the last can be summed.
func (w *tiledPart) sum(k *kernel.Tile, block, image int) {
	from, to := w.tiles[w.from].Out, w.tiles[w.to-1].End()
	slot := w.slots[(w.slot(image, w.from)*w.out.Blocks+block)*Lanes:]
	for i := range k.Blocks {
		sumPixels(slot[i*Lanes:][:Lanes], k.Out[i*k.OutBlock:][from:to])
	}
}

// averaged is how many blocks of channels a part of the second task does, about 5 µs.
const averaged = 64

func (b *tiled) average(out, slots []float32) task.Task {
	means := out[b.out.MeansAt():]
	scale := 1 / float64(b.out.H*b.out.W)
	return task.Ranges(b.out.N*b.out.Blocks, averaged, func(from, to, _ int) {
		for plane := from; plane < to; plane++ {
			image, block := plane/b.out.Blocks, plane%b.out.Blocks
			var sums [Lanes]float64
			for slot := b.slot(image, 0); slot <= b.slot(image, len(b.tiles)-1); slot++ {
				for lane, v := range slots[(slot*b.out.Blocks+block)*Lanes:][:Lanes] {
					sums[lane] += float64(v)
				}
			}
			for lane, sum := range sums {
				means[plane*Lanes+lane] = float32(sum * scale)
			}
		}
	})
}

// stackRows is how many rows of pixels are summed at once.
const stackRows = 64

// A pixelStack is up to stackRows rows of a tile's pixels, one after the other.
type pixelStack struct {
	place *kernel.Places
	taps  [stackRows + 1]*kernel.Taps // by the number of rows
}

var pixelStacks = sync.OnceValue(func() *pixelStack {
	s := &pixelStack{place: kernel.NewPlaces([]kernel.Place{{Pixels: kernel.TilePixels, Next: layout.TileRow * Lanes, OutNext: layout.TileRow * Lanes}}, Lanes)}
	var rows []int
	for len(rows) < stackRows {
		rows = append(rows, len(rows)*kernel.TilePixels*Lanes)
		s.taps[len(rows)] = kernel.NewTaps(rows, len(rows))
	}
	return s
})

// sumPixels sets sum to the sum of pixels of Lanes channels. Few are summed at a time, so
// that the error stays small.
func sumPixels(sum, pixels []float32) {
	var columns, stack [2 * layout.TileRow * Lanes]float32 // room for the largest tile
	s, row := pixelStacks(), kernel.TilePixels*Lanes
	for len(pixels) >= row {
		rows := min(len(pixels)/row, stackRows)
		kernel.SumTile(&kernel.Tile{Blocks: 1, In: pixels, Out: stack[:], Taps: s.taps[rows], Scale: 1}, s.place)
		kernel.Add(columns[:row], stack[:])
		pixels = pixels[rows*row:]
	}
	kernel.Add(columns[:len(pixels)], pixels)
	copy(sum, columns[:Lanes])
	for at := Lanes; at < row; at += Lanes {
		kernel.Add(sum, columns[at:])
	}
}
