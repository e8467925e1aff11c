//go:build !race

package nettest

import (
	"flag"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/reftest"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/tensor"
)

// An inexactness is the distance of results from those of float64, in standard deviations
// of these: root mean square, and largest.
type inexactness struct{ rms, most float64 }

func (e inexactness) below(limit inexactness) bool { return e.rms < limit.rms && e.most < limit.most }

func (e inexactness) String() string { return fmt.Sprintf("%.2g and at most %.2g", e.rms, e.most) }

// inexact compares a result, of one image or both, with the stored values.
func (s storedResult) inexact(t testing.TB, result []float32) (e inexactness) {
	t.Helper()
	got := s.of(t, result)
	want := s.values[:len(got)]
	deviation := spread(want)
	for i, x := range got {
		d := math.Abs(float64(x)-want[i]) / deviation
		if d != d {
			t.Fatalf("value %d is %v, want %v", i*s.every, x, want[i])
		}
		e.rms += d * d / float64(len(got))
		e.most = max(e.most, d)
	}
	e.rms = math.Sqrt(e.rms)
	return e
}

// A netError is the inexactness in each precision.
type netError [layout.BF16 + 1]inexactness

// budget is how many times the reference's float32 error the error of f32 may be.
const budget = 3

// checkF32 checks a result in f32 against the budget and docs/precision.md.
func checkF32(t *testing.T, net string, result []float32) inexactness {
	t.Helper()
	s := readStored(t, net)
	found := s.inexact(t, result)
	if slices.Contains(reftest.Nets(t, referenceFolder), net) {
		theirs := s.referenceError(reftest.ReadOutputs(t, referenceFolder, net).Runs[0].Logits)
		t.Logf("%.2g times the reference's error", found.rms/theirs)
		if !(found.rms <= budget*theirs) {
			t.Errorf("f32: %v, more than %d times the reference's %.2g", found, budget, theirs)
		}
	}
	checkStated(t, net, layout.F32, found, 1)
	return found
}

// checkStated checks an error against a multiple of what docs/precision.md states.
func checkStated(t *testing.T, net string, precision layout.Precision, found inexactness, times float64) {
	t.Helper()
	stated, err := statedInexactness()
	if err != nil {
		t.Fatal(err)
	}
	limit := stated[net][precision]
	limit.rms *= times
	limit.most *= times
	t.Logf("%v: %v", precision, found)
	if !updates() && !found.below(limit) {
		t.Errorf("%v: %v, want less than %v: %s states that, %g-fold", precision, found, limit, precisionFile, times)
	}
}

func updates() bool { return flag.Lookup("update").Value.String() == "true" }

// TestPrecision computes an image of networks at their own size in bf16 and f32fast, and two in f32 of
// those that TestReference leaves out, but of detectors at 800x800: if the processor multiplies
// bfloat16, one network of each family; in plain Go the lightest ones; with -reference.all every
// one in every precision.
func TestPrecision(t *testing.T) {
	found := map[string]netError{}
	references := reftest.Nets(t, referenceFolder)
	for _, name := range storedNets(t) {
		t.Run(name, func(t *testing.T) {
			defer runtime.GC()
			if name == "unet_taps" && !*all {
				return // a test of interp has that its graph is that of unet
			}
			var e netError
			tensors := sync.OnceValue(func() map[string]tensor.Tensor { return Tensors(t, Instantiate(t, name, nil), 0) })
			one := oneImage(t, name)
			if heavy := one.Main.MACs.Cmp(dim.Int(100_000_000_000)) > 0; *all || !heavy && !slices.Contains(references, name) {
				e[layout.F32] = checkF32(t, name, resultIn(t, twoImages(t, name), layout.F32, tensors()))
			}
			if *all || affordable(one) {
				for _, precision := range []layout.Precision{layout.F32Fast, layout.BF16} {
					e[precision] = readStored(t, name).inexact(t, resultIn(t, one, precision, tensors()))
					checkStated(t, name, precision, e[precision], 1)
				}
			}
			found[name] = e
		})
	}
	if !t.Failed() && *all && updates() {
		writePrecisionTable(t, found)
	}
}

// affordable are the networks that plain `go test` computes with bfloat16.
func affordable(n *interp.Net) bool {
	if isa, _ := exec.ISA(); isa == "generic" || layout.BF16.Supported() != nil {
		return n.Main.MACs.Cmp(dim.Int(400_000_000)) < 0
	}
	return slices.ContainsFunc(Families, func(f SmallNet) bool { return f.Net == n.Name })
}

// Folding, fusion, planning and every fast algorithm together against the definition of
// each op in float64, for two images in a batch and one alone. Errors at a small size,
// where fewer pixels are averaged, are less than twice those at a network's own, and
// threads and runs change no bit.
func TestPrecisionAtASmallSize(t *testing.T) {
	for _, f := range Families {
		t.Run(f.Net, func(t *testing.T) {
			defer runtime.GC()
			batch := Instantiate(t, f.Net, f.Shape, f.Settings...)
			tensors := Tensors(t, batch, 0)
			exact := exactly(batch, tensors, Images(batch))
			for k, got := range Results(t, Build(t, batch), 2, Image(0, f.Shape)) {
				checkStated(t, f.Net, layout.F32, stored(exact[k]).inexact(t, got), 2)
			}
			shape := slices.Clone(f.Shape)
			shape[0] = 1
			n := Instantiate(t, f.Net, shape, f.Settings...)
			for precision := range layout.BF16 + 1 {
				got := sameBitsOnThreads(t, ModelIn(t, n, precision, tensors), Image(0, shape))
				checkStated(t, f.Net, precision, stored(exact[0]).inexact(t, got), 2)
			}
		})
	}
}

// sameBitsOnThreads computes the main output on two threads, and if that is quick on other
// numbers of them, twice in the same memory.
func sameBitsOnThreads(t *testing.T, m *interp.Model, input tensor.Tensor) []float32 {
	t.Helper()
	want := Results(t, m, 2, input)[0]
	if m.Net.Main.MACs.Cmp(dim.Int(30_000_000)) > 0 {
		return want
	}
	for _, threads := range []int{1, 3, 7} {
		s := m.NewSession(threads)
		defer s.Close()
		for run := range 2 {
			if err := s.Run(t.Context(), input); err != nil {
				t.Fatal(err)
			}
			if !SameBits(s.Output().Data, want) {
				t.Errorf("run %d on %d threads gives other bits than one on two", run+1, threads)
			}
		}
	}
	return want
}

// resultIn computes a network in a precision on two threads.
func resultIn(t *testing.T, n *interp.Net, precision layout.Precision, tensors map[string]tensor.Tensor) []float32 {
	t.Helper()
	return Results(t, ModelIn(t, n, precision, tensors), 2, Images(n)...)[0]
}
