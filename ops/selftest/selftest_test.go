package selftest

import (
	"context"
	"math"
	"slices"
	"testing"

	"cnnlang/ops/exec/layout"
	"cnnlang/ops/tensor"
)

// Every algorithm of this machine is right, and none is left out: the cases reach all kinds.
func TestRun(t *testing.T) {
	results, err := Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	ops := map[string]bool{}
	for _, r := range results {
		ops[r.Op] = true
		if !r.Right() {
			t.Errorf("%s by %s in %s: off by %.2g of the largest, want at most %.2g", r.Op, r.Algorithm, r.Precision, r.Error, r.Allowed)
		}
	}
	for i, name := range layout.Precisions() {
		is := slices.ContainsFunc(results, func(r Result) bool { return r.Precision == name })
		if supported := layout.Precision(i).Supported() == nil; is != supported {
			t.Errorf("%s: computed is %v, supported is %v", name, is, supported)
		}
	}
	if len(ops) < 15 || len(results) < 2*len(cases) {
		t.Errorf("got %d results of %d operations", len(results), len(ops))
	}
}

// One wrong number of many is noticed.
func TestDistance(t *testing.T) {
	want, got := tensor.New(1, 100), tensor.New(1, 100)
	for i := range want.Data {
		want.Data[i], got.Data[i] = float32(i), float32(i)
	}
	if d := distance(got, want); d != 0 {
		t.Errorf("got %v for the same", d)
	}
	got.Data[50] = 51
	for _, a := range allowed {
		if r := (Result{Error: distance(got, want), Allowed: a}); r.Right() && a < 1e-2 {
			t.Errorf("%v is within %v", r.Error, a)
		}
	}
	got.Data[50] = float32(math.NaN())
	if (Result{Error: distance(got, want), Allowed: 1}).Right() {
		t.Error("NaN is right")
	}
}
