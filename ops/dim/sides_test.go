package dim

import "testing"

func TestSidesReadAsAnInequality(t *testing.T) {
	c, h, s := Var("C"), Var("H"), Var("s")
	for _, test := range []struct {
		size        Size
		left, right string
	}{
		{h.Sub(Int(3)), "H", "3"},
		{Int(7).Sub(h), "7", "H"},
		{c.Mul(s).Sub(h).Sub(Int(1)), "C*s", "H + 1"},
		{Int(-2), "0", "2"},
		{Int(0), "0", "0"},
	} {
		left, right := test.size.Sides()
		if left.String() != test.left || right.String() != test.right {
			t.Errorf("sides of %v: got %v and %v, want %s and %s", test.size, left, right, test.left, test.right)
		}
		if !Equivalent(left.Sub(right), test.size) {
			t.Errorf("the sides of %v do not differ by it", test.size)
		}
	}
}

func TestFractionOfAQuotient(t *testing.T) {
	num, den := Var("C").Mul(Int(4)).Quo(Var("g").Mul(Int(3))).Fraction()
	if num.String() != "4*C" || den.String() != "3*g" {
		t.Errorf("got %v over %v, want 4*C over 3*g", num, den)
	}
}
