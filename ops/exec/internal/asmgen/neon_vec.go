package asmgen

// A neonVector is a function of the elements of one or two slices, several at a
// time:
//
//	dst ┌─────────┬─────────┬ … ┬─────┐
//	src └─────────┴─────────┴ … ┴─────┘
//	     16 at once  then 4        one by one
//
// V0-V3 are the elements of src, V4-V7 those of dst, V16 to V19 the
// constants; those that do not read dst work in its registers.
type neonVector struct {
	name   string
	binary bool     // reads dst as well
	consts []string // parameters of 4 bytes
	apply  func(t neon, x, dst int)
}

var neonVectors = []neonVector{
	{"add", true, nil, func(t neon, x, dst int) { t.do("fadd", x, x, dst) }},
	{"mul", true, nil, func(t neon, x, dst int) { t.do("fmul", x, x, dst) }},
	{"larger", true, nil, func(t neon, x, dst int) { t.do("fmax", x, x, dst) }},
	{"addScalar", false, []string{"c"}, func(t neon, x, _ int) { t.do("fadd", x, x, 16) }},
	{"mulScalar", false, []string{"c"}, func(t neon, x, _ int) { t.do("fmul", x, x, 16) }},
	{"clamp", false, []string{"low", "high"}, func(t neon, x, _ int) {
		t.do("fmax", x, x, 16)
		t.do("fmin", x, x, 17)
	}},
	{"leaky", false, []string{"slope"}, func(t neon, x, work int) {
		t.below0(20, x)
		t.do("fmul", work, x, 16)
		t.do("bit", x, work, 20)
	}},
	{"hardSigmoid", false, []string{"slope", "half", "low", "high"}, func(t neon, x, _ int) {
		t.do("fmul", x, x, 16)
		t.do("fadd", x, x, 17)
		t.do("fmax", x, x, 18)
		t.do("fmin", x, x, 19)
	}},
	{"hardSwish", false, []string{"shift", "factor", "low", "high"}, func(t neon, x, work int) {
		t.do("fadd", work, x, 16)
		t.do("fmax", work, work, 18)
		t.do("fmin", work, work, 19)
		t.do("fmul", work, work, 17)
		t.do("fmul", x, x, work)
	}},
}

func (t neon) vectors() {
	for _, k := range neonVectors {
		k.write(t)
	}
}

func (k neonVector) write(t neon) {
	const dst = 4
	size := 24 + 4*len(k.consts)
	t.raw("\nTEXT ·" + k.name + "NEON(SB), NOSPLIT, $0-" + itoa(size))
	t.op("MOVD", "dst+0(FP)", "R0")
	t.op("MOVD", "src+8(FP)", "R1")
	t.op("MOVD", "n+16(FP)", "R2")
	for i, c := range k.consts {
		t.same(c+"+"+itoa(24+4*i)+"(FP)", 16+i)
	}
	t.op("SUBS", 16, "R2")
	t.op("BLT", "single")
	t.label("loop")
	t.loadLine(0, "R1", 0)
	if k.binary {
		t.loadLine(0, "R0", dst)
	}
	for i := range 4 {
		k.apply(t, i, dst+i)
	}
	t.storeLine(0, 0, "R0")
	t.op("ADD", 64, "R1")
	t.op("ADD", 64, "R0")
	t.op("SUBS", 16, "R2")
	t.op("BGE", "loop")

	// some does what fits a move of so many bytes as often as R2 allows.
	some := func(label, move string, bytes int) {
		t.label(label)
		t.op(move+".P", at(bytes, "R1"), scalar(0))
		if k.binary {
			t.op(move, "(R0)", scalar(dst))
		}
		k.apply(t, 0, dst)
		t.op(move+".P", scalar(0), at(bytes, "R0"))
		t.op("SUBS", bytes/4, "R2")
	}
	t.label("single")
	t.op("ADDS", 12, "R2")
	t.op("BLT", "tail")
	some("next", "FMOVQ", 16)
	t.op("BGE", "next")
	t.label("tail")
	t.op("ADDS", 4, "R2")
	t.op("BEQ", "done")
	some("one", "FMOVS", 4)
	t.op("BNE", "one")
	t.label("done")
	t.op("RET")
}
