package asmgen

import "fmt"

// gemm writes the register tile of a matrix product, MR rows by NR columns:
//
//	                 b: NR columns, 2 registers
//	              ┌──────────┬──────────┐
//	a: MR rows,   │ acc 0,0  │ acc 0,1  │
//	one broadcast │ acc 1,0  │ acc 1,1  │     for every p of k:
//	after another │    …     │    …     │     acc[i,·] += a[p,i] · b[p,·]
//	              └──────────┴──────────┘
//
//	           tile   accumulators  b  broadcasts
//	AVX-512    8x32   Z0-Z15        2  2, in turn
//	AVX2       6x16   Y0-Y11        2  2, in turn
func gemm(t *text, s isa) {
	const width = 2
	rows := 8
	if s == avx2 {
		rows = 6
	}
	name := fmt.Sprintf("gemm%dx%d%s", rows, width*s.lanes, s.name)
	acc := func(i, j int) string { return s.v(i*width + j) }
	b := rows * width
	broadcast := b + width

	t.function(name, "c:DI", "ldc:SI", "a:R8", "b:R9", "k:CX")
	t.op("SHLQ", 2, "SI")
	t.note("the sum starts at 0")
	for i := range rows * width {
		t.zero(s, i)
	}
	t.op("TESTQ", "CX", "CX")
	t.op("JZ", "store")

	t.label("loop")
	for j := range width {
		t.op("VMOVUPS", at(j*s.bytes(), "R9"), s.v(b+j))
	}
	for i := range rows {
		t.note("row %d", i)
		x := s.v(broadcast + i%2)
		t.op("VBROADCASTSS", at(4*i, "R8"), x)
		for j := range width {
			t.op("VFMADD231PS", s.v(b+j), x, acc(i, j))
		}
	}
	t.op("ADDQ", 4*rows, "R8")
	t.op("ADDQ", width*s.bytes(), "R9")
	t.op("DECQ", "CX")
	t.op("JNZ", "loop")

	t.label("store")
	for i := range rows {
		t.note("row %d of c", i)
		for j := range width {
			t.op("VADDPS", at(j*s.bytes(), "DI"), acc(i, j), acc(i, j))
			t.op("VMOVUPS", acc(i, j), at(j*s.bytes(), "DI"))
		}
		if i < rows-1 {
			t.op("ADDQ", "SI", "DI")
		}
	}
	t.end()
}
