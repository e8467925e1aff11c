package graph

import (
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// Fractions are decimals where those are exact and short, as they are in JSON.
func TestFractionsAreDecimals(t *testing.T) {
	for _, c := range []struct {
		num, den int
		want     string
	}{{1, 100000, "bn(eps=0.00001)"}, {1, 1000, "bn(eps=0.001)"}, {3, 2, "bn(eps=1.5)"}, {1, 3, "bn(eps=1/3)"}, {1, 1 << 20, "bn(eps=1/1048576)"}, {2, 1, "bn(eps=2)"}} {
		if got := Describe(&ops.BatchNorm{Eps: dim.Int(c.num).Quo(dim.Int(c.den)), Scale: true, Shift: true}); got != c.want {
			t.Errorf("%d/%d: got %q, want %q", c.num, c.den, got, c.want)
		}
	}
	leaky := ops.LeakyReLU{Slope: dim.Ratio(1, 10)}
	if got, want := Describe((&ops.Add{}).WithEpilogue(ops.Epilogue{Act: leaky.Activation()})), "add + leaky_relu(slope=0.1)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A normalisation says which tensors it lacks, and gelu that it is approximate.
func TestWhatIsUsualIsNotSaid(t *testing.T) {
	for want, op := range map[string]ops.Op{
		"bn(eps=0)":                         &ops.BatchNorm{Scale: true, Shift: true},
		"bn(eps=0, scale=false)":            &ops.BatchNorm{Shift: true},
		"instance_norm(eps=0, shift=false)": &ops.InstanceNorm{Scale: true},
		"gelu":                              ops.GELU.Op(),
		"gelu(approximate=true)":            ops.TanhGELU.Op(),
	} {
		if got := Describe(op); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
