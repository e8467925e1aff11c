//go:build !race

package interp_test

import (
	"flag"
	"fmt"
	"math"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/pass"
	"cnnlang/interp/plan"
	"cnnlang/interp/weights"
	"cnnlang/lang/langtest"
	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// The table of errors stands between these lines of docs/precision.md. To write it
// anew:
//
//	go test ./interp -run TestPrecision -reference.all -update
const (
	precisionFile  = "../docs/precision.md"
	precisionBegin = "<!-- table: written by a test, see interp/precision_test.go -->\n"
	precisionEnd   = "<!-- end of table -->\n"
	precisionHead  = "| net | `bf16` rms | largest | `f32fast` rms | largest |\n|---|---|---|---|---|\n"
)

var precisionRow = regexp.MustCompile("(?m)^\\| `([a-z0-9_]+)` \\| below ([0-9e-]+) \\| below ([0-9e-]+) \\| below ([0-9e-]+) \\| below ([0-9e-]+) \\|$")

// An inexactness is how far results of a precision are from those of float32, in
// standard deviations of the results: the root of the mean square, and the most.
type inexactness struct{ rms, most float64 }

// A netError is those of bf16 and of f32fast.
type netError [2]inexactness

// TestPrecision runs a network of each family in bf16 and f32fast, and with -reference.all
// every one, at its own size on two images, and holds its error to what
// docs/precision.md states.
func TestPrecision(t *testing.T) {
	if err := ops.BF16.Supported(); err != nil {
		t.Skip(err)
	}
	stated, found := statedInexactness(t), map[string]netError{}
	update := flag.Lookup("update").Value.String() == "true"
	for _, name := range interp.Library() {
		family := slices.ContainsFunc(families, func(f smallNet) bool { return f.net == name })
		if !*all && !family {
			continue
		}
		t.Run(name, func(t *testing.T) {
			defer runtime.GC()
			found[name] = inexactnessOf(t, name)
			for i, s := range stated[name] {
				f := found[name][i]
				t.Logf("%.2g, at most %.2g", f.rms, f.most)
				if !update && !(f.rms < s.rms && f.most < s.most) {
					t.Errorf("found %.2g and %.2g, %s states %v", f.rms, f.most, precisionFile, s)
				}
			}
		})
	}
	if !t.Failed() && update && len(found) == len(interp.Library()) {
		writeInexactness(t, found)
	}
	if len(stated) != len(interp.Library()) && !update {
		t.Errorf("%s states the error of %d networks, there are %d", precisionFile, len(stated), len(interp.Library()))
	}
}

// statedInexactness reads the table.
func statedInexactness(t *testing.T) map[string]netError {
	t.Helper()
	text, err := os.ReadFile(precisionFile)
	if err != nil {
		t.Fatal(err)
	}
	stated := map[string]netError{}
	for _, m := range precisionRow.FindAllStringSubmatch(string(text), -1) {
		var bounds [4]float64
		for i, text := range m[2:] {
			if bounds[i], err = strconv.ParseFloat(text, 64); err != nil {
				t.Fatalf("%s: %v", precisionFile, err)
			}
		}
		stated[m[1]] = netError{{bounds[0], bounds[1]}, {bounds[2], bounds[3]}}
	}
	return stated
}

// writeInexactness writes the table.
func writeInexactness(t *testing.T, found map[string]netError) {
	t.Helper()
	text, err := os.ReadFile(precisionFile)
	if err != nil {
		t.Fatal(err)
	}
	rows := precisionHead
	for _, name := range interp.Library() {
		rows += fmt.Sprintf("| `%s` |", name)
		for _, e := range found[name] {
			rows += fmt.Sprintf(" below %s | below %s |", bound(e.rms), bound(e.most))
		}
		rows += "\n"
	}
	before, rest, ok1 := strings.Cut(string(text), precisionBegin)
	_, after, ok2 := strings.Cut(rest, precisionEnd)
	if !ok1 || !ok2 {
		t.Fatalf("%s has no table", precisionFile)
	}
	langtest.Golden(t, precisionFile, before+precisionBegin+"\n"+rows+"\n"+precisionEnd+after)
}

// inexactnessOf compares a network's results, and those of one thread with those of
// two.
func inexactnessOf(t *testing.T, name string) (e netError) {
	n := instantiate(t, name, nil)
	shape := slices.Clone(n.Graph.Input.Shape)
	shape[0] = 2
	n = instantiate(t, name, shape)
	exact := resultIn(t, n, ops.F32)
	for i, precision := range []ops.Precision{ops.BF16, ops.F32Fast} {
		e[i] = inexact(resultIn(t, n, precision), exact)
	}
	return e
}

// resultIn computes a network in a precision, whether the processor is fast at it or
// not.
func resultIn(t *testing.T, n *interp.Net, precision ops.Precision) []float32 {
	t.Helper()
	g, _ := pass.Run(n.Graph, pass.Options{})
	source := func(p graph.Param) (tensor.Tensor, error) { return weights.Random(0).Tensor(p.Path, p.Shape), nil }
	p, err := plan.New(g, source, plan.Options{Precision: precision})
	if err != nil {
		t.Fatal(err)
	}
	run := func(threads int) []float32 {
		workers := ops.NewWorkers(threads)
		defer workers.Close()
		s := p.NewSession(workers)
		if err := s.Run(t.Context(), image(0, n.Graph.Input.Shape)); err != nil {
			t.Fatal(err)
		}
		return slices.Clone(s.Output().Data)
	}
	two := run(2)
	if !sameBits(run(1), two) {
		t.Errorf("%v: one thread gives other bits than two", precision)
	}
	return two
}

func inexact(got, want []float32) (e inexactness) {
	count, mean, square := float64(len(want)), 0.0, 0.0
	for _, x := range want {
		mean += float64(x) / count
	}
	for _, x := range want {
		square += (float64(x) - mean) * (float64(x) - mean) / count
	}
	deviation := math.Sqrt(square)
	for i, x := range want {
		d := math.Abs(float64(got[i])-float64(x)) / deviation
		e.rms += d * d / count
		e.most = max(e.most, d)
	}
	e.rms = math.Sqrt(e.rms)
	return e
}
