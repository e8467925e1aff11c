package asmgen

// winograd writes the transforms of F(4x4, 3x3) on lines of 16 channels, drawn
// in winograd.go, a quarter of a line at a time.
//
// V0-V5 are a column or row, V6 and V7 work, V16-V21 the constants, V22 and V23
// the bounds, V24 the bias, V25 the value to add. The first keeps the largest sizes of
// the quarters in V22-V25, and in V21 all bits but the sign.
//
//	R1 source   R2 its pitch   R3 result   R4 its pitch   R5 scratch
//	R6 tiles or rows left      R8-R13 rows or work
func (t neon) winograd() {
	t.winogradIn()
	t.winogradOut()
}

// quarters is how many registers a line takes.
const quarters = 4

func (t neon) winogradArguments(constants ...int) {
	t.field(wSource, "R1")
	t.field(wPitch, "R2")
	t.field(wResult, "R3")
	t.field(wPlane, "R4")
	t.field(wScratch, "R5")
	t.field(wConstants, "R6")
	for i, c := range constants {
		t.same(at(4*c, "R6"), 16+i)
	}
}

func (t neon) winogradIn() {
	rows := []string{"R8", "R9", "R10", "R11", "R12", "R13"}
	t.function("winogradIn", "args")
	t.winogradArguments(constA, constB, constA2, constB2, constSum)
	t.same(at(4*constSize, "R6"), 21)
	for q := range quarters {
		t.zero(22 + q)
	}
	t.field(wTiles, "R6")
	t.label("tile")
	t.op("MOVD", "R1", "R8")
	for i := 1; i < 6; i++ {
		t.op("ADD", "R2", rows[i-1], rows[i])
	}
	for j := range 6 {
		t.note("column %d", j)
		for q := range quarters {
			for i, row := range rows {
				t.load(at(64*j+16*q, row), i)
				t.do("and", 6+i%2, i, 21)
				t.do("umax", 22+q, 22+q, 6+i%2)
			}
			t.sixToSix(func(i, reg int) { t.store(reg, at(64*(6*i+j)+16*q, "R5")) })
		}
	}
	t.op("MOVD", "R3", "R8")
	for i := range 6 {
		t.note("row %d", i)
		t.note("R8-R13 = planes")
		for j := 1; j < 6; j++ {
			t.op("ADD", "R4", rows[j-1], rows[j])
		}
		for q := range quarters {
			for j := range 6 {
				t.load(at(64*(6*i+j)+16*q, "R5"), j)
			}
			t.sixToSix(func(j, reg int) { t.store(reg, at(16*q, rows[j])) })
		}
		if i < 5 {
			t.op("ADD", "R4", "R13", "R8")
		}
	}
	t.op("ADD", 4*64, "R1")
	t.op("ADD", 64, "R3")
	t.loop("R6", "tile")
	t.field(wMost, "R8")
	for q := range quarters {
		t.store(22+q, at(16*q, "R8"))
	}
	t.op("RET")
}

// sixToSix multiplies V0-V5 with B' and stores the results.
func (t neon) sixToSix(store func(i, reg int)) {
	const a, b, a2, b2, sum = 16, 17, 18, 19, 20
	t.do("fadd", 0, 0, 4)
	t.do("fmls", 0, 2, sum)
	store(0, 0)
	t.do("fadd", 5, 5, 1)
	t.do("fmls", 5, 3, sum)
	for i, c := range []struct{ point, other int }{{a, b2}, {b, a2}} {
		t.move(6, 4)
		t.do("fmls", 6, 2, c.other) // V6 = d4 - other d2
		t.move(7, 3)
		t.do("fmls", 7, 1, c.other) // V7 = d3 - other d1
		t.move(0, 6)
		t.do("fmla", 0, 7, c.point)
		store(2*i+1, 0)
		t.do("fmls", 6, 7, c.point)
		store(2*i+2, 6)
	}
	store(5, 5)
}

func (t neon) winogradOut() {
	const low, high, bias, add = 22, 23, 24, 25
	t.function("winogradOut", "args")
	t.winogradArguments(constA, constB, constA2, constB2, constA3, constB3)
	t.note("R8 = 6 planes")
	t.op("ADD", "R4<<1", "R4", "R8")
	t.op("LSL", 1, "R8")
	for j := range 6 {
		t.note("column %d", j)
		for q := range quarters {
			t.op("MOVD", "R1", "R9")
			for i := range 6 {
				t.load(at(16*q, "R9"), i)
				if i < 5 {
					t.op("ADD", "R8", "R9")
				}
			}
			for i, reg := range t.sixToFour() {
				t.store(reg, at(64*(6*i+j)+16*q, "R5"))
			}
		}
		t.op("ADD", "R4", "R1")
	}
	t.note("R8 = columns, R9 = pitch of the value to add in R10, R11 = bias")
	t.field(wRows, "R6")
	t.field(wColumns, "R8")
	t.field(wAddPitch, "R9")
	t.field(wAdd, "R10")
	t.field(wBias, "R11")
	t.same(inR0(wLow), low)
	t.same(inR0(wHigh), high)
	t.label("row")
	for q := range quarters {
		name := func(what string, j int) string { return what + itoa(j) + "_" + itoa(q) }
		for j := range 6 {
			t.load(at(64*j+16*q, "R5"), j)
		}
		t.load(at(16*q, "R11"), bias)
		for j, reg := range t.sixToFour() {
			if j > 0 {
				t.op("CMP", j, "R8")
				t.op("BLE", name("stored", 0))
			}
			t.do("fadd", reg, reg, bias)
			t.op("CBZ", "R10", name("alone", j))
			t.load(at(64*j+16*q, "R10"), add)
			t.do("fadd", reg, reg, add)
			t.label(name("alone", j))
			t.do("fmax", reg, reg, low)
			t.do("fmin", reg, reg, high)
			t.store(reg, at(64*j+16*q, "R3"))
		}
		t.label(name("stored", 0))
	}
	t.op("ADD", 6*64, "R5")
	t.op("ADD", "R2", "R3")
	t.op("CBZ", "R10", "next")
	t.op("ADD", "R9", "R10")
	t.label("next")
	t.loop("R6", "row")
	t.op("RET")
}

// sixToFour multiplies V0-V5 with A' and returns the registers of the results.
func (t neon) sixToFour() []int {
	const a, b, a2, b2, a3, b3 = 16, 17, 18, 19, 20, 21
	t.do("fadd", 6, 1, 2) // V6 = m1 + m2
	t.do("fsub", 1, 1, 2) // V1 = m1 - m2
	t.do("fadd", 7, 3, 4) // V7 = m3 + m4
	t.do("fsub", 3, 3, 4) // V3 = m3 - m4
	t.do("fadd", 0, 0, 6)
	t.do("fadd", 0, 0, 7)
	t.do("fmul", 2, 1, a)
	t.do("fmla", 2, 3, b)
	t.do("fmul", 6, 6, a2)
	t.do("fmla", 6, 7, b2)
	t.do("fmla", 5, 1, a3)
	t.do("fmla", 5, 3, b3)
	return []int{0, 2, 6, 5}
}
