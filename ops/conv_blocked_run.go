package ops

import (
	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// cut covers the result with tiles and decides how much a part does.
func (b *blockedConv) cut(s slider) {
	add, in, out := b.add, b.in, b.out
	if s == (slider{strideH: 1, strideW: 1}) && in.h == out.h && in.w == out.w && in.bare() && out.bare() && (add == nil || add.bare()) {
		// Every pixel by itself: rows do not matter.
		in, out = in.flattened(), out.flattened()
		if add != nil {
			flat := add.flattened()
			add = &flat
		}
	}
	b.tiles = s.cut(&in, &out, add)
	b.places = placesOf(b.tiles, b.step)

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
	case b.permuted > 0:
		name = "grouped-" + kernel.ISA()
	case !b.whole:
		name += "-image"
	}
	return &prepared{algorithm: name, bind: func(out tensor.Tensor, in []tensor.Tensor, _ scratch) []Task {
		strips, units := ceilDiv(len(b.tiles), b.tilesPer), ceilDiv(len(b.units), b.unitsPer)
		return []Task{&parts{ceilDiv(b.out.n, b.images) * units * strips, func(part, _ int) {
			tile, rest := part%strips*b.tilesPer, part/strips
			unit, image := rest%units*b.unitsPer, rest/units*b.images
			w := blockedPartOf{b, out.Data, in, tile, min(tile+b.tilesPer, len(b.tiles))}
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
	data     []float32
	in       []tensor.Tensor
	from, to int // tiles
}

// unit computes the tiles of one unit of an image, in calls that are short enough
// for whoever wants to stop all threads.
func (w *blockedPartOf) unit(unit, image int) {
	u := &w.units[unit]
	plane := image*w.out.blocks + u.block
	source := (image*w.blockedConv.in.blocks + u.inBlock) * w.blockedConv.in.plane
	k := kernel.Tile{
		Blocks: u.blocks, Whole: w.whole, Taps: u.taps, Weights: u.weights,
		In:  w.in[0].Data[source:],
		Out: w.data[plane*w.out.plane:], OutBlock: w.out.plane,
		Bias: w.bias[u.block*Lanes:], Low: w.low, High: w.high,
	}
	if w.add != nil {
		k.Add, k.AddBlock = w.in[1].Data[(image*w.add.blocks+u.block)*w.add.plane:], w.add.plane
	}
	each := max(1, blockedCall/(len(u.weights)*kernel.TilePixels))
	for from := w.from; from < w.to; from += each {
		to := min(from+each, w.to)
		places := w.places.Slice(from, to)
		switch {
		case w.depthwise:
			kernel.Depthwise(&k, &places)
		case w.permuted > 0:
			kernel.Grouped(&k, &places, w.permuted)
		default:
			kernel.Conv(&k, &places)
		}
		for i := from; i < to; i++ {
			w.activate(&k, &w.tiles[i])
			for p := range u.blocks {
				w.tiles[i].finish(&w.out, w.data, plane+p)
			}
		}
	}
}

// activate applies what is more than a clamp to a tile.
func (w *blockedPartOf) activate(k *kernel.Tile, t *pixelTile) {
	if w.act.clamps() {
		return
	}
	for block := range k.Blocks {
		out := k.Out[block*k.OutBlock+t.Out:]
		line := out[:min(t.Pixels, tileRow)*Lanes]
		w.act.apply(line, line)
		if t.Pixels > tileRow {
			line = out[t.OutNext:][:(t.Pixels-tileRow)*Lanes]
			w.act.apply(line, line)
		}
	}
}
