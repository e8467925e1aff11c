package asmgen

import "fmt"

// A neonGroup is 1 to 6 pixels of a grouped convolution whose windows are three
// wide, half a line of 16 channels at a time:
//
//	           8 channels
//	pixel 0   │ V0  │ V1  │     behind these: of each pixel the half line that one
//	pixel 1   │ V2  │ V3  │     column of the window sees, in two registers; weights,
//	  …       │  …  │  …  │     in pairs; and for groups of two channels work
//
// Groups of 4 and 8 channels need no permutation: element i of a register is
// channel i of its group, and a multiply-add takes it from there.
//
//	channels   sees for channel i of its group
//	8          element i%4 of register i/4 of the half
//	4          element i of the register
//	2          trn1 (i = 0) or trn2 (i = 1) of the register with itself
//	1          the register
//
//	R0 arguments   R1 first pixel's place   R2 bytes from a pixel to the next
//	R3 offsets     R4 rows left             R5 weights
//	R6 work        R7 result                R8-R13 the pixels' places
//	R15 place of the tile   R19 tiles left  R20 bytes to the half   R21 channels
type neonGroup struct {
	neon
	channels, pixels int
}

func (k neonGroup) acc(p, v int) int     { return 2*p + v }
func (k neonGroup) line(p, v int) int    { return 2*k.pixels + 2*p + v }
func (k neonGroup) work(n int) int       { return 30 + n%2 }
func (k neonGroup) weightPair(n int) int { return 4*k.pixels + 2*(n%min(4, (30-4*k.pixels)/2)) }
func (k neonGroup) name(s string) string {
	if k.pixels == 0 {
		return fmt.Sprintf("c%d", k.channels)
	}
	return fmt.Sprintf("c%dp%d%s", k.channels, k.pixels, s)
}

// grouped writes the family.
func (t neon) grouped() {
	t.function("grouped", "args")
	t.field(argStep, "R2")
	t.field(argPlaces, "R15")
	t.field(argTiles, "R19")
	t.field(argInner, "R21")
	t.label("tile")
	t.op("MOVD", 0, "R20")
	t.label("half")
	t.placed(argIn, placeIn, "R1")
	t.op("ADD", "R20", "R1")
	t.placed(argOut, placeOut, "R7")
	t.op("ADD", "R20", "R7")
	t.field(argOffsets, "R3")
	t.field(argWeights, "R5")
	t.op("ADD", "R20", "R5")
	t.field(argChunks, "R6")
	t.op("MOVD", "(R6)", "R4")
	t.note("to the groups and the tile of this size")
	t.op("MOVD", placePixels, "R6")
	sizes := []int{8, 4, 2, 1}
	for _, c := range sizes {
		t.op("CMP", c, "R21")
		t.op("BEQ", neonGroup{channels: c}.name(""))
	}
	t.op("UNDEF")
	for _, c := range sizes {
		t.label(neonGroup{channels: c}.name(""))
		for p := neonPixels; p >= 1; p-- {
			t.op("CMP", p, "R6")
			t.op("BEQ", neonGroup{t, c, p}.name(""))
		}
		t.op("UNDEF")
		for p := neonPixels; p >= 1; p-- {
			neonGroup{t, c, p}.write()
		}
	}
	t.label("done")
	t.op("ADD", 32, "R20")
	t.op("CMP", 64, "R20")
	t.op("BNE", "half")
	t.op("ADD", placeSize, "R15")
	t.loop("R19", "tile")
	t.op("RET")
}

func (k neonGroup) write() {
	k.label(k.name(""))
	for i := range 2 * k.pixels {
		k.zero(i)
	}
	k.label(k.name("row"))
	k.op("MOVD.P", "8(R3)", "R8")
	k.op("ADD", "R1", "R8")
	for p := 1; p < k.pixels; p++ {
		k.op("ADD", "R2", fmt.Sprint("R", 7+p), fmt.Sprint("R", 8+p))
	}
	for kx := range across3 {
		for p := range k.pixels {
			k.loadPair(at(64*kx, fmt.Sprint("R", 8+p)), k.line(p, 0))
		}
		for i := range k.channels {
			w := k.weightPair(kx*k.channels + i)
			k.loadPair(at(64*(across3*i+kx), "R5"), w)
			k.each(func(p, v int) { k.multiply(p, v, i, w+v) })
		}
	}
	k.op("ADD", 64*across3*k.channels, "R5")
	k.loop("R4", k.name("row"))
	k.finish()
}

func (k neonGroup) each(do func(p, v int)) {
	for p := range k.pixels {
		for v := range 2 {
			do(p, v)
		}
	}
}

// multiply adds weights times what they see of channel i of their groups.
func (k neonGroup) multiply(p, v, i, weights int) {
	switch k.channels {
	case 8:
		k.fmlaLane(k.acc(p, v), weights, k.line(p, i/4), i%4)
	case 4:
		k.fmlaLane(k.acc(p, v), weights, k.line(p, v), i)
	case 2:
		k.twice(k.work(v), k.line(p, v), i)
		k.do("fmla", k.acc(p, v), weights, k.work(v))
	case 1:
		k.do("fmla", k.acc(p, v), weights, k.line(p, v))
	}
}

// finish adds the bias, clamps and stores. fmax and fmin keep NaN.
func (k neonGroup) finish() {
	const constant = 30
	k.field(argBias, "R6")
	k.op("ADD", "R20", "R6")
	k.loadPair("(R6)", constant)
	k.each(func(p, v int) { k.do("fadd", k.acc(p, v), k.acc(p, v), constant+v) })
	k.field(argClamp, "R6")
	k.op("CBZ", "R6", k.name("store"))
	k.same(inR0(argLow), constant)
	k.same(inR0(argHigh), constant+1)
	k.each(func(p, v int) {
		k.do("fmax", k.acc(p, v), k.acc(p, v), constant)
		k.do("fmin", k.acc(p, v), k.acc(p, v), constant+1)
	})
	k.label(k.name("store"))
	for p := range k.pixels {
		k.storePair(k.acc(p, 0), at(64*p, "R7"))
	}
	k.op("JMP", "done")
}
