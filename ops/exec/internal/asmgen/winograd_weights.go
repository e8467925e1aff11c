package asmgen

// winogradWeights writes the transform of weights of F(4x4, 3x3) on lines of 16 filters: G·g·G' in float64, some filters
// at a time, of which the scratch then holds lines of float32:
//
//	3x3 lines  ──columns──▶  6x3 halves in scratch  ──rows──▶  36 lines in scratch  ──▶  36 planes, without the corners
//
// G is, beside rows of 1, two pairs of rows that differ in the sign of their middle:
//
//	 1    0    0        v0-v2   a column or row, v3-v7 work
//	c0   ±c1   c2       v8-v10  c0, c1, c2 of the first pair, v11-v13 of the second
//	c3   ±c4   c5       v14     all bits but the sign, v15 the largest sizes
//	 0    0    1
//
//	DI dst     R11 plane   SI src    R9 from a place of the window to the next, R15 three of them
//	R10 scratch: halves, then lines  AX, R14 filter in src and in lines   CX lines left   BX filters left
func winogradWeights(t *text, s isa) {
	half, bytes := "X", 16 // of as many float32 as a register has float64
	if s == avx512 {
		half, bytes = "Y", 32
	}
	t.function("winogradWeights"+s.name, "dst:DI", "plane:R11", "src:SI", "apart:R9", "n:CX", "scratch:R10", "constants:R8", "most:R12")
	for i := range 6 {
		t.op("VBROADCASTSD", at(8*i, "R8"), s.v(8+i))
	}
	t.op("VBROADCASTSS", at(48, "R8"), half+"14")
	t.op("VMOVUPS", "(R12)", half+"15")
	t.op("LEAQ", "(R9)(R9*2)", "R15")
	t.label("line")
	t.op("MOVQ", 64/bytes, "BX")
	t.op("MOVQ", "SI", "AX")
	t.op("LEAQ", at(weightLines, "R10"), "R14")
	t.label("filters")
	t.op("MOVQ", "AX", "DX")
	for j := range 3 {
		t.note("column %d", j)
		for i, place := range []string{"(DX)", "(DX)(R15*1)", "(DX)(R15*2)"} {
			t.op("VMOVUPS", place, half+"3")
			t.op("VCVTPS2PD", half+"3", s.v(i))
			t.op("VPAND", half+"14", half+"3", half+"3")
			t.op("VPMAXUD", half+"3", half+"15", half+"15")
		}
		threeToSix(t, s, func(i, reg int) { t.op("VMOVUPD", s.v(reg), at(64*(3*i+j), "R10")) })
		t.op("ADDQ", "R9", "DX")
	}
	for i := range 6 {
		t.note("row %d", i)
		for j := range 3 {
			t.op("VMOVUPD", at(64*(3*i+j), "R10"), s.v(j))
		}
		threeToSix(t, s, func(j, reg int) {
			if isCorner(6*i + j) {
				return
			}
			narrow := "VCVTPD2PS"
			if s == avx2 {
				narrow = "VCVTPD2PSY"
			}
			t.op(narrow, s.v(reg), half+"7")
			t.op("VMOVUPS", half+"7", at(64*(6*i+j), "R14"))
		})
	}
	t.op("ADDQ", bytes, "AX")
	t.op("ADDQ", bytes, "R14")
	t.op("DECQ", "BX")
	t.op("JNZ", "filters")
	t.op("MOVQ", "DI", "DX")
	for p := range 36 {
		if !isCorner(p) {
			for h := 0; h < 64; h += s.bytes() {
				t.op("VMOVUPS", at(weightLines+64*p+h, "R10"), s.v(h/s.bytes()))
				t.op("VMOVUPS", s.v(h/s.bytes()), at(h, "DX"))
			}
		}
		if p < 35 {
			t.op("ADDQ", "R11", "DX")
		}
	}
	t.op("ADDQ", 64, "SI")
	t.op("ADDQ", 64, "DI")
	t.op("DECQ", "CX")
	t.op("JNZ", "line")
	t.op("VMOVUPS", half+"15", "(R12)")
	t.end()
}

// weightLines is how many bytes of scratch the halves take, which are before the lines.
const weightLines = 18 * 64

// isCorner reports whether a value of the transform is a weight as it is.
func isCorner(p int) bool { return p == 0 || p == 5 || p == 30 || p == 35 }

// threeToSix multiplies v0-v2 with G and stores the results in order.
func threeToSix(t *text, s isa, store func(i, reg int)) {
	v := s.v
	store(0, 0)
	for pair := range 2 {
		c := 8 + 3*pair
		t.op("VMULPD", v(0), v(c), v(3))
		t.op("VMULPD", v(1), v(c+1), v(4))
		t.op("VMULPD", v(2), v(c+2), v(5))
		t.op("VADDPD", v(4), v(3), v(6)) // v6 = first + middle
		t.op("VSUBPD", v(4), v(3), v(3)) // v3 = first - middle
		t.op("VADDPD", v(5), v(6), v(6))
		t.op("VADDPD", v(5), v(3), v(3))
		store(1+2*pair, 6)
		store(2+2*pair, 3)
	}
	store(5, 2)
}
