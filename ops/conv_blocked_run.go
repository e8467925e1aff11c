package ops

import (
	"math"

	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// cut covers the result with tiles and decides how much a part does.
func (b *blockedConv) cut(s slider) {
	add, in, out := b.add, b.in, b.out
	if s == (slider{1, 1, 0, 0}) && in.h == out.h && in.w == out.w && in.bare() && out.bare() && (add == nil || add.bare()) {
		// Every pixel by itself: rows do not matter.
		in, out = in.flattened(), out.flattened()
		if add != nil {
			flat := add.flattened()
			add = &flat
		}
	}
	b.tiles = s.cut(&in, &out, add)

	weights, work := 0, 0 // work is for one pixel
	for _, u := range b.units {
		weights += len(u.weights)
	}
	work = weights
	b.images, b.unitsPer = 1, len(b.units)
	pixels := ceilDiv(b.out.h*b.out.w, len(b.tiles))
	b.tilesPer = balanced(len(b.tiles), max(1, blockedPart/max(1, work*pixels)), 1)
	if 4*weights > heavyWeights {
		b.images, b.unitsPer = b.out.n, max(1, len(b.units)/64)
		parts := ceilDiv(len(b.units), b.unitsPer)
		b.tilesPer = balanced(len(b.tiles), max(4, len(b.tiles)*parts/heavyPartsMin), 1)
	}
}

func (b *blockedConv) prepare() Prepared {
	name := "direct-" + kernel.ISA()
	switch {
	case b.depthwise:
		name = "depthwise-" + kernel.ISA()
	case !b.whole:
		name += "-image"
	}
	return &prepared{algorithm: name, bind: func(out tensor.Tensor, in []tensor.Tensor, _ scratch) []Task {
		strips, units := ceilDiv(len(b.tiles), b.tilesPer), ceilDiv(len(b.units), b.unitsPer)
		return []Task{&parts{ceilDiv(b.out.n, b.images) * units * strips, func(part, _ int) {
			tile, rest := part%strips*b.tilesPer, part/strips
			unit, image := rest%units*b.unitsPer, rest/units*b.images
			w := blockedPartOf{b, out.Data, in, b.tiles[tile:min(tile+b.tilesPer, len(b.tiles))]}
			for u := unit; u < min(unit+b.unitsPer, len(b.units)); u++ {
				for i := image; i < min(image+b.images, b.out.n); i++ {
					w.unit(u, i)
				}
			}
		}}}
	}}
}

// A blockedPartOf is some tiles of the result, for one unit after another.
type blockedPartOf struct {
	*blockedConv
	data  []float32
	in    []tensor.Tensor
	tiles []pixelTile
}

var (
	noBias = make([]float32, 2*Lanes)
	infty  = float32(math.Inf(1))
)

// unit computes the tiles of one unit of an image.
func (w *blockedPartOf) unit(unit, image int) {
	u := &w.units[unit]
	plane := image*w.out.blocks + u.block
	source := (image*w.blockedConv.in.blocks + u.inBlock) * w.blockedConv.in.plane
	k := kernel.Tile{Blocks: u.blocks, Step: w.step, Whole: w.whole, OutBlock: w.out.plane}
	for i := range w.tiles {
		t := &w.tiles[i]
		k.Pixels, k.Next, k.OutNext = t.pixels, t.next, t.outNext
		k.In = w.in[0].Data[source+t.in:]
		k.Out = w.data[plane*w.out.plane+t.out:]
		k.Add = nil
		if w.add != nil {
			k.Add = w.in[1].Data[(image*w.add.blocks+u.block)*w.add.plane+t.add:]
			k.AddNext, k.AddBlock = t.addNext, w.add.plane
		}
		w.sum(&k, u)
		w.activate(&k)
		for p := range u.blocks {
			t.finish(&w.out, w.data, plane+p)
		}
	}
}

// sum computes a tile chunk by chunk: each adds what is there to its own sum, the
// first the value of the epilogue, the last the bias.
func (w *blockedPartOf) sum(k *kernel.Tile, u *convUnit) {
	weights := u.weights
	each := u.blocks * Lanes
	if w.whole && !w.depthwise {
		each *= Lanes
	}
	for i, taps := range u.chunks {
		k.Taps, k.Weights = taps, weights
		k.Bias, k.Low, k.High = noBias, -infty, infty
		if i == len(u.chunks)-1 {
			k.Bias, k.Low, k.High = w.bias[u.block*Lanes:], w.low, w.high
		}
		if w.depthwise {
			kernel.Depthwise(k)
		} else {
			kernel.Conv(k)
		}
		weights = weights[taps.Len()*each:]
		k.Add, k.AddNext, k.AddBlock = k.Out, k.OutNext, k.OutBlock
	}
}

// activate applies what is more than a clamp to the tile.
func (w *blockedPartOf) activate(k *kernel.Tile) {
	if w.act.clamps() {
		return
	}
	for block := range k.Blocks {
		out := k.Out[block*k.OutBlock:]
		line := out[:min(k.Pixels, tileRow)*Lanes]
		w.act.apply(line, line)
		if k.Pixels > tileRow {
			line = out[k.OutNext:][:(k.Pixels-tileRow)*Lanes]
			w.act.apply(line, line)
		}
	}
}
