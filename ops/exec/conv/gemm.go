package conv

import (
	"context"

	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/rowwise"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A convolution as a matrix product, for each image and group:
//
//	out [O, pixels] = weight [O, C*taps] · seen [C*taps, pixels]
//
// Column p of seen is what output pixel p sees. That matrix is never stored
// whole: a part takes a block of pixels and one of output channels, packs blockK
// rows of seen at a time into panels of the kernel, and multiplies them with the
// packed weights into a tile in the worker's scratch. When all rows are summed
// it adds the bias, does the epilogue and stores the tile.
//
// The sum over C*taps is never shared between parts, so that results do not
// depend on who computes them; it is taken in blocks, each from 0, which keeps
// float32 accurate for long sums.
type gemmConv struct {
	kernel     *kernel.Gemm
	batch      int
	groups     int
	channels   int // input channels of a group
	filters    int // output channels of a group
	inW        int
	inPixels   int
	outW       int
	outPixels  int
	phases     []phase
	bias       []float32
	act        rowwise.Act
	add        bool
	tilePixels int // the most of any phase
}

// A phase is a grid of output pixels that see the input in the same way.
type phase struct {
	rows, cols convAxis
	weights    [][]float32 // for each group, packed by newPhase
	packed     []float32   // or those of all groups, one after another
	block      tileSize
}

// tileSize is how many output channels and pixels a part computes.
type tileSize struct{ filters, pixels int }

// blockK is how many rows of seen are packed at a time: 264 rather than 256,
// because panels a power of two apart would share a few lines of the L1 cache.
const blockK = 264

// The size of a part. Packing costs as much as 3 output channels in plain Go and as 30 in
// assembly, so many of them should share it; partWork keeps a part near 2 ms in plain Go
// and 150 µs in assembly, and mostWork limits parts of very long sums.
const (
	mostPixels   = 64
	leastFilters = 32
	mostFilters  = 256
	partWork     = 16 << 20 // FLOPs
	mostWork     = 32 << 20
)

// newPhase packs the weights of all groups, in this order, into the panels of the kernel, each of which has MR filters:
//
//	panel 0: filter 0..MR-1 of column 0 | of column 1 | … | of column k-1
//	panel 1: filter MR..2MR-1 …
//
// Column c*taps + t is of channel c of the group and place t; filters beyond the last are 0.
func (g *gemmConv) newPhase(rows, cols convAxis, f *packing) phase {
	p := phase{rows: rows, cols: cols}
	taps, mr := len(rows.taps)*len(cols.taps), g.kernel.MR
	k := g.channels * taps
	copying := f.copies(order{filter: 1, channel: taps * mr, taps: evenly(taps, mr)})
	for group := range g.groups {
		p.weights = append(p.weights, f.floats(task.RoundUp(g.filters, mr)*k, g.filters*k, func(dst []float32) {
			w := f.fold()
			for i := 0; i < g.filters; i += mr {
				copying.copy(dst[i*k:], w, part{group*g.filters + i, min(mr, g.filters-i), 0, g.channels})
			}
		}))
	}
	p.block = g.tile(rows.n*cols.n, g.channels*taps)
	g.tilePixels = max(g.tilePixels, p.block.pixels)
	return p
}

// tile chooses the size of a part for sums of k products.
func (g *gemmConv) tile(pixels, k int) tileSize {
	k = max(k, 1)
	wide := min(mostPixels, max(mostWork/(2*k*g.kernel.MR), 1))
	wide = task.Balanced(pixels, wide, g.kernel.NR)
	high := min(max(partWork/(2*k*wide), leastFilters), mostFilters)
	high = max(min(high, mostWork/(2*k*wide)), g.kernel.MR)
	return tileSize{task.Balanced(g.filters, high, g.kernel.MR), wide}
}

// prepare is the convolution as tasks.
func (g *gemmConv) prepare() *task.Prepared {
	tile := 0
	for _, p := range g.phases {
		tile = max(tile, p.block.filters*p.block.pixels)
	}
	return &task.Prepared{
		Algorithm: g.kernel.Name,
		PerWorker: tile + (blockK+1)*g.tilePixels,
		Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
			var tasks []task.Task
			for i := range g.phases {
				tasks = append(tasks, g.task(&g.phases[i], out, in, s))
			}
			return []task.Task{task.Together(tasks...)}
		},
	}
}

func (g *gemmConv) task(p *phase, out tensor.Tensor, in []tensor.Tensor, s task.Scratch) task.Task {
	high := task.CeilDiv(g.filters, p.block.filters)
	wide := task.CeilDiv(p.rows.n*p.cols.n, p.block.pixels)
	return task.New(g.batch*g.groups*wide*high, func(ctx context.Context, part, worker int) {
		w := gemmPart{gemmConv: g, phase: p}
		w.filter, part = part%high*p.block.filters, part/high
		w.pixel, part = part%wide*p.block.pixels, part/wide
		w.group, w.image = part%g.groups, part/g.groups
		w.high = min(p.block.filters, g.filters-w.filter)
		w.wide = min(p.block.pixels, p.rows.n*p.cols.n-w.pixel)
		w.run(ctx, out.Data, in, s.Of(worker))
	})
}

// A gemmPart is one block of the result.
type gemmPart struct {
	*gemmConv
	*phase
	image, group         int
	filter, high         int // output channels of the group
	pixel, wide          int // output pixels of the phase
	tile, panels, unpack []float32
}

func (w *gemmPart) run(ctx context.Context, out []float32, in []tensor.Tensor, lent []float32) {
	mr, nr := w.kernel.MR, w.kernel.NR
	pitch := task.RoundUp(w.wide, nr)
	high := task.RoundUp(w.high, mr)
	w.tile, lent = lent[:high*pitch], lent[high*pitch:]
	w.panels, w.unpack = lent[:blockK*pitch], lent[blockK*pitch:][:pitch]
	clear(w.tile)
	clear(w.unpack)

	k := w.channels * len(w.rows.taps) * len(w.cols.taps)
	weights := w.weightsOf(w.group, k)[w.filter*k:]
	for from := 0; from < k; from += blockK {
		if from > 0 && ctx.Err() != nil {
			return
		}
		n := min(blockK, k-from)
		w.pack(in[0].Data, from, n)
		for j := 0; j < pitch; j += nr {
			b := w.panels[j*blockK:][:n*nr]
			for i := 0; i < high; i += mr {
				w.kernel.Run(w.tile[i*pitch+j:], pitch, weights[i*k+from*mr:], b)
			}
		}
	}
	w.store(out, in, pitch)
}

// weightsOf are the packed weights of a group, whose filters see k numbers.
func (w *gemmPart) weightsOf(group, k int) []float32 {
	if w.packed == nil {
		return w.weights[group]
	}
	size := task.RoundUp(w.filters, w.kernel.MR) * k
	return w.packed[group*size:][:size]
}

// pack fills the panels with rows from to from+n of seen.
func (w *gemmPart) pack(in []float32, from, n int) {
	nr := w.kernel.NR
	across := len(w.cols.taps)
	taps := len(w.rows.taps) * across
	first := (w.image*w.groups + w.group) * w.channels
	c, t := from/taps, from%taps
	for i := range n {
		plane := in[(first+c)*w.inPixels:][:w.inPixels]
		w.see(plane, &w.rows.taps[t/across], &w.cols.taps[t%across])
		packLine(w.panels[i*nr:], blockK*nr, nr, w.unpack)
		if t++; t == taps {
			c, t = c+1, 0
		}
	}
}

// see fills unpack with the pixels of a plane that the part sees through one tap.
func (w *gemmPart) see(plane []float32, row, col *tap) {
	q, x := w.pixel/w.cols.n, w.pixel%w.cols.n
	for line := w.unpack[:w.wide]; len(line) > 0; q, x = q+1, 0 {
		n := min(len(line), w.cols.n-x)
		if q < row.from || q >= row.to {
			clear(line[:n])
		} else {
			y := q*w.rows.inStep + row.offset
			w.cols.gather(line[:n], plane[y*w.inW:][:w.inW], col, x)
		}
		line = line[n:]
	}
}

// store finishes the tile and writes it out, row of pixels by row of pixels.
func (w *gemmPart) store(out []float32, in []tensor.Tensor, pitch int) {
	for i := range w.high {
		filter := w.group*w.filters + w.filter + i
		plane := (w.image*w.groups*w.filters + filter) * w.outPixels
		line := w.tile[i*pitch:][:w.wide]
		if w.bias != nil {
			kernel.AddScalar(line, w.bias[filter])
		}
		var added []float32
		if w.add {
			added = in[1].Data[plane:][:w.outPixels]
		}
		w.scatter(out[plane:][:w.outPixels], added, line, filter)
	}
}

// scatter finishes the epilogue on line and stores it in a filter's plane of the output.
func (w *gemmPart) scatter(out, added, line []float32, filter int) {
	q, x := w.pixel/w.cols.n, w.pixel%w.cols.n
	if w.cols.step == 1 && w.rows.step == 1 {
		if added != nil {
			kernel.Add(line, added[w.pixel:])
		}
		w.act.Channel(filter, out[w.pixel:][:len(line)], line)
		return
	}
	for ; len(line) > 0; q, x = q+1, 0 {
		n := min(len(line), w.cols.n-x)
		at := (w.rows.first+q*w.rows.step)*w.outW + w.cols.first + x*w.cols.step
		if added != nil {
			for i := range n {
				line[i] += added[at+i*w.cols.step]
			}
		}
		w.act.Channel(filter, line[:n], line[:n])
		for i := range n {
			out[at+i*w.cols.step] = line[i]
		}
		line = line[n:]
	}
}

// newGemm is a convolution without phases.
func newGemm(in, out tensor.Shape, groups int, f *packing, add bool) *gemmConv {
	g := &gemmConv{
		kernel: kernel.BestGemm(),
		batch:  in[0], groups: groups,
		channels: in[1] / groups, filters: out[1] / groups,
		inW: in[3], inPixels: in[2] * in[3],
		outW: out[3], outPixels: out[2] * out[3],
		add: add,
	}
	g.bias, g.act = f.behind(out[1])
	return g
}

func prepareGemm(p *problem, v values) *task.Prepared {
	f := p.packing(v)
	g := newGemm(p.x, p.out, p.groups, f, p.add)
	g.phases = []phase{g.newPhase(p.h.convolved(), p.w.convolved(), f)}
	return g.prepare()
}
