package interp_test

import (
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/interp"
	"cnnlang/interp/internal/nettest"
	"cnnlang/interp/internal/reftest"
	"cnnlang/ops/dim"
)

const referenceFolder = "../testdata/reference"

// Every network that the reference knows is in the library under its name.
func TestLibraryHasEveryNetOfTheReference(t *testing.T) {
	library := map[string]bool{}
	for _, name := range interp.Library() {
		library[name] = true
	}
	for _, name := range reftest.Nets(t, referenceFolder) {
		if !library[name] {
			t.Errorf("%s is missing", name)
		}
	}
}

// Names and shapes of all parameters and running statistics, including side heads, are the
// reference's; so are the totals.
func TestFactsOfTheReference(t *testing.T) {
	for _, name := range reftest.Nets(t, referenceFolder) {
		t.Run(name, func(t *testing.T) {
			want, got := reftest.ReadModel(t, referenceFolder, name), nettest.Instantiate(t, name, nil)
			if diff := cmp.Diff(stateDict(want), tensorsOf(t, got)); diff != "" {
				t.Errorf("tensors differ (-reference +ours):\n%s", diff)
			}
			equal := func(what string, got dim.Size, want int64) {
				t.Helper()
				if got != dim.Ratio(want, 1) {
					t.Errorf("%s: got %v, want %d", what, got, want)
				}
			}
			equal("params", got.Main.Params, want.ParamsWithoutAux)
			equal("params with side heads", got.Main.Params.Add(got.Sides.Params), want.Params)
			equal("running statistics", running(got), want.BufferElements)
			equal("macs", got.Main.MACs, want.MACs)
			if n := got.Graph.Uncounted(); n != 0 {
				t.Errorf("%d operations are not counted", n)
			}
			for _, f := range got.Facts() {
				if !f.Holds {
					t.Errorf("%s: %v", f.Text, f.Sides)
				}
			}
			equal("macs of side heads", got.Sides.MACs, want.AuxMACs)
			if diff := cmp.Diff(want.Input, []int(got.Graph.Input().Shape[1:])); diff != "" {
				t.Errorf("default input differs (-reference +ours):\n%s", diff)
			}
			for head := range want.AuxHeads {
				if !hasSide(got, head) {
					t.Errorf("there is no side head %s", head)
				}
			}
		})
	}
}

// stateDict lists names and shapes in one order.
func stateDict(m reftest.Model) []string {
	var list []string
	for _, e := range m.StateDict {
		list = append(list, e.Name+" "+e.Shape.String())
	}
	sort.Strings(list)
	return list
}

// tensorsOf lists the tensors of a net as the reference calls them.
func tensorsOf(t *testing.T, n *interp.Net) []string {
	t.Helper()
	var list []string
	if names := nettest.SourceNames[n.Name]; names != "" {
		tensors, err := n.Tensors(names)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range tensors {
			list = append(list, x.Name+" "+x.Shape.String())
		}
		sort.Strings(list)
		return list
	}
	for _, p := range n.Graph.Params(true) {
		list = append(list, p.Path+" "+p.Shape.String())
	}
	sort.Strings(list)
	return list
}

// running counts the statistics by the graph, and compares that with their names.
func running(n *interp.Net) dim.Size {
	sum := dim.Int(0)
	for _, p := range n.Graph.Params(true) {
		if p.Running != strings.Contains(p.Path, ".running_") {
			return dim.Invalid()
		}
		if p.Running {
			sum = sum.Add(dim.Int(p.Shape.Elements()))
		}
	}
	return sum
}

func hasSide(n *interp.Net, name string) bool {
	for _, s := range n.Graph.Sides {
		if s.Name == name {
			return s.Output != nil
		}
	}
	return false
}

// Without any row of its map a network's tensors are called otherwise.
func TestEveryRowOfAMapIsNeeded(t *testing.T) {
	for name, names := range nettest.SourceNames {
		p, err := interp.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		want, rows := tensorsOf(t, openNet(t, name, interp.Options{})), 0
		text := p.Text()
		for _, row := range rowsOf(text, name, names) {
			rows++
			p, err := interp.Read("<stdin>", strings.NewReader(text[:row[0]]+text[row[1]:]))
			if err != nil {
				t.Fatal(err)
			}
			n, err := p.Net(interp.Options{Net: name})
			if err != nil {
				continue // it is noticed at once
			}
			if cmp.Equal(want, tensorsOf(t, n)) {
				t.Errorf("%s: names %s does not need the row %s", name, names, text[row[0]:row[1]])
			}
		}
		if rows == 0 && !strings.HasPrefix(name, "legacy") { // whose rows are in std
			t.Errorf("%s: no rows found", name)
		}
	}
}

var row = regexp.MustCompile(`"[^"]*" *= "[^"]*"`)

// rowsOf finds where in a file's text the rows of a net's map are: in the net, or else in the first
// map of that name, which is that of the net which this one applies.
func rowsOf(text, net, names string) (rows [][]int) {
	start := regexp.MustCompile(`(?m)^net ` + net + `\b`).FindStringIndex(text)[0]
	end := start + strings.Index(text[start:], "\n}\n")
	at := strings.Index(text[start:end], "names "+names+" {")
	if at < 0 {
		start = 0
		if at = strings.Index(text, "names "+names+" {"); at < 0 {
			return nil // it is in std
		}
	}
	start += at
	part := text[start:]
	if one := strings.IndexByte(part, '\n'); strings.HasSuffix(part[:one], "{") {
		part = part[:strings.Index(part, "\n  }")]
	} else {
		part = part[:one]
	}
	for _, r := range row.FindAllStringIndex(part, -1) {
		rows = append(rows, []int{start + r[0], start + r[1]})
	}
	return rows
}
