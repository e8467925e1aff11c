package asmgen

import "fmt"

// smoothWide writes sigmoid, silu and both forms of gelu with AVX-512: 16 elements at a time, in two halves of eight float64.
//
// The power of e is one of 16 numbers in two registers, times a power of two, times a polynomial of the small rest:
//
//	-x = (16n + i) ln 2 / 16 - r      exp(-x) = 2^n * 2^(i/16) * p(-r)      |r| <= ln 2 / 32
//
// A quotient is one of float32: its divisor was rounded once, and so it is off by at most two roundings. Where a divisor
// could exceed float32 all 16 are divided in float64.
//
//	half 0: Z0 x   Z2 exp(·)   Z4, Z6, Z8 work, and likewise half 1: Z1, Z3, Z5, Z7, Z9   Z10 result   Z12- constants
//	DI dst   SI src   CX iterations   R8 table
func smoothWide(t *text) {
	k := wideKernel{t}
	for _, f := range []struct {
		name     string
		exponent func() // sets Z2 to that of a quotient
		far      int    // the row of the largest x whose divisor float32 has
		over     bool   // x, not 1, is divided
	}{
		{"sigmoid", k.same, wideFar, false},
		{"silu", k.same, wideFar, true},
		{"tanhGELU", k.cubic, wideFarCubic, true},
	} {
		k.begin(f.name)
		k.quotient(f.exponent, f.far, f.over)
	}
	k.begin("gelu")
	k.gelu()
}

type wideKernel struct{ t *text }

// The rows of kernel.wideTable, of which the first are held in registers.
const (
	wideLog2e = iota // sixteen of it, negative
	wideRound
	wideLn2 // a sixteenth
	wideCube
	wideSquare
	wideOne
	widePowers // 2^(i/16), less i in the lowest bits of what n is added to: two rows
	_
	wideOnes // of float32
	wideAbs  // likewise
	wideFar  // likewise
	wideFarCubic
	wideConstants
)

// The rows behind, which are read where they are used.
const (
	wideHigh = wideConstants + iota
	wideLow  // makes infinity
	wideSlope
	wideCubic
	wideMagnitude
	wideSqrt
	wideRange // makes 0
	wideGrow
	wideOver
	wideLess
	wideHalf
	wideErfc
)

func (k wideKernel) constant(row int) string { return fmt.Sprint("Z", 12+row) }

func (k wideKernel) row(i int) string { return at(64*i, "R8") }

// both writes an instruction for both halves, of which half h has register r+h.
func (k wideKernel) both(name string, operands ...any) {
	for half := range 2 {
		all := make([]any, len(operands))
		for i, o := range operands {
			if r, ok := o.(reg); ok {
				o = fmt.Sprint("Z", int(r)+half)
			}
			all[i] = o
		}
		k.t.op(name, all...)
	}
}

// A reg is the register of half 0; that of half 1 follows it.
type reg int

// begin begins a function and its loop: Z0 and Z1 are the elements.
func (k wideKernel) begin(name string) {
	k.t.function(name+avx512.name, "dst:DI", "src:SI", "iterations:CX", "table:R8")
	for i := range wideConstants {
		k.t.op("VMOVUPD", at(64*i, "R8"), k.constant(i))
	}
	k.t.label("loop")
	k.t.op("VCVTPS2PD", "(SI)", "Z0")
	k.t.op("VCVTPS2PD", "32(SI)", "Z1")
}

// exp sets Z2 and Z3 to e to the power -Z2.
func (k wideKernel) exp() {
	c := k.constant
	k.both("VMOVAPD", c(wideRound), reg(4))
	k.both("VFMADD231PD", c(wideLog2e), reg(2), reg(4))
	k.both("VSUBPD", c(wideRound), reg(4), reg(6))
	k.both("VFMADD231PD", c(wideLn2), reg(6), reg(2))
	k.both("VMOVAPD", c(wideCube), reg(6))
	k.both("VFMADD213PD", c(wideSquare), reg(2), reg(6))
	k.both("VFMSUB213PD", c(wideOne), reg(2), reg(6))
	k.both("VFMADD213PD", c(wideOne), reg(2), reg(6))
	k.t.note("times 2^(i/16) and 2^n")
	k.both("VMOVAPD", reg(4), reg(8))
	k.both("VPERMI2PD", c(widePowers+1), c(widePowers), reg(8))
	k.both("VPSLLQ", 48, reg(4), reg(4))
	k.both("VPADDQ", reg(4), reg(8), reg(8))
	k.both("VMULPD", reg(8), reg(6), reg(2))
}

// next stores Z10 and ends the loop.
func (k wideKernel) next() {
	k.t.op("VMOVUPS", "Z10", "(DI)")
	k.t.op("ADDQ", 64, "SI")
	k.t.op("ADDQ", 64, "DI")
	k.t.op("DECQ", "CX")
	k.t.op("JNZ", "loop")
	k.t.end()
}

// narrow rounds a register of each half to Z10; it uses Z11.
func (k wideKernel) narrow(from int) {
	k.t.op("VCVTPD2PS", fmt.Sprint("Z", from), "Y10")
	k.t.op("VCVTPD2PS", fmt.Sprint("Z", from+1), "Y11")
	k.t.op("VINSERTF64X4", 1, "Y11", "Z10", "Z10")
}

// quotient divides x, or 1, by 1 + exp(-exponent), and ends the loop.
func (k wideKernel) quotient(exponent func(), far int, x bool) {
	t, one := k.t, k.constant(wideOne)
	t.op("VPANDD", "(SI)", k.constant(wideAbs), "Z10")
	t.op("VCMPPS", 1, "Z10", k.constant(far), "K1") // far < |x|
	exponent()
	t.op("KORTESTW", "K1", "K1")
	t.op("JNZ", "far")
	k.exp()
	k.both("VADDPD", one, reg(2), reg(2))
	k.narrow(2)
	if x {
		t.op("VMOVUPS", "(SI)", "Z11")
		t.op("VDIVPS", "Z10", "Z11", "Z10")
	} else {
		t.op("VDIVPS", "Z10", k.constant(wideOnes), "Z10")
	}
	t.label("store")
	k.next()
	t.label("far")
	t.note("NaN is the last source and so passes both bounds")
	for _, bound := range []struct {
		op  string
		row int
	}{{"VMINPD", wideHigh}, {"VMAXPD", wideLow}} {
		k.both("VMOVUPD", k.row(bound.row), reg(4))
		k.both(bound.op, reg(2), reg(4), reg(2))
	}
	k.exp()
	k.both("VADDPD", one, reg(2), reg(2))
	if x {
		k.both("VDIVPD", reg(2), reg(0), reg(2))
	} else {
		k.both("VDIVPD", reg(2), one, reg(2))
	}
	k.narrow(2)
	t.op("JMP", "store")
}

// same sets Z2 to x.
func (k wideKernel) same() { k.both("VMOVAPD", reg(0), reg(2)) }

// cubic sets Z2 to x*(slope + cube*x*x).
func (k wideKernel) cubic() {
	k.both("VMULPD", reg(0), reg(0), reg(4))
	k.both("VMOVUPD", k.row(wideCubic), reg(2))
	k.both("VFMADD213PD", k.row(wideSlope), reg(4), reg(2))
	k.both("VMULPD", reg(0), reg(2), reg(2))
}

// gelu is x times the normal distribution function of x, by the formula of normal in exp_generic.go. A reciprocal of
// 14 bits becomes one of 42.
func (k wideKernel) gelu() {
	one := k.constant(wideOne)
	k.t.note("z = |x| / sqrt 2, no more than makes exp(-z*z) 0, and u")
	k.both("VPANDQ", k.row(wideMagnitude), reg(0), reg(2))
	k.both("VMULPD", k.row(wideSqrt), reg(2), reg(2))
	k.both("VMINPD", k.row(wideRange), reg(2), reg(2))
	k.both("VMOVUPD", k.row(wideGrow), reg(4))
	k.both("VFMADD213PD", one, reg(2), reg(4))
	k.both("VRCP14PD", reg(4), reg(6))
	k.both("VFNMADD213PD", one, reg(6), reg(4))
	k.both("VFMADD213PD", reg(4), reg(4), reg(4))
	k.both("VFMADD213PD", reg(6), reg(6), reg(4))
	k.both("VMOVUPD", k.row(wideLess), reg(6))
	k.both("VFMSUB132PD", k.row(wideOver), reg(6), reg(4))
	k.both("VMOVUPD", k.row(wideErfc), reg(10))
	for i := 1; i < erfcTerms; i++ {
		k.both("VFMADD213PD", k.row(wideErfc+i), reg(4), reg(10))
	}
	k.t.note("exp(-z*z)")
	k.both("VMULPD", reg(2), reg(2), reg(2))
	k.exp()
	k.t.note("half of x < 0, 1 - half of x > 0")
	k.both("VMULPD", k.row(wideHalf), reg(10), reg(10))
	k.both("VMULPD", reg(2), reg(10), reg(2))
	for half := range 2 {
		x, y := fmt.Sprint("Z", half), fmt.Sprint("Z", 2+half)
		k.t.op("VPMOVQ2M", x, "K1")
		k.t.op("KNOTB", "K1", "K1")
		k.t.op("VSUBPD", y, one, "K1", y)
	}
	k.both("VMULPD", reg(0), reg(2), reg(2))
	k.narrow(2)
	k.next()
}
