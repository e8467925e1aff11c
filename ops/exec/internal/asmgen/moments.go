package asmgen

// moments writes what norms over a batch read and write: sums of lines of 16 channels, and the gradient through
// a norm.
func moments(t *text, s isa) {
	sums(t, s, "sumLanes", false, false)
	sums(t, s, "momentLanes", false, true)
	sums(t, s, "productLanes", true, true)
	back(t, s)
	between(t, s)
}

// sums writes sums over lines, of even ones and of odd ones apart, since an addition takes four cycles:
//
//	first  += g                     g = x - about, or dy
//	second += g·(x - about)         16 channels at a time
//
//	           about   first           second          work
//	AVX-512    Z0      Z1, Z2          Z3, Z4          Z5
//	AVX2       Y0, Y1  Y2, Y3, Y4, Y5  Y6, Y7, Y8, Y9  Y10
//
//	DI sums   SI x   DX dy   CX lines   R8 about
func sums(t *text, s isa, name string, products, second bool) {
	width := 16 / s.lanes
	first := func(odd, v int) string { return s.v(width*(1+odd) + v) }
	square := func(odd, v int) string { return s.v(width*(3+odd) + v) }
	work := s.v(5 * width)
	params := []string{"sums:DI", "x:SI"}
	if products {
		params = append(params, "dy:DX")
	}
	params = append(params, "lines:CX")
	if second {
		params = append(params, "about:R8")
	}
	t.function(name+s.name, params...)
	for v := range width {
		if second {
			t.op("VMOVUPS", at(v*s.bytes(), "R8"), s.v(v))
			t.op("VMOVUPS", at(64+v*s.bytes(), "DI"), square(0, v))
			t.zero(s, width*4+v)
		}
		t.op("VMOVUPS", at(v*s.bytes(), "DI"), first(0, v))
		t.zero(s, width*2+v)
	}
	line := func(odd int) {
		for v := range width {
			from := at(odd*64+v*s.bytes(), "SI")
			if !second {
				t.op("VADDPS", from, first(odd, v), first(odd, v))
				continue
			}
			t.op("VMOVUPS", from, work)
			t.op("VSUBPS", s.v(v), work, work)
			if !products {
				t.op("VADDPS", work, first(odd, v), first(odd, v))
				t.op("VFMADD231PS", work, work, square(odd, v))
				continue
			}
			dy := at(odd*64+v*s.bytes(), "DX")
			t.op("VADDPS", dy, first(odd, v), first(odd, v))
			t.op("VFMADD231PS", dy, work, square(odd, v))
		}
	}
	t.op("SUBQ", 2, "CX")
	t.op("JLT", "last")
	t.label("pair")
	line(0)
	line(1)
	t.op("ADDQ", 128, "SI")
	if products {
		t.op("ADDQ", 128, "DX")
	}
	t.op("SUBQ", 2, "CX")
	t.op("JGE", "pair")
	t.label("last")
	t.op("ADDQ", 2, "CX")
	t.op("JZ", "done")
	line(0)
	t.label("done")
	for v := range width {
		t.op("VADDPS", first(1, v), first(0, v), first(0, v))
		t.op("VMOVUPS", first(0, v), at(v*s.bytes(), "DI"))
		if second {
			t.op("VADDPS", square(1, v), square(0, v), square(0, v))
			t.op("VMOVUPS", square(0, v), at(64+v*s.bytes(), "DI"))
		}
	}
	t.end()
}

// back writes the gradient through a norm:
//
//	dst[i] = (dy[i] - about)·scale + (x[i] - mean)·slope         16 channels at a time
//
//	           about   mean    scale   slope   work
//	AVX-512    Z0      Z1      Z2      Z3      Z4, Z5
//	AVX2       Y0, Y1  Y2, Y3  Y4, Y5  Y6, Y7  Y8, Y9
func back(t *text, s isa) {
	width := 16 / s.lanes
	by := func(k, v int) string { return s.v(k*width + v) }
	g, x := s.v(4*width), s.v(4*width+1)
	t.function("backLanes"+s.name, "dst:DI", "dy:SI", "x:DX", "lines:CX", "by:R8")
	for k := range 4 {
		for v := range width {
			t.op("VMOVUPS", at(64*k+v*s.bytes(), "R8"), by(k, v))
		}
	}
	t.label("line")
	for v := range width {
		t.op("VMOVUPS", at(v*s.bytes(), "SI"), g)
		t.op("VMOVUPS", at(v*s.bytes(), "DX"), x)
		t.op("VSUBPS", by(0, v), g, g)
		t.op("VSUBPS", by(1, v), x, x)
		t.op("VMULPS", by(2, v), g, g)
		t.op("VFMADD231PS", by(3, v), x, g)
		t.op("VMOVUPS", g, at(v*s.bytes(), "DI"))
	}
	for _, reg := range []string{"SI", "DX", "DI"} {
		t.op("ADDQ", 64, reg)
	}
	t.op("DECQ", "CX")
	t.op("JNZ", "line")
	t.end()
}

// between writes the gradient of a function that is level outside of two bounds:
//
//	dst[i] = dy[i]·slope, and 0 where v[i] <= low or v[i] >= high         16 elements at a time
//
//	           low  high  slope  work            mask
//	AVX-512    Z0   Z1    Z2     Z3, Z4          K1, K2
//	AVX2       Y0   Y1    Y2     Y3, Y4, Y5, Y6
func between(t *text, s isa) {
	const atMost, atLeast = 2, 13 // of the comparisons; neither holds for NaN
	t.function("between"+s.name, "dst:DI", "dy:SI", "v:DX", "lines:CX", "by:R8")
	for k := range 3 {
		t.op("VBROADCASTSS", at(4*k, "R8"), s.v(k))
	}
	t.label("line")
	for v := range 16 / s.lanes {
		from, g, value := v*s.bytes(), s.v(3), s.v(4)
		t.op("VMOVUPS", at(from, "DX"), value)
		t.op("VMULPS", at(from, "SI"), s.v(2), g)
		if s == avx512 {
			t.op("VCMPPS", atMost, s.v(0), value, "K1")
			t.op("VCMPPS", atLeast, s.v(1), value, "K2")
			t.op("KORW", "K1", "K2", "K1")
			t.op("KNOTW", "K1", "K1")
			t.op("VMOVUPS.Z", g, "K1", g)
		} else {
			t.op("VCMPPS", atMost, s.v(0), value, s.v(5))
			t.op("VCMPPS", atLeast, s.v(1), value, s.v(6))
			t.op("VORPS", s.v(5), s.v(6), s.v(5))
			t.op("VANDNPS", g, s.v(5), g)
		}
		t.op("VMOVUPS", g, at(from, "DI"))
	}
	for _, reg := range []string{"SI", "DX", "DI"} {
		t.op("ADDQ", 64, reg)
	}
	t.op("DECQ", "CX")
	t.op("JNZ", "line")
	t.end()
}
