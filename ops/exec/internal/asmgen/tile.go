package asmgen

import "fmt"

// A tile is several pixels of one row, 16 channels (a block) or two blocks deep,
// held in registers while the taps go by. Pixels are lines of 64 bytes:
//
//	           16 channels   16 channels
//	pixel 0   │ acc 0,0     │ acc 0,1     │     a tap is an offset: where, from the
//	pixel 1   │ acc 1,0     │ acc 1,1     │     pixel's own place, it looks
//	  …       │     …       │     …       │
//
//	           tile                 accumulators  weights   work
//	AVX-512    1 to 14 px x 32      Z0-Z27        Z28, Z29  Z30, Z31
//	           1 to 14 px x 16      Z0-Z13        Z14       Z15, Z16
//	AVX2       1 to 6 px x 16       Y0-Y11        Y12, Y13  Y14, Y15
//
//	R8  first pixel's place    SI  bytes from a pixel to the next   R12  weights
//	R9  bytes to the next row, CX  3 times SI                       R13  result
//	    or what to fetch ahead
//	R10 offsets   R11 taps     AX  5 times SI                       R14  pixel 0
//	DI  arguments              BX  iterations left                  DX   the next row
//	R15 place of the tile
//
// The pixels of a wide tile from the seventh on may lie in the next row. Those of conv
// with AVX2 may from any on: there is a tile for each number of pixels in the first row,
// p5x16s2 for two of five. One call does tile after
// tile, so that the processor begins with one while it ends the other, and sums
// over the taps chunk by chunk, each added to the one before.
type tile struct {
	t      *text
	s      isa
	family string
	pixels int
	blocks int
	first  int // pixels of the first row
}

// The fields of kernel.tileArgs; those of the last group are the kernel's own.
const (
	argIn       = "0(DI)"
	argStep     = "8(DI)"
	argOffsets  = "16(DI)"
	argChunks   = "24(DI)"
	argInner    = "32(DI)"
	argWeights  = "40(DI)"
	argOut      = "48(DI)"
	argOutBlock = "56(DI)"
	argAdd      = "64(DI)"
	argAddBlock = "72(DI)"
	argBias     = "80(DI)"
	argLow      = "88(DI)"
	argHigh     = "92(DI)"
	argClamp    = "96(DI)"
	argBlocks   = "104(DI)"
	argPlaces   = "112(DI)"
	argTiles    = "120(DI)"

	argChunk    = "128(DI)" // the current chunk
	argNow      = "136(DI)" // what its sum is added to
	argNowNext  = "144(DI)"
	argNowBlock = "152(DI)"

	argLines      = "192(DI)" // the taps of conv
	argAhead      = "168(DI)" // the next line to prefetch
	argAheadLines = "176(DI)" // how many with every tap
	argAheadTiles = "184(DI)" // for so many tiles
)

// The fields of kernel.place.
const (
	placePixels  = "0(R15)"
	placeIn      = "8(R15)"
	placeNext    = "16(R15)"
	placeOut     = "24(R15)"
	placeOutNext = "32(R15)"
	placeAdd     = "40(R15)"
	placeAddNext = "48(R15)"
	placeFirst   = "56(R15)" // pixels of the first row, where a tile of AVX2 has two
	placeSize    = 64
)

// group is how many pixels one base register reaches.
const group = 7

// The fields of kernel.tapLine, relative to the following one.
const (
	lineFours = "-24(R10)"
	lineOnes  = "-16(R10)"
	lineSkip  = "-8(R10)"
	lineSize  = 32
)

// perBlock is how many registers 16 channels take.
func (k tile) perBlock() int    { return 16 / k.s.lanes }
func (k tile) across() int      { return k.blocks * k.perBlock() }
func (k tile) acc(p, v int) int { return p*k.across() + v }
func (k tile) weight(v int) int { return k.pixels*k.across() + v }
func (k tile) work(i int) int   { return k.pixels*k.across() + k.across() + i%2 }
func (k tile) twoRows() bool    { return k.pixels > k.first }
func (k tile) name(s string) string {
	if k.twoRows() && k.first < group {
		s = fmt.Sprint("s", k.first, s)
	}
	return fmt.Sprintf("p%dx%d%s", k.pixels, 16*k.blocks, s)
}

// breaks reports whether tiles of a family may break anywhere.
func breaks(family string, s isa) bool { return family == "conv" && s == avx2 }

// tiles writes the families: conv, depthwise, max and sum.
func tiles(t *text, s isa) {
	most, deep := 14, 2
	if s == avx2 {
		most, deep = 6, 1
	}
	for _, family := range []string{"conv", "depthwise", "max", "sum"} {
		if family != "conv" {
			deep = 1
		}
		t.function(family+s.name, "args:DI")
		t.op("MOVQ", argStep, "SI")
		t.op("LEAQ", "(SI)(SI*2)", "CX")
		t.op("LEAQ", "(SI)(SI*4)", "AX")
		t.op("MOVQ", argPlaces, "R15")
		t.label("tile")
		begin(t, s, family)
		t.note("to the tile of this size")
		t.op("MOVQ", placePixels, "BX")
		if deep == 2 {
			t.op("CMPQ", argBlocks, 2)
			t.op("JNE", "narrow")
		}
		if breaks(family, s) {
			t.op("MOVQ", placeFirst, "DX")
			t.op("TESTQ", "DX", "DX")
			t.op("JNZ", "breaks")
		}
		for blocks := deep; blocks >= 1; blocks-- {
			if blocks < deep {
				t.label("narrow")
			}
			for p := most; p >= 1; p-- {
				t.op("CMPQ", "BX", p)
				t.op("JEQ", tile{pixels: p, blocks: blocks, first: group}.name(""))
			}
			t.op("INT", 3)
		}
		if breaks(family, s) {
			breaking(t, s, family, most)
		}
		for blocks := deep; blocks >= 1; blocks-- {
			for p := most; p >= 1; p-- {
				tile{t, s, family, p, blocks, group}.write()
			}
		}
		t.label("done")
		if breaks(family, s) {
			t.op("MOVQ", "R9", argAhead)
			t.op("DECQ", argAheadTiles)
			t.op("JNZ", "on")
			t.op("MOVQ", 0, argAheadLines)
			t.label("on")
		}
		t.op("ADDQ", placeSize, "R15")
		t.op("DECQ", argTiles)
		t.op("JNZ", "tile")
		t.end()
	}
}

// breaking writes the tiles of two rows, and the jumps to them.
func breaking(t *text, s isa, family string, most int) {
	var all []tile
	for p := most; p > 1; p-- {
		for first := 1; first < p; first++ {
			all = append(all, tile{t, s, family, p, 1, first})
		}
	}
	t.label("breaks")
	t.op("LEAQ", "(DX)(BX*8)", "BX")
	for _, k := range all {
		t.op("CMPQ", "BX", 8*k.pixels+k.first)
		t.op("JEQ", k.name(""))
	}
	t.op("INT", 3)
	for _, k := range all {
		k.write()
	}
}

// begin sets the registers for a tile.
func begin(t *text, s isa, family string) {
	t.op("MOVQ", argIn, "R8")
	t.op("ADDQ", placeIn, "R8")
	if breaks(family, s) {
		t.op("MOVQ", argAhead, "R9")
	} else {
		t.op("MOVQ", placeNext, "R9")
	}
	t.op("MOVQ", argOut, "R13")
	t.op("ADDQ", placeOut, "R13")
	if family == "conv" {
		t.op("MOVQ", argLines, "R10")
	} else {
		t.op("MOVQ", argOffsets, "R10")
	}
	t.op("MOVQ", argWeights, "R12")
	t.op("MOVQ", argChunks, "BX")
	t.op("MOVQ", "BX", argChunk)
	t.op("MOVQ", "(BX)", "R11")
	if family == "conv" || family == "depthwise" {
		t.note("the first sum is added to the other value, if there is one")
		t.op("MOVQ", placeAddNext, "BX")
		t.op("MOVQ", "BX", argNowNext)
		t.op("MOVQ", argAddBlock, "BX")
		t.op("MOVQ", "BX", argNowBlock)
		t.op("MOVQ", argAdd, "BX")
		t.op("TESTQ", "BX", "BX")
		t.op("JZ", "begin")
		t.op("ADDQ", placeAdd, "BX")
		t.label("begin")
		t.op("MOVQ", "BX", argNow)
	}
}

func (k tile) write() {
	t := k.t
	t.label(k.name(""))
	k.start()
	t.label(k.name("tap"))
	t.op("MOVQ", "(R10)", "R14")
	if k.family == "conv" {
		t.op("ADDQ", lineSize, "R10")
	} else {
		t.op("ADDQ", 8, "R10")
	}
	t.op("ADDQ", "R8", "R14")
	switch {
	case k.twoRows() && breaks(k.family, k.s):
		t.op("MOVQ", placeNext, "DX")
		t.op("ADDQ", "R14", "DX")
	case k.twoRows():
		t.op("LEAQ", "(R14)(R9*1)", "DX")
	}
	switch k.family {
	case "conv":
		k.ahead()
		k.dense()
	case "depthwise":
		t.op("VMOVUPS", "(R12)", k.s.v(k.weight(0)))
		if k.perBlock() == 2 {
			t.op("VMOVUPS", "32(R12)", k.s.v(k.weight(1)))
		}
		k.each(func(p, v int) {
			t.op("VFMADD231PS", k.pixel(p, v*k.s.bytes()), k.s.v(k.weight(v)), k.s.v(k.acc(p, v)))
		})
		t.op("ADDQ", 64, "R12")
	case "max":
		k.each(k.larger)
	case "sum":
		k.each(func(p, v int) {
			t.op("VADDPS", k.pixel(p, v*k.s.bytes()), k.s.v(k.acc(p, v)), k.s.v(k.acc(p, v)))
		})
	}
	t.op("DECQ", "R11")
	t.op("JNZ", k.name("tap"))
	k.finish()
}

func (k tile) each(do func(p, v int)) {
	for p := range k.pixels {
		for v := range k.across() {
			do(p, v)
		}
	}
}

// start sets the accumulators to 0, or to the least value for a maximum.
func (k tile) start() {
	if k.family == "max" {
		k.t.op("VBROADCASTSS", argLow, k.s.v(0))
		for i := 1; i < k.pixels*k.across(); i++ {
			k.t.op("VMOVAPS", k.s.v(0), k.s.v(i))
		}
		return
	}
	for i := range k.pixels * k.across() {
		k.t.zero(k.s, i)
	}
}

// pixel is the memory of pixel p, n bytes into its line.
func (k tile) pixel(p, n int) string {
	base := "R14"
	if p >= k.first {
		base, p = "DX", p-k.first
	}
	index := []string{"", "(SI*1)", "(SI*2)", "(CX*1)", "(SI*4)", "(AX*1)", "(CX*2)"}[p]
	return fmt.Sprintf("%d(%s)%s", n, base, index)
}

// dense multiplies the channels of a tap one after another, four to an iteration, and the
// remaining ones. A thin line omits some channels, whose weights are skipped.
func (k tile) dense() {
	t := k.t
	const unroll = 4
	k.loop("fours", "rest", lineFours, unroll)
	t.label(k.name("rest"))
	k.loop("one", "past", lineOnes, 1)
	t.label(k.name("past"))
	for range k.blocks {
		t.op("ADDQ", lineSkip, "R12")
	}
}

// loop multiplies so many channels, as many times as a field says, and then continues at
// next.
func (k tile) loop(name, next, times string, channels int) {
	t := k.t
	t.op("MOVQ", times, "BX")
	t.op("TESTQ", "BX", "BX")
	t.op("JZ", k.name(next))
	t.label(k.name(name))
	for c := range channels {
		k.channel(c)
	}
	t.op("ADDQ", 64*k.blocks*channels, "R12")
	t.op("ADDQ", 4*channels, "R14")
	if k.twoRows() {
		t.op("ADDQ", 4*channels, "DX")
	}
	t.op("DECQ", "BX")
	t.op("JNZ", k.name(name))
}

// ahead prefetches lines into the second-level cache, some with every tap, so that memory
// is busy while this tile is computed. The AVX-512 kernels do not: on Zen 4 it costs more
// than it gains.
func (k tile) ahead() {
	if k.s != avx2 {
		return
	}
	t := k.t
	t.op("MOVQ", argAheadLines, "BX")
	t.op("TESTQ", "BX", "BX")
	t.op("JZ", k.name("fetched"))
	t.label(k.name("fetch"))
	t.op("PREFETCHT1", "(R9)")
	t.op("ADDQ", 64, "R9")
	t.op("DECQ", "BX")
	t.op("JNZ", k.name("fetch"))
	t.label(k.name("fetched"))
}

// channel multiplies channel c of every pixel with its weights.
func (k tile) channel(c int) {
	for v := range k.across() {
		k.t.op("VMOVUPS", at(64*k.blocks*c+v*k.s.bytes(), "R12"), k.s.v(k.weight(v)))
	}
	for p := range k.pixels {
		x := k.s.v(k.work(p))
		k.t.op("VBROADCASTSS", k.pixel(p, 4*c), x)
		for v := range k.across() {
			k.t.op("VFMADD231PS", k.s.v(k.weight(v)), x, k.s.v(k.acc(p, v)))
		}
	}
}

// larger sets an accumulator to the maximum of it and a pixel. VMAXPS returns its last
// source, here the accumulator, if either is NaN, so a NaN in it stays; one in the pixel is
// moved.
func (k tile) larger(p, v int) {
	t, acc, x := k.t, k.s.v(k.acc(p, v)), k.s.v(k.work(0))
	t.op("VMOVUPS", k.pixel(p, v*k.s.bytes()), x)
	if k.s == avx512 {
		t.op("VCMPPS", 3, x, x, "K1")
		t.op("VMAXPS", acc, x, acc)
		t.op("VMOVAPS", x, "K1", acc)
		return
	}
	nan := k.s.v(k.work(1))
	t.op("VCMPPS", 3, x, x, nan)
	t.op("VMAXPS", acc, x, acc)
	t.op("VBLENDVPS", nan, x, acc, acc)
}

// finish does the epilogue and stores the tile.
func (k tile) finish() {
	t := k.t
	t.label(k.name("end"))
	store := func(line string, reg int) { t.op("VMOVUPS", k.s.v(reg), line) }
	switch k.family {
	case "sum":
		t.op("VBROADCASTSS", argLow, k.s.v(k.work(0)))
		k.each(func(p, v int) {
			t.op("VMULPS", k.s.v(k.work(0)), k.s.v(k.acc(p, v)), k.s.v(k.acc(p, v)))
		})
	case "conv", "depthwise":
		k.epilogue()
		k.lines("R13", argOutBlock, placeOutNext, store)
		t.op("TESTQ", "R11", "R11")
		t.op("JZ", "done")
		t.note("the next chunk is added to this one")
		t.op("MOVQ", "R13", argNow)
		t.op("MOVQ", placeOutNext, "BX")
		t.op("MOVQ", "BX", argNowNext)
		t.op("MOVQ", argOutBlock, "BX")
		t.op("MOVQ", "BX", argNowBlock)
		t.op("JMP", k.name(""))
		return
	}
	k.lines("R13", argOutBlock, placeOutNext, store)
	t.op("JMP", "done")
}

// epilogue adds the sum so far to that of a chunk; to the last chunk it adds the bias
// first, and clamps it. NaN is kept, as in larger. R11 becomes the number of taps of the
// next chunk, 0 after the last.
func (k tile) epilogue() {
	t := k.t
	t.op("MOVQ", argChunk, "BX")
	t.op("ADDQ", 8, "BX")
	t.op("MOVQ", "BX", argChunk)
	t.op("MOVQ", "(BX)", "R11")
	t.op("TESTQ", "R11", "R11")
	t.op("JNZ", k.name("sum"))
	t.note("+ bias")
	t.op("MOVQ", argBias, "BX")
	for v := range k.across() {
		t.op("VMOVUPS", at(v*k.s.bytes(), "BX"), k.s.v(k.weight(v)))
	}
	k.each(func(p, v int) {
		t.op("VADDPS", k.s.v(k.weight(v)), k.s.v(k.acc(p, v)), k.s.v(k.acc(p, v)))
	})
	t.label(k.name("sum"))
	t.op("MOVQ", argNow, "BX")
	t.op("TESTQ", "BX", "BX")
	t.op("JZ", k.name("clamp"))
	k.lines("BX", argNowBlock, argNowNext, func(line string, reg int) {
		t.op("VADDPS", line, k.s.v(reg), k.s.v(reg))
	})
	t.label(k.name("clamp"))
	t.op("TESTQ", "R11", "R11")
	t.op("JNZ", k.name("store"))
	t.op("MOVQ", argClamp, "BX")
	t.op("TESTQ", "BX", "BX")
	t.op("JZ", k.name("store"))
	low, high := k.s.v(k.work(0)), k.s.v(k.work(1))
	t.op("VBROADCASTSS", argLow, low)
	k.each(func(p, v int) {
		t.op("VMAXPS", k.s.v(k.acc(p, v)), low, k.s.v(k.acc(p, v)))
	})
	t.op("CMPQ", "BX", 1)
	t.op("JEQ", k.name("store"))
	t.op("VBROADCASTSS", argHigh, high)
	k.each(func(p, v int) {
		t.op("VMINPS", k.s.v(k.acc(p, v)), high, k.s.v(k.acc(p, v)))
	})
	t.label(k.name("store"))
}

// lines visits the lines of a result that begins at base, each with its
// accumulator. It uses R14 and DX.
func (k tile) lines(base, block, next string, visit func(line string, reg int)) {
	k.t.op("MOVQ", base, "R14")
	for b := range k.blocks {
		if b > 0 {
			k.t.op("ADDQ", block, "R14")
		}
		if k.twoRows() {
			k.t.op("MOVQ", "R14", "DX")
			k.t.op("ADDQ", next, "DX")
		}
		for p := range k.pixels {
			from, n := "R14", p
			if p >= k.first {
				from, n = "DX", p-k.first
			}
			for v := range k.perBlock() {
				visit(at(64*n+v*k.s.bytes(), from), k.acc(p, b*k.perBlock()+v))
			}
		}
	}
}
