package asmgen

// lanes writes maps of lines of 16 channels, each with constants of its own.
// The affine one:
//
//	dst[i] = (src[i] - sub)·mul + add         16 channels at a time
//
//	           sub     mul     add     work
//	AVX-512    Z0      Z1      Z2      Z3
//	AVX2       Y0, Y1  Y2, Y3  Y4, Y5  Y6, Y7
func lanes(t *text, s isa) {
	affine(t, s)
	gates(t, s)
	slopes(t, s)
	factors(t, s)
	bilinear(t, s)
	pick(t, s)
}

func affine(t *text, s isa) {
	width := 16 / s.lanes
	sub := func(v int) string { return s.v(v) }
	mul := func(v int) string { return s.v(width + v) }
	add := func(v int) string { return s.v(2*width + v) }
	x := func(v int) string { return s.v(3*width + v) }
	t.function("affineLanes"+s.name, "dst:DI", "src:SI", "lines:CX", "sub:R8", "mul:R9", "add:R10")
	for v := range width {
		t.op("VMOVUPS", at(v*s.bytes(), "R8"), sub(v))
		t.op("VMOVUPS", at(v*s.bytes(), "R9"), mul(v))
		t.op("VMOVUPS", at(v*s.bytes(), "R10"), add(v))
	}
	t.label("line")
	for v := range width {
		t.op("VMOVUPS", at(v*s.bytes(), "SI"), x(v))
		t.op("VSUBPS", sub(v), x(v), x(v))
		t.op("VFMADD213PS", add(v), mul(v), x(v))
		t.op("VMOVUPS", x(v), at(v*s.bytes(), "DI"))
	}
	t.op("ADDQ", 64, "SI")
	t.op("ADDQ", 64, "DI")
	t.op("DECQ", "CX")
	t.op("JNZ", "line")
	t.end()
}

// gates writes the end of a squeeze and excitation:
//
//	dst[i] = clamp(src[i]·mul + add[i])       16 channels at a time
//
//	           mul     low, high  work
//	AVX-512    Z0      Z1, Z2     Z3
//	AVX2       Y0, Y1  Y2, Y3     Y4, Y5
func gates(t *text, s isa) {
	width := 16 / s.lanes
	low, high := s.v(width), s.v(width+1)
	x := func(v int) string { return s.v(width + 2 + v) }
	t.function("gateLanes"+s.name, "dst:DI", "src:SI", "lines:CX", "mul:R9", "add:R10", "bounds:R8")
	t.op("VBROADCASTSS", "(R8)", low)
	t.op("VBROADCASTSS", "4(R8)", high)
	for v := range width {
		t.op("VMOVUPS", at(v*s.bytes(), "R9"), s.v(v))
	}
	t.label("line")
	for v := range width {
		t.op("VMOVUPS", at(v*s.bytes(), "SI"), x(v))
		t.op("VFMADD213PS", at(v*s.bytes(), "R10"), s.v(v), x(v))
		t.note("NaN is kept, as by vectors")
		t.op("VMAXPS", x(v), low, x(v))
		t.op("VMINPS", x(v), high, x(v))
		t.op("VMOVUPS", x(v), at(v*s.bytes(), "DI"))
	}
	t.op("ADDQ", 64, "SI")
	t.op("ADDQ", 64, "DI")
	t.op("ADDQ", 64, "R10")
	t.op("DECQ", "CX")
	t.op("JNZ", "line")
	t.end()
}

// slopes writes a leaky ReLU:
//
//	dst[i] = src[i], times slope where its sign is set       16 channels at a time
//
//	           slopes  work            product
//	AVX-512    Z0      Z1
//	AVX2       Y0, Y1  Y2, Y3          Y4
func slopes(t *text, s isa) {
	width := 16 / s.lanes
	t.function("leakyLanes"+s.name, "dst:DI", "src:SI", "lines:CX", "slopes:R8")
	for v := range width {
		t.op("VMOVUPS", at(v*s.bytes(), "R8"), s.v(v))
	}
	t.label("line")
	for v := range width {
		x := s.v(width + v)
		t.op("VMOVUPS", at(v*s.bytes(), "SI"), x)
		if s == avx512 {
			t.op("VPMOVD2M", x, "K1")
			t.op("VMULPS", s.v(v), x, "K1", x)
		} else {
			t.op("VMULPS", s.v(v), x, s.v(4))
			t.op("VBLENDVPS", x, s.v(4), x, x)
		}
		t.op("VMOVUPS", x, at(v*s.bytes(), "DI"))
	}
	t.op("ADDQ", 64, "SI")
	t.op("ADDQ", 64, "DI")
	t.op("DECQ", "CX")
	t.op("JNZ", "line")
	t.end()
}

// factors writes a product with one number for each pixel:
//
//	dst[i] = src[i]·factor         16 channels at a time
//
//	           factor  product
//	AVX-512    Z0      Z1
//	AVX2       Y0      Y1, Y2
func factors(t *text, s isa) {
	t.function("scaleLanes"+s.name, "dst:DI", "src:SI", "lines:CX", "factors:R8")
	t.label("line")
	t.op("VBROADCASTSS", "(R8)", s.v(0))
	for v := range 16 / s.lanes {
		t.op("VMULPS", at(v*s.bytes(), "SI"), s.v(0), s.v(1+v))
		t.op("VMOVUPS", s.v(1+v), at(v*s.bytes(), "DI"))
	}
	t.op("ADDQ", 64, "SI")
	t.op("ADDQ", 64, "DI")
	t.op("ADDQ", 4, "R8")
	t.op("DECQ", "CX")
	t.op("JNZ", "line")
	t.end()
}

// bilinear weighs four pixels, two of each of two rows:
//
//	above   a ── b     dst = down0·(u·a + v·b) + down1·(u·c + v·d)    16 channels at a time
//	below   c ── d
//
//	           down       u, v       above   below
//	AVX-512    Z0, Z1     Z2, Z3     Z4      Z5
//	AVX2       Y0, Y1     Y2, Y3     Y4, Y6  Y5, Y7
//
//	DI dst   SI above   DX below   CX lines   R8 at   R9 across   AX, BX places
func bilinear(t *text, s isa) {
	t.function("bilinearLanes"+s.name, "dst:DI", "above:SI", "below:DX", "lines:CX", "at:R8", "across:R9", "down:R10")
	t.op("VBROADCASTSS", "(R10)", s.v(0))
	t.op("VBROADCASTSS", "4(R10)", s.v(1))
	t.label("line")
	t.op("MOVQ", "(R8)", "AX")
	t.op("MOVQ", "8(R8)", "BX")
	t.op("VBROADCASTSS", "(R9)", s.v(2))
	t.op("VBROADCASTSS", "4(R9)", s.v(3))
	for v := range 16 / s.lanes {
		above, below := s.v(4+2*v), s.v(5+2*v)
		t.op("VMULPS", at(v*s.bytes(), "SI")+"(AX*4)", s.v(2), above)
		t.op("VMULPS", at(v*s.bytes(), "DX")+"(AX*4)", s.v(2), below)
		t.op("VFMADD231PS", at(v*s.bytes(), "SI")+"(BX*4)", s.v(3), above)
		t.op("VFMADD231PS", at(v*s.bytes(), "DX")+"(BX*4)", s.v(3), below)
		t.op("VMULPS", s.v(0), above, above)
		t.op("VFMADD231PS", s.v(1), below, above)
		t.op("VMOVUPS", above, at(v*s.bytes(), "DI"))
	}
	t.op("ADDQ", 64, "DI")
	t.op("ADDQ", 16, "R8")
	t.op("ADDQ", 8, "R9")
	t.op("DECQ", "CX")
	t.op("JNZ", "line")
	t.end()
}

// pick copies lines of 64 bytes from anywhere, one after another.
//
//	DI dst   SI src   CX lines   R8 at   AX place
func pick(t *text, s isa) {
	t.function("pickLanes"+s.name, "dst:DI", "src:SI", "lines:CX", "at:R8")
	t.label("line")
	t.op("MOVQ", "(R8)", "AX")
	for v := range 16 / s.lanes {
		t.op("VMOVUPS", at(v*s.bytes(), "SI")+"(AX*4)", s.v(v))
		t.op("VMOVUPS", s.v(v), at(v*s.bytes(), "DI"))
	}
	t.op("ADDQ", 64, "DI")
	t.op("ADDQ", 8, "R8")
	t.op("DECQ", "CX")
	t.op("JNZ", "line")
	t.end()
}
