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
//	Y0-Y3 rows of columns 0-3, Y4-Y7 of columns 4-7, then pairs   Y8-Y11 work
//	DI dst   SI src   R9 where the rows begin   DX where the lines are   CX columns left, by eight
//	AX, BX row   R11 line
func transpose(t *text, s isa) {
	t.function("transpose"+s.name, "dst:DI", "src:SI", "rows:R9", "lines:DX", "n:CX")
	t.label("columns")
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
				name := "VUNPCKLPD"
				if column%2 == 1 {
					name = "VUNPCKHPD"
				}
				t.op(name, pairs[1], pairs[0], y(column))
				t.op("MOVQ", at(8*(4*from+column), "DX"), "R11")
				t.op("VMOVUPS", y(column), at(32*half, "DI")+"(R11*4)")
			}
		}
	}
	t.op("ADDQ", 32, "SI")
	t.op("ADDQ", 64, "DX")
	t.op("DECQ", "CX")
	t.op("JNZ", "columns")
	t.end()
}
