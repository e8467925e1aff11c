package asmgen

import "fmt"

// outers writes sums of outer products over the pixels of a strip, of R numbers of each pixel of a by the line of b:
//
//	                  b: 16 channels
//	               ┌────────────────┐
//	a: R numbers,  │ acc 0          │
//	broadcast one  │ acc 1          │     for every pixel of every row:
//	by one         │   …            │     acc[i,·] += a[i] · b[·]
//	               └────────────────┘
//
//	           R        accumulators  b         broadcasts
//	AVX-512    1 to 16  Z0-Z15        Z16       Z17, Z18, in turn
//	AVX2       1 to 6   Y0-Y11        Y12, Y13  Y14, Y15, in turn
//
// and sums of products of channels, where a has R lines for each pixel, R13 bytes apart.
//
//	DI c   SI, AX row and pixel of a   DX, BX those of b   R8 rows   R9 pixels, CX left
//	R10 step   R11 pitch   R12 next   R13 apart   R14 R, then the line of a
func outers(t *text, s isa) {
	strips(t, s, "outerSums", false)
	strips(t, s, "laneSums", true)
	groupSums(t, s)
}

// outerSizes is the largest R.
func outerSizes(s isa) int {
	if s == avx512 {
		return 16
	}
	return 6
}

func strips(t *text, s isa, name string, lanes bool) {
	params := []string{"c:DI", "a:SI", "b:DX", "rows:R8", "pixels:R9", "step:R10", "pitch:R11", "next:R12", "r:R14"}
	if lanes {
		params = append(params, "apart:R13")
	}
	t.function(name+s.name, params...)
	for r := 1; r < outerSizes(s); r++ {
		t.op("CMPQ", "R14", r)
		t.op("JEQ", fmt.Sprintf("sums%d", r))
	}
	for r := outerSizes(s); r > 0; r-- {
		strip(t, s, r, lanes)
	}
}

// strip writes the sums of r lines.
func strip(t *text, s isa, r int, lanes bool) {
	width := 16 / s.lanes
	acc := func(i, v int) int { return i*width + v }
	line := outerSizes(s) * width
	number := func(i int) string { return s.v(line + width + i%2) }
	label := func(what string) string { return fmt.Sprintf("%s%d", what, r) }

	t.label(label("sums"))
	for i := range r * width {
		t.zero(s, i)
	}
	t.label(label("row"))
	t.op("MOVQ", "SI", "AX")
	t.op("MOVQ", "DX", "BX")
	t.op("MOVQ", "R9", "CX")
	t.label(label("pixel"))
	for v := range width {
		t.op("VMOVUPS", at(v*s.bytes(), "BX"), s.v(line+v))
	}
	if lanes {
		t.op("MOVQ", "AX", "R14")
	}
	for i := range r {
		if !lanes {
			t.op("VBROADCASTSS", at(4*i, "AX"), number(i))
		}
		for v := range width {
			if lanes {
				t.op("VFMADD231PS", at(v*s.bytes(), "R14"), s.v(line+v), s.v(acc(i, v)))
			} else {
				t.op("VFMADD231PS", s.v(line+v), number(i), s.v(acc(i, v)))
			}
		}
		if lanes && i < r-1 {
			t.op("ADDQ", "R13", "R14")
		}
	}
	t.op("ADDQ", "R10", "AX")
	t.op("ADDQ", 64, "BX")
	t.op("DECQ", "CX")
	t.op("JNZ", label("pixel"))
	t.op("ADDQ", "R11", "SI")
	t.op("ADDQ", "R12", "DX")
	t.op("DECQ", "R8")
	t.op("JNZ", label("row"))
	for i := range r {
		for v := range width {
			to := at(i*64+v*s.bytes(), "DI")
			t.op("VADDPS", to, s.v(acc(i, v)), s.v(acc(i, v)))
			t.op("VMOVUPS", s.v(acc(i, v)), to)
		}
	}
	t.end()
}

// groupSums writes sums of products of each number of a line of b with the numbers of a's line in its own group. In groups of
// 2 or 4 lanes a permutation repeats one of each group, of 8 lanes a broadcast does. With AVX-512 the registers are these too.
//
//	Y0-Y7 sums: of number i two halves   Y12, Y13 line of b   Y14, Y15 numbers
//
//	DI c   SI, AX row and pixel of a   DX, BX those of b   R8 rows   R9 pixels, CX left
//	R10 step   R11 pitch   R12 next   R14 lanes of a group
func groupSums(t *text, s isa) {
	t.function("groupSums"+s.name, "c:DI", "a:SI", "b:DX", "rows:R8", "pixels:R9", "step:R10", "pitch:R11", "next:R12", "each:R14")
	t.op("CMPQ", "R14", 2)
	t.op("JEQ", "groups2")
	t.op("CMPQ", "R14", 4)
	t.op("JEQ", "groups4")
	for _, each := range []int{8, 4, 2} {
		groupSum(t, each)
	}
}

// groupSum writes the sums of groups of so many lanes, at most four numbers of each.
func groupSum(t *text, each int) {
	label := func(what string) string { return fmt.Sprintf("%s%d", what, each) }
	y := func(i int) string { return fmt.Sprintf("Y%d", i) }
	numbers := min(each, 4)
	t.label(label("groups"))
	for i := range 2 * numbers {
		t.op("VXORPS", y(i), y(i), y(i))
	}
	t.label(label("grouprow"))
	t.op("MOVQ", "SI", "AX")
	t.op("MOVQ", "DX", "BX")
	t.op("MOVQ", "R9", "CX")
	t.label(label("grouppixel"))
	for half := range 2 {
		t.op("VMOVUPS", at(32*half, "BX"), y(12+half))
	}
	for i := range numbers {
		for half := range 2 {
			switch each {
			case 8:
				t.op("VBROADCASTSS", at(32*half+4*i, "AX"), y(14+half))
			case 4:
				t.op("VPERMILPS", 0x55*i, at(32*half, "AX"), y(14+half))
			default:
				t.op("VPERMILPS", []int{0xa0, 0xf5}[i], at(32*half, "AX"), y(14+half))
			}
			t.op("VFMADD231PS", y(12+half), y(14+half), y(2*i+half))
		}
	}
	t.op("ADDQ", "R10", "AX")
	t.op("ADDQ", 64, "BX")
	t.op("DECQ", "CX")
	t.op("JNZ", label("grouppixel"))
	t.op("ADDQ", "R11", "SI")
	t.op("ADDQ", "R12", "DX")
	t.op("DECQ", "R8")
	t.op("JNZ", label("grouprow"))
	for i := range 2 * numbers {
		t.op("VADDPS", at(32*i, "DI"), y(i), y(i))
		t.op("VMOVUPS", y(i), at(32*i, "DI"))
	}
	t.end()
}
