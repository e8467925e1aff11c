package asmgen

import "strconv"

// peak writes a loop of nothing but multiply-adds, 12 independent ones, to measure how many
// the machine can do.
func peak(t *text, s isa) {
	t.function("peak"+s.name, "iterations:CX")
	for i := range 14 {
		t.zero(s, i)
	}
	t.label("loop")
	for i := range 48 {
		t.op("VFMADD231PS", s.v(12), s.v(13), s.v(i%12))
	}
	t.op("DECQ", "CX")
	t.op("JNZ", "loop")
	t.end()
}

func itoa(n int) string { return strconv.Itoa(n) }
