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
	"cnnlang/lang/langtest"
	"cnnlang/ops"
)

// The table of errors stands between these lines of docs/precision.md. To write it
// anew:
//
//	go test ./interp -run TestPrecision -reference.all -update
const (
	precisionFile  = "../docs/precision.md"
	precisionBegin = "<!-- table: written by a test, see interp/precision_test.go -->\n"
	precisionEnd   = "<!-- end of table -->\n"
	precisionHead  = "| net | rms | largest |\n|---|---|---|\n"
)

var precisionRow = regexp.MustCompile("(?m)^\\| `([a-z0-9_]+)` \\| below ([0-9e-]+) \\| below ([0-9e-]+) \\|$")

// An inexactness is how far results of bfloat16 are from those of float32, in
// standard deviations of the results: the root of the mean square, and the most.
type inexactness struct{ rms, most float64 }

// TestPrecision runs a network of each family in bfloat16, and with -reference.all
// every one, at its own size on two images, and holds its error to what
// docs/precision.md states.
func TestPrecision(t *testing.T) {
	if err := ops.BF16.Supported(); err != nil {
		t.Skip(err)
	}
	stated, found := statedInexactness(t), map[string]inexactness{}
	update := flag.Lookup("update").Value.String() == "true"
	for _, name := range interp.Library() {
		family := slices.ContainsFunc(families, func(f smallNet) bool { return f.net == name })
		if !*all && !family {
			continue
		}
		t.Run(name, func(t *testing.T) {
			defer runtime.GC()
			f, s := inexactnessOf(t, name), stated[name]
			t.Logf("%.2g, at most %.2g", f.rms, f.most)
			if !update && !(f.rms < s.rms && f.most < s.most) {
				t.Errorf("found %.2g and %.2g, %s states %v", f.rms, f.most, precisionFile, s)
			}
			found[name] = f
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
func statedInexactness(t *testing.T) map[string]inexactness {
	t.Helper()
	text, err := os.ReadFile(precisionFile)
	if err != nil {
		t.Fatal(err)
	}
	stated := map[string]inexactness{}
	for _, m := range precisionRow.FindAllStringSubmatch(string(text), -1) {
		rms, err1 := strconv.ParseFloat(m[2], 64)
		most, err2 := strconv.ParseFloat(m[3], 64)
		if err1 != nil || err2 != nil {
			t.Fatalf("%s: %s", precisionFile, m[0])
		}
		stated[m[1]] = inexactness{rms, most}
	}
	return stated
}

// writeInexactness writes the table.
func writeInexactness(t *testing.T, found map[string]inexactness) {
	t.Helper()
	text, err := os.ReadFile(precisionFile)
	if err != nil {
		t.Fatal(err)
	}
	rows := precisionHead
	for _, name := range interp.Library() {
		rows += fmt.Sprintf("| `%s` | below %s | below %s |\n", name, bound(found[name].rms), bound(found[name].most))
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
func inexactnessOf(t *testing.T, name string) inexactness {
	n := instantiate(t, name, nil)
	shape := slices.Clone(n.Graph.Input.Shape)
	shape[0] = 2
	n = instantiate(t, name, shape)
	input := image(0, shape)
	exact := results(t, inPrecision(t, n, ops.F32), 2, input)[0]
	m := inPrecision(t, n, ops.BF16)
	rounded := results(t, m, 2, input)[0]
	if alone := results(t, m, 1, input)[0]; !sameBits(alone, rounded) {
		t.Error("one thread gives other bits than two")
	}
	mean, square := 0.0, 0.0
	for _, x := range exact {
		mean += float64(x) / float64(len(exact))
	}
	for _, x := range exact {
		square += (float64(x) - mean) * (float64(x) - mean)
	}
	deviation := math.Sqrt(square / float64(len(exact)))
	var e inexactness
	for i, x := range exact {
		d := math.Abs(float64(rounded[i])-float64(x)) / deviation
		e.rms += d * d / float64(len(exact))
		e.most = max(e.most, d)
	}
	e.rms = math.Sqrt(e.rms)
	return e
}

func inPrecision(t *testing.T, n *interp.Net, precision ops.Precision) *interp.Model {
	t.Helper()
	m, err := interp.Build(n, interp.Weights{}, interp.Options{Precision: precision})
	if err != nil {
		t.Fatal(err)
	}
	return m
}
