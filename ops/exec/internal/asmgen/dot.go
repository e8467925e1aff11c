package asmgen

import "fmt"

// dot writes the products of several rows with one vector x, whose length is a
// multiple of a register's lanes:
//
//	rows              x
//	┌──────────────┐  ┌┐      float32 sums: one register for each row, for
//	│ R8 ─▶        │  ││      blockSteps steps along the rows
//	│ R8 + pitch ─▶│  ││      float64 sums: one register for each row, to which
//	│      …       │  ││      both halves of the float32 sums go then
//	└──────────────┘  └┘
//
//	           rows  float32  float64  x, half
//	AVX-512    8     Z0-Z7    Z8-Z15   Z16, Z17
//	AVX2       4     Y0-Y3    Y4-Y7    Y8, Y9
//
// The lanes of the float64 sums are stored as they are; the caller adds them up.
func dot(t *text, s isa) {
	rows := s.lanes / 2
	sum := func(i int) string { return s.v(i) }
	wide := func(i int) string { return s.v(rows + i) }
	x, half := s.v(2*rows), s.v(2*rows+1)
	halfReg, upper := map[string]string{"Y": "X", "Z": "Y"}[s.reg], "VEXTRACTF128"
	if s == avx512 {
		upper = "VEXTRACTF64X4"
	}
	narrow := func(i int) string { return fmt.Sprint(halfReg, i) }

	t.function(fmt.Sprintf("dot%d%s", rows, s.name), "sums:DI", "rows:R8", "pitch:SI", "x:R9", "steps:CX")
	t.op("SHLQ", 2, "SI")
	t.note("R10 = 3 pitches, R11 = row 4")
	t.op("LEAQ", "(SI)(SI*2)", "R10")
	if rows > 4 {
		t.op("LEAQ", "(R8)(SI*4)", "R11")
	}
	for i := range rows {
		t.zero(s, rows+i)
	}
	t.label("block")
	t.note("DX = steps of this block")
	t.op("MOVQ", 256/s.lanes, "DX")
	t.op("CMPQ", "CX", "DX")
	t.op("CMOVQLT", "CX", "DX")
	t.op("SUBQ", "DX", "CX")
	for i := range rows {
		t.zero(s, i)
	}
	t.label("step")
	t.op("VMOVUPS", "(R9)", x)
	for i := range rows {
		base := "R8"
		if i >= 4 {
			base = "R11"
		}
		from := []string{"(%s)", "(%s)(SI*1)", "(%s)(SI*2)", "(%s)(R10*1)"}[i%4]
		t.op("VFMADD231PS", fmt.Sprintf(from, base), x, sum(i))
	}
	t.op("ADDQ", s.bytes(), "R8")
	if rows > 4 {
		t.op("ADDQ", s.bytes(), "R11")
	}
	t.op("ADDQ", s.bytes(), "R9")
	t.op("DECQ", "DX")
	t.op("JNZ", "step")
	t.note("both halves of the float32 sums to float64")
	for i := range rows {
		t.op("VCVTPS2PD", narrow(i), half)
		t.op("VADDPD", half, wide(i), wide(i))
		t.op(upper, 1, s.v(i), narrow(i))
		t.op("VCVTPS2PD", narrow(i), half)
		t.op("VADDPD", half, wide(i), wide(i))
	}
	t.op("TESTQ", "CX", "CX")
	t.op("JNZ", "block")
	for i := range rows {
		t.op("VMOVUPD", wide(i), at(i*s.bytes(), "DI"))
	}
	t.end()
}
