package asmgen

// A vector is a function of the elements of one or two slices, several at a time:
//
//	dst ┌─────────┬─────────┬ … ┬─────┐
//	src └─────────┴─────────┴ … ┴─────┘
//	     4 registers at once one by one, or under a mask (K1)
//
// v0-v3 are the elements, v4 and v5 work, v6 to v9 the constants.
type vector struct {
	name   string
	binary bool     // reads dst as well
	consts []string // parameters of 4 bytes, broadcast to v6 and on
	apply  func(t *text, s isa, x int, dst string)
}

// NaN is kept: VMAXPS and VMINPS return their last source (Go's first operand) if either is
// NaN, so the value goes there and the bound in the middle.
var vectorKernels = []vector{
	{"add", true, nil, func(t *text, s isa, x int, dst string) {
		t.op("VADDPS", dst, s.v(x), s.v(x))
	}},
	{"mul", true, nil, func(t *text, s isa, x int, dst string) {
		t.op("VMULPS", dst, s.v(x), s.v(x))
	}},
	{"larger", true, nil, func(t *text, s isa, x int, dst string) {
		if s == avx512 {
			t.op("VCMPPS", 3, s.v(x), s.v(x), "K2")
			t.op("VMAXPS", dst, s.v(x), s.v(4))
			t.op("VMOVAPS", s.v(x), "K2", s.v(4))
			t.op("VMOVAPS", s.v(4), s.v(x))
			return
		}
		t.op("VMAXPS", dst, s.v(x), s.v(4))
		t.op("VCMPPS", 3, s.v(x), s.v(x), s.v(5))
		t.op("VBLENDVPS", s.v(5), s.v(x), s.v(4), s.v(x))
	}},
	{"addScalar", false, []string{"c"}, func(t *text, s isa, x int, _ string) {
		t.op("VADDPS", s.v(6), s.v(x), s.v(x))
	}},
	{"mulScalar", false, []string{"c"}, func(t *text, s isa, x int, _ string) {
		t.op("VMULPS", s.v(6), s.v(x), s.v(x))
	}},
	{"clamp", false, []string{"low", "high"}, func(t *text, s isa, x int, _ string) {
		t.op("VMAXPS", s.v(x), s.v(6), s.v(x))
		t.op("VMINPS", s.v(x), s.v(7), s.v(x))
	}},
	{"leaky", false, []string{"slope"}, func(t *text, s isa, x int, _ string) {
		if s == avx512 {
			t.op("VPMOVD2M", s.v(x), "K2")
			t.op("VMULPS", s.v(6), s.v(x), "K2", s.v(x))
			return
		}
		t.op("VMULPS", s.v(6), s.v(x), s.v(4))
		t.op("VBLENDVPS", s.v(x), s.v(4), s.v(x), s.v(x))
	}},
	{"hardSigmoid", false, []string{"slope", "half", "low", "high"}, func(t *text, s isa, x int, _ string) {
		t.op("VMULPS", s.v(6), s.v(x), s.v(x))
		t.op("VADDPS", s.v(7), s.v(x), s.v(x))
		t.op("VMAXPS", s.v(x), s.v(8), s.v(x))
		t.op("VMINPS", s.v(x), s.v(9), s.v(x))
	}},
	{"hardSwish", false, []string{"shift", "factor", "low", "high"}, func(t *text, s isa, x int, _ string) {
		t.op("VADDPS", s.v(6), s.v(x), s.v(4))
		t.op("VMAXPS", s.v(4), s.v(8), s.v(4))
		t.op("VMINPS", s.v(4), s.v(9), s.v(4))
		t.op("VMULPS", s.v(7), s.v(4), s.v(4))
		t.op("VMULPS", s.v(4), s.v(x), s.v(x))
	}},
}

func vectors(t *text, s isa) {
	for _, k := range vectorKernels {
		k.write(t, s)
	}
}

func (k vector) write(t *text, s isa) {
	const unroll = 4
	size := 24 + 4*len(k.consts)
	t.raw("\nTEXT ·" + k.name + s.name + "(SB), NOSPLIT, $0-" + itoa(size))
	t.op("MOVQ", "dst+0(FP)", "DI")
	t.op("MOVQ", "src+8(FP)", "SI")
	t.op("MOVQ", "n+16(FP)", "CX")
	for i, c := range k.consts {
		t.op("VBROADCASTSS", c+"+"+itoa(24+4*i)+"(FP)", s.v(6+i))
	}
	t.op("SUBQ", unroll*s.lanes, "CX")
	t.op("JLT", "single")
	t.label("loop")
	for i := range unroll {
		t.op("VMOVUPS", at(i*s.bytes(), "SI"), s.v(i))
	}
	for i := range unroll {
		k.apply(t, s, i, at(i*s.bytes(), "DI"))
	}
	for i := range unroll {
		t.op("VMOVUPS", s.v(i), at(i*s.bytes(), "DI"))
	}
	t.op("ADDQ", unroll*s.bytes(), "SI")
	t.op("ADDQ", unroll*s.bytes(), "DI")
	t.op("SUBQ", unroll*s.lanes, "CX")
	t.op("JGE", "loop")

	t.label("single")
	t.op("ADDQ", (unroll-1)*s.lanes, "CX")
	t.op("JLT", "tail")
	t.label("next")
	t.op("VMOVUPS", "(SI)", s.v(0))
	k.apply(t, s, 0, "(DI)")
	t.op("VMOVUPS", s.v(0), "(DI)")
	t.op("ADDQ", s.bytes(), "SI")
	t.op("ADDQ", s.bytes(), "DI")
	t.op("SUBQ", s.lanes, "CX")
	t.op("JGE", "next")

	t.label("tail")
	t.op("ADDQ", s.lanes, "CX")
	t.op("JZ", "done")
	k.tail(t, s)
	t.label("done")
	t.end()
}

// tail does the last CX elements, fewer than a register has.
func (k vector) tail(t *text, s isa) {
	if s == avx512 {
		t.note("K1 = one bit for each element left")
		t.op("MOVL", 1, "AX")
		t.op("SHLL", "CX", "AX")
		t.op("DECL", "AX")
		t.op("KMOVW", "AX", "K1")
		t.op("VMOVUPS.Z", "(SI)", "K1", s.v(0))
		t.op("VMOVUPS.Z", "(DI)", "K1", s.v(5))
		k.apply(t, s, 0, s.v(5))
		t.op("VMOVUPS", s.v(0), "K1", "(DI)")
		return
	}
	t.label("one")
	t.op("VMOVSS", "(SI)", "X0")
	t.op("VMOVSS", "(DI)", "X5")
	k.apply(t, s, 0, s.v(5))
	t.op("VMOVSS", "X0", "(DI)")
	t.op("ADDQ", 4, "SI")
	t.op("ADDQ", 4, "DI")
	t.op("DECQ", "CX")
	t.op("JNZ", "one")
}
