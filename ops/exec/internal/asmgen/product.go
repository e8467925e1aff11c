package asmgen

import "fmt"

// A product is a tile of a matrix product whose first factor is not packed: M of its rows by some
// columns of the second, which are.
//
//	                    b: the columns
//	                 ┌──────────┬──────────┐
//	a: M rows, lda   │ acc 0,0  │ acc 0,1  │
//	apart; one       │ acc 1,0  │ acc 1,1  │     for every p of k:
//	broadcast after  │    …     │    …     │     acc[i,·] += a[i,p] · b[p,·]
//	another          └──────────┴──────────┘
//
//	           M              accumulators  b         broadcasts
//	AVX-512    1 to 14, x 32  Z0-Z27        Z28, Z29  Z30, Z31
//	           1 to 14, x 16  Z0-Z13        Z14       Z15, Z16
//	AVX2       1 to 6, x 16   Y0-Y11        Y12, Y13  Y14, Y15
//	           1 to 12, x 8   Y0-Y11        Y12       Y13, Y14
//
//	R8 first row of a   SI, CX, AX  lda, 3 and 5 times it   R12 b   R11 k   R10 rows left
//	R13 c   R9 ldc      R14, DX     rows 0 and 7 of a tile  BX iterations left
type product struct {
	tile
	registers int // across
}

// products writes the function: one tile after another, as large as the rows allow.
func products(t *text, s isa) {
	t.function("product"+s.name, "c:R13", "ldc:R9", "a:R8", "lda:SI", "b:R12", "k:R11", "rows:R10", "columns:BX", "add:DI")
	t.op("LEAQ", "(SI)(SI*2)", "CX")
	t.op("LEAQ", "(SI)(SI*4)", "AX")
	t.op("CMPQ", "BX", 2*s.lanes)
	t.op("JNE", "narrow")
	productTiles(t, s, map[isa]int{avx2: 6, avx512: 14}[s], 2)
	t.label("narrow")
	productTiles(t, s, map[isa]int{avx2: 12, avx512: 14}[s], 1)
	t.label("done")
	t.end()
	packedColumns(t, s)
}

func productTiles(t *text, s isa, most, registers int) {
	size := func(m int) product { return product{tile{t, s, "product", m, 1, group}, registers} }
	t.op("CMPQ", "R10", most)
	t.op("JGE", size(most).name(""))
	t.label(size(0).name("few"))
	for m := most - 1; m >= 1; m-- {
		t.op("CMPQ", "R10", m)
		t.op("JEQ", size(m).name(""))
	}
	t.op("JMP", "done")
	for m := most; m >= 1; m-- {
		size(m).write()
		if m == most {
			t.op("CMPQ", "R10", most)
			t.op("JGE", size(m).name(""))
			t.op("JMP", size(0).name("few"))
		} else {
			t.op("JMP", "done")
		}
	}
}

func (k product) name(s string) string {
	return fmt.Sprintf("m%dx%d%s", k.pixels, k.registers*k.s.lanes, s)
}

func (k product) acc(i, v int) string { return k.s.v(i*k.registers + v) }

// write writes a tile, after which c, a and the rows left are those of the next one.
func (k product) write() {
	t := k.t
	t.label(k.name(""))
	for i := range k.pixels * k.registers {
		t.zero(k.s, i)
	}
	t.op("MOVQ", "R8", "R14")
	if k.twoRows() {
		t.op("LEAQ", "(R8)(CX*2)", "DX")
		t.op("ADDQ", "SI", "DX")
	}
	t.op("MOVQ", "b+32(FP)", "R12")
	const unroll = 4
	t.op("MOVQ", "R11", "BX")
	t.op("SHRQ", 2, "BX")
	t.op("JZ", k.name("rest"))
	t.label(k.name("fours"))
	k.columns(unroll)
	t.op("JNZ", k.name("fours"))
	t.label(k.name("rest"))
	t.op("MOVQ", "R11", "BX")
	t.op("ANDQ", unroll-1, "BX")
	t.op("JZ", k.name("end"))
	t.label(k.name("one"))
	k.columns(1)
	t.op("JNZ", k.name("one"))
	t.label(k.name("end"))
	k.store()
	t.op("IMUL3Q", k.pixels, "SI", "BX")
	t.op("ADDQ", "BX", "R8")
	t.op("SUBQ", k.pixels, "R10")
}

// columns multiplies so many numbers of every row.
func (k product) columns(n int) {
	t, b := k.t, k.pixels*k.registers
	for c := range n {
		for v := range k.registers {
			t.op("VMOVUPS", at((c*k.registers+v)*k.s.bytes(), "R12"), k.s.v(b+v))
		}
		for i := range k.pixels {
			x := k.s.v(b + k.registers + i%2)
			t.op("VBROADCASTSS", k.pixel(i, 4*c), x)
			for v := range k.registers {
				t.op("VFMADD231PS", k.s.v(b+v), x, k.acc(i, v))
			}
		}
	}
	t.op("ADDQ", n*k.registers*k.s.bytes(), "R12")
	t.op("ADDQ", 4*n, "R14")
	if k.twoRows() {
		t.op("ADDQ", 4*n, "DX")
	}
	t.op("DECQ", "BX")
}

// store stores the sums, or adds them to what c has.
func (k product) store() {
	t := k.t
	rows := func(do func(line, acc string)) {
		t.op("MOVQ", "R13", "R14")
		for i := range k.pixels {
			for v := range k.registers {
				do(at(v*k.s.bytes(), "R14"), k.acc(i, v))
			}
			t.op("ADDQ", "R9", "R14")
		}
	}
	t.op("TESTQ", "DI", "DI")
	t.op("JZ", k.name("store"))
	rows(func(line, acc string) { t.op("VADDPS", line, acc, acc) })
	t.label(k.name("store"))
	rows(func(line, acc string) { t.op("VMOVUPS", acc, line) })
	t.op("MOVQ", "R14", "R13")
}

// packedColumns writes the function that packs b: row by row, so many registers of each unit.
//
//	DI row, R13 unit and R10 place of dst   SI row and R11 place of src   R9 pitch   DX ld
//	CX rows left   R8 units, BX left        AX registers, R12 left
func packedColumns(t *text, s isa) {
	t.function("packColumns"+s.name, "dst:DI", "pitch:R9", "src:SI", "ld:DX", "rows:CX", "units:R8", "registers:AX")
	t.label("row")
	t.op("MOVQ", "DI", "R13")
	t.op("MOVQ", "SI", "R11")
	t.op("MOVQ", "R8", "BX")
	t.label("unit")
	t.op("MOVQ", "R13", "R10")
	t.op("MOVQ", "AX", "R12")
	t.label("some")
	t.op("VMOVUPS", "(R11)", s.v(0))
	t.op("VMOVUPS", s.v(0), "(R10)")
	t.op("ADDQ", s.bytes(), "R11")
	t.op("ADDQ", s.bytes(), "R10")
	t.op("DECQ", "R12")
	t.op("JNZ", "some")
	t.op("ADDQ", "R9", "R13")
	t.op("DECQ", "BX")
	t.op("JNZ", "unit")
	t.op("ADDQ", "DX", "SI")
	t.op("IMUL3Q", s.bytes(), "AX", "R12")
	t.op("ADDQ", "R12", "DI")
	t.op("DECQ", "CX")
	t.op("JNZ", "row")
	t.end()
}
