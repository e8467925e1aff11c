package asmgen

// smooth writes sigmoid, silu and both forms of gelu (those of AVX-512 are in smooth_wide.go), and what softmax takes: in
// float64 inside, a whole register of it at a time, by the formulas of exp and normal in exp_generic.go, whose constants come
// in a table of 64 bytes each.
//
//	 x      float64 │ e = exp(·) │ p, n, r  work │ y  result
//	 V0     V1      │ V1         │ V2, V3, V4    │ V5, V6
//
//	DI dst   SI src   CX iterations   R8 table   DX what is subtracted   R9 sums or factors
func smooth(t *text, s isa) {
	if s == avx512 {
		smoothWide(t)
	} else {
		for _, f := range []struct {
			name string
			body func(k smoothKernel)
		}{
			{"sigmoid", func(k smoothKernel) { k.logistic("one") }},
			{"silu", func(k smoothKernel) { k.logistic("x") }},
			{"gelu", smoothKernel.gelu},
			{"tanhGELU", smoothKernel.tanhGELU},
		} {
			t.function(f.name+s.name, "dst:DI", "src:SI", "iterations:CX", "table:R8")
			t.label("loop")
			t.op("VCVTPS2PD", "(SI)", s.v(0))
			f.body(smoothKernel{t, s})
			smoothKernel{t, s}.store()
			t.op("ADDQ", s.bytes()/2, "SI")
			smoothKernel{t, s}.next()
		}
	}
	t.function("expSums"+s.name, "dst:DI", "src:SI", "top:DX", "sum:R9", "iterations:CX", "table:R8")
	smoothKernel{t, s}.expSums()
	t.function("scaleWide"+s.name, "dst:DI", "factors:R9", "iterations:CX")
	smoothKernel{t, s}.scaleWide()
}

// store rounds register 5 to dst.
func (k smoothKernel) store() {
	narrow, half := "VCVTPD2PS", "Y5"
	if k.s == avx2 {
		narrow, half = "VCVTPD2PSY", "X5"
	}
	k.t.op(narrow, k.s.v(5), half)
	k.t.op("VMOVUPS", half, "(DI)")
}

// next ends an iteration, and the function after the last one.
func (k smoothKernel) next() {
	k.t.op("ADDQ", k.s.bytes()/2, "DI")
	k.t.op("DECQ", "CX")
	k.t.op("JNZ", "loop")
	k.t.end()
}

// expSums sets dst to exp(src - top), and adds it to the sums.
func (k smoothKernel) expSums() {
	k.t.label("loop")
	k.op("VCVTPS2PD", "(SI)", 1)
	k.op("VCVTPS2PD", "(DX)", 2)
	k.op("VSUBPD", 2, 1, 1)
	k.exp()
	k.op("VMOVAPD", 1, 5)
	k.op("VADDPD", "(R9)", 1, 1)
	k.op("VMOVUPD", 1, "(R9)")
	k.store()
	k.t.op("ADDQ", k.s.bytes()/2, "SI")
	k.t.op("ADDQ", k.s.bytes()/2, "DX")
	k.t.op("ADDQ", k.s.bytes(), "R9")
	k.next()
}

// scaleWide multiplies dst by factors.
func (k smoothKernel) scaleWide() {
	k.t.label("loop")
	k.op("VCVTPS2PD", "(DI)", 5)
	k.op("VMULPD", "(R9)", 5, 5)
	k.store()
	k.t.op("ADDQ", k.s.bytes(), "R9")
	k.next()
}

type smoothKernel struct {
	t *text
	s isa
}

// The rows of the table.
const (
	rowHigh = iota
	rowLow
	rowLog2e
	rowRound
	rowLn2
	rowBias
	rowOne
	rowExp  // the series from its last term, 8 rows before the final 1
	rowHalf = rowExp + 8
	rowSign = rowHalf + 1
	rowSqrt = rowHalf + 2
	rowGrow = rowHalf + 3
	rowOver = rowHalf + 4
	rowLess = rowHalf + 5
	rowErfc = rowHalf + 6 // the polynomial from its last term, 12 rows
)

const erfcTerms = 12

// The rows behind that: the factors of x and of x cubed in the exponent of tanhGELU.
const (
	rowSlope = rowErfc + erfcTerms
	rowCube  = rowSlope + 1
)

func (k smoothKernel) row(i int) string { return at(64*i, "R8") }

// op writes an instruction on registers by number, and on text operands.
func (k smoothKernel) op(name string, operands ...any) {
	for i, o := range operands {
		if n, ok := o.(int); ok {
			operands[i] = k.s.v(n)
		}
	}
	k.t.op(name, operands...)
}

// exp sets register 1 to e to its power; it uses 2, 3 and 4. NaN is the last source and so
// passes both bounds.
func (k smoothKernel) exp() {
	k.op("VMOVUPD", k.row(rowHigh), 2)
	k.op("VMINPD", 1, 2, 1)
	k.op("VMOVUPD", k.row(rowLow), 2)
	k.op("VMAXPD", 1, 2, 1)
	k.t.note("r = x - n ln 2")
	k.op("VMULPD", k.row(rowLog2e), 1, 3)
	k.op("VADDPD", k.row(rowRound), 3, 3)
	k.op("VSUBPD", k.row(rowRound), 3, 2)
	k.op("VFNMADD231PD", k.row(rowLn2), 2, 1)
	k.op("VMOVUPD", k.row(rowExp), 4)
	for i := 1; i < 8; i++ {
		k.op("VFMADD213PD", k.row(rowExp+i), 1, 4)
	}
	k.op("VFMADD213PD", k.row(rowOne), 1, 4)
	k.t.note("times 2 to the n")
	k.op("VPADDQ", k.row(rowBias), 3, 3)
	k.t.op("VPSLLQ", 52, k.s.v(3), k.s.v(3))
	k.op("VMULPD", 3, 4, 1)
}

// logistic sets register 5 to a numerator, 1 or x, over 1 + exp(-x).
func (k smoothKernel) logistic(numerator string) {
	k.xor(rowSign, 0, 1)
	k.over(numerator)
}

// over sets register 5 to a numerator, 1 or x, over 1 + exp of register 1.
func (k smoothKernel) over(numerator string) {
	k.exp()
	k.op("VADDPD", k.row(rowOne), 1, 1)
	if numerator == "x" {
		k.op("VDIVPD", 1, 0, 5)
		return
	}
	k.op("VMOVUPD", k.row(rowOne), 5)
	k.op("VDIVPD", 1, 5, 5)
}

// tanhGELU sets register 5 to x over 1 + exp(-u), u being x*(slope + cube*x*x).
func (k smoothKernel) tanhGELU() {
	k.op("VMULPD", 0, 0, 2)
	k.op("VMOVUPD", k.row(rowCube), 1)
	k.op("VFMADD213PD", k.row(rowSlope), 2, 1)
	k.op("VMULPD", 0, 1, 1)
	k.over("x")
}

// xor sets register to to register from with the sign inverted.
func (k smoothKernel) xor(row, from, to int) {
	k.op("VXORPD", k.row(row), from, to)
}

// gelu sets register 5 to x times the normal distribution function of x.
func (k smoothKernel) gelu() {
	k.t.note("z = |x| / sqrt 2, u")
	k.op("VMOVUPD", k.row(rowSign), 1)
	k.op("VANDNPD", 0, 1, 1)
	k.op("VMULPD", k.row(rowSqrt), 1, 1)
	k.op("VMOVUPD", k.row(rowGrow), 2)
	k.op("VFMADD213PD", k.row(rowOne), 1, 2)
	k.op("VMOVUPD", k.row(rowOver), 5)
	k.op("VDIVPD", 2, 5, 5)
	k.op("VSUBPD", k.row(rowLess), 5, 5)
	k.op("VMOVUPD", k.row(rowErfc), 6)
	for i := 1; i < erfcTerms; i++ {
		k.op("VFMADD213PD", k.row(rowErfc+i), 5, 6)
	}
	k.t.note("exp(-z*z)")
	k.op("VMULPD", 1, 1, 1)
	k.xor(rowSign, 1, 1)
	k.exp()
	k.t.note("half of x < 0, 1 - half of x > 0")
	k.op("VMULPD", k.row(rowHalf), 6, 6)
	k.op("VMULPD", 1, 6, 6)
	k.op("VMOVUPD", k.row(rowOne), 5)
	k.op("VSUBPD", 6, 5, 5)
	k.t.op("VBLENDVPD", "Y0", "Y6", "Y5", "Y5")
	k.op("VMULPD", 0, 5, 5)
}
