package optest

import (
	"math"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// The slopes are those of the definitions, or 1 where these are less.
func TestSteepest(t *testing.T) {
	const n, each = 1 << 15, 1 << 11 // from -8 to 8
	wide := []ops.Activation{(&ops.LeakyReLU{Slope: dim.Int(-3)}).Activation(), (&ops.HardSigmoid{Slope: dim.Int(2)}).Activation(), (&ops.ELU{Alpha: dim.Int(4)}).Activation(), ops.TanhGELU}
	for _, a := range append(wide, ops.Activations...) {
		x := ref.Value{Shape: tensor.Shape{1, n}, Data: make([]float64, n)}
		for i := range x.Data {
			x.Data[i] = float64(i)/each - n/each/2
		}
		y, want := ref.Exact(a.Op(), []ref.Value{x}, nil), 1.0
		for i := range n - 1 {
			want = max(want, math.Abs(y.Data[i+1]-y.Data[i])*each)
		}
		if got := steepest(a, nil); !(got >= want && got <= 1.002*want) {
			t.Errorf("%v: got %v, want %v", a, got, want)
		}
	}
	slopes := []tensor.Tensor{tensor.From([]float32{1, -2.5, 2}, 3)}
	if got := steepest(PReLU(), slopes); got != 2.5 {
		t.Errorf("prelu: got %v, want 2.5", got)
	}
}
