package conv

import (
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/rowwise"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// tiledBF16 is a convolution of bfloat16 values by a table of offsets, like tiled. A unit
// is 32 filters.
type tiledBF16 struct {
	name      string
	in, out   layout.Grid
	add       *layout.Grid
	depthwise bool
	split     *splitter // of the input, if that is float32
	step      int       // float32 from a pixel's input to the next one's
	tiles     []layout.RunTile
	places    *kernel.PlacesBF16 // of the tiles
	units     []unitBF16
	bias      []float32 // [units, 32]
	act       rowwise.Act

	partSize
}

// A unitBF16 is the 32 channels of the result that are computed together.
type unitBF16 struct {
	inBlock int
	taps    *kernel.Taps
	weights []float32
	halves  [2][]float32 // of a depthwise one
}

func newTiledBF16(p *problem, name string, in layout.Grid, v values) *tiledBF16 {
	b := &tiledBF16{name: name, in: in, out: v.out.Grid(), step: p.w.stride * in.Line}
	if p.add {
		added := v.in[1].Grid()
		b.add = &added
	}
	return b
}

// cut covers the result with tiles and decides how much a part does.
func (b *tiledBF16) cut(w layout.Windows) {
	most := kernel.ConvRun
	if b.depthwise {
		most = kernel.HalfRun
	}
	b.tiles = w.CoverRuns(b.in, b.out, b.add, most)
	b.places = layout.RunPlaces(b.tiles, b.step, most)

	tiles, perUnit := b.out.N*len(b.tiles), 0
	for _, u := range b.units { // two products of bfloat16 take the time of one in float32
		perUnit = max(perUnit, (len(u.weights)+2*len(u.halves[0]))*task.CeilDiv(b.out.H*b.out.W, len(b.tiles)))
	}
	fits := len(b.tiles)
	if !b.depthwise {
		fits = tilesNear(&b.in, tiles)
		perUnit = max(1, perUnit/kernel.BF16Speed())
	}
	b.partSize = shared(len(b.units), tiles, perUnit, fits)
}

func (b *tiledBF16) prepare() *task.Prepared {
	return &task.Prepared{Algorithm: b.name, PerWorker: kernel.ScratchBF16, Tables: layout.RunTableBytes(b.tiles), Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
		return []task.Task{b.multiply(out, in, s)}
	}}
}

func (b *tiledBF16) multiply(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) task.Task {
	return b.parts(len(b.units), b.out.N, len(b.tiles), func(worker, unit, image, from, to int) {
		(&partBF16{b, out.Data, in, s.Of(worker), from, to}).unit(unit, image)
	})
}

// A partBF16 is some tiles of the result, for one unit after another.
type partBF16 struct {
	*tiledBF16
	data     []float32
	inputs   []tensor.Tensor
	scratch  []float32
	from, to int // tiles
}

// blocksOf are how many blocks of a grid a unit has, and the first of them.
func blocksOf(g *layout.Grid, unit int) (first, blocks int) {
	blocks = lanesBF16 / g.Block
	return unit * blocks, blocks
}

// unit computes the tiles of one unit of an image, in calls short enough for the garbage
// collector to stop all threads soon.
func (w *partBF16) unit(unit, image int) {
	u := &w.units[unit]
	block, planes := blocksOf(&w.out, unit)
	k := kernel.TileBF16{
		Taps: u.taps, Weights: u.weights, Wide: planes > 1, OutBlock: w.out.Plane,
		In:   w.inputs[0].Data[w.in.Shift(image, u.inBlock):],
		Out:  w.data[w.out.Shift(image, block):],
		Bias: w.bias[unit*lanesBF16:], Low: w.act.Low, High: w.act.High, Scratch: w.scratch,
	}
	if w.add != nil {
		first, _ := blocksOf(w.add, unit)
		k.Add, k.AddBlock = w.inputs[1].Data[w.add.Shift(image, first):], w.add.Plane
	}
	perTile := (2*len(u.weights) + 4*len(u.halves[0])) * 2 * int(kernel.HalfRun)
	each := max(1, 2*blockedCall/perTile)
	for from := w.from; from < w.to; from += each {
		to := min(from+each, w.to)
		places := w.places.Slice(from, to)
		if w.depthwise {
			for half := range u.halves {
				h := w.half(&k, u, half)
				kernel.DepthwiseBF16(&h, &places)
			}
		} else {
			kernel.ConvBF16(&k, &places)
		}
		for i := from; i < to; i++ {
			w.activate(&k, unit*lanesBF16, &w.tiles[i])
			for p := range planes {
				w.tiles[i].Finish(&w.out, w.data, image, block+p)
			}
		}
	}
}

// half is the tiles of half the channels of a unit.
func (w *partBF16) half(k *kernel.TileBF16, u *unitBF16, half int) kernel.TileBF16 {
	h := *k
	h.Weights, h.Bias = u.halves[half], k.Bias[half*Lanes:]
	h.In = k.In[half*layout.HalfLine:]
	if k.Add != nil {
		h.Add = k.Add[half*layout.HalfLine:]
	}
	if k.Wide {
		h.Out = k.Out[half*k.OutBlock:]
	} else {
		h.Out = k.Out[half*layout.HalfLine:]
	}
	return h
}

// activate applies an activation that is not a clamp to a tile of 32 channels from c on.
func (w *partBF16) activate(k *kernel.TileBF16, c int, t *layout.RunTile) {
	if w.act.Clamps {
		return
	}
	for _, r := range t.PlaceBF16 {
		n := r.Pixels * Lanes
		if n == 0 {
			continue
		}
		first := k.Out[r.Out:][:n]
		if k.Wide {
			second := k.Out[r.Out+k.OutBlock:][:n]
			w.act.Lanes(c, first, first)
			w.act.Lanes(c+Lanes, second, second)
			continue
		}
		low, high := w.scratch[:n], w.scratch[n:2*n]
		kernel.UnpackBF16(low, high, first)
		w.act.Lanes(c, low, low)
		w.act.Lanes(c+Lanes, high, high)
		kernel.PackBF16(first, low, high)
	}
}
