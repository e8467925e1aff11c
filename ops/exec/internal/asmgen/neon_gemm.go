package asmgen

// gemm writes the register tile of a matrix product, 8 rows by 12 columns:
//
//	                 b: 12 columns, V26-V28
//	              ┌──────────┬─────────┬──────────┐
//	a: 8 rows,    │ V0       │ V1      │ V2       │
//	the elements  │ V3       │ V4      │ V5       │     for every p of k:
//	of V24, V25   │    …     │    …    │    …     │     V[i,·] += a[p,i] · b[p,·]
//	              └──────────┴─────────┴──────────┘
func (t neon) gemm() {
	const rows, width, a, b = 8, 3, 24, 26
	t.function("gemm8x12", "c", "ldc", "a", "b", "k")
	t.op("LSL", 2, "R1")
	t.note("the sum starts at 0")
	for i := range rows * width {
		t.zero(i)
	}
	t.op("CBZ", "R4", "store")

	t.label("loop")
	t.op("FLDPQ.P", "32(R2)", pair(a))
	t.op("FLDPQ.P", "32(R3)", pair(b))
	t.op("FMOVQ.P", "16(R3)", scalar(b+2))
	for i := range rows {
		for j := range width {
			t.fmlaLane(i*width+j, b+j, a+i/4, i%4)
		}
	}
	t.loop("R4", "loop")

	t.label("store")
	for i := range rows {
		t.note("row %d of c", i)
		t.loadPair("(R0)", b)
		t.load("32(R0)", b+2)
		for j := range width {
			t.do("fadd", b+j, b+j, i*width+j)
		}
		t.storePair(b, "(R0)")
		t.store(b+2, "32(R0)")
		if i < rows-1 {
			t.op("ADD", "R1", "R0")
		}
	}
	t.op("RET")
}
