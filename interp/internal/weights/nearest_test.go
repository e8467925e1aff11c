package weights

import (
	"testing"

	"cnnlang/ops/tensor"
)

// The name that is nearest is that of the same tensor in other programs' words.
func TestNearestNamesInOtherWords(t *testing.T) {
	var fit FitError
	four := tensor.Shape{4}
	for _, name := range []string{"bn/beta:0", "bn/gamma:0", "bn/moving_mean:0", "bn/moving_variance:0"} {
		fit.Unexpected = append(fit.Unexpected, Entry{Name: name, Shape: four})
	}
	want := map[string]string{"bn.weight": "bn/gamma:0", "bn.bias": "bn/beta:0", "bn.running_mean": "bn/moving_mean:0", "bn.running_var": "bn/moving_variance:0"}
	for name := range want {
		fit.Missing = append(fit.Missing, Missing{Name: name, Shape: four})
	}
	suggestNearest(&fit)
	for _, m := range fit.Missing {
		if m.Nearest != want[m.Name] {
			t.Errorf("%s: got %q, want %q", m.Name, m.Nearest, want[m.Name])
		}
	}
}
