package conv

import (
	"context"

	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A product of matrices by the kernel of direct convolutions. To it a row of the first factor is
// a pixel, whose channels lie together, as they do in a blocked value; so the first is read where
// it is. The columns of the second are filters, packed 16 or 32 at a time:
//
//	first [a, k]                 second [k, b], packed
//	row 0: x x x x x x x …       columns 0 to 31: w w w … w   of row 0
//	row 1: x x x x x x x …                        w w w … w   of row 1 …
//
// A part computes some rows of some units: a tile in scratch memory, from where it is copied. Few
// rows, so that those of the result lie in few pages of memory. Rows that are a power of two apart
// would share a few lines of the cache, and are copied first.
type directMatmul struct {
	*matmul
	sum        *tapSum
	size       int           // rows of a tile
	rows       int           // of a part
	full, last layout.Places // of the tiles of a part, and of the last one
	pitch      int           // from a row of the first factor to the next, where a part reads it
	units      int           // of columns
	together   int           // units of a part
}

const (
	// mostRows and mostFirst are how many rows a part has at most, and how many numbers these have
	// of the first factor.
	mostRows  = 64
	mostFirst = 1 << 16
	// conflicting is from which power of two on the lengths of rows share lines of the cache.
	conflicting = 512
)

func (m *matmul) fitsDirect() bool { return hasTiles() && m.k <= mostSummed }

func (m *matmul) direct() *task.Prepared {
	d := &directMatmul{matmul: m, pitch: m.k, units: task.CeilDiv(m.b, unitColumns())}
	d.size = task.Balanced(m.a, kernel.TilePixels, 1)
	d.rows = task.Balanced(m.a, min(mostRows, mostFirst/m.k), d.size)
	d.together = min(task.RoundUp(max(partWork/(2*m.k*unitColumns()*d.rows), 1), copiedUnits), d.units)
	if m.k%conflicting == 0 {
		d.pitch += Lanes
	}
	var taps []int
	for from := 0; from < m.k; from += Lanes {
		taps = append(taps, from)
	}
	d.sum = newTapSum(taps, 1, Lanes, m.k%Lanes)
	d.full = d.tiles(min(d.rows, m.a))
	d.last = d.tiles(m.a - (d.parts()-1)*d.rows)
	tile := d.rows * copiedColumns()
	return &task.Prepared{Algorithm: "direct-" + kernel.ISA() + "-rows", Shared: m.groups * d.units * d.panel(), PerWorker: tile + d.copied(),
		Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
			return []task.Task{d.pack(s.Shared, in[1].Data), d.multiply(out.Data, in[0].Data, s)}
		}}
}

// parts is how many parts the rows have.
func (d *directMatmul) parts() int { return task.CeilDiv(d.a, d.rows) }

// copied is how many numbers of the first factor a part copies.
func (d *directMatmul) copied() int {
	if d.pitch == d.k {
		return 0
	}
	return d.rows * d.pitch
}

// tiles are those of so many rows.
func (d *directMatmul) tiles(rows int) layout.Places {
	var list []kernel.Place
	for row := 0; row < rows; row += d.size {
		list = append(list, kernel.Place{Pixels: min(d.size, rows-row), In: row * d.pitch, Next: layout.TileRow * d.pitch,
			Out: row * Lanes, OutNext: layout.TileRow * Lanes, AddNext: layout.TileRow * Lanes})
	}
	return layout.NewPlaces(list, d.pitch)
}

// unitColumns is how many columns are computed together.
func unitColumns() int { return kernel.TileBlocks * Lanes }

// copiedUnits is how many units are copied together: a few lines of the cache for each row.
const copiedUnits = 4

func copiedColumns() int { return copiedUnits * unitColumns() }

// panel is how many float32 the packed columns of a unit take.
func (d *directMatmul) panel() int { return task.RoundUp(d.k, Lanes) * unitColumns() }

// blocks is how many lines of columns a unit has.
func (d *directMatmul) blocks(unit int) int {
	return min(kernel.TileBlocks, task.CeilDiv(d.b-unit*unitColumns(), Lanes))
}

// pack packs the second factors, row by row: all units of some rows to a part.
func (d *directMatmul) pack(dst, src []float32) task.Task {
	return task.Ranges(d.groups*d.k, max(1, task.Grain/d.b), func(first, end, _ int) {
		for i := first; i < end; i++ {
			group, row := i/d.k, i%d.k
			line := src[i*d.b:][:d.b]
			for unit := 0; len(line) > 0; unit++ {
				across := d.blocks(unit) * Lanes
				to := dst[(group*d.units+unit)*d.panel()+row*across:][:across]
				n := copy(to, line)
				clear(to[n:])
				line = line[n:]
			}
		}
	})
}

// multiply computes some rows of some units to a part.
func (d *directMatmul) multiply(out, first []float32, s task.Scratch) task.Task {
	down, across := d.parts(), task.CeilDiv(d.units, d.together)
	some := max(1, leastPart/(d.rows*d.k*unitColumns()*d.together))
	return task.LongRanges(d.groups*down*across, some, func(ctx context.Context, from, end, worker int) {
		for i := from; i < end && ctx.Err() == nil; i++ {
			group, row, unit := i/(down*across), i/across%down*d.rows, i%across*d.together
			w := matmulPart{directMatmul: d, out: out[group*d.a*d.b:][:d.a*d.b], row: row, rows: min(d.rows, d.a-row), places: &d.full}
			if row+d.rows >= d.a {
				w.places = &d.last
			}
			mem := s.Of(worker)
			w.tile = mem[:d.rows*copiedColumns()]
			w.first = first[(group*d.a+row)*d.k:][:w.rows*d.k]
			if d.copied() > 0 {
				w.apart(mem[len(w.tile):])
			}
			for last := min(unit+d.together, d.units); unit < last; unit += copiedUnits {
				w.units(unit, min(unit+copiedUnits, last), s.Shared[group*d.units*d.panel():])
			}
		}
	})
}

// A matmulPart is some rows of one product.
type matmulPart struct {
	*directMatmul
	out, first, tile []float32
	row, rows        int
	places           *layout.Places
}

// apart copies the rows of the first factor so that they lie pitch apart.
func (w *matmulPart) apart(mem []float32) {
	for row := range w.rows {
		copy(mem[row*w.pitch:], w.first[row*w.k:][:w.k])
	}
	w.first = mem
}

// units computes some units, and copies them together.
func (w *matmulPart) units(unit, last int, panels []float32) {
	column := unit * unitColumns()
	block := w.directMatmul.rows * Lanes // float32 of a line of columns
	for u := unit; u < last; u++ {
		w.unit(w.tile[(u-unit)*kernel.TileBlocks*block:], u, panels[u*w.panel():][:w.panel()])
	}
	for row := range w.rows {
		line := w.out[(w.row+row)*w.b+column:][:min((last-unit)*unitColumns(), w.b-column)]
		from := w.tile[row*Lanes:]
		for ; len(line) >= Lanes; line = line[Lanes:] {
			copy(line[:Lanes], from)
			from = from[min(block, len(from)):]
		}
		copy(line, from)
	}
}

// unit computes a unit, in calls short enough for the garbage collector to stop all threads soon.
func (w *matmulPart) unit(tile []float32, unit int, weights []float32) {
	blocks := w.blocks(unit)
	size := blocks * Lanes * Lanes // of the weights of a tap
	k := kernel.Tile{Blocks: blocks, Weights: weights[:w.sum.taps*size], In: w.first, Out: tile, OutBlock: w.directMatmul.rows * Lanes,
		Bias: noBias, Low: -infty, High: infty}
	call := max(1, blockedCall/(len(k.Weights)*kernel.TilePixels))
	for from, all := 0, w.places.At.Len(); from < all; from += call {
		at, onto := w.places.Slice(from, min(from+call, all))
		w.sum.run(k, size, nil, &at, &onto)
	}
}
