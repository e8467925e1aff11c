package conv

import (
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/rowwise"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A convolution of blocked values without any copy of the input: the kernel gets a table of
// offsets, one for each block of input channels and each place of the window, and
// multiplies what it finds there. That works for any window, stride and dilation (the
// indirect convolution of Dukhan, arXiv:1907.02129, with one table for all pixels).
//
// A unit is one or two blocks of output channels, whose weights stay in cache for all tiles
// of a part. The algorithms differ in the kernel and in how they pack the weights of a
// unit.
type tiled struct {
	name      string
	kernel    tileKernel
	in, out   layout.Grid
	add       *layout.Grid
	grouped   int // channels of a group, of kernel.Grouped
	step      int // float32 from a pixel's input to the next one's
	tiles     []layout.Tile
	places    layout.Places // of the tiles
	units     []unit
	bias      []float32 // [out.Blocks*Lanes]
	act       rowwise.Act
	compacted *compacted // pixels that are compacted first, and are then the input

	partSize
}

// A tileKernel is the kernel that computes the tiles.
type tileKernel int

const (
	denseKernel tileKernel = iota
	depthwiseKernel
	groupedKernel
)

// A unit is the blocks of output channels that are computed together.
type unit struct {
	block, blocks int
	inBlock       int
	sum           *tapSum      // of a dense convolution
	mixed         *mixedGroups // if its groups share blocks
	taps          *kernel.Taps // of any other
	weights       []float32
}

func newTiled(p *problem, name string, k tileKernel, v values) *tiled {
	b := &tiled{name: name, kernel: k, in: v.in[0].Grid(), out: v.out.Grid()}
	if p.add {
		added := v.in[1].Grid()
		b.add = &added
	}
	b.step = p.w.stride * b.in.Block
	return b
}

// cut covers the result with tiles and decides how much a part does.
func (b *tiled) cut(w layout.Windows) {
	b.tiles = w.Cover(b.in, b.out, b.add)
	b.places = layout.PlacesOf(b.tiles, b.step)
	tiles := b.out.N * len(b.tiles)
	perUnit := 0
	for _, u := range b.units {
		perUnit = max(perUnit, len(u.weights)*task.CeilDiv(b.out.H*b.out.W, len(b.tiles)))
	}
	fits := len(b.tiles) // units that see channels of their own share no input
	if b.kernel == denseKernel {
		fits = tilesNear(&b.in, tiles)
	}
	b.partSize = shared(len(b.units), tiles, perUnit, fits)
}

func (b *tiled) prepare() *task.Prepared {
	name := b.name
	slots, together := b.slots(), 0
	if b.compacted != nil {
		together = b.compacted.all
	}
	if b.out.Means {
		name += "-means"
		pixelStacks() // made now, so that a run allocates nothing
	}
	return &task.Prepared{Algorithm: name, Shared: slots + together, Tables: layout.TableBytes(b.tiles), Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
		var tasks []task.Task
		if b.compacted != nil {
			pixels := s.Shared[slots:]
			tasks = append(tasks, b.compacted.compact(pixels, in[0].Data))
			in = append([]tensor.Tensor{{Data: pixels}}, in[1:]...)
		}
		tasks = append(tasks, b.parts(len(b.units), b.out.N, len(b.tiles), func(_, unit, image, from, to int) {
			(&tiledPart{b, out.Data, in[0].Data, b.added(in), s.Shared, from, to}).unit(unit, image)
		}))
		if b.out.Means {
			tasks = append(tasks, b.average(out.Data, s.Shared))
		}
		return tasks
	}}
}

// added is the data of the added input, or nil.
func (b *tiled) added(in []tensor.Tensor) []float32 {
	if b.add == nil {
		return nil
	}
	return in[1].Data
}

// A tiledPart is some tiles of the result, for one unit after another. It holds no slice of
// slices: a kernel's arguments escape, with everything they point to.
type tiledPart struct {
	*tiled
	data         []float32
	pixels, more []float32 // the input, and the added input
	slots        []float32 // of sums, if the means of the result are wanted
	from, to     int       // tiles
}

// unit computes the tiles of one unit of an image, in calls short enough for the garbage
// collector to stop all threads soon.
func (w *tiledPart) unit(unit, image int) {
	u := &w.units[unit]
	k := kernel.Tile{
		Blocks: u.blocks, Taps: u.taps, Weights: u.weights,
		In:  w.pixels[w.in.Shift(image, u.inBlock):],
		Out: w.data[w.out.Shift(image, u.block):], OutBlock: w.out.Plane,
		Bias: w.bias[u.block*Lanes:], Low: w.act.Low, High: w.act.High,
	}
	if w.add != nil {
		k.Add, k.AddBlock = w.more[w.add.Shift(image, u.block):], w.add.Plane
	}
	each := max(1, blockedCall/(len(u.weights)*kernel.TilePixels))
	for from := w.from; from < w.to; from += each {
		to := min(from+each, w.to)
		var next []float32
		if to == w.to && unit+1 < len(w.units) {
			next = w.units[unit+1].weights
		}
		at, onto := w.places.Slice(from, to)
		switch w.kernel {
		case depthwiseKernel:
			kernel.Depthwise(&k, &at)
		case groupedKernel:
			kernel.Grouped(&k, &at, w.grouped)
		default:
			u.sum.run(k, len(u.weights)/u.sum.taps, next, &at, &onto)
		}
		for i := from; i < to; i += activated {
			w.activate(&k, u.block, i, min(i+activated, to))
		}
		for i := from; i < to; i++ {
			for p := range u.blocks {
				w.tiles[i].Finish(&w.out, w.data, image, u.block+p)
			}
		}
	}
	if u.mixed != nil {
		w.unmix(u, &k)
	}
	if w.out.Means {
		w.sum(&k, u.block, image)
	}
}

// activated is how many tiles an activation is applied to at a time: 14 KB or less, in which its own start costs little.
const activated = 16

// activate applies an activation that is not a clamp to tiles of blocks from first on. Between rows that are zeros, which
// the tiles have yet to write.
func (w *tiledPart) activate(k *kernel.Tile, first, from, to int) {
	if w.act.Clamps {
		return
	}
	start, end := w.tiles[from].Out, w.tiles[to-1].End()
	for block := range k.Blocks {
		lines := k.Out[block*k.OutBlock:][start:end]
		w.act.Lanes((first+block)*Lanes, lines, lines)
	}
}
