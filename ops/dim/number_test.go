package dim_test

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"cnnlang/ops/dim"
)

const limit = dim.Limit

func TestNumbersAtTheLimits(t *testing.T) {
	big, n := dim.Int(limit), dim.Int
	huge := dim.Ratio(1, limit)
	tests := []struct {
		name string
		got  dim.Size
		want string
	}{
		{"limit", big, "9007199254740992"},
		{"beyond", n(limit + 1), "out of range"},
		{"most negative", n(math.MinInt64), "out of range"},
		{"add beyond", big.Add(n(1)), "out of range"},
		{"and back", big.Add(n(1)).Sub(n(1)), "out of range"},
		{"sub to the limit", n(limit - 1).Add(n(1)), "9007199254740992"},
		{"tiny halves", huge.Add(huge), "1/4503599627370496"},
		{"tiny difference", huge.Sub(huge), "0"},
		{"cancels across", big.Mul(huge), "1"},
		{"quotient of limits", big.Quo(big), "1"},
		{"square", big.Mul(big), "out of range"},
		{"tiny square", huge.Mul(huge), "out of range"},
		{"ratio of extremes", dim.Ratio(math.MinInt64, math.MinInt64), "1"},
		{"ratio of half extremes", dim.Ratio(1<<62, math.MinInt64), "-1/2"},
		{"ratio of nothing", dim.Ratio(0, math.MinInt64), "0"},
		{"zero den", dim.Ratio(1, 0), "out of range"},
		{"mod at the limit", n(-limit).Mod(n(3)), "1"},
		{"mod of a negative", n(-7).Mod(n(3)), "2"},
		{"mod by a negative", n(7).Mod(n(-3)), "-2"},
		{"mod of negatives", n(-7).Mod(n(-3)), "-1"},
		{"mod of fractions", dim.Ratio(-1, 3).Mod(dim.Ratio(1, 2)), "1/6"},
		{"mod 0", n(7).Mod(n(0)), "out of range"},
		{"floor of a negative", dim.Ratio(-7, 2).Floor(), "-4"},
		{"ceil of a negative", dim.Ratio(-7, 2).Ceil(), "-3"},
		{"floordiv of a negative", n(-1).FloorDiv(n(2)), "-1"},
		{"ceildiv of a negative", n(-1).CeilDiv(n(2)), "0"},
		{"2^53", n(2).Pow(53), "9007199254740992"},
		{"2^54", n(2).Pow(54), "out of range"},
		{"2^-53", n(2).Pow(-53), "1/9007199254740992"},
		{"-1 to a large odd power", n(-1).Pow(math.MaxInt64), "-1"},
		{"-1 to the least power", n(-1).Pow(math.MinInt64), "1"},
		{"2 to the least power", n(2).Pow(math.MinInt64), "out of range"},
		{"0^0", n(0).Pow(0), "1"},
		{"0^1000000000", n(0).Pow(1e9), "0"},
		{"0^-1", n(0).Pow(-1), "out of range"},
		{"(-2/3)^3", dim.Ratio(-2, 3).Pow(3), "-8/27"},
		{"(-2/3)^-3", dim.Ratio(-2, 3).Pow(-3), "-27/8"},
		{"invalid mod", dim.Invalid().Mod(n(3)), "out of range"},
		{"mod invalid", n(3).Mod(dim.Invalid()), "out of range"},
		{"invalid to 0", dim.Invalid().Pow(0), "out of range"},
		{"negated invalid", dim.Invalid().Neg().Ceil(), "out of range"},
	}
	for _, tt := range tests {
		if tt.got.String() != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, tt.got, tt.want)
		}
	}
}

func TestCmpOfFarNumbers(t *testing.T) {
	n := dim.Int
	ordered := []dim.Size{n(-limit), n(-1), dim.Ratio(-1, limit), {}, dim.Ratio(1, limit), dim.Ratio(1, limit-1),
		dim.Ratio(limit-1, limit), n(1), dim.Ratio(limit, limit-1), n(limit - 1), n(limit), dim.Invalid()}
	for i, a := range ordered {
		for j, b := range ordered {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := a.Cmp(b); got != want {
				t.Errorf("Cmp(%s, %s) = %d, want %d", a, b, got, want)
			}
			if (a == b) != (i == j) {
				t.Errorf("%s == %s is %t", a, b, a == b)
			}
		}
	}
}

func TestFloatOfInvalid(t *testing.T) {
	if f := dim.Invalid().Float(); !math.IsNaN(f) {
		t.Errorf("got %g, want NaN", f)
	}
	if f := dim.Ratio(1, 1000).Float(); f != 0.001 {
		t.Errorf("got %g, want 0.001", f)
	}
}

// Every operation is compared with math/big; a result is invalid if and only if
// the exact one is out of range.
func TestNumbersAgreeWithBig(t *testing.T) {
	number := rapid.Custom(func(t *rapid.T) dim.Size {
		edge := rapid.SampledFrom([]int64{1, 2, 3, 6, limit, limit - 1, limit / 2, limit / 3, 1 << 26, 94906267})
		part := func(name string) int64 {
			if rapid.Bool().Draw(t, "edge") {
				return edge.Draw(t, name)
			}
			return rapid.Int64Range(-100, 100).Draw(t, name)
		}
		num, den := part("num"), part("den")
		if rapid.Bool().Draw(t, "negative") {
			num = -num
		}
		if den == 0 || rapid.Bool().Draw(t, "whole") {
			den = 1
		}
		return dim.Ratio(num, den)
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		x, y := rat(a), rat(b)
		check := func(op string, got dim.Size, want *big.Rat) {
			if want == nil || !inRange(want) {
				if got.IsValid() {
					t.Fatalf("%s %s %s = %s, want out of range", a, op, b, got)
				}
				return
			}
			if !got.IsValid() || rat(got).Cmp(want) != 0 {
				t.Fatalf("%s %s %s = %s, want %s", a, op, b, got, want.RatString())
			}
		}
		check("+", a.Add(b), new(big.Rat).Add(x, y))
		check("-", a.Sub(b), new(big.Rat).Sub(x, y))
		check("*", a.Mul(b), new(big.Rat).Mul(x, y))
		check("floor", a.Floor(), floorRat(x))
		check("ceil", a.Ceil(), new(big.Rat).Neg(floorRat(new(big.Rat).Neg(x))))
		if got, want := a.Cmp(b), x.Cmp(y); got != want {
			t.Fatalf("Cmp(%s, %s) = %d, want %d", a, b, got, want)
		}
		if y.Sign() == 0 {
			check("/", a.Quo(b), nil)
			check("%", a.Mod(b), nil)
			return
		}
		quotient := new(big.Rat).Quo(x, y)
		check("/", a.Quo(b), quotient)
		if inRange(quotient) {
			floored := floorRat(quotient)
			check("//", a.FloorDiv(b), floored)
			check("%", a.Mod(b), new(big.Rat).Sub(x, floored.Mul(floored, y)))
		}
	})
}

func rat(a dim.Size) *big.Rat { return big.NewRat(a.Num(), a.Den()) }

func floorRat(x *big.Rat) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Div(x.Num(), x.Denom()))
}

func inRange(x *big.Rat) bool {
	l := big.NewInt(limit)
	return x.Num().CmpAbs(l) <= 0 && x.Denom().Cmp(l) <= 0
}

func TestNumbersDoNotAllocate(t *testing.T) {
	a, b, half := dim.Int(224), dim.Int(3), dim.Ratio(7, 2)
	allocs := testing.AllocsPerRun(100, func() {
		for _, x := range []dim.Size{a, half} {
			for _, y := range []dim.Size{b, half} {
				sink = x.Add(y).Sub(b).Mul(y).Quo(y).FloorDiv(y).Add(x.CeilDiv(y)).Mod(y).Neg().Pow(3)
				compared = x.Cmp(y)
			}
		}
	})
	if allocs != 0 {
		t.Errorf("%g allocations", allocs)
	}
}

var (
	sink     dim.Size
	compared int
)

func BenchmarkAddWhole(b *testing.B) {
	x, y := dim.Int(224), dim.Int(3)
	b.ReportAllocs()
	for b.Loop() {
		sink = x.Add(y)
	}
}

func BenchmarkMulWhole(b *testing.B) {
	x, y := dim.Int(224), dim.Int(3)
	b.ReportAllocs()
	for b.Loop() {
		sink = x.Mul(y)
	}
}

func BenchmarkAddFractions(b *testing.B) {
	x, y := dim.Ratio(7, 6), dim.Ratio(3, 4)
	b.ReportAllocs()
	for b.Loop() {
		sink = x.Add(y)
	}
}

// The window formula of a convolution: floor((H + 2p - k)/s) + 1.
func BenchmarkWindowKnown(b *testing.B) {
	h, k, s, p := dim.Int(224), dim.Int(7), dim.Int(2), dim.Int(3)
	b.ReportAllocs()
	for b.Loop() {
		sink = window(h, k, s, p)
	}
}

func BenchmarkWindowSymbolic(b *testing.B) {
	h, k, s, p := dim.Var("H"), dim.Int(7), dim.Int(2), dim.Int(3)
	b.ReportAllocs()
	for b.Loop() {
		sink = window(h, k, s, p)
	}
}

func BenchmarkChainSymbolic(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		h := dim.Var("H")
		for range 5 {
			h = window(h, dim.Int(3), dim.Int(2), dim.Int(1))
		}
		sink = h
	}
}

func TestDecimal(t *testing.T) {
	for _, test := range []struct {
		size dim.Size
		want string
	}{
		{dim.Int(64), "64"}, {dim.Ratio(129, 2), "64.5"}, {dim.Ratio(-1, 8), "-0.125"}, {dim.Ratio(1, 100000), "0.00001"}, {dim.Ratio(1, 3), "1/3"},
		{dim.Var("C").Quo(dim.Int(2)), "C/2"}, {dim.Invalid(), "out of range"},
	} {
		if got := test.size.Decimal(); got != test.want {
			t.Errorf("%v: got %s, want %s", test.size, got, test.want)
		}
	}
}
