package asmgen

import (
	"fmt"
	"strings"
)

// A neonTile is 1 to 6 pixels of one row, 16 channels deep, held in registers
// while the taps go by. Pixels are lines of 64 bytes, in four registers:
//
//	           16 channels
//	pixel 0   │ V0  │ V1  │ V2  │ V3  │     a tap is an offset: where, from the
//	pixel 1   │ V4  │ V5  │ V6  │ V7  │     pixel's own place, it looks
//	  …       │  …  │  …  │  …  │  …  │
//
// Of the registers behind these, conv takes one for each pixel, for four of its
// channels, which it multiplies one by one with 16 weights each; two weights or
// more fill what is left, in turn. The others take V24-V31 for weights and lines.
//
//	R0 arguments   R1 first pixel's place   R2 bytes from a pixel to the next
//	R3 taps        R4 taps left             R5 weights
//	R6 iterations left    , or work         R7 result
//	R8-R13 the pixels' places               R14 taps of the next chunk
//	R15 place of the tile   R19 tiles left  R20 what a sum is added to, or 0
//
// A call does tile after tile and chunk after chunk, as in tile.go.
type neonTile struct {
	neon
	family string
	pixels int
}

const neonPixels = 6

func (k neonTile) acc(p, v int) int     { return 4*p + v }
func (k neonTile) name(s string) string { return fmt.Sprintf("p%dx16%s", k.pixels, s) }
func (k neonTile) place(p int) string   { return fmt.Sprint("R", 8+p) }
func (k neonTile) channelsOf(p int) int { return 4*k.pixels + p }
func (k neonTile) weightPair(n int) int { return 5*k.pixels + 2*(n%k.weightPairs()) }
func (k neonTile) weightPairs() int     { return min(4, (32-5*k.pixels)/2) }
func (k neonTile) each(do func(acc, v int)) {
	for p := range k.pixels {
		for v := range 4 {
			do(k.acc(p, v), v)
		}
	}
}

// tiles writes the families: conv, depthwise, max and sum.
func (t neon) tiles() {
	for _, family := range []string{"conv", "depthwise", "max", "sum"} {
		t.function(family, "args")
		t.field(argStep, "R2")
		t.field(argPlaces, "R15")
		t.field(argTiles, "R19")
		t.label("tile")
		t.placed(argIn, placeIn, "R1")
		t.placed(argOut, placeOut, "R7")
		if family == "conv" {
			t.field(argLines, "R3")
		} else {
			t.field(argOffsets, "R3")
		}
		t.field(argWeights, "R5")
		t.field(argChunks, "R14")
		t.op("MOVD.P", "8(R14)", "R4")
		if family == "conv" || family == "depthwise" {
			t.note("the first sum is added to the other value, if there is one")
			t.field(argAdd, "R20")
			t.op("CBZ", "R20", "begin")
			t.placed(argAdd, placeAdd, "R20")
			t.label("begin")
		}
		t.note("to the tile of this size")
		t.op("MOVD", placePixels, "R6")
		for p := neonPixels; p >= 1; p-- {
			t.op("CMP", p, "R6")
			t.op("BEQ", neonTile{pixels: p}.name(""))
		}
		t.op("UNDEF")
		for p := neonPixels; p >= 1; p-- {
			neonTile{t, family, p}.write()
		}
		t.label("done")
		t.op("ADD", placeSize, "R15")
		t.loop("R19", "tile")
		t.op("RET")
	}
}

// placed loads a pointer of the arguments and moves it to the tile's place.
func (t neon) placed(arg, place, reg string) {
	t.field(arg, reg)
	t.op("MOVD", place, "R6")
	t.op("ADD", "R6", reg)
}

func (k neonTile) write() {
	k.label(k.name(""))
	k.start()
	k.label(k.name("tap"))
	if k.family == "conv" {
		k.op("MOVD.P", at(lineSize, "R3"), "R8")
	} else {
		k.op("MOVD.P", "8(R3)", "R8")
	}
	k.op("ADD", "R1", "R8")
	for p := 1; p < k.pixels; p++ {
		k.op("ADD", "R2", k.place(p-1), k.place(p))
	}
	switch k.family {
	case "conv":
		k.dense()
	case "depthwise":
		const weights = 24
		k.loadLine(0, "R5", weights)
		k.op("ADD", 64, "R5")
		k.lines(28, func(acc, line, v int) { k.do("fmla", acc, line, weights+v) })
	case "max":
		k.lines(24, func(acc, line, _ int) { k.do("fmax", acc, acc, line) })
	case "sum":
		k.lines(24, func(acc, line, _ int) { k.do("fadd", acc, acc, line) })
	}
	k.loop("R4", k.name("tap"))
	k.finish()
}

// lines visits the lines that a tap sees, one after another in four registers.
func (k neonTile) lines(line int, visit func(acc, line, v int)) {
	for p := range k.pixels {
		k.loadLine(0, k.place(p), line)
		for v := range 4 {
			visit(k.acc(p, v), line+v, v)
		}
	}
}

// start sets the accumulators to 0, or to the least value for a maximum.
func (k neonTile) start() {
	if k.family == "max" {
		k.same(inR0(argLow), 0)
	}
	k.each(func(acc, _ int) {
		switch {
		case k.family != "max":
			k.zero(acc)
		case acc > 0:
			k.move(acc, 0)
		}
	})
}

// dense multiplies the channels of a tap's lines one after another, four to an iteration,
// and the remaining ones. A thin line omits some channels, whose weights are skipped.
func (k neonTile) dense() {
	k.op("MOVD", inR3(lineFours), "R6")
	k.op("CBZ", "R6", k.name("rest"))
	k.label(k.name("loop"))
	for p := range k.pixels {
		k.op("FMOVQ.P", at(16, k.place(p)), scalar(k.channelsOf(p)))
	}
	for c := range 4 {
		k.channel(c)
	}
	k.op("ADD", 4*64, "R5")
	k.loop("R6", k.name("loop"))
	k.label(k.name("rest"))
	k.op("MOVD", inR3(lineOnes), "R6")
	k.op("CBZ", "R6", k.name("past"))
	k.label(k.name("one"))
	for p := range k.pixels {
		k.op("FMOVS.P", at(4, k.place(p)), scalar(k.channelsOf(p)))
	}
	k.channel(0)
	k.op("ADD", 64, "R5")
	k.loop("R6", k.name("one"))
	k.label(k.name("past"))
	k.op("MOVD", inR3(lineSkip), "R6")
	k.op("ADD", "R6", "R5")
}

// inR3 turns an operand of the x86 kernels into a field of a tap, of the line before R3.
func inR3(field string) string { return strings.Replace(field, "(R10)", "(R3)", 1) }

// channel multiplies channel c of those loaded of every pixel with its weights.
func (k neonTile) channel(c int) {
	for half := range 2 {
		w := k.weightPair(2*c + half)
		k.loadPair(at(64*c+32*half, "R5"), w)
		for p := range k.pixels {
			for v := range 2 {
				k.fmlaLane(k.acc(p, 2*half+v), w+v, k.channelsOf(p), c)
			}
		}
	}
}

// finish does the epilogue and stores the tile.
func (k neonTile) finish() {
	k.label(k.name("end"))
	switch k.family {
	case "sum":
		k.same(inR0(argLow), 24)
		k.each(func(acc, _ int) { k.do("fmul", acc, acc, 24) })
	case "conv", "depthwise":
		k.epilogue()
	}
	for p := range k.pixels {
		k.storeLine(k.acc(p, 0), 64*p, "R7")
	}
	if k.family == "conv" || k.family == "depthwise" {
		k.op("CBZ", "R4", "done")
		k.note("the next chunk is added to this one")
		k.op("MOVD", "R7", "R20")
		k.op("JMP", k.name(""))
		return
	}
	k.op("JMP", "done")
}

// epilogue adds the sum so far to that of a chunk; to the last chunk it adds the bias
// first, and clamps it. fmax and fmin keep NaN. R4 becomes the number of taps of the next
// chunk, 0 after the last.
func (k neonTile) epilogue() {
	const constant, line = 24, 28
	k.op("MOVD.P", "8(R14)", "R4")
	k.op("CBNZ", "R4", k.name("sum"))
	k.note("+ bias")
	k.field(argBias, "R6")
	k.loadLine(0, "R6", constant)
	k.each(func(acc, v int) { k.do("fadd", acc, acc, constant+v) })
	k.label(k.name("sum"))
	k.op("CBZ", "R20", k.name("clamp"))
	for p := range k.pixels {
		k.loadLine(64*p, "R20", line)
		for v := range 4 {
			k.do("fadd", k.acc(p, v), k.acc(p, v), line+v)
		}
	}
	k.label(k.name("clamp"))
	k.op("CBNZ", "R4", k.name("store"))
	k.field(argClamp, "R6")
	k.op("CBZ", "R6", k.name("store"))
	k.same(inR0(argLow), constant)
	k.each(func(acc, _ int) { k.do("fmax", acc, acc, constant) })
	k.op("CMP", 1, "R6")
	k.op("BEQ", k.name("store"))
	k.same(inR0(argHigh), constant)
	k.each(func(acc, _ int) { k.do("fmin", acc, acc, constant) })
	k.label(k.name("store"))
}
