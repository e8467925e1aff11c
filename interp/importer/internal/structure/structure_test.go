package structure_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/flattest"
	"cnnlang/interp/importer/internal/structure"
	"cnnlang/interp/importer/internal/tree"
	"cnnlang/interp/internal/graphtest"
	"cnnlang/lang/diag"
	"cnnlang/ops"
)

var keep = flag.String("keep", "", "a folder into which the texts are written")

// flatOf is a graph as a reader makes it: without heads, which are outputs, and without names of
// operations unless they are asked for.
func flatOf(g *graph.Graph, names bool) *flat.Net {
	b := flat.Build(g.Name)
	made := map[*graph.Node]*graph.Node{}
	for _, n := range g.Nodes {
		if n.Op == nil {
			name := word(n.Path)
			if name == "" && len(g.Inputs) > 1 {
				name = "a"
			}
			made[n] = b.Input(name, n.Shape)
			continue
		}
		if _, nothing := n.Op.(*ops.Identity); nothing {
			made[n] = made[n.In[0]]
			continue
		}
		path := ""
		if names && len(n.Params) > 0 {
			path = n.Module()
		}
		in := make([]*graph.Node, len(n.In))
		for i, x := range n.In {
			in[i] = made[x]
		}
		f, err := b.Op(path, n.Op, flat.About{}, in...)
		if err != nil {
			panic(err)
		}
		made[n] = f
	}
	for _, o := range g.Outputs {
		b.Output(word(o.Name), made[o.Node])
	}
	for _, s := range g.Sides {
		if s.Output != nil {
			b.Output(word(s.Name), made[s.Output])
		}
	}
	return b.Net()
}

func word(name string) string { return strings.ReplaceAll(name, ".", "_") }

// readBack is the graph of a text.
func readBack(t *testing.T, text string) *graph.Graph {
	t.Helper()
	p, err := interp.Read("<stdin>", strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	n, err := p.Net(interp.Options{})
	if err != nil {
		if found, ok := errors.AsType[*interp.ProgramError](err); ok {
			var b strings.Builder
			diag.Fprint(&b, found.Problems, p.File, diag.Options{Max: 3})
			t.Fatalf("%s\n%s", b.String(), text)
		}
		t.Fatalf("%v\n%s", err, text)
	}
	return n.Graph
}

// recovered is the text of a net, which is checked to be the same net, and how many tensors have other
// names in it.
func recovered(t *testing.T, n *flat.Net) (text string, renamed int) {
	t.Helper()
	n = structure.Nested(n)
	text = tree.Text(&tree.File{Net: structure.Of(n)})
	if again := tree.Text(&tree.File{Net: structure.Of(n)}); again != text {
		t.Fatalf("written once more it is\n%s\nand not\n%s", again, text)
	}
	g := readBack(t, text)
	pairs, err := flat.Match(g, n.Graph)
	if err != nil {
		var b bytes.Buffer
		graph.Print(&b, n.Graph)
		t.Fatalf("%v\n%s\n%s", err, text, b.String())
	}
	if *keep != "" {
		os.WriteFile(filepath.Join(*keep, n.Graph.Name+".cnn"), []byte(text), 0o666)
	}
	again := sharing(n.Graph) // whose names the nodes before them have
	for _, p := range pairs {
		for i, param := range p.Text.Params {
			if again[p.File] {
				break
			}
			if param.Path != p.File.Params[i].Path {
				renamed++
			}
		}
	}
	return text, renamed
}

// sharing are the nodes whose tensors have the names of another's.
func sharing(g *graph.Graph) map[*graph.Node]bool {
	seen, again := map[string]bool{}, map[*graph.Node]bool{}
	for _, n := range g.Nodes {
		again[n] = seen[n.Path]
		seen[n.Path] = len(n.Params) > 0
	}
	return again
}

// TestNetsOfTheLibrary: without names and structure every net becomes a text that is the same net.
func TestNetsOfTheLibrary(t *testing.T) {
	for _, name := range interp.Library() {
		t.Run(name, func(t *testing.T) {
			n := flattest.LibraryNet(t, name)
			recovered(t, flatOf(n.Graph, false))
			if _, renamed := recovered(t, flatOf(n.Graph, true)); renamed > 0 {
				t.Errorf("%d tensors have other names", renamed)
			}
		})
	}
}

func TestRandomGraphs(t *testing.T) {
	count := 300
	if testing.Short() {
		count = 50
	}
	for seed := range uint64(count) {
		g := graphtest.Random(seed, int(5+seed%60))
		recovered(t, flatOf(g, false))
		if _, renamed := recovered(t, flatOf(g, true)); renamed > 0 {
			t.Errorf("%s: %d tensors have other names", g.Name, renamed)
		}
	}
}
