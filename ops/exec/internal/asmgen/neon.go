package asmgen

import (
	"fmt"
	"strings"
)

// NEON is the vector instructions of arm64: 32 registers V0-V31 of 4 float32. Operands are
// in the order of the architecture's manual, the result first; Go's assembler lacks most of
// these instructions, so they are written as words.
//
// R18, R27 and above are reserved and left alone.
type neon struct{ *text }

// neonFiles are the generated files of NEON.
func neonFiles() map[string]string {
	files := map[string]string{}
	for _, family := range []struct {
		name  string
		write func(neon)
	}{
		{"gemm", neon.gemm},
		{"product", neon.products},
		{"dot", neon.dot},
		{"vec", neon.vectors},
		{"peak", neon.peak},
		{"tile", neon.tiles},
		{"grouped", neon.grouped},
		{"lanes", neon.lanes},
		{"winograd", neon.winograd},
	} {
		t := neon{&text{}}
		t.raw(header)
		family.write(t)
		files[family.name+"_neon_arm64.s"] = t.String()
	}
	return files
}

// function begins one with parameters of 8 bytes each, which it loads into R0,
// R1 and so on.
func (t neon) function(name string, params ...string) {
	t.raw(fmt.Sprintf("\nTEXT ·%sNEON(SB), NOSPLIT, $0-%d", name, 8*len(params)))
	for i, p := range params {
		t.op("MOVD", fmt.Sprintf("%s+%d(FP)", p, 8*i), fmt.Sprint("R", i))
	}
}

// field loads a field of the arguments, which R0 points to.
func (t neon) field(arg, reg string) { t.op("MOVD", inR0(arg), reg) }

// inR0 turns an operand of the x86 kernels into one with the arguments in R0.
func inR0(arg string) string { return strings.Replace(arg, "(DI)", "(R0)", 1) }

// The operations on four float32 in each register that Go's assembler lacks.
var neonCodes = map[string]uint32{
	"fadd": 0x4e20d400,
	"fsub": 0x4ea0d400,
	"fmul": 0x6e20dc00,
	"fmax": 0x4e20f400, // NaN if either is NaN
	"fmin": 0x4ea0f400,
	"fmla": 0x4e20cc00, // d += n·m
	"fmls": 0x4ea0cc00, // d -= n·m
	"and":  0x4e201c00,
	"umax": 0x6ea06400,
	"bit":  0x6ea01c00, // d = n where m has ones
}

// do is an operation on all four elements: d = n op m, or d is added to.
func (t neon) do(name string, d, n, m int) {
	t.word(neonCodes[name]|register(m)<<16|register(n)<<5|register(d),
		fmt.Sprintf("%s v%d.4s, v%d.4s, v%d.4s", name, d, n, m))
}

// below0 sets the elements of d to ones where those of n are below 0, to zeros elsewhere.
func (t neon) below0(d, n int) {
	t.word(0x4ea0e800|register(n)<<5|register(d), fmt.Sprintf("fcmlt v%d.4s, v%d.4s, #0.0", d, n))
}

// fmlaLane adds n times one element of m to d.
func (t neon) fmlaLane(d, n, m, lane int) {
	if lane < 0 || lane > 3 {
		panic(fmt.Sprintf("asmgen: no element %d", lane))
	}
	low, high := uint32(lane&1)<<21, uint32(lane>>1)<<11
	t.word(0x4f801000|low|high|register(m)<<16|register(n)<<5|register(d),
		fmt.Sprintf("fmla v%d.4s, v%d.4s, v%d.s[%d]", d, n, m, lane))
}

// widen sets d to the first or the last two elements of n as float64.
func (t neon) widen(d, n int, last bool) {
	code, name, half := uint32(0x0e617800), "fcvtl", "2s"
	if last {
		code, name, half = 0x4e617800, "fcvtl2", "4s"
	}
	t.word(code|register(n)<<5|register(d), fmt.Sprintf("%s v%d.2d, v%d.%s", name, d, n, half))
}

// addWide adds two float64.
func (t neon) addWide(d, n, m int) {
	t.word(0x4e60d400|register(m)<<16|register(n)<<5|register(d), fmt.Sprintf("fadd v%d.2d, v%d.2d, v%d.2d", d, n, m))
}

// twice sets d to the even (i = 0) or the odd (i = 1) elements of n, each twice.
func (t neon) twice(d, n, i int) {
	code := []uint32{0x4e802800, 0x4e806800}[i]
	t.word(code|register(n)<<16|register(n)<<5|register(d), fmt.Sprintf("trn%d v%d.4s, v%d.4s, v%d.4s", 1+i, d, n, n))
}

// word adds an instruction by its code.
func (t neon) word(code uint32, mnemonic string) {
	t.raw(fmt.Sprintf("\tWORD $0x%08x // %s", code, mnemonic))
}

// register is the number of a vector register in a code.
func register(i int) uint32 {
	if i < 0 || i > 31 {
		panic(fmt.Sprintf("asmgen: NEON has no vector register %d", i))
	}
	return uint32(i)
}

// zero clears a register.
func (t neon) zero(i int) {
	v := fmt.Sprintf("V%d.B16", register(i))
	t.op("VEOR", v, v, v)
}

// move copies register n to d.
func (t neon) move(d, n int) {
	t.op("VMOV", fmt.Sprintf("V%d.B16", register(n)), fmt.Sprintf("V%d.B16", register(d)))
}

// same sets all elements of a register to a float32 in memory.
func (t neon) same(memory string, i int) {
	t.op("FMOVS", memory, scalar(i))
	t.op("VDUP", fmt.Sprintf("V%d.S[0]", i), fmt.Sprintf("V%d.S4", i))
}

// load and store move one register; loadPair and storePair move i and i+1.
func (t neon) load(memory string, i int)  { t.op("FMOVQ", memory, scalar(i)) }
func (t neon) store(i int, memory string) { t.op("FMOVQ", scalar(i), memory) }

func (t neon) loadPair(memory string, i int)  { t.op("FLDPQ", memory, pair(i)) }
func (t neon) storePair(i int, memory string) { t.op("FSTPQ", pair(i), memory) }

// loadLine and storeLine move 16 channels to or from i, i+1, i+2 and i+3.
func (t neon) loadLine(n int, reg string, i int) {
	t.loadPair(at(n, reg), i)
	t.loadPair(at(n+32, reg), i+2)
}

func (t neon) storeLine(i, n int, reg string) {
	t.storePair(i, at(n, reg))
	t.storePair(i+2, at(n+32, reg))
}

func scalar(i int) string { return fmt.Sprintf("F%d", register(i)) }
func pair(i int) string   { return fmt.Sprintf("(F%d, F%d)", register(i), register(i+1)) }

// loop ends a loop over a count in a register.
func (t neon) loop(count, label string) {
	t.op("SUBS", 1, count)
	t.op("BNE", label)
}
