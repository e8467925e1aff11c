package nettest

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/lang/langtest"
	"cnnlang/ops/dim"
)

// The table of nets stands between these lines in nets/README.md. To write it anew:
//
//	go test ./interp/internal/nettest -run 'TestReference|TestMaps' -reference.all -update -timeout 60m
//
// With `-run TestTable -update` all but the last column is written.
const (
	tableFile  = "../../../nets/README.md"
	tableBegin = "<!-- table: written by a test, see interp/internal/nettest/table_test.go -->\n"
	tableEnd   = "<!-- end of table -->\n"
	tableHead  = "| net | paper | input | parameters | of side heads | MACs | deviation |\n" +
		"|---|---|---|---:|---:|---:|---|\n"
)

// TestTable compares all columns but the last with the nets.
func TestTable(t *testing.T) {
	writeTable(t, statedDeviations(t))
}

// writeTable compares the table with the nets and these deviations, or with
// -update writes it.
func writeTable(t *testing.T, deviations map[string]string) {
	t.Helper()
	text, err := os.ReadFile(tableFile)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(text), tableBegin)
	_, after, ok2 := strings.Cut(rest, tableEnd)
	if !ok1 || !ok2 {
		t.Fatalf("%s has no table between %q and %q", tableFile, tableBegin, tableEnd)
	}
	langtest.Golden(t, tableFile, before+tableBegin+"\n"+table(t, deviations)+"\n"+tableEnd+after)
}

// inOrder are the nets of the library as `cnnlang list` has them: the families of the first papers, then the others by year.
func inOrder() (names []string) {
	for _, f := range interp.Families() {
		for _, n := range f.Nets {
			names = append(names, n.Name)
		}
	}
	return names
}

// table lists the nets in their order.
func table(t *testing.T, deviations map[string]string) string {
	t.Helper()
	text := tableHead
	for _, name := range inOrder() {
		n := Instantiate(t, name, nil)
		paper := n.Meta.Paper
		if id, ok := strings.CutPrefix(paper, "arXiv:"); ok {
			paper = fmt.Sprintf("[%s](https://arxiv.org/abs/%s)", id, id)
		} else if strings.HasPrefix(paper, "https://") {
			paper = fmt.Sprintf("[paper](%s)", paper)
		} else {
			t.Errorf("%s: the paper is %q, want an arXiv id or an address", name, paper)
		}
		sides, inputs := "", []string{}
		for _, in := range n.Graph.Inputs {
			inputs = append(inputs, strings.ReplaceAll(strings.Trim(in.Shape[1:].String(), "[]"), ", ", "x"))
		}
		if n.Sides.Params != dim.Int(0) {
			sides = grouped(n.Sides.Params)
		}
		deviation := deviations[name]
		if deviation == "" {
			deviation = noReference
		}
		text += fmt.Sprintf("| `%s` | %s | %s | %s | %s | %s | %s |\n",
			name, paper, strings.Join(inputs, ", "), grouped(n.Main.Params), sides, grouped(n.Main.MACs), deviation)
	}
	return text
}

// noReference is the deviation of a net without a reference.
const noReference = "no reference"

// grouped writes 25557032 as 25,557,032.
func grouped(n dim.Size) string {
	text := n.String()
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

var statedRow = regexp.MustCompile("(?m)^\\| `([a-z0-9_]+)` \\|.*\\| below ([0-9e-]+) \\|$")

// statedDeviations reads the last column.
func statedDeviations(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(tableFile)
	if err != nil {
		t.Fatal(err)
	}
	stated := map[string]string{}
	for _, m := range statedRow.FindAllStringSubmatch(string(text), -1) {
		stated[m[1]] = "below " + m[2]
	}
	return stated
}
