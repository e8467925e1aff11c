package asmgen

// amx writes the dense convolution of bfloat16 with tiles: registers of up to 16
// rows of 64 bytes, which multiply as matrices. A run of at most 16 pixels, in
// which a row of the tile is what a tap sees of a pixel, is a matrix of pixels x
// 32 channels; the weights of a tap are 32 channels x 32 filters, two tiles:
//
//	             filters 0-15  16-31
//	               T6           T7        32 channels, in pairs
//	first run  T4  T0           T1
//	second run T5  T2           T3
//
//	R8  first run's place   SI  bytes from a pixel to the next   R12  weights
//	R9  second run's place  BX  bytes of a row of weights        R14  first run
//	R10 offsets  R11 taps   CX  scratch                          DX   second run
//	DI  arguments           R13 configuration                    R15  place of the tile
//
// The weights of the taps to come are fetched meanwhile. Tiles cannot be stored as
// bfloat16 nor be added to, so that is done on the way from scratch, with AVX-512.
func amx(t *text) {
	t.function("convBF16AMX", "args:DI")
	t.op("MOVQ", bfStep, "SI")
	t.op("MOVQ", 128, "BX")
	t.op("MOVQ", bfScratch, "CX")
	t.op("MOVQ", bfPlaces, "R15")
	t.op("XORQ", "R13", "R13")
	t.op("MOVQ", bfBias, "AX")
	t.op("VMOVUPS", "(AX)", "Z30")
	t.op("VMOVUPS", "64(AX)", "Z31")
	t.label("tile")
	t.op("CMPQ", "R13", placeConfig)
	t.op("JEQ", "configured")
	t.op("MOVQ", placeConfig, "R13")
	t.loadConfig("R13")
	t.label("configured")
	t.op("MOVQ", bfIn, "R8")
	t.op("MOVQ", "R8", "R9")
	t.op("ADDQ", ofRun(0, runIn), "R8")
	t.op("ADDQ", ofRun(1, runIn), "R9")
	t.op("MOVQ", bfOffsets, "R10")
	t.op("MOVQ", bfTaps, "R11")
	t.op("MOVQ", bfWeights, "R12")
	t.zeroTile(0)
	t.zeroTile(1)
	t.op("CMPQ", ofRun(1, runPixels), 0)
	t.op("JEQ", "one")
	t.zeroTile(2)
	t.zeroTile(3)
	t.amxTaps("two", 2)
	t.storeTile(2, 2048, "CX", "BX")
	t.storeTile(3, 2112, "CX", "BX")
	t.op("JMP", "first")
	t.amxTaps("one", 1)
	t.label("first")
	t.storeTile(0, 0, "CX", "BX")
	t.storeTile(1, 64, "CX", "BX")
	for run := range 2 {
		t.amxRun(run)
	}
	t.label("done")
	t.op("ADDQ", placeBF16Size, "R15")
	t.op("DECQ", bfTiles)
	t.op("JNZ", "tile")
	t.releaseTiles()
	t.end()
}

// amxTaps sums over the taps for so many runs.
func (t *text) amxTaps(label string, runs int) {
	fetched := 0
	fetch := func() { // eight lines of weights
		for range 8 {
			t.op("PREFETCHT0", at(4096+64*fetched, "R12"))
			fetched++
		}
	}
	t.label(label)
	t.op("MOVQ", "(R10)", "R14")
	t.op("ADDQ", 8, "R10")
	if runs == 2 {
		t.op("LEAQ", "(R9)(R14*1)", "DX")
	}
	t.op("ADDQ", "R8", "R14")
	t.loadTile(0, "R12", "BX", 6)
	t.loadTile(0, "R14", "SI", 4)
	t.loadTile(64, "R12", "BX", 7)
	t.dotTile(4, 6, 0)
	fetch()
	if runs == 2 {
		t.loadTile(0, "DX", "SI", 5)
	}
	t.dotTile(4, 7, 1)
	fetch()
	if runs == 2 {
		t.dotTile(5, 6, 2)
		fetch()
		t.dotTile(5, 7, 3)
		fetch()
	} else {
		fetch()
		fetch()
	}
	t.op("ADDQ", 2048, "R12")
	t.op("DECQ", "R11")
	t.op("JNZ", label)
}

// amxRun does the epilogue of a run, pixel by pixel.
func (t *text) amxRun(run int) {
	name := func(s string) string { return "run" + itoa(run) + s }
	t.op("MOVQ", ofRun(run, runPixels), "R11")
	if run == 1 {
		t.op("TESTQ", "R11", "R11")
		t.op("JZ", "done")
	}
	t.op("LEAQ", at(2048*run, "CX"), "R10")
	t.op("MOVQ", bfOut, "R14")
	t.op("ADDQ", ofRun(run, runOut), "R14")
	t.op("MOVQ", bfAdd, "DX")
	t.op("TESTQ", "DX", "DX")
	t.op("JZ", name(""))
	t.op("ADDQ", ofRun(run, runAdd), "DX")
	t.label(name(""))
	t.op("VADDPS", "(R10)", "Z30", "Z0")
	t.op("VADDPS", "64(R10)", "Z31", "Z1")
	t.op("TESTQ", "DX", "DX")
	t.op("JZ", name("clamp"))
	t.op("CMPQ", bfWide, 0)
	t.op("JNE", name("add"))
	t.widen("(DX)", "Z2")
	t.widen("32(DX)", "Z3")
	t.label(name("sum"))
	t.op("VADDPS", "Z2", "Z0", "Z0")
	t.op("VADDPS", "Z3", "Z1", "Z1")
	t.op("ADDQ", 64, "DX")
	t.label(name("clamp"))
	t.clamp(name("store"), "Z4", "Z5", func(do func(string)) { do("Z0"); do("Z1") })
	t.label(name("store"))
	t.op("CMPQ", bfWide, 0)
	t.op("JNE", name("wide"))
	t.roundBF16(0, 1, 0)
	t.op("VMOVUPS", "Z0", "(R14)")
	t.op("JMP", name("next"))
	t.label(name("wide"))
	t.op("MOVQ", bfOutBlock, "AX")
	t.op("VMOVUPS", "Z0", "(R14)")
	t.op("VMOVUPS", "Z1", "(R14)(AX*1)")
	t.op("JMP", name("next"))
	t.label(name("add"))
	t.op("MOVQ", bfAddBlock, "AX")
	t.op("VMOVUPS", "(DX)", "Z2")
	t.op("VMOVUPS", "(DX)(AX*1)", "Z3")
	t.op("JMP", name("sum"))
	t.label(name("next"))
	t.op("ADDQ", 128, "R10")
	t.op("ADDQ", 64, "R14")
	t.op("DECQ", "R11")
	t.op("JNZ", name(""))
}
