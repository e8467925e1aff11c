//go:build !race

package nettest

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/weightfile/filetest"
	"cnnlang/ops/tensor"
)

// What a format does to numbers, as rounding to 16 bits or folding a norm into a convolution, moves
// the logits. How far it may is not known exactly, but from the most by which each number may be
// off. To first order the change of a logit is a sum over all numbers, of as many small terms. The
// errors of roundings are as good as independent of each other and of what the numbers mean to
// the logits; so the sum is as good as normal, and its variance is the sum of the variances of its
// terms. Noise that is uniform between the bounds of each number has no smaller variance than a
// rounding that keeps them, whose error is uniform within them or narrower ones; where several
// numbers share an error they share the noise. A few draws of such noise, computed like anything
// else and so with what the computation rounds, show how large the change is at most: its root mean
// square over the logits is to stay below twice the largest. That this says something the tests
// show by what is worse by two bits.

// A noise moves a number of a tensor by at most as much as a format may.
type noise func(r *rand.Rand, path string) func(x float32) float32

// relative is noise of a tensor's numbers of at most so much of each, but for zeros and, where
// a type has a smallest step, of at most half of it.
func relative(most float64) noise {
	return func(r *rand.Rand, _ string) func(float32) float32 {
		return func(x float32) float32 { return float32(float64(x) * (1 + most*(2*r.Float64()-1))) }
	}
}

// implied is the least and the largest root mean square by which draws of noise move the logits.
func implied(t *testing.T, n *interp.Net, tensors map[string]tensor.Tensor, of noise) (least, largest float64) {
	t.Helper()
	want := logitsOf(t, n, interp.WeightsOf(tensors))
	least = math.Inf(1)
	for draw := range uint64(4) {
		r := rand.New(rand.NewPCG(draw, writtenSeed))
		moved := changed(tensors, func(path string) func(float32) float32 { return of(r, path) })
		d := apart(logitsOf(t, n, interp.WeightsOf(moved)), want)
		least, largest = min(least, d), max(largest, d)
	}
	if !(least > 0 && largest < spread(widened(want))/4) {
		t.Fatalf("noise moves the logits by %v to %v, their deviation is %v: a bound says nothing", least, largest, spread(widened(want)))
	}
	return least, largest
}

// changed are tensors with their numbers changed, one after another by their paths.
func changed(tensors map[string]tensor.Tensor, by func(path string) func(float32) float32) map[string]tensor.Tensor {
	all := map[string]tensor.Tensor{}
	for _, path := range sortedPaths(tensors) {
		x := tensor.New(tensors[path].Shape...)
		change := by(path)
		for i, v := range tensors[path].Data {
			x.Data[i] = change(v)
		}
		all[path] = x
	}
	return all
}

func sortedPaths(tensors map[string]tensor.Tensor) []string {
	var paths []string
	for path := range tensors {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths
}

// apart is the root mean square of differences.
func apart(a, b []float32) float64 {
	square := 0.0
	for i := range a {
		square += math.Pow(float64(a[i])-float64(b[i]), 2) / float64(len(a))
	}
	return math.Sqrt(square)
}

func widened(values []float32) []float64 {
	all := make([]float64, len(values))
	for i, x := range values {
		all[i] = float64(x)
	}
	return all
}

// nearest is the nearest number with so many significant bits that is a multiple of 2^least.
func nearest(x float32, bits, least int) float32 {
	_, e := math.Frexp(float64(x))
	step := max(e-bits, least)
	return float32(math.Ldexp(math.RoundToEven(math.Ldexp(float64(x), -step)), step))
}

// A file that was rounded to 16 bits gives the bits of the numbers nearest to its own, and is as
// far from the logits of these as that says.
func TestWrittenInSixteenBits(t *testing.T) {
	n := narrowed(t, "narrow_resnet", "resnet50")
	tensors := interp.RandomTensors(n, writtenSeed)
	original := safetensors(t, tensors)
	full := interp.WeightsFile(original)
	want := logitsOf(t, n, full)
	for _, c := range []struct {
		dtype       string
		bits, least int // significant bits, and the exponent of the smallest step
	}{{"f16", 11, -24}, {"bf16", 8, -133}} {
		t.Run(c.dtype, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "w.safetensors")
			f, err := full.Open()
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if _, err := f.Write(t.Context(), path, interp.Rewrite{DType: c.dtype}); err != nil {
				t.Fatal(err)
			}
			if a, b := sizeOf(t, path), sizeOf(t, original); a > b*6/10 {
				t.Errorf("the file has %d bytes of %d", a, b)
			}
			rounded := func(bits int) map[string]tensor.Tensor {
				return changed(tensors, func(string) func(float32) float32 {
					return func(x float32) float32 { return nearest(x, bits, c.least) }
				})
			}
			got := logitsOf(t, n, interp.WeightsFile(path))
			if !SameBits(got, logitsOf(t, n, interp.WeightsFile(safetensors(t, rounded(c.bits))))) {
				t.Error("the logits are not those of the nearest numbers")
			}
			// Half a step is at most 2^-bits of a number; the smallest steps are less than what they are to others.
			least, largest := implied(t, n, tensors, relative(math.Ldexp(1, -c.bits)))
			d, coarse := apart(got, want), apart(logitsOf(t, n, interp.WeightsOf(rounded(c.bits-2))), want)
			t.Logf("moved by %.3g, noise by %.3g to %.3g, two bits less by %.3g; the logits deviate by %.3g", d, least, largest, coarse, spread(widened(want)))
			if !(d <= 2*largest && d >= least/4) {
				t.Errorf("the logits moved by %v, noise moves them by %v to %v", d, least, largest)
			}
			if coarse <= 2*largest {
				t.Errorf("with two bits less they move by %v: the bound says nothing", coarse)
			}
		})
	}
}

func sizeOf(t *testing.T, path string) int64 {
	t.Helper()
	s, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return s.Size()
}

// ulp is by how much of a number float32 may round it.
const ulp = 1.0 / (1 << 24)

// torch.onnx.export folds norms in float32, and calls what becomes of them by numbers. Read by
// the names of the nodes they give the bits of the same tensors under the net's names.
func TestWrittenAsFoldedONNX(t *testing.T) {
	n := narrowed(t, "narrow_resnet", "resnet50")
	tensors := interp.RandomTensors(n, writtenSeed)
	layers := layersOf(t, n, tensors)
	want := logitsOf(t, n, interp.WeightsOf(tensors))
	w := interp.WeightsFile(written(t, "folded.onnx", filetest.ONNX(layers, true), nil))
	got := logitsOf(t, n, w)
	if notes := aboutFile(t, w).Notes; len(notes) != 1 || !strings.Contains(notes[0], "onnx::Conv_400 is conv1.weight") {
		t.Errorf("notes are %q", notes)
	}
	named := map[string]tensor.Tensor{}
	for _, l := range filetest.Folded(layers) {
		for _, a := range l.Arrays {
			named[l.Name+"."+a.Leaf] = tensor.From(a.Data, a.Shape...)
		}
	}
	if len(named) >= len(tensors)/2 || !SameBits(got, logitsOf(t, n, interp.WeightsFile(safetensors(t, named)))) {
		t.Errorf("%d folded tensors give other bits under the names of the net", len(named))
	}
	// There weight/sqrt(var + eps) is rounded three times, the sum under the root counting half; here it
	// is not. Its product with a number of the convolution is rounded on either side, and so is
	// the new bias, of which the product with the mean is rounded there too.
	_, largest := implied(t, n, tensors, func(r *rand.Rand, path string) func(float32) float32 {
		most := 2.0
		switch {
		case strings.HasSuffix(path, "weight") && len(tensors[path].Shape) == 1:
			most = 2.5
		case strings.HasSuffix(path, "running_mean"):
			most = 3
		case strings.HasSuffix(path, "running_var"), strings.HasPrefix(path, "fc."):
			most = 0
		}
		return relative(most*ulp)(r, path)
	})
	d := apart(got, want)
	t.Logf("moved by %.3g, noise by up to %.3g; the logits deviate by %.3g", d, largest, spread(widened(want)))
	if d > 2*largest {
		t.Errorf("folding moved the logits by %v, noise by up to %v", d, largest)
	}
}
