package ops

import (
	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// cut covers the result with tiles and decides how much a part does, as that of
// blockedConv.
func (b *bf16Conv) cut(s slider) {
	in, out, add := s.flat(b.in, b.out, b.add)
	most := b.runLimit()
	b.tiles = s.cutRuns(&in, &out, add, most)
	b.places = runPlaces(b.tiles, b.step, most)

	tiles, perUnit := b.out.n*len(b.tiles), 0
	for _, u := range b.units { // two products of bfloat16 take the time of one in float32
		perUnit = max(perUnit, (len(u.weights)+2*len(u.halves[0]))*ceilDiv(b.out.h*b.out.w, len(b.tiles)))
	}
	fits := len(b.tiles)
	if !b.depthwise {
		fits = b.in.fits(tiles)
		perUnit = max(1, perUnit/kernel.BF16Speed())
	}
	b.partSize = shared(len(b.units), tiles, perUnit, fits)
}

func (b *bf16Conv) runLimit() kernel.RunLimit {
	if b.depthwise {
		return kernel.HalfRun
	}
	return kernel.ConvRun
}

func (b *bf16Conv) prepare() Prepared {
	name := "direct-" + kernel.BF16ISA()
	switch {
	case b.depthwise:
		name = "depthwise-" + kernel.BF16ISA()
	case b.in.Block == imageBF16:
		name += "-image"
	}
	if b.split != nil {
		return b.prepareSplit("split-" + name)
	}
	return &prepared{algorithm: name, lend: kernel.ScratchBF16, bind: func(out tensor.Tensor, in []tensor.Tensor, lent scratch) []Task {
		return []Task{b.multiply(out, in, lent)}
	}}
}

// multiply is the work on values of bfloat16.
func (b *bf16Conv) multiply(out tensor.Tensor, in []tensor.Tensor, lent scratch) Task {
	return b.parts(len(b.units), b.out.n, len(b.tiles), func(worker, unit, image, from, to int) {
		(&bf16Part{b, out.Data, in, lent.of(worker), from, to}).unit(unit, image)
	})
}

// A bf16Part is some tiles of the result, for one unit after another.
type bf16Part struct {
	*bf16Conv
	data     []float32
	inputs   []tensor.Tensor
	scratch  []float32
	from, to int // tiles
}

// unit computes the tiles of one unit of an image, in calls that are short enough
// for whoever wants to stop all threads.
func (w *bf16Part) unit(unit, image int) {
	u := &w.units[unit]
	block, planes := unit, 1 // of the result
	if !w.out.BF16 {
		block, planes = 2*unit, 2
	}
	k := kernel.TileBF16{
		Taps: u.taps, Weights: u.weights, Wide: !w.out.BF16, OutBlock: w.out.plane,
		In:   w.inputs[0].Data[w.in.shift(image, u.inBlock):],
		Out:  w.data[w.out.shift(image, block):],
		Bias: w.bias[unit*LanesBF16:], Low: w.low, High: w.high, Scratch: w.scratch,
	}
	if w.add != nil {
		first := unit
		if !w.add.BF16 {
			first = 2 * unit
		}
		k.Add, k.AddBlock = w.inputs[1].Data[w.add.shift(image, first):], w.add.plane
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
			w.activate(&k, &w.tiles[i])
			for p := range planes {
				w.tiles[i].finish(&w.out, w.data, image, block+p)
			}
		}
	}
}

// half is the tiles of half the channels of a unit.
func (w *bf16Part) half(k *kernel.TileBF16, u *bf16Unit, half int) kernel.TileBF16 {
	h := *k
	h.Weights, h.Bias = u.halves[half], k.Bias[half*Lanes:]
	h.In = k.In[half*halfLine:]
	if k.Add != nil {
		h.Add = k.Add[half*halfLine:]
	}
	if k.Wide {
		h.Out = k.Out[half*k.OutBlock:]
	} else {
		h.Out = k.Out[half*halfLine:]
	}
	return h
}

// halfLine is how many float32 16 channels of bfloat16 take.
const halfLine = Lanes / 2

// activate applies what is more than a clamp to a tile.
func (w *bf16Part) activate(k *kernel.TileBF16, t *runTile) {
	if w.act.clamps() {
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
			w.act.apply(first, first)
			w.act.apply(second, second)
			continue
		}
		both := w.scratch[:2*n]
		kernel.UnpackBF16(both[:n], both[n:], first)
		w.act.apply(both, both)
		kernel.PackBF16(first, both[:n], both[n:])
	}
}
