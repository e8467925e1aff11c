package ops

import (
	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// A convolution of values of bfloat16, by a table of offsets as blockedConv. A
// unit is 32 filters.
//
// The image has four channels at a pixel, so that a line holds eight pixels of it;
// a tap is then up to eight places of a row of the window at once:
//
//	r g b · r g b · r g b · r g b · r g b · r g b · r g b · r g b ·
//	w w w 0 w w w 0 w w w 0 w w w 0 w w w 0 w w w 0 w w w 0 0 0 0 0     7 of 7x7
type bf16Conv struct {
	in, out   grid
	add       *grid
	depthwise bool
	split     *splitter // of the input, where that is float32
	step      int       // float32 from a pixel's input to the next one's
	tiles     []runTile
	places    *kernel.PlacesBF16 // of the tiles
	units     []bf16Unit
	bias      []float32 // [units, 32]
	act       Activation
	low, high float32

	partSize
}

// A bf16Unit is the 32 channels of the result that are computed together.
type bf16Unit struct {
	inBlock int
	taps    *kernel.Taps
	weights []float32
	halves  [2][]float32 // of a depthwise one
}

// BlockedBF16 wants the input with as many zeros around it as the windows see.
func (c *Conv) BlockedBF16(in []tensor.Shape, out tensor.Shape) Blocking {
	x := in[0]
	l := Layout{Block: LanesBF16, BF16: true, HaloH: c.halo(vertical, x, out), HaloW: c.halo(horizontal, x, out)}
	if x[1] <= imageBF16 && c.Groups.MustInt() == 1 && c.Dilation.W.MustInt() == 1 {
		l.Block = imageBF16
		beyond := (out[3]-1)*c.Stride.W.MustInt() - c.before(horizontal, x) + c.lineTaps()*pixelsOfLine
		l.HaloW = max(l.HaloW, beyond-x[3])
	}
	if !c.fitsBF16(x, out, l) {
		return Blocking{}
	}
	b := Blocking{In: []Layout{l}, Leads: true, Wide: evenBlocks(out) && !c.epilogue.Add}
	if c.epilogue.Add {
		b.In = append(b.In, Layout{Block: LanesBF16, BF16: true})
	}
	return b
}

// pixelsOfLine is how many pixels of an image a line holds.
const pixelsOfLine = LanesBF16 / imageBF16

// lineTaps is how many lines of an image a row of the window sees.
func (c *Conv) lineTaps() int { return ceilDiv(c.K.W.MustInt(), pixelsOfLine) }

// evenBlocks reports whether blocks of 16 channels come in pairs, so that 32
// channels of a result can be stored as float32.
func evenBlocks(out tensor.Shape) bool { return ceilDiv(out[1], Lanes)%2 == 0 }

func (c *Conv) fitsBF16(x, out tensor.Shape, l Layout) bool {
	groups := c.Groups.MustInt()
	switch {
	case c.isLinear(x, out), out[1] < leastChannels:
		return false
	case l.mostlyHalo(x) || !c.sumsLittle(x):
		return false
	case groups == 1, groups == x[1] && groups == out[1]:
		return true
	}
	work := 0 // products of a pixel, zeros of other groups' channels included
	for block := range ceilDiv(out[1], LanesBF16) {
		from, to := c.seesBF16(x, out, block)
		work += (to - from) * LanesBF16 * LanesBF16
	}
	return work <= 2*mostZeros*out[1]*(x[1]/groups)
}

// seesBF16 returns the blocks of input channels that a block of filters sees.
func (c *Conv) seesBF16(x, out tensor.Shape, block int) (from, to int) {
	groups := c.Groups.MustInt()
	each, filters := x[1]/groups, out[1]/groups
	first := block * LanesBF16 / filters * each
	last := (min((block+1)*LanesBF16, out[1])-1)/filters*each + each - 1
	return first / LanesBF16, last/LanesBF16 + 1
}

// PrepareBF16 rounds and packs the weights.
func (c *Conv) PrepareBF16(in []Value, out Value, params []tensor.Tensor) Prepared {
	return c.prepareBF16(&bf16Conv{in: in[0].grid()}, in, out, params)
}

func (c *Conv) prepareBF16(b *bf16Conv, in []Value, out Value, params []tensor.Tensor) Prepared {
	x := in[0].Shape
	f := c.packing(params, out.Shape[1])
	b.out, b.act = out.grid(), c.epilogue.Act
	if c.epilogue.Add {
		added := in[1].grid()
		b.add = &added
	}
	b.bias = f.biases(roundUp(b.out.c, LanesBF16))
	b.low, b.high = b.act.bounds()
	b.step = c.Stride.W.MustInt() * b.in.line
	if c.Groups.MustInt() == x[1] && out.Shape[1] == x[1] && x[1] > 1 {
		b.depthwise = true
		c.depthwiseBF16(b, f)
	} else {
		c.denseBF16(b, x, out.Shape, f)
	}
	b.cut(slider{
		strideH: c.Stride.H.MustInt(), strideW: c.Stride.W.MustInt(),
		top: c.before(vertical, x), left: c.before(horizontal, x),
	})
	return b.prepare()
}

func (c *Conv) depthwiseBF16(b *bf16Conv, f *packing) {
	at := c.offsets(&b.in, 1)
	taps := kernel.NewTaps(at, len(at))
	for block := range ceilDiv(b.out.c, LanesBF16) {
		u := bf16Unit{inBlock: block, taps: taps}
		for half := range u.halves {
			first := block*LanesBF16 + half*Lanes
			u.halves[half] = f.Floats(len(at)*Lanes, func(dst []float32) {
				for lane := range min(Lanes, b.out.c-first) {
					for t := range at {
						dst[t*Lanes+lane] = f.at((first+lane)*len(at)+t, first+lane)
					}
				}
			})
		}
		b.units = append(b.units, u)
	}
}

func (c *Conv) denseBF16(b *bf16Conv, x, out tensor.Shape, f *packing) {
	taps := map[int]*kernel.Taps{}
	for block := range ceilDiv(b.out.c, LanesBF16) {
		from, to := 0, 1
		if b.in.Block == LanesBF16 {
			from, to = c.seesBF16(x, out, block)
		}
		if taps[to-from] == nil {
			at := b.split.taps(c.linesSeen(&b.in, to-from))
			taps[to-from] = kernel.NewTaps(at, len(at))
		}
		u := bf16Unit{inBlock: from, taps: taps[to-from]}
		u.weights = c.packBF16(b, u, block, x, f)
		b.units = append(b.units, u)
	}
}

// linesSeen are the offsets of the lines that a window sees.
func (c *Conv) linesSeen(in *grid, blocks int) []int {
	if in.Block == LanesBF16 {
		return c.offsets(in, blocks)
	}
	var at []int
	for y := range c.K.H.MustInt() {
		for i := range c.lineTaps() {
			at = append(at, y*c.Dilation.H.MustInt()*in.pitch+i*Lanes)
		}
	}
	return at
}

// packBF16 lays out the weights of a block of filters: [line][pair of channels]
// [filter], words of two.
func (c *Conv) packBF16(b *bf16Conv, u bf16Unit, block int, x tensor.Shape, f *packing) []float32 {
	kh, kw := c.K.H.MustInt(), c.K.W.MustInt()
	groups := c.Groups.MustInt()
	each, filters := x[1]/groups, b.out.c/groups
	lines := u.taps.Len() / b.split.parts()
	return f.Floats(u.taps.Len()*Lanes*LanesBF16, func(dst []float32) {
		line := make([]float32, lines*LanesBF16) // of one filter
		for lane := range min(LanesBF16, b.out.c-block*LanesBF16) {
			o := block*LanesBF16 + lane
			row := f.folded().row(o, each*kh*kw)
			clear(line)
			for i := range each {
				channel := o/filters*each + i - u.inBlock*LanesBF16
				at := channel/LanesBF16*kh*kw*LanesBF16 + channel%LanesBF16
				for t := range kh * kw {
					if b.in.Block == LanesBF16 {
						line[at+t*LanesBF16] = row.at(i*kh*kw + t)
					} else {
						line[t/kw*c.lineTaps()*LanesBF16+t%kw*imageBF16+channel] = row.at(i*kh*kw + t)
					}
				}
			}
			for pair := range len(line) / 2 {
				b.split.pack(dst[lane:], pair, line[2*pair], line[2*pair+1])
			}
		}
	})
}
