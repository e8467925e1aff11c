package dim_test

import (
	"testing"

	"cnnlang/ops/dim"
)

// The slope and the rest of a linear part make the size again, and do not contain the
// variable.
func TestLinear(t *testing.T) {
	item := dim.Variable{Name: "l[H]", Sense: &dim.Sense{Of: []dim.Size{H}}}.Size()
	for _, tt := range []struct {
		a, slope, rest dim.Size
	}{
		{H.Mul(n(3)).Add(n(2)), n(3), n(2)},
		{H.Quo(n(2)).Sub(C), dim.Ratio(1, 2), C.Neg()},
		{H.Mul(C).Add(H).Add(W), C.Add(n(1)), W},
		{C.FloorDiv(n(2)), n(0), C.FloorDiv(n(2))},
		{n(5), n(0), n(5)},
	} {
		slope, rest, ok := tt.a.Linear("H")
		if !ok || !dim.Equivalent(slope, tt.slope) || !dim.Equivalent(rest, tt.rest) {
			t.Errorf("%v: got %v and %v (%t), want %v and %v", tt.a, slope, rest, ok, tt.slope, tt.rest)
		}
	}
	for _, a := range []dim.Size{H.Mul(H), H.Add(H.FloorDiv(n(2))), C.Quo(H), n(1).Quo(H.Add(C)), H.Add(item), item, dim.Invalid()} {
		if slope, rest, ok := a.Linear("H"); ok {
			t.Errorf("%v: got %v and %v", a, slope, rest)
		}
	}
}

// A variable that is part of another one is printed in terms of that one, whatever is
// substituted for the rest of it.
func TestVariablesThatAreOthers(t *testing.T) {
	h := dim.Variable{Name: "h", Sense: &dim.Sense{Is: H.Sub(n(1)).Quo(k)}}.Size()
	deeper := dim.Variable{Name: "g", Sense: &dim.Sense{Is: h.Quo(n(2))}}.Size()
	for _, tt := range []struct {
		a    dim.Size
		want string
	}{
		{h.Mul(k).Add(n(1)), "H"},
		{deeper.Mul(k).Mul(n(2)), "H - 1"},
		{h.Substitute("k", n(4)), "(H - 1)/4"},
		{h.Substitute("h", C), "C"},
	} {
		if got := tt.a.InOthers(); got.Has("h") || got.Has("g") || got.String() != tt.want || tt.a.String() != tt.want {
			t.Errorf("got %v, printed as %v, want %s", got, tt.a, tt.want)
		}
	}
}

// Equal sizes have equal names, whatever is printed for their variables.
func TestNamesOfSizes(t *testing.T) {
	first := dim.Variable{Name: "first", Sense: &dim.Sense{Label: "i"}}.Size()
	second := dim.Variable{Name: "second", Sense: &dim.Sense{Label: "i"}}.Size()
	if a, b := first.Add(n(1)), second.Add(n(1)); a.String() != "i + 1" || b.String() != "i + 1" || a.Name() != "first + 1" || b.Name() != "second + 1" {
		t.Errorf("got %v, %v, %v, %v", a, b, a.Name(), b.Name())
	}
	if !first.DependsOn("first") || first.DependsOn("second") {
		t.Error("a variable depends on itself alone")
	}
	of := dim.Variable{Name: "f", Sense: &dim.Sense{Of: []dim.Size{first.FloorDiv(n(2))}}}.Size()
	if a := of.FloorDiv(C); !a.DependsOn("first") || a.Has("first") {
		t.Errorf("%v is of a function of first, and has no first in it", a)
	}
}
