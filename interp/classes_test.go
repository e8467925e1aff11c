package interp_test

import (
	"fmt"
	"math"
	"testing"

	"cnnlang/interp"
)

func TestSoftmax(t *testing.T) {
	for _, c := range []struct {
		scores []float32
		want   []float64
	}{
		{[]float32{0, 0}, []float64{0.5, 0.5}},
		{[]float32{1000, 1000, -1000}, []float64{0.5, 0.5, 0}},
		{[]float32{float32(math.Log(3)), 0}, []float64{0.75, 0.25}},
	} {
		for i, got := range interp.Softmax(c.scores) {
			if math.Abs(got-c.want[i]) > 1e-7 {
				t.Errorf("softmax(%v)[%d]: got %v, want %v", c.scores, i, got, c.want[i])
			}
		}
	}
}

func TestTopKPutsTheHighestFirstAndNaNLast(t *testing.T) {
	nan := float32(math.NaN())
	scores := []float32{nan, 1, 3, 3, 2}
	for k, want := range map[int]string{-1: "[]", 0: "[]", 2: "[2 3]", 9: "[2 3 4 1 0]"} {
		if got := fmt.Sprint(interp.TopK(scores, k)); got != want {
			t.Errorf("%d of them: got %s, want %s", k, got, want)
		}
	}
}
