package asmgen

import "fmt"

// A row of a grouped convolution whose windows are three wide. Each line of the
// input is permuted so that every lane sees channel i of its own group, and serves
// all pixels that see it:
//
//	line     0   1   2   3  …       lane  0 1 2 3 | 4 5 6 7 | …   groups of 4,
//	pixel 0  w0  w1  w2             sees  i i i i | i i i i | …   counted from the
//	pixel 1      w0  w1  w2                                       first of the group
//	pixel 2          w0  w1  w2     (stride 1)
//
//	           pixels   accumulators  permuted   weights               channels
//	AVX-512    1 to 14  Z0-Z13        Z14, Z15   Z16-Z18               Z19
//	AVX2       1 to 6   Y0-Y11        Y12        Y13, Y14, in memory   Y15
//	           groups of 8                       Y13-Y15, in memory
//
// To permute within 128 bits takes AVX2 half the work of what goes beyond, and does for
// groups of 2 and 4. Those of 8 are half a line, of which a channel is broadcast.
//
//	R8  first pixel's place                                  R12  weights
//	R9  channels of the permutations                         R13  result
//	R10 offsets   R11 rows of the window                     R14  first line
//	DI  arguments  R15 place of the tile  BX channels left   DX   channels
type grouped struct {
	tile
	stride int
	half   bool // a group is half a line
}

const (
	argIndex = "160(DI)"
	across3  = 3 // width of a window
)

func (k grouped) name(s string) string {
	if k.half {
		s = "half" + s
	}
	return fmt.Sprintf("s%dp%d%s", k.stride, k.pixels, s)
}

func groups(t *text, s isa) {
	most := 14
	if s == avx2 {
		most = 6
	}
	t.function("grouped"+s.name, "args:DI")
	t.op("MOVQ", argPlaces, "R15")
	t.label("tile")
	t.op("MOVQ", argIn, "R8")
	t.op("ADDQ", placeIn, "R8")
	t.op("MOVQ", argOut, "R13")
	t.op("ADDQ", placeOut, "R13")
	t.op("MOVQ", argOffsets, "R10")
	t.op("MOVQ", argWeights, "R12")
	t.op("MOVQ", argChunks, "BX")
	t.op("MOVQ", "(BX)", "R11")
	t.note("to the tile of this size")
	t.op("MOVQ", placePixels, "BX")
	t.op("CMPQ", argStep, 64)
	t.op("JNE", "wide")
	for stride := 1; stride <= 2; stride++ {
		if stride == 2 {
			t.label("wide")
		}
		for p := most; p >= 1; p-- {
			t.op("CMPQ", "BX", p)
			t.op("JEQ", grouped{tile{pixels: p, blocks: 1, first: group}, stride, false}.name(""))
		}
		t.op("INT", 3)
	}
	for stride := 1; stride <= 2; stride++ {
		for p := most; p >= 1; p-- {
			grouped{tile{t, s, "grouped", p, 1, group}, stride, false}.write()
		}
	}
	t.label("done")
	t.op("ADDQ", placeSize, "R15")
	t.op("DECQ", argTiles)
	t.op("JNZ", "tile")
	t.end()
}

func (k grouped) write() {
	t := k.t
	t.label(k.name(""))
	k.start()
	half := grouped{k.tile, k.stride, true}
	if k.s == avx2 {
		t.op("CMPQ", argInner, 8)
		t.op("JEQ", half.name("row"))
	}
	k.rows()
	if k.s == avx2 {
		t.op("JMP", k.name("end"))
		half.rows()
		t.label(k.name("end"))
	}
	k.finish()
}

// rows goes through the rows of the window and the channels of a group.
func (k grouped) rows() {
	t := k.t
	t.label(k.name("row"))
	t.op("MOVQ", "(R10)", "R14")
	t.op("ADDQ", 8, "R10")
	t.op("ADDQ", "R8", "R14")
	t.op("MOVQ", argIndex, "DX")
	t.op("MOVQ", argInner, "BX")
	t.label(k.name("channel"))
	k.channel()
	t.op("ADDQ", 64*across3, "R12")
	if k.half {
		t.op("ADDQ", 4, "R14")
	} else {
		t.op("ADDQ", 64, "DX")
	}
	t.op("DECQ", "BX")
	t.op("JNZ", k.name("channel"))
	t.op("DECQ", "R11")
	t.op("JNZ", k.name("row"))
}

// channel multiplies one channel of every group along a row of the window.
func (k grouped) channel() {
	t, v := k.t, k.s.v
	permuted := k.pixels * k.perBlock()
	index, kept, works := permuted+5, across3, 2
	if k.s == avx2 {
		index, works = permuted+3, 1
		if !k.half {
			kept = 2
		}
	}
	// With AVX2, only the first half of a line has some of its weights in registers.
	weight := func(kx, half int) string {
		if half == 0 && kx < kept {
			return v(permuted + works + kx)
		}
		return at(64*kx+half*k.s.bytes(), "R12")
	}
	for kx := range kept {
		t.op("VMOVUPS", at(64*kx, "R12"), weight(kx, 0))
	}
	if !k.half {
		t.op("VMOVUPS", "(DX)", v(index))
	}
	work := 0
	for line := range (k.pixels-1)*k.stride + across3 {
		for half := range k.perBlock() {
			x := v(permuted + work%works)
			seen := false
			for kx := range across3 {
				p := (line - kx) / k.stride
				if line < kx || (line-kx)%k.stride != 0 || p >= k.pixels {
					continue
				}
				if !seen {
					k.permute(at(64*line+half*k.s.bytes(), "R14"), v(index), x)
					seen = true
					work++
				}
				t.op("VFMADD231PS", weight(kx, half), x, v(k.acc(p, half)))
			}
		}
	}
}

// permute sets every lane of x to the channel of its group in a line, or half of one.
func (k grouped) permute(line, index, x string) {
	switch {
	case k.half:
		k.t.op("VBROADCASTSS", line, x)
	case k.s == avx2:
		k.t.op("VMOVUPS", line, x)
		k.t.op("VPERMILPS", index, x, x)
	default:
		k.t.op("VPERMPS", line, index, x)
	}
}

// finish adds the bias, clamps and stores.
func (k grouped) finish() {
	t, v := k.t, k.s.v
	free := k.pixels * k.perBlock()
	t.op("MOVQ", argBias, "BX")
	for half := range k.perBlock() {
		t.op("VMOVUPS", at(half*k.s.bytes(), "BX"), v(free+half))
	}
	low, high := free, free+1
	k.each(func(p, half int) {
		t.op("VADDPS", v(free+half), v(k.acc(p, half)), v(k.acc(p, half)))
	})
	t.op("MOVQ", argClamp, "BX")
	t.op("TESTQ", "BX", "BX")
	t.op("JZ", k.name("store"))
	t.op("VBROADCASTSS", argLow, v(low))
	t.op("VBROADCASTSS", argHigh, v(high))
	k.each(func(p, half int) {
		t.op("VMAXPS", v(k.acc(p, half)), v(low), v(k.acc(p, half)))
		t.op("VMINPS", v(k.acc(p, half)), v(high), v(k.acc(p, half)))
	})
	t.label(k.name("store"))
	k.each(func(p, half int) {
		t.op("VMOVUPS", v(k.acc(p, half)), at(64*p+half*k.s.bytes(), "R13"))
	})
	t.op("JMP", "done")
}
