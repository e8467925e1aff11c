package dim_test

import (
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"cnnlang/ops/dim"
)

// The variables of the tests.
var (
	H, W      = dim.Var("H"), dim.Var("W")
	C, c      = dim.Var("C"), dim.Var("c")
	k, stride = dim.Var("k"), dim.Var("stride")
	pad       = dim.VarFrom("pad", 0)
	eps       = dim.Real("eps").Size()
	n         = dim.Int
)

// window is floor((h + 2p - k)/s) + 1.
func window(h, k, s, p dim.Size) dim.Size {
	return h.Add(p.Mul(dim.Int(2))).Sub(k).FloorDiv(s).Add(dim.Int(1))
}

func TestEquivalent(t *testing.T) {
	above9 := dim.VarFrom("x", 9)
	tests := []struct {
		name string
		a, b dim.Size
	}{
		{"3x3, pad 1 keeps the size", window(H, n(3), n(1), n(1)), H},
		{"1x1 with a stride", window(H, n(1), stride, n(0)), H.CeilDiv(stride)},
		{"3x3 with a stride, pad 1 (ResNet)", window(H, n(3), stride, n(1)), H.CeilDiv(stride)},
		{"both orders in a bottleneck", window(window(H, n(3), stride, n(1)), n(1), n(1), n(0)), window(H, n(1), stride, n(0))},
		{"7x7/2 pad 3", window(H, n(7), n(2), n(3)), H.CeilDiv(n(2))},
		{"2x2/2 pool", window(H, n(2), n(2), n(0)), H.FloorDiv(n(2))},
		{"3x3/2 without pad (Inception)", window(H, n(3), n(2), n(0)), H.Sub(n(1)).FloorDiv(n(2))},
		{"odd kernel, half pad", window(H, k.Mul(n(2)).Add(n(1)), stride, k), H.CeilDiv(stride)},
		{"five halvings (ResNet)", halvings(5), H.CeilDiv(n(32))},
		{"strides multiply", H.CeilDiv(stride).CeilDiv(k), H.CeilDiv(stride.Mul(k))},
		{"nested floors", H.FloorDiv(n(2)).FloorDiv(n(3)), H.FloorDiv(n(6))},
		{"nested floor with an addend", H.FloorDiv(n(2)).Add(W).FloorDiv(n(3)), H.Add(W.Mul(n(2))).FloorDiv(n(6))},
		{"Xception's middle", window(window(H, n(3), n(2), n(0)), n(3), n(1), n(0)), H.Sub(n(5)).FloorDiv(n(2))},
		{"Xception's entry", window(window(window(H, n(3), n(2), n(0)), n(3), n(1), n(0)), n(3), n(2), n(1)), H.Sub(n(3)).FloorDiv(n(4))},
		{"multiples are pulled out", H.Add(W.Mul(n(6))).FloorDiv(n(3)), W.Mul(n(2)).Add(H.FloorDiv(n(3)))},
		{"of a symbolic divisor too", H.Add(W.Mul(stride)).FloorDiv(stride), W.Add(H.FloorDiv(stride))},
		{"constants modulo Q", H.Add(n(17)).FloorDiv(n(8)), H.Add(n(1)).FloorDiv(n(8)).Add(n(2))},
		{"common factors", H.Mul(n(2)).FloorDiv(n(4)), H.FloorDiv(n(2))},
		{"but for the constant", H.Mul(n(2)).Add(n(1)).FloorDiv(n(4)), H.FloorDiv(n(2))},
		{"common variables", H.Mul(k).Sub(n(1)).FloorDiv(k.Mul(stride)), H.Sub(n(1)).FloorDiv(stride)},
		{"common denominator", H.Quo(n(2)).Add(W.Quo(n(3))).Floor(), H.Mul(n(3)).Add(W.Mul(n(2))).FloorDiv(n(6))},
		{"ceil of a sum", H.CeilDiv(n(2)).Add(W), H.Add(W.Mul(n(2))).CeilDiv(n(2))},
		{"the other half of odd channels", C.Sub(C.FloorDiv(n(2))), C.CeilDiv(n(2))},
		{"the other part", H.Sub(H.FloorDiv(n(3))), H.Mul(n(2)).CeilDiv(n(3))},
		{"ceil and negation, symbolic", H.Neg().FloorDiv(stride), H.CeilDiv(stride).Neg()},
		{"ceil and negation", H.Neg().CeilDiv(n(2)), H.FloorDiv(n(2)).Neg()},
		{"less than the divisor", stride.Sub(n(1)).FloorDiv(stride), n(0)},
		{"the least negative", n(-1).FloorDiv(stride), n(-1)},
		{"a sum below the next number", above9.Mul(n(29)).Add(n(1)).FloorDiv(above9.Mul(n(10))), n(2)},
		{"a quotient that nears a number", above9.Mul(n(5)).Add(n(3)).FloorDiv(above9.Add(n(1))), n(4)},
		{"a remainder is less", H.Mod(n(16)).FloorDiv(n(16)), n(0)},
		{"halves of channels (ShuffleNet)", C.Quo(n(2)).Add(C.Quo(n(2))), C},
		{"exact quotients cancel", C.Quo(k).Mul(c).Mul(k), C.Mul(c)},
		{"of sums", C.Mul(C).Sub(c.Mul(c)).Quo(C.Add(c)), C.Sub(c)},
		{"summed up", C.Quo(C.Add(c)).Add(c.Quo(C.Add(c))), n(1)},
		{"divided by multiples", C.Add(c).Mul(n(6)).Quo(C.Add(c).Mul(n(4))), dim.Ratio(3, 2)},
		{"twice", C.Quo(C.Add(c)).Quo(C.Add(c)).Mul(C.Add(c).Pow(2)), C},
		{"different divisors", n(1).Quo(C.Add(c)).Add(n(1).Quo(C.Add(k))), C.Mul(n(2)).Add(c).Add(k).Quo(C.Add(c).Mul(C.Add(k)))},
		{"powers", C.Add(c).Pow(3), C.Add(c).Mul(C.Add(c)).Mul(C.Add(c))},
		{"negative powers", C.Pow(-2).Mul(C).Mul(C), n(1)},
		{"real numbers", eps.Mul(n(2)).Quo(eps), n(2)},
	}
	for _, tt := range tests {
		if !dim.Equivalent(tt.a, tt.b) {
			t.Errorf("%s: %s and %s", tt.name, tt.a, tt.b)
		}
		if want := tt.b.Known(); tt.a.Known() != want || want && tt.a != tt.b {
			t.Errorf("%s: got %s, want the number %s", tt.name, tt.a, tt.b)
		}
	}
}

func halvings(times int) dim.Size {
	h := H
	for range times {
		h = window(h, n(3), n(2), n(1))
	}
	return h
}

// Relations that hold only within bounds, or only for integers, must not be assumed.
func TestNotEquivalent(t *testing.T) {
	from0 := dim.VarFrom("z", 0)
	tests := []struct {
		name string
		a, b dim.Size
	}{
		{"GoogLeNet's claim: H = 33 is 1, not 2", window(window(H, n(7), n(2), n(3)), n(32), n(32), n(8)), H.CeilDiv(n(32))},
		{"a divisor that may be 0", from0.Sub(n(1)).FloorDiv(from0), n(0)},
		{"a divisor that may be negative", H.FloorDiv(n(2)).FloorDiv(C.Sub(c)), H.FloorDiv(C.Sub(c).Mul(n(2)))},
		{"real numbers are not pulled out", eps.Add(H).Floor(), eps.Add(H)},
		{"a real addend", H.FloorDiv(n(2)).Add(eps).FloorDiv(n(2)), H.Add(eps.Mul(n(2))).FloorDiv(n(4))},
		{"ceil of a real", eps.CeilDiv(n(2)), eps.Add(n(1)).FloorDiv(n(2))},
		{"invalid", dim.Invalid(), dim.Invalid()},
	}
	for _, tt := range tests {
		if dim.Equivalent(tt.a, tt.b) {
			t.Errorf("%s: %s and %s", tt.name, tt.a, tt.b)
		}
	}
}

func TestString(t *testing.T) {
	tests := []struct {
		size dim.Size
		want string
	}{
		{c.Mul(n(4)), "4*c"},
		{C.Mul(n(9)).Add(C.Mul(c)), "9*C + C*c"},
		{H.CeilDiv(stride), "ceil(H/stride)"},
		{H.Add(stride).Sub(n(1)).FloorDiv(stride), "ceil(H/stride)"},
		{H.CeilDiv(n(2)), "ceil(H/2)"},
		{H.Sub(n(1)).FloorDiv(n(2)), "(H - 1)//2"},
		{H.FloorDiv(n(2)).Sub(n(1)), "H//2 - 1"},
		{window(H, k, stride, pad), "(H - k + 2*pad)//stride + 1"},
		{H.CeilDiv(stride).Mul(W.CeilDiv(stride)).Mul(C), "C*ceil(H/stride)*ceil(W/stride)"},
		{H.FloorDiv(n(2)).Mul(C).Mul(n(3)), "3*C*(H//2)"},
		{H.FloorDiv(n(2)).Neg(), "-(H//2)"},
		{eps.Mul(n(-2)).FloorDiv(n(1)).Neg(), "ceil(2*eps)"},
		{eps.Mul(n(-2)).FloorDiv(n(1)).Mul(C), "-C*ceil(2*eps)"},
		{n(1).Sub(H.FloorDiv(n(2))), "1 - H//2"},
		{H.Mod(n(16)), "H % 16"},
		{H.Mod(n(16)).Sub(n(8)), "H % 16 - 8"},
		{H.Sub(n(1)).Mod(n(2)), "(H + 1) % 2"},
		{H.Mod(stride), "H % stride"},
		{H.Mod(n(2)).Mul(C), "C*(H % 2)"},
		{C.Quo(k), "C/k"},
		{C.Quo(n(2)), "C/2"},
		{C.Sub(n(1)).Quo(n(2)), "(C - 1)/2"},
		{C.Quo(n(2)).Neg(), "-C/2"},
		{C.Quo(n(2)).Add(n(1)), "C/2 + 1"},
		{C.Mul(n(3)).Quo(k.Mul(n(2))), "3*C/(2*k)"},
		{C.Quo(C.Add(c)), "C/(C + c)"},
		{H.Mul(H).FloorDiv(W.Mul(stride)), "H*H//(W*stride)"},
		{H.Pow(4).Neg(), "-(H**4)"},
		{dim.Ratio(1, 2).Sub(C.Pow(3).Mul(c)), "1/2 - C**3*c"},
		{n(1).Sub(C).Quo(c), "(1 - C)/c"},
		{n(1).Sub(C), "1 - C"},
		{C.Neg().Sub(n(1)), "-C - 1"},
		{eps.Floor(), "floor(eps)"},
		{H.FloorDiv(C.Add(c)), "H//(C + c)"},
		{H.FloorDiv(C.Sub(c)), "H//(C - c)"},
		{H.Quo(stride.Sub(n(1))), "H/(stride - 1)"},
		{H.FloorDiv(H.FloorDiv(n(2)).Add(n(1))), "H//(H//2 + 1)"},
		{H.Sub(H), "0"},
	}
	for _, tt := range tests {
		if got := tt.size.String(); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
	if got := (dim.Shape{dim.Var("N"), c.Mul(n(4)), H.CeilDiv(n(2)), n(7)}).String(); got != "[N, 4*c, ceil(H/2), 7]" {
		t.Errorf("got %s", got)
	}
}

func TestSubstitute(t *testing.T) {
	x := dim.Var("X")
	remainder := dim.VarFrom("r", 0)
	tests := []struct {
		size dim.Size
		name string
		by   dim.Size
		want dim.Size
	}{
		{C.Sub(c.Mul(n(4))), "C", c.Mul(n(4)), n(0)},
		{H.CeilDiv(stride), "stride", n(1), H},
		{H.CeilDiv(stride), "stride", n(2), H.CeilDiv(n(2))},
		{H.Mod(n(16)), "H", x.Mul(n(16)), n(0)},
		{H.Mod(n(16)), "H", x.Mul(n(16)).Add(n(5)), n(5)},
		{H.Mod(n(16)), "H", x.Mul(n(16)).Add(remainder), remainder.Mod(n(16))},
		{H.Quo(n(16)), "H", x.Mul(n(16)).Add(remainder), x.Add(remainder.Quo(n(16)))},
		{H.FloorDiv(n(2)).FloorDiv(n(2)).Mul(n(4)), "H", x.Mul(n(16)), x.Mul(n(16))},
		{H.CeilDiv(n(32)), "H", n(224), n(7)},
		{H.CeilDiv(stride.Mul(k)), "H", x.Mul(stride), x.CeilDiv(k)},
		{C.Quo(C.Add(c)), "c", C, dim.Ratio(1, 2)},
		{C.Quo(k), "k", C, n(1)},
	}
	for _, tt := range tests {
		got := tt.size.Substitute(tt.name, tt.by)
		if !dim.Equivalent(got, tt.want) || got.Known() != tt.want.Known() {
			t.Errorf("%s with %s = %s: got %s, want %s", tt.size, tt.name, tt.by, got, tt.want)
		}
	}
	for _, by := range []dim.Size{n(0), n(-4), dim.Ratio(1, 2), dim.Invalid()} {
		if got := H.FloorDiv(n(2)).Substitute("H", by); got.IsValid() {
			t.Errorf("H = %s: got %s", by, got)
		}
	}
	if got := eps.Add(n(1)).Substitute("eps", dim.Ratio(-1, 2)); got != dim.Ratio(1, 2) {
		t.Errorf("got %s", got)
	}
}

func TestSolve(t *testing.T) {
	tests := []struct {
		zero  dim.Size
		name  string
		value dim.Size
	}{
		{C.Sub(c.Mul(n(4))), "C", c.Mul(n(4))},
		{c.Mul(n(4)).Sub(C), "C", c.Mul(n(4))},
		{stride.Sub(n(1)), "stride", n(1)},
		{C.Sub(c), "C", c},
		{C.Sub(k).Add(n(3)), "k", C.Add(n(3))},               // C = k - 3 may be below 1
		{C.Quo(k).Sub(n(1)), "C", k},                         // a quotient
		{C.Mul(k).Sub(c.Mul(k).Mul(n(2))), "C", c.Mul(n(2))}, // k is not 0
		{C.Mul(n(2)).Sub(c.Mul(n(6))), "C", c.Mul(n(3))},
		{C.Mul(n(2)).Sub(c.Mul(n(3))), "C", c.Mul(n(3)).Quo(n(2))},
		{H.FloorDiv(n(2)).Sub(W), "W", H.FloorDiv(n(2))}, // H is in the floor
		{C.Mul(C).Sub(c), "c", C.Mul(C)},
	}
	for _, tt := range tests {
		x, value, ok := tt.zero.Solve()
		name := x.Name
		if !ok || name != tt.name || !dim.Equivalent(value, tt.value) {
			t.Errorf("%s == 0: got %s = %s (%t), want %s = %s", tt.zero, name, value, ok, tt.name, tt.value)
		}
	}
	unsolved := []dim.Size{
		n(0), n(3), dim.Invalid(),
		H.Sub(n(2).Mul(H.FloorDiv(n(2)))),      // H % 2
		H.Mul(H).Sub(n(4)),                     // a square
		C.Sub(c).Mul(k).Sub(C.Sub(c).Pow(2)),   // k = C - c unless C = c
		C.Mul(C).Mul(c).Sub(n(1)),              // c = 1/C²
		H.Mul(H.FloorDiv(n(2))).Sub(n(2)),      // H inside and outside
		H.FloorDiv(n(2)).Sub(W.FloorDiv(n(2))), // both inside
	}
	for _, zero := range unsolved {
		if x, value, ok := zero.Solve(); ok {
			t.Errorf("%s == 0: got %s = %s", zero, x.Name, value)
		}
	}
}

func TestSigns(t *testing.T) {
	z := dim.VarFrom("z", 0)
	positive := []dim.Size{
		H, H.Mul(C), H.CeilDiv(stride), H.CeilDiv(n(32)), C.Quo(k), C.Quo(C.Add(c)), z.Add(n(1)), dim.Ratio(1, 2),
		H.Add(C).Sub(n(1)), dim.VarFrom("x", 5).Sub(n(4)), H.Mul(W).Mul(n(2)).Sub(H), H.Add(n(1)).FloorDiv(n(2)),
		n(16).Sub(H.Mod(n(16))), H.Mul(H.CeilDiv(n(2))),
		C.Mul(H).Sub(C.Mul(H.FloorDiv(n(2)))),
	}
	for _, a := range positive {
		if !a.ProvablyPositive() || !a.ProvablyNonNegative() {
			t.Errorf("%s > 0 is not shown", a)
		}
	}
	nonNegative := []dim.Size{
		n(0), z, H.Sub(n(1)), H.FloorDiv(n(2)), H.Mod(n(16)), H.Mod(stride), n(15).Sub(H.Mod(n(16))), H.Sub(H.CeilDiv(n(2))),
		H.Sub(H.CeilDiv(stride)), H.Sub(n(1)).FloorDiv(n(2)), H.Sub(n(1)).Mul(W.Sub(n(1))),
	}
	for _, a := range nonNegative {
		if !a.ProvablyNonNegative() || a.ProvablyPositive() {
			t.Errorf("%s >= 0: %t, > 0: %t", a, a.ProvablyNonNegative(), a.ProvablyPositive())
		}
	}
	unknown := []dim.Size{n(-1), H.Sub(n(2)), C.Sub(c), eps, eps.Mul(eps), dim.Invalid(), n(1).Quo(C.Sub(c)), z.Neg(), H.Sub(n(5)).FloorDiv(n(2)),
		dim.VarFrom("x", -1)}
	for _, a := range unknown {
		if a.ProvablyNonNegative() || a.ProvablyPositive() {
			t.Errorf("%s >= 0 is shown", a)
		}
	}
}

func TestEvalErrors(t *testing.T) {
	tests := []struct {
		assign map[string]int64
		want   string
	}{
		{map[string]int64{"stride": 2}, "no value for H"},
		{map[string]int64{"H": 7}, "no value for stride"},
		{map[string]int64{"H": 7, "stride": 0}, "stride = 0, but it is at least 1"},
	}
	for _, tt := range tests {
		if _, err := H.FloorDiv(stride).Eval(tt.assign); err == nil || err.Error() != tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
	if v, err := n(1).Quo(C.Sub(c)).Eval(map[string]int64{"C": 3, "c": 3}); err != nil || v.IsValid() {
		t.Errorf("1/0: got %s, %v", v, err)
	}
	if v, err := C.Pow(3).Eval(map[string]int64{"C": 1 << 20}); err != nil || v.IsValid() {
		t.Errorf("2^60: got %s, %v", v, err)
	}
}

func TestVars(t *testing.T) {
	var got []string
	for _, v := range H.FloorDiv(stride).Mul(C).Add(n(1).Quo(c.Add(eps))).Vars() {
		got = append(got, v.Name)
	}
	if want := []string{"C", "H", "c", "eps", "stride"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := H.Sub(H).Vars(); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestIsWhole(t *testing.T) {
	for _, a := range []dim.Size{H, pad, H.FloorDiv(stride), H.Mul(C).Sub(n(3)), H.CeilDiv(n(2)).Pow(2), eps.Floor()} {
		if !a.IsWhole() {
			t.Errorf("%s is not whole", a)
		}
	}
	for _, a := range []dim.Size{eps, C.Quo(n(2)), C.Quo(c), C.Add(dim.Ratio(1, 2)), dim.Invalid(), C.Quo(C.Add(c))} {
		if a.IsWhole() {
			t.Errorf("%s is whole", a)
		}
	}
	if v, ok := H.Int(); ok {
		t.Errorf("Int of H is %d", v)
	}
}

func TestPanicsOfUnknownSizes(t *testing.T) {
	tests := []struct {
		want string
		f    func()
	}{
		{"dim: MustInt of 4*c", func() { c.Mul(n(4)).MustInt() }},
		{"dim: Cmp of unknown sizes C and c", func() { C.Cmp(c) }},
		{"dim: Num of the unknown size C", func() { C.Num() }},
		{"dim: Den of the unknown size C", func() { C.Den() }},
		{"dim: Float of the unknown size C", func() { C.Float() }},
		{"dim: Numbers asked about the unknown size C - c", func() { dim.Equal(dim.Numbers{}, C, c) }},
		{"dim: a variable without a name", func() { dim.Var("") }},
	}
	for _, tt := range tests {
		func() {
			defer func() {
				if got := recover(); got != tt.want {
					t.Errorf("got %v, want %s", got, tt.want)
				}
			}()
			tt.f()
		}()
	}
	if C.Add(n(1)).Cmp(C) != 1 || C.Cmp(C.Add(c).Sub(c)) != 0 {
		t.Error("Cmp of sizes with a known difference")
	}
	if !dim.Equal(dim.Numbers{}, C, dim.Var("C")) || dim.AtLeast(dim.Numbers{}, C, dim.Invalid()) {
		t.Error("Numbers on known differences and invalid sizes")
	}
}

// No expression is slow: one that grows out of bounds becomes invalid.
func TestGuards(t *testing.T) {
	many := func(count int) dim.Size {
		s := n(0)
		for i := range count {
			s = s.Add(dim.Var("x" + strings.Repeat("y", i)))
		}
		return s
	}
	if !many(300).IsValid() || many(401).IsValid() {
		t.Error("terms of a sum")
	}
	if many(20).Pow(40).IsValid() || many(300).Mul(many(300)).IsValid() {
		t.Error("terms of a product")
	}
	if C.Pow(64).Mul(C).IsValid() || C.Pow(1<<60).IsValid() || !C.Pow(64).IsValid() {
		t.Error("powers")
	}
	nested := H
	for i := range 50 {
		nested = nested.Mul(nested).Add(n(1)).FloorDiv(nested.Add(n(i)))
	}
	if nested.IsValid() {
		t.Error("nesting")
	}
	deep := H
	for range 30 {
		deep = n(1e9).FloorDiv(deep.Add(n(7)))
	}
	if deep.IsValid() {
		t.Error("nesting of divisors")
	}
	if C.Mul(n(limit)).Mul(n(2)).IsValid() || C.Mul(n(limit)).Add(C).IsValid() {
		t.Error("coefficients")
	}
	if dim.Invalid().Substitute("H", n(1)).IsValid() || many(10).Add(dim.Invalid()).IsValid() || C.Quo(dim.Invalid()).IsValid() {
		t.Error("invalid stays invalid")
	}
}

// Even the largest sizes take bounded work, measured by allocations.
func TestLargestSizesTakeBoundedWork(t *testing.T) {
	large, floors, product := n(1), n(0), n(1)
	for i := range 130 {
		x := dim.Var("x" + strconv.Itoa(i))
		large = large.Add(x.Mul(n(i + 2)))
		floors = floors.Add(x.Add(H).FloorDiv(n(i + 2)))
		if i < 8 {
			product = product.Mul(x.Add(n(1)))
		}
	}
	tests := map[string]func() dim.Size{
		"multiply":      func() dim.Size { return large.Mul(large) },
		"floor":         func() dim.Size { return large.FloorDiv(product) },
		"nested floor":  func() dim.Size { return floors.FloorDiv(large) },
		"ceil":          func() dim.Size { return floors.CeilDiv(n(1000)) },
		"power":         func() dim.Size { return product.Pow(30) },
		"quotient":      func() dim.Size { return large.Pow(2).Quo(large) },
		"remainder":     func() dim.Size { return large.Mod(floors) },
		"substitute":    func() dim.Size { return floors.Substitute("H", large) },
		"substitute 16": func() dim.Size { return floors.Substitute("H", H.Mul(n(16))) },
		"zero":          func() dim.Size { floors.Sub(large).IsZero(); return n(0) },
		"sign":          func() dim.Size { floors.Sub(large).ProvablyNonNegative(); return n(0) },
		"product sign":  func() dim.Size { product.Sub(large).ProvablyPositive(); return n(0) },
		"solve":         func() dim.Size { floors.Add(large).Solve(); return n(0) },
		"print":         func() dim.Size { _ = floors.FloorDiv(large).String(); return n(0) },
	}
	for name, f := range tests {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		a := f()
		runtime.ReadMemStats(&after)
		took := after.TotalAlloc - before.TotalAlloc
		if took > 64<<20 {
			t.Errorf("%s allocates %d bytes (valid: %t)", name, took, a.IsValid())
		}
	}
}

// Sizes are shared between goroutines; the race detector watches.
func TestSizesAreNeverChanged(t *testing.T) {
	shared := []dim.Size{H, H.CeilDiv(stride), C.Quo(C.Add(c)), C.Sub(c.Mul(n(4))), H.Mod(n(16)).Add(W)}
	before := dim.Shape(shared).String()
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for _, a := range shared {
				for _, b := range shared {
					_ = a.Add(b).Mul(a).Sub(b.Quo(a)).Floor().String()
					dim.Equivalent(a, b)
					a.Substitute("H", b).Solve()
					a.Sub(b).ProvablyNonNegative()
				}
			}
		})
	}
	wait.Wait()
	if after := dim.Shape(shared).String(); after != before {
		t.Errorf("got %s, want %s", after, before)
	}
}
