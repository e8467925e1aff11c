package ops

import (
	"context"

	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// cut covers the result with tiles and decides how much a part does.
func (b *blockedConv) cut(s slider) {
	b.tiles = covered(s, b.in, b.out, b.add)
	b.places = placesOf(b.tiles, b.step)

	b.share()
}

// covered covers the result with tiles.
func covered(s slider, in, out grid, add *grid) []pixelTile {
	in, out, add = s.flat(in, out, add)
	return s.cut(&in, &out, add)
}

// flat makes one row of each grid where every pixel is by itself, so that rows do not
// matter.
func (s slider) flat(in, out grid, add *grid) (grid, grid, *grid) {
	if !s.still() || in.h != out.h || in.w != out.w || !in.bare() || !out.bare() || add != nil && !add.bare() {
		return in, out, add
	}
	if add != nil {
		row := add.flattened()
		add = &row
	}
	return in.flattened(), out.flattened(), add
}

// still reports whether every pixel is computed from the one at its place, if that is all
// it sees.
func (s slider) still() bool { return s.strideH == 1 && s.strideW == 1 && s.top == 0 && s.left == 0 }

// share decides how much a part does.
func (b *blockedConv) share() {
	tiles := b.out.n * len(b.tiles)
	perUnit := 0
	for _, u := range b.units {
		perUnit = max(perUnit, len(u.weights)*ceilDiv(b.out.h*b.out.w, len(b.tiles)))
	}
	fits := len(b.tiles) // units that see channels of their own share no input
	if !b.depthwise && b.permuted == 0 {
		fits = b.in.fits(tiles)
	}
	b.partSize = shared(len(b.units), tiles, perUnit, fits)
}

// fits is how many of so many tiles see no more input than stays near.
func (g *grid) fits(tiles int) int {
	near := blockedInput
	if kernel.TilePixels < wideTile {
		near = narrowInput
	}
	return max(1, tiles*near/(4*g.n*g.blocks*g.plane))
}

// A partSize is how many units and tiles, which count through the images, a part
// of a convolution does.
type partSize struct{ unitsPer, tilesPer int }

// shared cuts the work of units on tiles into parts; perUnit is that of one on
// one, and no part has more tiles than fit.
func shared(units, tiles, perUnit, fit int) (p partSize) {
	part := min(max(perUnit*units*tiles/blockedParts, leastPart), mostPart)
	p.tilesPer = balanced(tiles, min(fit, max(1, part/perUnit)), 1)
	p.unitsPer = balanced(units, max(1, part/(perUnit*p.tilesPer)), 1)
	return p
}

// parts is the work as a task: do is called for every unit and, image by image, the
// tiles of a part.
func (p partSize) parts(units, images, tiles int, do func(worker, unit, image, from, to int)) Task {
	across, all := ceilDiv(units, p.unitsPer), images*tiles
	return &parts{across * ceilDiv(all, p.tilesPer), func(_ context.Context, part, worker int) {
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
	}}
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
	slots, together := b.slots(), 0
	if b.seen != nil {
		name += "-compacted"
		together = b.seen.all
	}
	if b.out.Means {
		name += "-means"
		pixelStacks() // made now, so that a run allocates nothing
	}
	return &prepared{algorithm: name, share: slots + together, bind: func(out tensor.Tensor, in []tensor.Tensor, s scratch) []Task {
		var tasks []Task
		if b.seen != nil {
			pixels := s.shared[slots:]
			tasks = append(tasks, b.seen.compact(pixels, in[0].Data))
			in = append([]tensor.Tensor{{Data: pixels}}, in[1:]...)
		}
		tasks = append(tasks, b.parts(len(b.units), b.out.n, len(b.tiles), func(_, unit, image, from, to int) {
			(&blockedPartOf{b, out.Data, in[0].Data, b.added(in), s.shared, from, to}).unit(unit, image)
		}))
		if b.out.Means {
			tasks = append(tasks, b.average(out.Data, s.shared))
		}
		return tasks
	}}
}

// added is the data of the input that is added, nil where there is none.
func (b *blockedConv) added(in []tensor.Tensor) []float32 {
	if b.add == nil {
		return nil
	}
	return in[1].Data
}

// A blockedPartOf is some tiles of the result, for one unit after another. It holds no
// slice of slices: what a kernel is given escapes, with all that it points to.
type blockedPartOf struct {
	*blockedConv
	data         []float32
	pixels, more []float32 // the input, and what is added
	slots        []float32 // of sums, where the means of the result are wanted
	from, to     int       // tiles
}

// unit computes the tiles of one unit of an image, in calls that are short enough
// for whoever wants to stop all threads.
func (w *blockedPartOf) unit(unit, image int) {
	u := &w.units[unit]
	k := kernel.Tile{
		Blocks: u.blocks, Taps: u.taps, Weights: u.weights,
		In:  w.pixels[w.in.shift(image, u.inBlock):],
		Out: w.data[w.out.shift(image, u.block):], OutBlock: w.out.plane,
		Bias: w.bias[u.block*Lanes:], Low: w.low, High: w.high,
	}
	if w.add != nil {
		k.Add, k.AddBlock = w.more[w.add.shift(image, u.block):], w.add.plane
	}
	each := max(1, blockedCall/(len(u.weights)*kernel.TilePixels))
	for from := w.from; from < w.to; from += each {
		to := min(from+each, w.to)
		var next []float32
		if to == w.to && unit+1 < len(w.units) {
			next = w.units[unit+1].weights
		}
		at, onto := w.places.slice(from, to)
		switch {
		case w.depthwise:
			kernel.Depthwise(&k, &at)
		case w.permuted > 0:
			kernel.Grouped(&k, &at, w.permuted)
		default:
			u.sum.run(k, len(u.weights)/u.sum.taps, next, &at, &onto)
		}
		for i := from; i < to; i++ {
			w.activate(&k, &w.tiles[i])
			for p := range u.blocks {
				w.tiles[i].finish(&w.out, w.data, image, u.block+p)
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

// activate applies what is more than a clamp to a tile.
func (w *blockedPartOf) activate(k *kernel.Tile, t *pixelTile) {
	if w.act.clamps() {
		return
	}
	for block := range k.Blocks {
		out := k.Out[block*k.OutBlock+t.Out:]
		row := t.FirstRow()
		line := out[:row*Lanes]
		w.act.apply(line, line)
		if t.Pixels > row {
			line = out[t.OutNext:][:(t.Pixels-row)*Lanes]
			w.act.apply(line, line)
		}
	}
}
