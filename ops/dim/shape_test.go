package dim_test

import (
	"testing"

	"cnnlang/ops/dim"
)

func TestShape(t *testing.T) {
	s := dim.Shaped(2, 3, 5, 7)
	if got := s.Product(); got != dim.Int(210) {
		t.Errorf("product: got %s", got)
	}
	if got := (dim.Shape{}).Product(); got != dim.Int(1) {
		t.Errorf("product of nothing: got %s", got)
	}
	copied := s.Clone()
	copied[0] = dim.Var("N")
	if got := s.String() + " " + copied.String(); got != "[2, 3, 5, 7] [N, 3, 5, 7]" {
		t.Errorf("got %s", got)
	}
	if got := dim.Square(dim.Int(3)).String(); got != "3x3" {
		t.Errorf("got %s", got)
	}
	if got := dim.Shaped(1<<30, 1<<30).Product(); got.IsValid() {
		t.Errorf("product beyond the range: got %s", got)
	}
}

func TestNumbersFacts(t *testing.T) {
	facts := dim.Numbers{}
	tests := []struct {
		size                     dim.Size
		zero, nonNegative, whole bool
	}{
		{dim.Int(0), true, true, true},
		{dim.Int(-2), false, false, true},
		{dim.Ratio(1, 2), false, true, false},
		{dim.Invalid(), false, false, false},
	}
	for _, tt := range tests {
		for r, want := range map[dim.Relation]bool{dim.Zero: tt.zero, dim.NonNegative: tt.nonNegative, dim.Whole: tt.whole} {
			if got := facts.Require(tt.size, r); got != want || facts.Decide(tt.size, r) != want {
				t.Errorf("%s, relation %d: got %t, want %t", tt.size, r, got, want)
			}
		}
	}
}
