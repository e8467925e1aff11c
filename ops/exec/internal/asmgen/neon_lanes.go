package asmgen

// lanes writes affine maps of lines of 16 channels, each with constants of its
// own:
//
//	dst[i] = (src[i] - sub)·mul + add         16 channels at a time
//
//	sub V0-V3   mul V4-V7   add V8-V11   line V16-V19   result V20-V23
func (t neon) lanes() {
	const sub, mul, add, line, result = 0, 4, 8, 16, 20
	t.function("affineLanes", "dst", "src", "lines", "sub", "mul", "add")
	t.loadLine(0, "R3", sub)
	t.loadLine(0, "R4", mul)
	t.loadLine(0, "R5", add)
	t.label("line")
	t.loadLine(0, "R1", line)
	for v := range 4 {
		t.do("fsub", line+v, line+v, sub+v)
		t.move(result+v, add+v)
		t.do("fmla", result+v, line+v, mul+v)
	}
	t.storeLine(result, 0, "R0")
	t.op("ADD", 64, "R1")
	t.op("ADD", 64, "R0")
	t.loop("R2", "line")
	t.op("RET")
	t.gates()
	t.slopes()
	t.factors()
	t.bilinear()
	t.pick()
}

// gates writes the end of a squeeze and excitation:
//
//	dst[i] = clamp(src[i]·mul + add[i])       16 channels at a time
//
//	mul V0-V3   low V4   high V5   line V16-V19   added and result V20-V23
func (t neon) gates() {
	const mul, low, high, line, result = 0, 4, 5, 16, 20
	t.function("gateLanes", "dst", "src", "lines", "mul", "add", "bounds")
	t.same("(R5)", low)
	t.same("4(R5)", high)
	t.loadLine(0, "R3", mul)
	t.label("line")
	t.loadLine(0, "R1", line)
	t.loadLine(0, "R4", result)
	for v := range 4 {
		t.do("fmla", result+v, line+v, mul+v)
		t.do("fmax", result+v, result+v, low)
		t.do("fmin", result+v, result+v, high)
	}
	t.storeLine(result, 0, "R0")
	t.op("ADD", 64, "R1")
	t.op("ADD", 64, "R4")
	t.op("ADD", 64, "R0")
	t.loop("R2", "line")
	t.op("RET")
}

// slopes writes a leaky ReLU:
//
//	dst[i] = src[i], times slope where it is below 0         16 channels at a time
//
//	slopes V0-V3   line V16-V19   product V20   mask V21
func (t neon) slopes() {
	const slopes, line, product, mask = 0, 16, 20, 21
	t.function("leakyLanes", "dst", "src", "lines", "slopes")
	t.loadLine(0, "R3", slopes)
	t.label("line")
	t.loadLine(0, "R1", line)
	for v := range 4 {
		t.below0(mask, line+v)
		t.do("fmul", product, line+v, slopes+v)
		t.do("bit", line+v, product, mask)
	}
	t.storeLine(line, 0, "R0")
	t.op("ADD", 64, "R1")
	t.op("ADD", 64, "R0")
	t.loop("R2", "line")
	t.op("RET")
}

// factors writes a product with one number for each pixel:
//
//	dst[i] = src[i]·factor         16 channels at a time
//
//	factor V0   line V16-V19
func (t neon) factors() {
	const factor, line = 0, 16
	t.function("scaleLanes", "dst", "src", "lines", "factors")
	t.label("line")
	t.same("(R3)", factor)
	t.loadLine(0, "R1", line)
	for v := range 4 {
		t.do("fmul", line+v, line+v, factor)
	}
	t.storeLine(line, 0, "R0")
	t.op("ADD", 64, "R1")
	t.op("ADD", 64, "R0")
	t.op("ADD", 4, "R3")
	t.loop("R2", "line")
	t.op("RET")
}

// bilinear weighs four pixels, two of each of two rows:
//
//	above   a ── b     dst = down0·(u·a + v·b) + down1·(u·c + v·d)    16 channels at a time
//	below   c ── d
//
//	down V0, V1   u, v V2, V3   a V4-V7   b V8-V11   c V16-V19   d V20-V23
func (t neon) bilinear() {
	const down0, down1, u, v, a, b, c, d = 0, 1, 2, 3, 4, 8, 16, 20
	t.function("bilinearLanes", "dst", "above", "below", "lines", "at", "across", "down")
	t.same("(R6)", down0)
	t.same("4(R6)", down1)
	t.label("line")
	t.op("MOVD", "(R4)", "R7")
	t.op("MOVD", "8(R4)", "R8")
	t.same("(R5)", u)
	t.same("4(R5)", v)
	for _, one := range []struct {
		base, index string
		to          int
	}{{"R1", "R7", a}, {"R1", "R8", b}, {"R2", "R7", c}, {"R2", "R8", d}} {
		t.op("ADD", one.index+"<<2", one.base, "R9")
		t.loadLine(0, "R9", one.to)
	}
	for i := range 4 {
		t.do("fmul", a+i, a+i, u)
		t.do("fmla", a+i, b+i, v)
		t.do("fmul", c+i, c+i, u)
		t.do("fmla", c+i, d+i, v)
		t.do("fmul", a+i, a+i, down0)
		t.do("fmla", a+i, c+i, down1)
	}
	t.storeLine(a, 0, "R0")
	t.op("ADD", 64, "R0")
	t.op("ADD", 16, "R4")
	t.op("ADD", 8, "R5")
	t.loop("R3", "line")
	t.op("RET")
}

// peak writes a loop of nothing but multiply-adds, 24 independent ones, to measure how many
// the machine can do.
func (t neon) peak() {
	t.function("peak", "iterations")
	for i := range 26 {
		t.zero(i)
	}
	t.label("loop")
	for i := range 48 {
		t.do("fmla", i%24, 24, 25)
	}
	t.loop("R0", "loop")
	t.op("RET")
}

// pick copies lines of 64 bytes from anywhere, one after another: V0-V3.
func (t neon) pick() {
	t.function("pickLanes", "dst", "src", "lines", "at")
	t.label("line")
	t.op("MOVD.P", "8(R3)", "R4")
	t.op("ADD", "R4<<2", "R1", "R5")
	t.loadLine(0, "R5", 0)
	t.storeLine(0, 0, "R0")
	t.op("ADD", 64, "R0")
	t.loop("R2", "line")
	t.op("RET")
}
