package asmgen

import "fmt"

// transpose writes the transposition of 16 rows, eight columns at a time, each of which becomes a line of 16. Of eight rows
// and four columns
//
//	row 0  a0 b0 c0 d0      pairs 0 and 1 of rows   a0 a1 b0 b1 | c0 c1 d0 d1
//	row 1  a1 b1 c1 d1      pairs 2 and 3           a2 a3 b2 b3 | c2 c3 d2 d3
//	  …                     columns                 a0 a1 a2 a3 | b0 b1 b2 b3 | …
//
// the halves of a register hold rows 0-3 and rows 4-7. With AVX-512 the registers are these too.
//
// Where the rows have factors, a second loop multiplies each column by these in float64 before it is stored.
//
//	Y0-Y3 rows of columns 0-3, Y4-Y7 of columns 4-7, then pairs   Y8-Y11 work
//	Y12-Y15 factors, with AVX-512 Z12 and Z13
//	DI dst   SI src   R9 where the rows begin   DX where the lines are   CX columns left, by eight
//	R10 factors   AX, BX row   R11 line
func transpose(t *text, s isa) {
	t.function("transpose"+s.name, "dst:DI", "src:SI", "rows:R9", "lines:DX", "n:CX", "factors:R10")
	t.op("TESTQ", "R10", "R10")
	t.op("JNZ", "factors")
	transposeLoop(t, "columns", func(int, int, int) {})
	t.end()
	t.label("factors")
	for i := range 2 * 8 / (s.bytes() / 8) {
		t.op("VMOVUPD", at(s.bytes()*i, "R10"), s.v(12+i))
	}
	transposeLoop(t, "products", func(half, reg, work int) { timesFactors(t, s, half, reg, work) })
	t.end()
}

// timesFactors multiplies eight rows of a column by their factors.
func timesFactors(t *text, s isa, half, reg, work int) {
	x, y := func(i int) string { return fmt.Sprintf("X%d", i) }, func(i int) string { return fmt.Sprintf("Y%d", i) }
	if s == avx512 {
		t.op("VCVTPS2PD", y(reg), s.v(reg))
		t.op("VMULPD", s.v(12+half), s.v(reg), s.v(reg))
		t.op("VCVTPD2PS", s.v(reg), y(reg))
		return
	}
	t.op("VEXTRACTF128", 1, y(reg), x(work))
	for i, r := range []int{reg, work} {
		t.op("VCVTPS2PD", x(r), y(r))
		t.op("VMULPD", y(12+2*half+i), y(r), y(r))
		t.op("VCVTPD2PSY", y(r), x(r))
	}
	t.op("VINSERTF128", 1, x(work), y(reg), y(reg))
}

// transposeLoop writes the loop over the columns; change changes a register of a half of the rows before it is stored,
// and may use another one.
func transposeLoop(t *text, name string, change func(half, reg, work int)) {
	t.label(name)
	for half := range 2 {
		t.note("rows %d to %d", 8*half, 8*half+7)
		for row := range 4 {
			t.op("MOVQ", at(8*(8*half+row), "R9"), "AX")
			t.op("MOVQ", at(8*(8*half+row+4), "R9"), "BX")
			for from := range 2 {
				reg := 4*from + row
				t.op("VMOVUPS", at(16*from, "SI")+"(AX*4)", fmt.Sprintf("X%d", reg))
				t.op("VINSERTF128", 1, at(16*from, "SI")+"(BX*4)", fmt.Sprintf("Y%d", reg), fmt.Sprintf("Y%d", reg))
			}
		}
		for from := range 2 {
			y := func(i int) string { return fmt.Sprintf("Y%d", 4*from+i) }
			t.op("VUNPCKLPS", y(1), y(0), "Y8")
			t.op("VUNPCKHPS", y(1), y(0), "Y9")
			t.op("VUNPCKLPS", y(3), y(2), "Y10")
			t.op("VUNPCKHPS", y(3), y(2), "Y11")
			for column, pairs := range [][2]string{{"Y8", "Y10"}, {"Y8", "Y10"}, {"Y9", "Y11"}, {"Y9", "Y11"}} {
				unpack := "VUNPCKLPD"
				if column%2 == 1 {
					unpack = "VUNPCKHPD"
				}
				t.op(unpack, pairs[1], pairs[0], y(column))
				change(half, 4*from+column, 4*from+(column+1)%4)
				t.op("MOVQ", at(8*(4*from+column), "DX"), "R11")
				t.op("VMOVUPS", y(column), at(32*half, "DI")+"(R11*4)")
			}
		}
	}
	t.op("ADDQ", 32, "SI")
	t.op("ADDQ", 64, "DX")
	t.op("DECQ", "CX")
	t.op("JNZ", name)
}
