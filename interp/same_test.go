package interp_test

import (
	"fmt"
	"slices"
	"testing"

	"cnnlang/interp"
	"cnnlang/ops/tensor"
)

// The average over windows with `same` counts no padding, like TensorFlow's, unless
// count_pad is set; with other padding it does. The values are computed by hand.
func TestAveragesWithPadding(t *testing.T) {
	row := tensor.Tensor{Shape: tensor.Shape{1, 1, 1, 9}, Data: []float32{3, 6, 9, 12, 15, 18, 21, 24, 27}}
	for _, c := range []struct {
		arguments string
		want      []float32
	}{
		{"pad=same", []float32{4.5, 9, 15, 21, 25.5}},
		{"pad=same, count_pad=true", []float32{3, 9, 15, 21, 17}},
		{"pad=half", []float32{3, 9, 15, 21, 17}},
		{"pad=[0, 1]", []float32{3, 9, 15, 21, 17}},
		{"pad=[0, 1], count_pad=false", []float32{4.5, 9, 15, 21, 25.5}},
		{"pad=valid", []float32{6, 12, 18, 24}},
	} {
		text := fmt.Sprintf("net n [N, 1, H = 1, W = 9] -> [N, 1, 1, _] { avgpool(1x3, stride=2, %s) }", c.arguments)
		if got := compute(t, readBack(t, text), row); !slices.Equal(got, c.want) {
			t.Errorf("avgpool(1x3, stride=2, %s): got %v, want %v", c.arguments, got, c.want)
		}
	}
}

// compute runs a net without weights.
func compute(t *testing.T, n *interp.Net, image tensor.Tensor) []float32 {
	t.Helper()
	m, err := n.Build(t.Context(), interp.Options{Weights: interp.RandomWeights(0), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	s := m.NewSession(1)
	defer s.Close()
	if err := s.Run(t.Context(), image); err != nil {
		t.Fatal(err)
	}
	return slices.Clone(s.Output().Data)
}
