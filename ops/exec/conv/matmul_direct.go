package conv

import (
	"context"
	"slices"

	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A product of matrices by a kernel that reads the rows of the first factor where they are, and
// stores those of the result there. The columns of the second are packed, 16 or 32 to a unit, as the
// filters of a direct convolution are:
//
//	first [a, k]                 second [k, b], packed
//	row 0: x x x x x x x …       columns 0 to 31: w w w … w   of row 0
//	row 1: x x x x x x x …                        w w w … w   of row 1 …
//
// A part computes some rows of some units. Rows whose lengths are about a multiple of a page would
// share a few lines of the cache, and are copied first.
type directMatmul struct {
	*matmul
	rows     int  // of a part
	units    int  // of columns
	together int  // units of a part
	deep     int  // products of a sum
	conflict bool // whether the rows are copied
}

const (
	// mostRows and mostFirst are how many rows a part has at most, and how many numbers these have
	// of the first factor, which stay in a near cache.
	mostRows  = 128
	mostFirst = 1 << 15
	// mostDeep is how many products are summed before the sum is stored.
	mostDeep = 256
	// packedUnits is how many units a part packs, of which each row has a line to read.
	packedUnits = 16
	// copiedUnits is how many units share a copy of rows, if there are so many.
	copiedUnits = 16
)

func (m *matmul) fitsDirect() bool { return kernel.ProductColumns != nil && m.k <= mostSummed }

func (m *matmul) direct() *task.Prepared {
	d := &directMatmul{matmul: m, units: task.CeilDiv(m.b, unitColumns()), deep: task.Balanced(m.k, mostDeep, 1)}
	tile := kernel.ProductRows
	d.rows = task.Balanced(m.a, min(mostRows, max(mostFirst/m.k, 2*tile)), tile)
	work := m.k * unitColumns() * min(d.rows, m.a)
	part := min(max(work*d.units*d.parts()*m.groups/blockedParts, leastPart), mostPart)
	least := 1
	if d.conflict = conflicting(m.k); d.conflict {
		least = copiedUnits
	}
	d.together = task.Balanced(d.units, max(least, part/work), 1)
	return &task.Prepared{Algorithm: "direct-" + kernel.ISA() + "-rows", Shared: m.groups * d.units * d.panel(), PerWorker: d.rows*unitColumns() + d.copied(),
		Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
			return []task.Task{d.pack(s.Shared, in[1].Data), d.multiply(out.Data, in[0].Data, s)}
		}}
}

// conflicting reports whether some of a few rows of so many numbers begin at about the same place of
// a page. On Zen 3 a kernel reads six of them half as fast then.
func conflicting(k int) bool {
	const page, near = 1024, 32
	for rows := 1; rows <= 4; rows++ {
		if at := rows * k % page; at < near || at > page-near {
			return true
		}
	}
	return false
}

// parts is how many parts the rows have.
func (d *directMatmul) parts() int { return task.CeilDiv(d.a, d.rows) }

// unitColumns is how many columns are computed together.
func unitColumns() int { return kernel.ProductColumns[0] }

// panel is how many float32 lie from the packed columns of a unit to those of the next, which do
// not begin at the same line of the cache.
func (d *directMatmul) panel() int { return d.k*unitColumns() + Lanes }

// pitch is how many float32 lie from a copied row to the next.
func (d *directMatmul) pitch() int { return d.deep + Lanes }

// copied is how many numbers of the first factor a part copies.
func (d *directMatmul) copied() int {
	if !d.conflict {
		return 0
	}
	return task.CeilDiv(d.k, d.deep) * d.rows * d.pitch()
}

// columns are the first column of a unit, how many it has, and how many the kernel computes.
func (d *directMatmul) columns(unit int) (first, n, width int) {
	first = unit * unitColumns()
	n = min(unitColumns(), d.b-first)
	for _, width := range slices.Backward(kernel.ProductColumns) {
		if n <= width {
			return first, n, width
		}
	}
	panic("conv: a unit that is too wide")
}

// pack packs the second factors: some rows of some units to a part.
func (d *directMatmul) pack(dst, second []float32) task.Task {
	rows := max(1, task.Grain/(unitColumns()*min(packedUnits, d.units)))
	down, across := task.CeilDiv(d.k, rows), task.CeilDiv(d.units, packedUnits)
	some := max(1, task.Grain/(d.b*d.k))
	return task.Ranges(d.groups*down*across, some, func(first, end, _ int) {
		for i := first; i < end; i++ {
			group, row, unit := i/(down*across), i/across%down*rows, i%across*packedUnits
			d.packRows(dst[(group*d.units+unit)*d.panel():], second[(group*d.k+row)*d.b:], row, min(rows, d.k-row), unit)
		}
	})
}

// packRows packs some rows of some units. Of columns beyond the last of a narrow unit nothing is used;
// what follows in memory is packed, as far as there is any.
func (d *directMatmul) packRows(dst, second []float32, row, rows, unit int) {
	units := min(packedUnits, d.units-unit)
	full := min(units, d.b/unitColumns()-unit)
	if full > 0 {
		kernel.PackColumns(dst[row*unitColumns():], d.panel(), second[unit*unitColumns():], d.b, rows, full, unitColumns())
	}
	if full == units {
		return
	}
	column, n, width := d.columns(unit + full)
	to := dst[full*d.panel()+row*width:]
	whole := min(rows, (len(second)-column-width+d.b)/d.b)
	if whole > 0 {
		kernel.PackColumns(to, 0, second[column:], d.b, whole, 1, width)
	}
	for r := max(whole, 0); r < rows; r++ {
		line := to[r*width:][:width]
		clear(line[copy(line, second[r*d.b+column:][:n]):])
	}
}

// multiply computes some rows of some units to a part.
func (d *directMatmul) multiply(out, first []float32, s task.Scratch) task.Task {
	down, across := d.parts(), task.CeilDiv(d.units, d.together)
	some := max(1, leastPart/(d.rows*d.k*unitColumns()*d.together))
	return task.LongRanges(d.groups*down*across, some, func(ctx context.Context, from, end, worker int) {
		mem := s.Of(worker)
		for i := from; i < end && ctx.Err() == nil; i++ {
			group, row, unit := i/(down*across), i/across%down*d.rows, i%across*d.together
			at := group*d.a + row
			w := matmulPart{directMatmul: d, rows: min(d.rows, d.a-row), tile: mem[:d.rows*unitColumns()], pitch: d.k, next: d.deep}
			w.out, w.first = out[at*d.b:][:w.rows*d.b], first[at*d.k:][:w.rows*d.k]
			if d.conflict {
				w.apart(mem[len(w.tile):])
			}
			for end := min(unit+d.together, d.units); unit < end; unit++ {
				w.unit(unit, s.Shared[(group*d.units+unit)*d.panel():])
			}
		}
	})
}

// A matmulPart is some rows of one product.
type matmulPart struct {
	*directMatmul
	out, first, tile []float32
	rows             int
	pitch            int // from a row of the first factor to the next
	next             int // from the products of a sum to those of the next
}

// apart copies the rows of the first factor, those of every sum by themselves.
func (w *matmulPart) apart(mem []float32) {
	pitch := w.directMatmul.pitch()
	next := w.rows * pitch
	for from := 0; from < w.k; from += w.deep {
		n := min(w.deep, w.k-from)
		for row := range w.rows {
			copy(mem[from/w.deep*next+row*pitch:], w.first[row*w.k+from:][:n])
		}
	}
	w.first, w.pitch, w.next = mem, pitch, next
}

// unit computes a unit in place, or in scratch memory if it is narrow.
func (w *matmulPart) unit(unit int, panel []float32) {
	column, n, width := w.columns(unit)
	to, pitch := w.out[column:], w.b
	if n < width {
		to, pitch = w.tile, width
	}
	for from := 0; from < w.k; from += w.deep {
		end := min(from+w.deep, w.k)
		kernel.Product(to, pitch, w.first[from/w.deep*w.next:], w.pitch, panel[from*width:end*width], w.rows, width, from > 0)
	}
	if n < width {
		for row := range w.rows {
			copy(w.out[row*w.b+column:][:n], w.tile[row*width:])
		}
	}
}
