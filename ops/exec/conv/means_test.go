package conv_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"cnnlang/ops"
	run "cnnlang/ops/exec/conv"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/optest"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// withMeans computes a way whose result is followed by its means, and returns both in
// row-major order; ok is false for an algorithm that writes none.
func withMeans(t *testing.T, w *optest.Way, workers int) (out, means tensor.Tensor, ok bool) {
	t.Helper()
	both := *w
	both.To.Means = true
	if !strings.HasSuffix(both.Prepared().Algorithm, "-means") {
		return out, means, false
	}
	data := both.Compute(t, workers).Data
	grid := w.To.Grid(w.Shape)
	out = optest.InOrder(t, w.To, tensor.Tensor{Shape: w.Shape, Data: data[:grid.MeansAt()]})
	means = tensor.Tensor{Shape: tensor.Shape{w.Shape[0], w.Shape[1], 1, 1}, Data: data[grid.MeansAt():]}
	return out, optest.InOrder(t, layout.Blocked(layout.Float32), means), true
}

// checkMeans compares a result with means with the same without, and the means with those
// of the reference, to within some roundings of the largest value. It returns the
// algorithms that write them.
func checkMeans(t *testing.T, op ops.Op, in ...tensor.Tensor) (names []string) {
	t.Helper()
	for _, w := range optest.Ways(t, op, in, optest.Params(op, 100, in...)) {
		if w.Precision != layout.F32 || !w.IsBlocked() {
			continue
		}
		for halo := range 3 {
			w := w.WithHalo(halo)
			out, means, ok := withMeans(t, w, 1)
			if !ok {
				break
			}
			names = append(names, w.Name)
			if !optest.Same(out.Data, w.Run(t, 1).Data) {
				t.Fatalf("%v: other values with means than without", w)
			}
			largest := 0.0
			for _, v := range out.Data {
				largest = max(largest, math.Abs(float64(v)))
			}
			optest.Close(t, means, ref.Run(&ops.GlobalAvgPool{}, []tensor.Tensor{out}, nil), 4*eps*largest)
			if _, three, _ := withMeans(t, w, 3); !optest.Same(means.Data, three.Data) {
				t.Fatalf("%v: 3 workers compute other means than 1", w)
			}
		}
	}
	return names
}

// Parts that end in the middle of an image, and parts that cover many.
var meansCases = []convCase{
	{[4]int{3, 64, 20, 21}, conv(64, pair(1, 1))},
	{[4]int{40, 32, 5, 5}, conv(32, pair(1, 1))},
	{[4]int{5, 20, 23, 27}, conv(20, pair(3, 3), padded(pad(1)), groups(20))},
	{[4]int{2, 48, 31, 30}, conv(48, pair(3, 3), padded(pad(1)), groups(6))},
	{[4]int{2, 3, 30, 30}, conv(40, pair(3, 3), padded(pad(1)))},
}

func TestMeansOfConvolutions(t *testing.T) {
	done, reached := 0, map[string]bool{}
	for _, c := range slices.Concat(meansCases, blockedConvs) {
		t.Run(describe(c.op, c.in), func(t *testing.T) {
			names := checkMeans(t, c.op, optest.Rand(1, c.in[:]...))
			if len(names) > 0 {
				done++
			}
			for _, name := range names {
				reached[name] = true
			}
		})
	}
	if hasBlocks() && done < len(meansCases)+len(blockedConvs)/2 {
		t.Errorf("only %d convolutions have means", done)
	}
	for _, name := range run.WithMeans() {
		if !reached[name] {
			t.Errorf("no case of the means of %s", name)
		}
	}
	for name := range reached {
		if !slices.Contains(run.WithMeans(), name) {
			t.Errorf("%s writes means, and the table says it cannot", name)
		}
	}
}

func TestMeansAreOfWhatTheEpilogueLeaves(t *testing.T) {
	for _, act := range optest.Acts() {
		for _, add := range []bool{false, true} {
			t.Run(fmt.Sprint(act, add), func(t *testing.T) {
				in := []tensor.Tensor{optest.Rand(1, 2, 20, 9, 7)}
				if add {
					in = append(in, optest.Rand(2, 2, 40, 9, 7))
				}
				if checkMeans(t, epilogued(conv(40, pair(1, 1)), ops.Epilogue{Add: add, Act: act}), in...) == nil && hasBlocks() {
					t.Error("no means")
				}
			})
		}
	}
}
