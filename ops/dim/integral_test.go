package dim_test

import (
	"testing"

	"pgregory.net/rapid"

	"cnnlang/ops/dim"
)

func TestNeverZero(t *testing.T) {
	z, x := dim.VarFrom("z", 0), dim.Real("x").Size()
	two, three := n(2), n(3)
	never := []dim.Size{
		n(1), dim.Ratio(-1, 2),
		two.Mul(z).Sub(three), z.Sub(dim.Ratio(3, 2)), C.Quo(n(4)).Sub(dim.Ratio(1, 8)),
		two.Mul(C).Add(n(4).Mul(H)).Sub(three), n(6).Mul(C.Mul(H)).Sub(n(9).Mul(W)).Add(two),
		two.Mul(H.FloorDiv(two)).Add(n(4).Mul(W)).Sub(n(5)), H.Mul(two).Sub(three).Quo(C),
		z.Mul(z).Sub(two), z.Mul(z).Sub(z).Sub(three), H.FloorDiv(n(5)).Pow(2).Sub(three),
		C.Mul(C).Add(C.Mul(n(5))).Add(n(4)), // -1 and -4 are below the bound
		z.Pow(3).Add(n(8)),
	}
	for _, a := range never {
		if !a.NeverZero() {
			t.Errorf("%s is never 0, and that is not shown", a)
		}
	}
	sometimes := []dim.Size{
		n(0), dim.Invalid(), two.Mul(z).Sub(n(4)), two.Mul(x).Sub(three), two.Mul(C).Add(x), x.Mul(x).Sub(two),
		two.Mul(C).Sub(three.Mul(H)), z.Mul(z).Sub(n(4)), z.Mul(z).Sub(two.Mul(z)), C.Mul(H).Sub(three),
		two.Mul(C).Quo(H).Sub(three), H.FloorDiv(n(5)).Pow(2).Sub(n(4)), dim.VarFrom("low", -3).Pow(3).Add(n(8)),
	}
	for _, a := range sometimes {
		if a.NeverZero() {
			t.Errorf("%s may be 0", a)
		}
	}
}

func TestFloored(t *testing.T) {
	x := dim.Real("x").Size()
	for _, test := range []struct{ a, want dim.Size }{
		{n(2).Mul(C).Sub(n(2).Mul(H)).Sub(n(1)), C.Sub(H).Sub(n(1))},
		{n(7).Sub(n(3).Mul(C)), n(2).Sub(C)},
		{C.Quo(n(2)).Sub(dim.Ratio(3, 2)), C.Sub(n(3))},
		{n(4).Mul(H.FloorDiv(n(3))).Sub(n(6).Mul(C)).Sub(n(3)), n(2).Mul(H.FloorDiv(n(3))).Sub(n(3).Mul(C)).Sub(n(2))},
		{C.Sub(H), C.Sub(H)},
		{n(2).Mul(x).Sub(n(1)), n(2).Mul(x).Sub(n(1))},
		{C.Quo(H).Sub(dim.Ratio(1, 2)), C.Quo(H).Sub(dim.Ratio(1, 2))},
		{n(-3), n(-3)},
	} {
		if got := test.a.Floored(); !dim.Equivalent(got, test.want) {
			t.Errorf("%s: got %s, want %s", test.a, got, test.want)
		}
	}
}

// Whatever the values are, what is never 0 is not, and a floored size has the sign of its own.
func TestWholeNumbersAtRandomValues(t *testing.T) {
	asked, never, floored := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		asked++
		e, points := drawCase(t)
		// A multiple and a little more is what is never 0 in most cases.
		k, r := rapid.Int64Range(1, 4).Draw(t, "times"), rapid.Int64Range(-3, 3).Draw(t, "more")
		number := func(n int64) *expression { return &expression{op: "const", n: n, den: 1} }
		e = &expression{op: "+", args: []*expression{{op: "*", args: []*expression{e, number(k)}}, number(r)}}
		a := e.symbolic()
		f := a.Floored()
		if !a.Known() && a.NeverZero() {
			never++
		}
		if f.IsValid() && !dim.Equivalent(f, a) {
			floored++
		}
		for _, at := range points {
			v := e.exact(at)
			if v == nil {
				continue
			}
			if v.Sign() == 0 && a.NeverZero() {
				t.Fatalf("%s is 0 at %v", a, at)
			}
			if got, err := f.Eval(at); err == nil && got.IsValid() && (got.Cmp(n(0)) >= 0) != (v.Sign() >= 0) {
				t.Fatalf("%s is %s at %v, and %s is %s", a, v.RatString(), at, f, got)
			}
		}
	})
	t.Logf("%d of %d never 0, %d floored", never, asked, floored)
	if never < asked/10 || floored < asked/10 {
		t.Errorf("of %d only %d are never 0, and %d floored", asked, never, floored)
	}
}
