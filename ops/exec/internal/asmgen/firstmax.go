package asmgen

// firstMax gives the gradient of a window to its largest pixel, the first of equal ones, for 16 channels:
//
//	pass 1    top = x where x > top, or x is NaN and top is not; place = tap    over the taps, row by row
//	pass 2    dst of tap += dy where place is tap
//
//	           top     place   tap  1   work
//	AVX-512    Z0      Z1      Z2   Z3  Z4, K1, K2
//	AVX2       Y0, Y1  Y2, Y3  Y4   Y5  Y6, Y7, Y8
//
//	DI dst   SI x   DX dy   CX rows   R8 columns   R9, R10 bytes from a row to the next of x and of dst
//	R11 row   R12 rows left   R13 pixel   BX columns left
func firstMax(t *text, s isa) {
	const greaterOrNaN, numbers = 22, 7 // of the comparisons
	width := 16 / s.lanes
	top := func(v int) string { return s.v(v) }
	place := func(v int) string { return s.v(width + v) }
	tap, one, x := s.v(2*width), s.v(2*width+1), s.v(2*width+2)
	t.function("firstMax"+s.name, "dst:DI", "x:SI", "dy:DX", "rows:CX", "columns:R8", "pitch:R9", "next:R10")
	for v := range width {
		t.op("VMOVUPS", at(v*s.bytes(), "SI"), top(v))
		t.zero(s, width+v)
	}
	t.op("MOVL", 1, "AX")
	t.op("VMOVD", "AX", "X"+itoa(2*width+1))
	t.op("VPBROADCASTD", "X"+itoa(2*width+1), one)
	t.zero(s, 2*width)
	t.taps("look", "SI", "R9", func() {
		for v := range width {
			t.op("VMOVUPS", at(v*s.bytes(), "R13"), x)
			if s == avx512 {
				t.op("VCMPPS", numbers, top(v), top(v), "K1")
				t.op("VCMPPS", greaterOrNaN, top(v), x, "K1", "K2")
				t.op("VMOVAPS", x, "K2", top(v))
				t.op("VMOVDQA32", tap, "K2", place(v))
				continue
			}
			greater, has := s.v(7), s.v(8)
			t.op("VCMPPS", greaterOrNaN, top(v), x, greater)
			t.op("VCMPPS", numbers, top(v), top(v), has)
			t.op("VANDPS", has, greater, greater)
			t.op("VBLENDVPS", greater, x, top(v), top(v))
			t.op("VBLENDVPS", greater, tap, place(v), place(v))
		}
		t.op("VPADDD", one, tap, tap)
	})
	t.note("the gradient, where the largest was")
	for v := range width {
		t.op("VMOVUPS", at(v*s.bytes(), "DX"), top(v))
	}
	t.zero(s, 2*width)
	t.taps("give", "DI", "R10", func() {
		for v := range width {
			at := at(v*s.bytes(), "R13")
			if s == avx512 {
				t.op("VPCMPEQD", tap, place(v), "K1")
				t.op("VMOVAPS.Z", top(v), "K1", x)
			} else {
				t.op("VPCMPEQD", tap, place(v), x)
				t.op("VANDPS", top(v), x, x)
			}
			t.op("VADDPS", at, x, x)
			t.op("VMOVUPS", x, at)
		}
		t.op("VPADDD", one, tap, tap)
	})
	t.end()
}

// taps does something at each pixel of a window, R13.
func (t *text) taps(name, first, pitch string, each func()) {
	t.op("MOVQ", first, "R11")
	t.op("MOVQ", "CX", "R12")
	t.label(name + "row")
	t.op("MOVQ", "R11", "R13")
	t.op("MOVQ", "R8", "BX")
	t.label(name)
	each()
	t.op("ADDQ", 64, "R13")
	t.op("DECQ", "BX")
	t.op("JNZ", name)
	t.op("ADDQ", pitch, "R11")
	t.op("DECQ", "R12")
	t.op("JNZ", name+"row")
}
