//go:build !race

package nettest

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"cnnlang/interp/internal/reftest"
	"cnnlang/lang/langtest"
	"cnnlang/ops/exec/layout"
)

// The table of errors stands between these lines of docs/precision.md. To write it
// anew:
//
//	go test ./interp/internal/nettest -run TestPrecision$ -reference.all -update -timeout 90m
const (
	precisionFile  = "../../../docs/precision.md"
	precisionBegin = "<!-- table: written by a test, see interp/internal/nettest/precision_table_test.go -->\n"
	precisionEnd   = "<!-- end of table -->\n"
	precisionHead  = "| net | reference rms | `f32` rms | largest | `f32fast` rms | largest | `bf16` rms | largest |\n|---|---|---|---|---|---|---|---|\n"
)

var precisionRow = regexp.MustCompile("(?m)^\\| `([a-z0-9_]+)` \\| ([0-9.e-]+|none)" + strings.Repeat(` \| below ([0-9e-]+)`, 6) + ` \|$`)

// statedInexactness reads the table.
var statedInexactness = sync.OnceValues(func() (map[string]netError, error) {
	text, err := os.ReadFile(precisionFile)
	if err != nil {
		return nil, err
	}
	stated := map[string]netError{}
	for _, m := range precisionRow.FindAllStringSubmatch(string(text), -1) {
		var e netError
		for i, text := range m[3:] {
			limit, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return nil, err
			}
			if i%2 == 0 {
				e[i/2].rms = limit
			} else {
				e[i/2].most = limit
			}
		}
		stated[m[1]] = e
	}
	return stated, nil
})

// writePrecisionTable writes it with these errors.
func writePrecisionTable(t *testing.T, found map[string]netError) {
	t.Helper()
	text, err := os.ReadFile(precisionFile)
	if err != nil {
		t.Fatal(err)
	}
	rows := precisionHead
	stored := storedNets(t)
	for _, name := range inOrder() {
		if !slices.Contains(stored, name) {
			continue
		}
		rows += fmt.Sprintf("| `%s` | %s |", name, theirs(t, name))
		for precision, e := range found[name] {
			if layout.Precision(precision) == layout.F32 {
				e.rms, e.most = 2*e.rms, 2*e.most // kernels in plain Go were seen to err twice as much as others
			}
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

// theirs is the error of the reference in float32, as in the table.
func theirs(t *testing.T, net string) string {
	t.Helper()
	if !slices.Contains(reftest.Nets(t, referenceFolder), net) {
		return "none"
	}
	return fmt.Sprintf("%.1e", readStored(t, net).referenceError(reftest.ReadOutputs(t, referenceFolder, net).Runs[0].Logits))
}

// Every network with stored values has its row, with the error of the reference, and f32 is stated within
// the tolerance.
func TestPrecisionTable(t *testing.T) {
	stated, err := statedInexactness()
	if nets := storedNets(t); err != nil || len(stated) != len(nets) {
		t.Fatalf("%s states the errors of %d networks (%v), %d have stored values", precisionFile, len(stated), err, len(nets))
	}
	text, err := os.ReadFile(precisionFile)
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, m := range precisionRow.FindAllStringSubmatch(string(text), -1) {
		rows = append(rows, m[1])
	}
	inOrder := slices.DeleteFunc(inOrder(), func(name string) bool { return !slices.Contains(rows, name) })
	if !slices.Equal(rows, inOrder) {
		t.Errorf("the rows are in another order than `cnnlang list` has:\n%s\nwant\n%s", rows, inOrder)
	}
	for _, name := range storedNets(t) {
		if row := fmt.Sprintf("| `%s` | %s | below ", name, theirs(t, name)); !strings.Contains(string(text), row) {
			t.Errorf("%s has no row %q", precisionFile, row)
		}
		if e := stated[name][layout.F32]; !(e.most <= tolerance) {
			t.Errorf("%s: f32 is stated to be off by less than %g only", name, e.most)
		}
	}
}
