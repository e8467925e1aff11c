package asmgen

import "fmt"

// dot writes the products of 8 rows with one vector x, 8 columns a step:
//
//	rows              x
//	┌──────────────┐  ┌┐      V0-V15   float32 sums: two registers for each row, for
//	│ R8 ─▶        │  ││              32 steps along the rows
//	│ R9 ─▶        │  ││      V16-V23  float64 sums: one register for each row, to
//	│      …       │  ││              which all halves of the float32 sums go then
//	│ R15 ─▶       │  ││      V24, V25 x      V26-V31 rows, in turn
//	└──────────────┘  └┘
//
// The lanes of the float64 sums are stored as they are; the caller adds them up.
func (t neon) dot() {
	const rows, wide, x, row = 8, 16, 24, 26
	t.function("dot8", "sums", "rows", "pitch", "x", "steps")
	t.op("LSL", 2, "R2")
	t.op("MOVD", "R1", "R8")
	for i := 1; i < rows; i++ {
		t.op("ADD", "R2", fmt.Sprint("R", 7+i), fmt.Sprint("R", 8+i))
	}
	for i := range rows {
		t.zero(wide + i)
	}
	t.label("block")
	t.note("R5 = steps of this block")
	t.op("MOVD", 256/8, "R5")
	t.op("CMP", "R5", "R4")
	t.op("CSEL", "LT", "R4", "R5", "R5")
	t.op("SUB", "R5", "R4")
	for i := range 2 * rows {
		t.zero(i)
	}
	t.label("step")
	t.op("FLDPQ.P", "32(R3)", pair(x))
	for i := range rows {
		v := row + i%3*2
		t.op("FLDPQ.P", fmt.Sprintf("32(R%d)", 8+i), pair(v))
		t.do("fmla", 2*i, v, x)
		t.do("fmla", 2*i+1, v+1, x+1)
	}
	t.loop("R5", "step")
	t.note("all halves of the float32 sums to float64")
	for i := range rows {
		for j := range 2 {
			t.widen(row, 2*i+j, false)
			t.widen(row+1, 2*i+j, true)
			t.addWide(row, row, row+1)
			t.addWide(wide+i, wide+i, row)
		}
	}
	t.op("CBNZ", "R4", "block")
	for i := 0; i < rows; i += 2 {
		t.storePair(wide+i, at(16*i, "R0"))
	}
	t.op("RET")
}
