package asmgen

import "testing"

// Codes from the architecture's manual, with every field of a code different from 0 and
// from the others.
func TestNEONCodes(t *testing.T) {
	for _, c := range []struct {
		write func(neon)
		want  string
	}{
		{func(t neon) { t.do("fadd", 1, 18, 31) }, "\tWORD $0x4e3fd641 // fadd v1.4s, v18.4s, v31.4s\n"},
		{func(t neon) { t.do("fsub", 1, 18, 31) }, "\tWORD $0x4ebfd641 // fsub v1.4s, v18.4s, v31.4s\n"},
		{func(t neon) { t.do("fmul", 1, 18, 31) }, "\tWORD $0x6e3fde41 // fmul v1.4s, v18.4s, v31.4s\n"},
		{func(t neon) { t.do("fmax", 1, 18, 31) }, "\tWORD $0x4e3ff641 // fmax v1.4s, v18.4s, v31.4s\n"},
		{func(t neon) { t.do("fmin", 1, 18, 31) }, "\tWORD $0x4ebff641 // fmin v1.4s, v18.4s, v31.4s\n"},
		{func(t neon) { t.do("fmla", 1, 18, 31) }, "\tWORD $0x4e3fce41 // fmla v1.4s, v18.4s, v31.4s\n"},
		{func(t neon) { t.do("fmls", 1, 18, 31) }, "\tWORD $0x4ebfce41 // fmls v1.4s, v18.4s, v31.4s\n"},
		{func(t neon) { t.do("and", 1, 18, 31) }, "\tWORD $0x4e3f1e41 // and v1.4s, v18.4s, v31.4s\n"},
		{func(t neon) { t.do("umax", 1, 18, 31) }, "\tWORD $0x6ebf6641 // umax v1.4s, v18.4s, v31.4s\n"},
		{func(t neon) { t.do("bit", 1, 18, 31) }, "\tWORD $0x6ebf1e41 // bit v1.4s, v18.4s, v31.4s\n"},
		{func(t neon) { t.below0(1, 18) }, "\tWORD $0x4ea0ea41 // fcmlt v1.4s, v18.4s, #0.0\n"},
		{func(t neon) { t.fmlaLane(1, 18, 31, 1) }, "\tWORD $0x4fbf1241 // fmla v1.4s, v18.4s, v31.s[1]\n"},
		{func(t neon) { t.fmlaLane(1, 18, 31, 2) }, "\tWORD $0x4f9f1a41 // fmla v1.4s, v18.4s, v31.s[2]\n"},
		{func(t neon) { t.widen(1, 18, false) }, "\tWORD $0x0e617a41 // fcvtl v1.2d, v18.2s\n"},
		{func(t neon) { t.widen(1, 18, true) }, "\tWORD $0x4e617a41 // fcvtl2 v1.2d, v18.4s\n"},
		{func(t neon) { t.twice(1, 18, 0) }, "\tWORD $0x4e922a41 // trn1 v1.4s, v18.4s, v18.4s\n"},
		{func(t neon) { t.twice(1, 18, 1) }, "\tWORD $0x4e926a41 // trn2 v1.4s, v18.4s, v18.4s\n"},
		{func(t neon) { t.addWide(1, 18, 31) }, "\tWORD $0x4e7fd641 // fadd v1.2d, v18.2d, v31.2d\n"},
	} {
		n := neon{&text{}}
		c.write(n)
		if got := n.String(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
