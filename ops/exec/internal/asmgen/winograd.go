package asmgen

import "fmt"

// winograd writes the transforms of F(4x4, 3x3) on lines of 16 channels (Lavin
// and Gray, arXiv:1509.09308) with the points 0, a, -a, b, -b and infinity, where
// a = 1/sqrt 2 and b = sqrt 2: with 1 and 2 the matrices look nicer and lose about
// twice as much. Each is a pass over the columns of a tile into scratch and one
// over its rows:
//
//	6x6 pixels  ──columns──▶  6x6 lines  ──rows──▶  36 planes      B'dB
//	36 planes   ──columns──▶  4x6 lines  ──rows──▶  4x4 pixels     A'mA
//
// v0-v5 are a column or row, v6 and v7 work, v8-v13 the constants, v14 and v15 the
// bounds. The first keeps the largest sizes of the two halves of a line in v13 and v14,
// and in v15 all bits but the sign: numbers without it are in the order of their bits.
//
//	R8 source   R9 its pitch    R10 result   R11 its pitch   SI scratch
//	CX tiles or rows left       R13 columns  R15 value to add
func winograd(t *text, s isa) {
	winogradIn(t, s)
	winogradOut(t, s)
}

// The fields of kernel.winogradArgs.
const (
	wSource    = "0(DI)"
	wPitch     = "8(DI)"
	wResult    = "16(DI)"
	wPlane     = "24(DI)"
	wScratch   = "32(DI)"
	wConstants = "40(DI)"
	wTiles     = "48(DI)"
	wBias      = "56(DI)"
	wAdd       = "64(DI)"
	wAddPitch  = "72(DI)"
	wRows      = "80(DI)"
	wColumns   = "88(DI)"
	wLow       = "96(DI)"
	wHigh      = "100(DI)"
	wMost      = "104(DI)"
)

// halves are the displacements of the registers of a line.
func halves(s isa) []int {
	if s == avx512 {
		return []int{0}
	}
	return []int{0, 32}
}

func winogradArguments(t *text, s isa, constants ...int) {
	t.op("MOVQ", wSource, "R8")
	t.op("MOVQ", wPitch, "R9")
	t.op("MOVQ", wResult, "R10")
	t.op("MOVQ", wPlane, "R11")
	t.op("MOVQ", wScratch, "SI")
	t.op("MOVQ", wConstants, "AX")
	for i, c := range constants {
		t.op("VBROADCASTSS", at(4*c, "AX"), s.v(8+i))
	}
}

// The order of the constants in memory: a, b, a^2, b^2, a^3, b^3, a^2 + b^2, all bits but
// the sign.
const (
	constA = iota
	constB
	constA2
	constB2
	constA3
	constB3
	constSum
	constSize
)

func winogradIn(t *text, s isa) {
	t.function("winogradIn"+s.name, "args:DI")
	winogradArguments(t, s, constA, constB, constA2, constB2, constSum)
	t.op("VBROADCASTSS", at(4*constSize, "AX"), s.v(15))
	for i := range halves(s) {
		t.zero(s, 13+i)
	}
	t.op("MOVQ", wTiles, "CX")
	t.op("LEAQ", "(R9)(R9*2)", "R14")
	t.label("tile")
	t.op("LEAQ", "(R8)(R9*4)", "BX")
	t.op("ADDQ", "R9", "BX")
	rows := []string{"(R8)", "(R8)(R9*1)", "(R8)(R9*2)", "(R8)(R14*1)", "(R8)(R9*4)", "(BX)"}
	and := "VPAND"
	if s == avx512 {
		and = "VPANDD"
	}
	for h, half := range halves(s) {
		for j := range 6 {
			t.note("column %d", j)
			for i, row := range rows {
				t.op("VMOVUPS", fmt.Sprint(64*j+half, row), s.v(i))
				t.op(and, s.v(15), s.v(i), s.v(6+i%2))
				t.op("VPMAXUD", s.v(6+i%2), s.v(13+h), s.v(13+h))
			}
			sixToSix(t, s, func(i, reg int) {
				t.op("VMOVUPS", s.v(reg), at(64*(6*i+j)+half, "SI"))
			})
		}
	}
	for _, half := range halves(s) {
		t.op("MOVQ", "R10", "DX")
		for i := range 6 {
			t.note("row %d", i)
			for j := range 6 {
				t.op("VMOVUPS", at(64*(6*i+j)+half, "SI"), s.v(j))
			}
			sixToSix(t, s, func(_, reg int) {
				t.op("VMOVUPS", s.v(reg), at(half, "DX"))
				t.op("ADDQ", "R11", "DX")
			})
		}
	}
	t.op("ADDQ", 4*64, "R8")
	t.op("ADDQ", 64, "R10")
	t.op("DECQ", "CX")
	t.op("JNZ", "tile")
	t.op("MOVQ", wMost, "DX")
	for h, half := range halves(s) {
		t.op("VMOVUPS", s.v(13+h), at(half, "DX"))
	}
	t.end()
}

// sixToSix multiplies v0-v5 with B' and stores the results in order. With a·b = 1,
//
//	1   0   -c   0  1  0        c = a^2 + b^2
//	0  -b   -b^2 a  1  0
//	0   b   -b^2 -a 1  0
//	0  -a   -a^2 b  1  0
//	0   a   -a^2 -b 1  0
//	0   1    0  -c  0  1
func sixToSix(t *text, s isa, store func(i, reg int)) {
	v := s.v
	const a, b, a2, b2, sum = 8, 9, 10, 11, 12
	t.op("VADDPS", v(4), v(0), v(0))
	t.op("VFNMADD231PS", v(2), v(sum), v(0))
	store(0, 0)
	t.op("VADDPS", v(1), v(5), v(5))
	t.op("VFNMADD231PS", v(3), v(sum), v(5))
	for i, c := range []struct{ point, other int }{{a, b2}, {b, a2}} {
		t.op("VMOVAPS", v(4), v(6))
		t.op("VFNMADD231PS", v(2), v(c.other), v(6)) // v6 = d4 - other d2
		t.op("VMOVAPS", v(3), v(7))
		t.op("VFNMADD231PS", v(1), v(c.other), v(7)) // v7 = d3 - other d1
		t.op("VMOVAPS", v(6), v(0))
		t.op("VFMADD231PS", v(7), v(c.point), v(0))
		store(2*i+1, 0)
		t.op("VFNMADD231PS", v(7), v(c.point), v(6))
		store(2*i+2, 6)
	}
	store(5, 5)
}

func winogradOut(t *text, s isa) {
	t.function("winogradOut"+s.name, "args:DI")
	winogradArguments(t, s, constA, constB, constA2, constB2, constA3, constB3)
	t.note("DX = 6 planes")
	t.op("LEAQ", "(R11)(R11*2)", "DX")
	t.op("ADDQ", "DX", "DX")
	for j := range 6 {
		t.note("column %d", j)
		for _, half := range halves(s) {
			t.op("MOVQ", "R8", "BX")
			for i := range 6 {
				t.op("VMOVUPS", at(half, "BX"), s.v(i))
				t.op("ADDQ", "DX", "BX")
			}
			for i, reg := range sixToFour(t, s) {
				t.op("VMOVUPS", s.v(reg), at(64*(6*i+j)+half, "SI"))
			}
		}
		t.op("ADDQ", "R11", "R8")
	}
	t.op("MOVQ", wRows, "CX")
	t.op("MOVQ", wColumns, "R13")
	t.op("MOVQ", wAdd, "R15")
	t.op("MOVQ", wBias, "R8")
	t.op("VBROADCASTSS", wLow, s.v(14))
	t.op("VBROADCASTSS", wHigh, s.v(15))
	t.label("row")
	for _, half := range halves(s) {
		for j := range 6 {
			t.op("VMOVUPS", at(64*j+half, "SI"), s.v(j))
		}
		for j, reg := range sixToFour(t, s) {
			pixel := fmt.Sprintf("%d_%d", j, half)
			if j > 0 {
				t.op("CMPQ", "R13", j)
				t.op("JLE", fmt.Sprintf("stored%d", half))
			}
			t.op("VADDPS", at(half, "R8"), s.v(reg), s.v(reg))
			t.op("TESTQ", "R15", "R15")
			t.op("JZ", "alone"+pixel)
			t.op("VADDPS", at(64*j+half, "R15"), s.v(reg), s.v(reg))
			t.label("alone" + pixel)
			t.op("VMAXPS", s.v(reg), s.v(14), s.v(reg))
			t.op("VMINPS", s.v(reg), s.v(15), s.v(reg))
			t.op("VMOVUPS", s.v(reg), at(64*j+half, "R10"))
		}
		t.label(fmt.Sprintf("stored%d", half))
	}
	t.op("ADDQ", 6*64, "SI")
	t.op("ADDQ", "R9", "R10")
	t.op("TESTQ", "R15", "R15")
	t.op("JZ", "next")
	t.op("ADDQ", wAddPitch, "R15")
	t.label("next")
	t.op("DECQ", "CX")
	t.op("JNZ", "row")
	t.end()
}

// sixToFour multiplies v0-v5 with A' and returns the registers of the results:
//
//	1   1    1    1    1   0
//	0   a   -a    b   -b   0
//	0  a^2  a^2  b^2  b^2  0
//	0  a^3 -a^3  b^3 -b^3  1
func sixToFour(t *text, s isa) []int {
	v := s.v
	const a, b, a2, b2, a3, b3 = 8, 9, 10, 11, 12, 13
	t.op("VADDPS", v(2), v(1), v(6)) // v6 = m1 + m2
	t.op("VSUBPS", v(2), v(1), v(1)) // v1 = m1 - m2
	t.op("VADDPS", v(4), v(3), v(7)) // v7 = m3 + m4
	t.op("VSUBPS", v(4), v(3), v(3)) // v3 = m3 - m4
	t.op("VADDPS", v(6), v(0), v(0))
	t.op("VADDPS", v(7), v(0), v(0))
	t.op("VMULPS", v(a), v(1), v(2))
	t.op("VFMADD231PS", v(3), v(b), v(2))
	t.op("VMULPS", v(a2), v(6), v(6))
	t.op("VFMADD231PS", v(7), v(b2), v(6))
	t.op("VFMADD231PS", v(1), v(a3), v(5))
	t.op("VFMADD231PS", v(3), v(b3), v(5))
	return []int{0, 2, 6, 5}
}
