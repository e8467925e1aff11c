package asmgen

import "fmt"

// A tileBF16 is a tile (see tile) of bfloat16: lines of 64 bytes hold 32 channels.
// conv multiplies whole lines, two channels at a time; depthwise, max and sum work
// on half lines of 16 channels, as float32:
//
//	                          accumulators  weights   work
//	conv       1 to 14 px x 32   Z0-Z27     Z28, Z29  Z30, Z31
//	the others 1 to 14 px x 16   Z0-Z13     Z14       Z15-Z28, bounds Z29, Z30
//
//	R8  first run's place      SI  bytes from a pixel to the next   R12  weights
//	R9  second run's place     CX  3 times SI                       R14  first run
//	R10 offsets   R11 taps     AX  5 times SI                       DX   second run
//	DI  arguments              BX  iterations left                  R15  place of the tile
//
// A second run of pixels begins with the eighth.
type tileBF16 struct {
	t      *text
	family string
	pixels int
}

// The fields of kernel.bf16Args.
const (
	bfIn       = "0(DI)"
	bfStep     = "8(DI)"
	bfOffsets  = "16(DI)"
	bfTaps     = "24(DI)"
	bfWeights  = "32(DI)"
	bfOut      = "40(DI)"
	bfOutBlock = "48(DI)"
	bfAdd      = "56(DI)"
	bfBias     = "64(DI)"
	bfLow      = "72(DI)"
	bfHigh     = "76(DI)"
	bfClamp    = "80(DI)"
	bfWide     = "88(DI)"
	bfPlaces   = "96(DI)"
	bfTiles    = "104(DI)"
	bfScratch  = "112(DI)"
	bfAddBlock = "120(DI)"
)

// The fields of kernel.bf16Place: two runs and the configuration of the tiles.
const (
	runPixels, runIn, runOut, runAdd = 0, 8, 16, 24

	runSize       = 32
	placeConfig   = "64(R15)"
	placeBF16Size = 72
)

// ofRun is a field of one of the two runs.
func ofRun(run, field int) string { return at(run*runSize+field, "R15") }

func (k tileBF16) dense() bool { return k.family == "conv" }
func (k tileBF16) across() int {
	if k.dense() {
		return 2
	}
	return 1
}
func (k tileBF16) acc(p, v int) string { return avx512.v(p*k.across() + v) }
func (k tileBF16) weight(v int) int    { return 14*k.across() + v }
func (k tileBF16) work(i int) int {
	if k.dense() {
		return 30 + i%2
	}
	return 15 + i
}
func (k tileBF16) name(s string) string { return fmt.Sprintf("p%d%s", k.pixels, s) }

// bounds are the registers of the two.
func (k tileBF16) bounds() (low, high string) {
	if k.dense() {
		return avx512.v(30), avx512.v(31)
	}
	return avx512.v(29), avx512.v(30)
}

func tilesBF16(t *text) {
	for _, family := range []string{"conv", "depthwise", "max", "sum"} {
		t.function(family+"BF16AVX512", "args:DI")
		t.op("MOVQ", bfStep, "SI")
		t.op("LEAQ", "(SI)(SI*2)", "CX")
		t.op("LEAQ", "(SI)(SI*4)", "AX")
		t.op("MOVQ", bfPlaces, "R15")
		t.label("tile")
		t.op("MOVQ", bfIn, "R8")
		t.op("MOVQ", "R8", "R9")
		t.op("ADDQ", ofRun(0, runIn), "R8")
		t.op("ADDQ", ofRun(1, runIn), "R9")
		t.op("MOVQ", bfOffsets, "R10")
		t.op("MOVQ", bfTaps, "R11")
		t.op("MOVQ", bfWeights, "R12")
		t.note("to the tile of this size")
		t.op("MOVQ", ofRun(0, runPixels), "BX")
		t.op("ADDQ", ofRun(1, runPixels), "BX")
		for p := 14; p >= 1; p-- {
			t.op("CMPQ", "BX", p)
			t.op("JEQ", tileBF16{pixels: p}.name(""))
		}
		t.op("INT", 3)
		for p := 14; p >= 1; p-- {
			tileBF16{t, family, p}.write()
		}
		t.label("done")
		t.op("ADDQ", placeBF16Size, "R15")
		t.op("DECQ", bfTiles)
		t.op("JNZ", "tile")
		t.end()
	}
}

func (k tileBF16) write() {
	t := k.t
	t.label(k.name(""))
	k.start()
	t.label(k.name("tap"))
	t.op("MOVQ", "(R10)", "R14")
	t.op("ADDQ", 8, "R10")
	if k.pixels > group {
		t.op("LEAQ", "(R9)(R14*1)", "DX")
	}
	t.op("ADDQ", "R8", "R14")
	switch k.family {
	case "conv":
		k.pairs()
	case "depthwise":
		t.op("VMOVUPS", "(R12)", avx512.v(k.weight(0)))
		k.half(func(p int, x string) { t.op("VFMADD231PS", x, avx512.v(k.weight(0)), k.acc(p, 0)) })
		t.op("ADDQ", 64, "R12")
	case "max":
		k.half(func(p int, x string) {
			t.op("VCMPPS", 3, x, x, "K1")
			t.op("VMAXPS", k.acc(p, 0), x, k.acc(p, 0))
			t.op("VMOVAPS", x, "K1", k.acc(p, 0))
		})
	case "sum":
		k.half(func(p int, x string) { t.op("VADDPS", x, k.acc(p, 0), k.acc(p, 0)) })
	}
	t.op("DECQ", "R11")
	t.op("JNZ", k.name("tap"))
	k.finish()
	t.op("JMP", "done")
}

// start sets the accumulators to 0, or to the least value for a maximum.
func (k tileBF16) start() {
	if k.family == "max" {
		k.t.op("VBROADCASTSS", bfLow, k.acc(0, 0))
		for p := 1; p < k.pixels; p++ {
			k.t.op("VMOVAPS", k.acc(0, 0), k.acc(p, 0))
		}
		return
	}
	for i := range k.pixels * k.across() {
		k.t.zero(avx512, i)
	}
}

// pairs multiplies the pairs of channels of a tap's lines, four to an iteration.
func (k tileBF16) pairs() {
	t := k.t
	const unroll = 4
	t.op("MOVQ", 16/unroll, "BX")
	t.label(k.name("loop"))
	for c := range unroll {
		for v := range 2 {
			t.op("VMOVUPS", at(128*c+64*v, "R12"), avx512.v(k.weight(v)))
		}
		for p := range k.pixels {
			x := k.work(p)
			t.op("VPBROADCASTD", tile{first: group}.pixel(p, 4*c), avx512.v(x))
			for v := range 2 {
				t.dotBF16(k.weight(v), x, 2*p+v)
			}
		}
	}
	t.op("ADDQ", 128*unroll, "R12")
	t.op("ADDQ", 4*unroll, "R14")
	if k.pixels > group {
		t.op("ADDQ", 4*unroll, "DX")
	}
	t.op("DECQ", "BX")
	t.op("JNZ", k.name("loop"))
}

// half visits the half lines of a tap as float32.
func (k tileBF16) half(visit func(p int, x string)) {
	for p := range k.pixels {
		x := avx512.v(k.work(p))
		k.t.widen(tile{first: group}.pixel(p, 0), x)
		visit(p, x)
	}
}

// widen loads 16 bfloat16 as float32.
func (t *text) widen(from, to string) {
	t.op("VPMOVZXWD", from, to)
	t.op("VPSLLD", 16, to, to)
}

// finish does the epilogue and stores the tile, rounded or as float32.
func (k tileBF16) finish() {
	t := k.t
	low, high := k.bounds()
	switch k.family {
	case "sum":
		t.op("VBROADCASTSS", bfLow, low)
		k.each(func(acc string) { t.op("VMULPS", low, acc, acc) })
	case "conv", "depthwise":
		t.op("MOVQ", bfBias, "BX")
		for v := range k.across() {
			t.op("VMOVUPS", at(64*v, "BX"), avx512.v(k.weight(v)))
			for p := range k.pixels {
				t.op("VADDPS", avx512.v(k.weight(v)), k.acc(p, v), k.acc(p, v))
			}
		}
		t.op("MOVQ", bfAdd, "BX")
		t.op("TESTQ", "BX", "BX")
		t.op("JZ", k.name("clamp"))
		t.op("CMPQ", bfWide, 0)
		t.op("JNE", k.name("add"))
		k.lines("BX", runAdd, func(p int, line string, base int) {
			for v := range k.across() {
				x := avx512.v(k.work(v))
				t.widen(at(base+32*v, line), x)
				t.op("VADDPS", x, k.acc(p, v), k.acc(p, v))
			}
		})
		t.op("JMP", k.name("clamp"))
		t.label(k.name("add"))
		for v := range k.across() {
			if v > 0 {
				t.op("ADDQ", bfAddBlock, "BX")
			}
			k.lines("BX", runAdd, func(p int, line string, base int) {
				t.op("VADDPS", at(base, line), k.acc(p, v), k.acc(p, v))
			})
		}
		t.label(k.name("clamp"))
		t.clamp(k.name("store"), low, high, k.each)
		t.label(k.name("store"))
	}
	t.op("MOVQ", bfOut, "BX")
	t.op("CMPQ", bfWide, 0)
	t.op("JNE", k.name("wide"))
	k.lines("BX", runOut, func(p int, line string, base int) {
		if k.dense() {
			t.roundBF16(2*p, 2*p+1, 2*p)
			t.op("VMOVUPS", k.acc(p, 0), at(base, line))
			return
		}
		t.roundHalfBF16(p, p)
		t.op("VMOVUPS", "Y"+itoa(p), at(base, line))
	})
	t.op("JMP", "done")
	t.label(k.name("wide"))
	for v := range k.across() {
		if v > 0 {
			t.op("ADDQ", bfOutBlock, "BX")
		}
		k.lines("BX", runOut, func(p int, line string, base int) { t.op("VMOVUPS", k.acc(p, v), at(base, line)) })
	}
}

func (k tileBF16) each(do func(acc string)) {
	for i := range k.pixels * k.across() {
		do(avx512.v(i))
	}
}

// clamp clamps each register that each visits, and jumps to done after the last. NaN is
// kept.
func (t *text) clamp(done, low, high string, each func(do func(acc string))) {
	t.op("CMPQ", bfClamp, 1)
	t.op("JLT", done)
	t.op("VBROADCASTSS", bfLow, low)
	each(func(acc string) { t.op("VMAXPS", acc, low, acc) })
	t.op("CMPQ", bfClamp, 1)
	t.op("JEQ", done)
	t.op("VBROADCASTSS", bfHigh, high)
	each(func(acc string) { t.op("VMINPS", acc, high, acc) })
}

// lines visits the lines of both runs in a value that begins at base. It uses R14
// and DX.
func (k tileBF16) lines(base string, field int, visit func(p int, line string, n int)) {
	k.t.op("MOVQ", base, "R14")
	k.t.op("ADDQ", ofRun(0, field), "R14")
	if k.pixels > group {
		k.t.op("MOVQ", base, "DX")
		k.t.op("ADDQ", ofRun(1, field), "DX")
	}
	for p := range k.pixels {
		if p < group {
			visit(p, "R14", 64*p)
		} else {
			visit(p, "DX", 64*(p-group))
		}
	}
}

// linesBF16 writes the conversions between lines of 32 bfloat16 and twice 16
// float32.
func linesBF16(t *text) {
	t.function("packBF16AVX512", "dst:DI", "low:SI", "high:DX", "lines:CX")
	t.label("line")
	t.op("VMOVUPS", "(SI)", "Z0")
	t.op("VMOVUPS", "(DX)", "Z1")
	t.roundBF16(0, 1, 2)
	t.op("VMOVUPS", "Z2", "(DI)")
	t.next("line", "SI", "DX", "DI")
	t.function("unpackBF16AVX512", "low:DI", "high:DX", "src:SI", "lines:CX")
	t.label("line")
	t.widen("(SI)", "Z0")
	t.widen("32(SI)", "Z1")
	t.op("VMOVUPS", "Z0", "(DI)")
	t.op("VMOVUPS", "Z1", "(DX)")
	t.next("line", "SI", "DX", "DI")
	t.function("splitBF16AVX512", "dst:DI", "rest:R8", "low:SI", "high:DX", "lines:CX")
	t.label("line")
	t.op("VMOVUPS", "(SI)", "Z0")
	t.op("VMOVUPS", "(DX)", "Z1")
	t.roundBF16(0, 1, 2)
	t.op("VMOVUPS", "Z2", "(DI)")
	t.widen("(DI)", "Z3")
	t.widen("32(DI)", "Z4")
	t.op("VSUBPS", "Z3", "Z0", "Z0")
	t.op("VSUBPS", "Z4", "Z1", "Z1")
	t.roundBF16(0, 1, 2)
	t.op("VMOVUPS", "Z2", "(R8)")
	t.next("line", "SI", "DX", "DI", "R8")
}

// next moves pointers on by a line, CX times, and returns.
func (t *text) next(label string, pointers ...string) {
	for _, p := range pointers {
		t.op("ADDQ", 64, p)
	}
	t.op("DECQ", "CX")
	t.op("JNZ", label)
	t.end()
}
