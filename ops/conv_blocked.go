package ops

import (
	"math"

	"cnnlang/ops/dim"
	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// A convolution of blocked values without any copy of the input: the kernel is
// given a table of offsets, one for each block of input channels and each place
// of the window, and multiplies what it finds there. That does for any window,
// stride and dilation (the indirect convolution of Dukhan, arXiv:1907.02129, with
// one table for all pixels).
//
// A unit is one or two blocks of output channels, whose weights stay in cache
// while the tiles of a part go by. Of an image with few channels the input has
// Block 1, and an entry of the table is a row of the window, or a pixel.
type blockedConv struct {
	in, out   grid
	add       *grid
	depthwise bool
	permuted  int         // channels of a group, where kernel.Grouped computes them
	whole     bool        // the input is lines
	seen      *seenPixels // that are put together first, and are in then
	step      int         // float32 from a pixel's input to the next one's
	tiles     []pixelTile
	places    tilePlaces // of the tiles
	units     []convUnit
	bias      []float32 // [out.blocks*Lanes]
	act       Activation
	low, high float32

	partSize
}

// A convUnit is the blocks of output channels that are computed together.
type convUnit struct {
	block, blocks int
	inBlock       int
	sum           *tapSum      // of a dense convolution
	mixed         *mixedGroups // where its groups share blocks
	taps          *kernel.Taps // of any other
	weights       []float32
}

// How work is cut into parts, in multiply-accumulates and bytes: a layer into some
// 16 parts, so that all workers end at about the same time, but a part takes 1 to 70
// µs; and the input that its units read one after the other stays in a cache of 1 MB
// beside the weights of one of them. Narrow kernels, which go in passes, take as much
// as stays in the cache behind it, and fetch weights less often for it.
const (
	blockedParts = 16
	leastPart    = 1 << 16
	mostPart     = 8 << 20
	blockedCall  = 4 << 20
	blockedInput = 3 << 17
	narrowInput  = 3 << 19
)

// Blocked wants the input with as many zeros around it as the windows see.
func (c *Conv) Blocked(in []tensor.Shape, out tensor.Shape) Blocking {
	x := in[0]
	layout := Layout{Block: Lanes, HaloH: c.halo(vertical, x, out), HaloW: c.halo(horizontal, x, out)}
	if c.winograd(x, out) {
		layout.HaloH, layout.HaloW = c.tileHalo(vertical, x, out), c.tileHalo(horizontal, x, out)
	}
	if !c.fitsBlocks(x, out, layout) {
		return Blocking{}
	}
	if x[1] < leastChannels {
		layout.Block = 1
	}
	b := Blocking{In: []Layout{layout}, Leads: true, Means: !c.winograd(x, out) && out.Elements() >= leastSummed}
	if c.epilogue.Add {
		b.In = append(b.In, Layout{Block: Lanes})
	}
	return b
}

// leastChannels is how many channels a block must have to be worth its zeros, and
// mostZeros how many times more products than needed are.
const (
	leastChannels = 8
	mostZeros     = 8
)

func (c *Conv) fitsBlocks(x, out tensor.Shape, l Layout) bool {
	groups := c.Groups.MustInt()
	switch {
	case kernel.TilePixels == 0 || out[1] < leastChannels || c.isLinear(x, out):
		return false
	case l.mostlyHalo(x) || !c.sumsLittle(x):
		return false
	case x[1] < leastChannels:
		return groups == 1
	case groups == x[1] && groups == out[1]:
		return true
	case groups == 1:
		return true
	}
	if c.permutes(x, out) > 0 {
		return true
	}
	if c.epilogue.Add && (x[1]/groups%Lanes != 0 || out[1]/groups%Lanes != 0) {
		return false // unmix would need what the result has been added to
	}
	work := 0 // products of a pixel, zeros of other groups' channels included
	for block := range ceilDiv(out[1], Lanes) {
		from, to := c.sees(x, out, block, 1)
		work += (to - from) * Lanes * Lanes
	}
	return work <= mostZeros*out[1]*(x[1]/groups)
}

// mostlyHalo reports whether there are more zeros than image, or more with a row than one
// part should write.
func (l Layout) mostlyHalo(x tensor.Shape) bool {
	return (x[2]+l.HaloH)*(x[3]+l.HaloW) > 4*x[2]*x[3] || (l.HaloH+1)*(x[3]+l.HaloW)-x[3] > mostHalo
}

// sumsLittle reports whether the sums are short enough for a tile of them to be computed
// without a look at the context.
func (c *Conv) sumsLittle(x tensor.Shape) bool {
	return x[1]/c.Groups.MustInt()*c.K.H.MustInt()*c.K.W.MustInt() <= mostSummed
}

// halo is how far the windows reach beyond the image along an axis.
func (c *Conv) halo(a spatial, in, out tensor.Shape) int {
	before := c.before(a, in)
	reach := (out[a]-1)*a.of(c.Stride).MustInt() + a.of(c.Dilation).MustInt()*(a.of(c.K).MustInt()-1)
	return max(0, before, reach-before-(in[a]-1))
}

// sees returns the blocks of input channels that some blocks of filters see.
func (c *Conv) sees(x, out tensor.Shape, block, blocks int) (from, to int) {
	groups := c.Groups.MustInt()
	each, filters := x[1]/groups, out[1]/groups
	first := block * Lanes / filters * each
	last := (min((block+blocks)*Lanes, out[1])-1)/filters*each + each - 1
	return first / Lanes, last/Lanes + 1
}

// PrepareBlocked packs the weights for the tile kernels.
func (c *Conv) PrepareBlocked(in []Value, out Value, params []tensor.Tensor) Prepared {
	x := in[0].Shape
	f := c.packing(params, out.Shape[1])
	if c.winograd(x, out.Shape) {
		return newWinograd(c, in, out, f).prepare()
	}
	b := &blockedConv{
		in: in[0].grid(), out: out.grid(),
		whole: in[0].Layout.Block == Lanes, act: c.epilogue.Act,
	}
	if c.epilogue.Add {
		added := in[1].grid()
		b.add = &added
	}
	b.bias = f.biases(b.out.blocks * Lanes)
	b.low, b.high = b.act.bounds()
	b.step = c.Stride.W.MustInt() * b.in.Block
	b.permuted = c.permutes(x, out.Shape)
	switch {
	case c.Groups.MustInt() == x[1] && out.Shape[1] == x[1] && x[1] > 1:
		b.depthwise = true
		c.depthwiseUnits(b, f)
	case b.permuted > 0:
		c.groupedUnits(b, f)
	default:
		if b.seen = c.seesPixels(x, b.in, b.out); b.seen != nil {
			b.in, b.step = b.seen.to, Lanes
		}
		c.denseUnits(b, x, out.Shape, f)
	}
	windows := slider{
		strideH: c.Stride.H.MustInt(), strideW: c.Stride.W.MustInt(),
		top: c.before(vertical, x), left: c.before(horizontal, x), oneRow: b.permuted > 0,
		breaks: !b.depthwise && b.permuted == 0,
	}
	if b.seen != nil {
		windows = slider{strideH: 1, strideW: 1, breaks: true}
	}
	b.cut(windows)
	return b.prepare()
}

// bounds are those of an activation that only clamps.
func (a Activation) bounds() (low, high float32) {
	switch a {
	case ActReLU:
		return 0, float32(math.Inf(1))
	case ActReLU6:
		return 0, 6
	}
	return float32(math.Inf(-1)), float32(math.Inf(1))
}

// clamps reports whether bounds are all there is to the activation.
func (a Activation) clamps() bool { return a == None || a == ActReLU || a == ActReLU6 }

// permutes returns how many channels a group has where kernel.Grouped can compute
// the convolution: groups of the same channels and filters, within a block, and a
// window three wide. It is 0 where it cannot.
func (c *Conv) permutes(x, out tensor.Shape) int {
	each := x[1] / c.Groups.MustInt()
	switch {
	case x[1] != out[1] || each < 2 || each > kernel.GroupedChannels || Lanes%each != 0:
		return 0
	case c.K.W != dim.Int(3) || c.Dilation.W != dim.Int(1) || c.Stride.W.MustInt() > 2 || c.epilogue.Add:
		return 0
	}
	return each
}

// offsets are where the window looks in so many blocks of the input, from its
// first pixel: block by block, row by row.
func (c *Conv) offsets(in *grid, blocks int) []int {
	var at []int
	for block := range blocks {
		for y := range c.K.H.MustInt() {
			for x := range c.K.W.MustInt() {
				at = append(at, block*in.plane+y*c.Dilation.H.MustInt()*in.pitch+x*c.Dilation.W.MustInt()*in.line)
			}
		}
	}
	return at
}

// taps are the offsets of a dense convolution and how many channels there are at each. Of
// an image with few channels those are the pixels of a row of the window, if the kernels
// take so many at once: it is all one to them.
func (c *Conv) taps(in *grid, blocks int) (at []int, channels int) {
	all, row := c.offsets(in, blocks), c.K.W.MustInt()
	switch {
	case in.Block == Lanes:
		return all, Lanes
	case !kernel.TileRuns || c.Dilation.W != dim.Int(1):
		return all, 1
	}
	for i := 0; i < len(all); i += row {
		at = append(at, all[i])
	}
	return at, row
}

func (c *Conv) depthwiseUnits(b *blockedConv, f *packing) {
	taps := kernel.NewTaps(c.offsets(&b.in, 1), chunkTaps)
	n := taps.Len()
	for block := range b.out.blocks {
		weights := f.Floats(n*Lanes, func(dst []float32) {
			for lane := range min(Lanes, b.out.c-block*Lanes) {
				o := block*Lanes + lane
				for t := range n {
					dst[t*Lanes+lane] = f.at(o*n+t, o)
				}
			}
		})
		b.units = append(b.units, convUnit{block: block, blocks: 1, inBlock: block, taps: taps, weights: weights})
	}
}

// groupedUnits packs weights as [kh][channel of the group][kw][filter].
func (c *Conv) groupedUnits(b *blockedConv, f *packing) {
	kh, kw, each := c.K.H.MustInt(), c.K.W.MustInt(), b.permuted
	rows := make([]int, kh)
	for y := range rows {
		rows[y] = y * c.Dilation.H.MustInt() * b.in.pitch
	}
	taps := kernel.NewTaps(rows, kh)
	for block := range b.out.blocks {
		weights := f.Floats(kh*each*kw*Lanes, func(dst []float32) {
			for lane := range min(Lanes, b.out.c-block*Lanes) {
				o := block*Lanes + lane
				for t := range kh * each * kw {
					y, i, x := t/kw/each, t/kw%each, t%kw
					dst[t*Lanes+lane] = f.at(((o*each+i)*kh+y)*kw+x, o)
				}
			}
		})
		b.units = append(b.units, convUnit{block: block, blocks: 1, inBlock: block, taps: taps, weights: weights})
	}
}

func (c *Conv) denseUnits(b *blockedConv, x, out tensor.Shape, f *packing) {
	sums := map[[2]int]*tapSum{} // by the blocks of input and the channels of the last, 0 for all
	for block := 0; block < b.out.blocks; {
		u := convUnit{block: block, blocks: min(kernel.TileBlocks, b.out.blocks-block)}
		from, to := 0, b.in.blocks
		if b.whole {
			from, to = c.sees(x, out, block, u.blocks)
			if u.blocks > 1 {
				one, end := c.sees(x, out, block, 1)
				if end-one < to-from { // other groups: apart they have fewer zeros
					u.blocks, from, to = 1, one, end
				}
			}
		}
		u.inBlock = from
		last := 0
		if b.whole && to == b.in.blocks {
			last = x[1] % Lanes
		}
		key := [2]int{to - from, last}
		if sums[key] == nil {
			at, channels := c.taps(&b.in, to-from)
			sums[key] = newTapSum(at, c.K.H.MustInt()*c.K.W.MustInt(), channels, last)
		}
		u.sum = sums[key]
		u.mixed = c.mixed(b, u, x[1], to-from)
		u.weights = c.pack(b, u, to-from, x, f)
		b.units = append(b.units, u)
		block += u.blocks
	}
}

// pack lays out the weights of a unit: [block of input][kh][kw][channel][filter].
func (c *Conv) pack(b *blockedConv, u convUnit, inBlocks int, x tensor.Shape, f *packing) []float32 {
	kh, kw := c.K.H.MustInt(), c.K.W.MustInt()
	groups := c.Groups.MustInt()
	each, filters := x[1]/groups, b.out.c/groups
	deep, across := b.in.Block, u.blocks*Lanes
	return f.Floats(inBlocks*kh*kw*deep*across, func(dst []float32) {
		// Line by line of the result, so that it is written once, from as many
		// streams as there are filters.
		var rows [kernel.Lanes * 2]filterRow
		lanes := min(across, b.out.c-u.block*Lanes)
		for lane := range lanes {
			rows[lane] = f.folded().row(u.block*Lanes+lane, each*kh*kw)
			rows[lane].first = rows[lane].of / filters * each // of the channels that the filter sees
		}
		if groups == 1 {
			packDense(dst, rows[:lanes], across, each, deep, kh*kw)
			return
		}
		for lane, r := range rows[:lanes] {
			for i := range each {
				block, channel := (r.first+i)/deep-u.inBlock, (r.first+i)%deep
				for t := range kh * kw {
					dst[((block*kh*kw+t)*deep+channel)*across+lane] = r.at(i*kh*kw + t)
				}
			}
		}
	})
}

// packDense lays out filters that see all channels.
func packDense(dst []float32, rows []filterRow, across, channels, deep, taps int) {
	for from := 0; from < channels; from += deep {
		for t := range taps {
			line := dst[(from*taps+t*deep)*across:]
			for i := range min(deep, channels-from) {
				at, end := (from+i)*taps+t, line[i*across:][:len(rows)]
				for lane := range end {
					end[lane] = rows[lane].at(at)
				}
			}
		}
	}
}
