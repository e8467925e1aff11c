package interp_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/lang/diag"
	"cnnlang/lang/format"
	"cnnlang/lang/source"
)

// expanded makes a net and its flat text.
func expanded(t *testing.T, argument, text string) (*interp.Net, string) {
	t.Helper()
	_, n := selected(t, argument, text, interp.Options{})
	flat, err := n.Expand()
	if err != nil {
		t.Fatal(err)
	}
	return n, flat
}

// selected makes the one net of a file, of the library, or if the argument is "-" of the
// text.
func selected(t *testing.T, argument, text string, opts interp.Options) (*interp.Program, *interp.Net) {
	t.Helper()
	p, err := interp.Open(argument)
	if argument == "-" {
		p, err = interp.Read("<stdin>", strings.NewReader(text))
	}
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(opts)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return p, n
}

// readBack checks a flat text and makes its net.
func readBack(t *testing.T, text string) *interp.Net {
	t.Helper()
	p, err := interp.Read("<stdin>", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	nets, list, err := p.Check(interp.Options{})
	if err != nil || list.HasErrors() || len(nets) != 1 {
		var b strings.Builder
		diag.Fprint(&b, list, p.File, diag.Options{Max: 3})
		t.Fatalf("%v\n%s\n%s", err, b.String(), text)
	}
	return nets[0]
}

func tableOf(t *testing.T, g *graph.Graph) string {
	t.Helper()
	var b strings.Builder
	if err := graph.Print(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// tableFor is what a graph that is read back must have in common with one: its table, or where
// operations share tensors, which stand together in the flat text, what does not say an order.
func tableFor(g *graph.Graph) func(*testing.T, *graph.Graph) string {
	if slices.ContainsFunc(g.Nodes, func(x *graph.Node) bool { return x.Shared != "" }) {
		return unordered
	}
	return tableOf
}

// unordered lists the operations of a graph with their inputs' shapes and their tensors.
func unordered(t *testing.T, g *graph.Graph) string {
	t.Helper()
	var lines []string
	for _, n := range g.Operations() {
		line := fmt.Sprint(n.Op, n.Shape)
		for _, x := range n.In {
			line += fmt.Sprint(" ", x.Shape)
		}
		for _, p := range n.Params {
			line += fmt.Sprint(" ", p.Path, p.Shape)
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// namesOf lists the tensors of a net as a map calls them.
func namesOf(t *testing.T, n *interp.Net, names string) (list []string) {
	t.Helper()
	tensors, err := n.Tensors(names)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range tensors {
		list = append(list, fmt.Sprint(x.Own.Path, x.Name, x.Shape, x.Axes, x.Flat))
	}
	return list
}

// The flat text of every net of the library reads back as the same graph: the
// same operations with the same arguments, paths, inputs, shapes and tensors, in
// the same order, and the same preparation of pictures.
func TestExpandedNetsReadBack(t *testing.T) {
	for _, name := range interp.Library() {
		n, text := expanded(t, name, "")
		again := readBack(t, text)
		table := tableFor(n.Graph)
		if diff := cmp.Diff(table(t, n.Graph), table(t, again.Graph)); diff != "" {
			t.Errorf("%s: the graph read back differs (-made +read back):\n%s", name, diff)
		}
		for _, names := range n.NameMaps() {
			if diff := cmp.Diff(namesOf(t, n, names), namesOf(t, again, names)); diff != "" {
				t.Errorf("%s: names %s differ (-made +read back):\n%s", name, names, diff)
			}
		}
		if diff := cmp.Diff(n.Meta, again.Meta); diff != "" {
			t.Errorf("%s: meta differs (-made +read back):\n%s", name, diff)
		}
		if format.Format(source.NewFile(name, text)) != text {
			t.Errorf("%s: the text is not in the canonical layout", name)
		}
	}
}

// Cases beyond the library: values read twice, by a merge of one branch, from the input,
// out of order; a side head in a side head and one that computes nothing; paddings and
// labels of all kinds.
func TestExpandedOddNets(t *testing.T) {
	for _, text := range []string{
		`net n [N, 3, H = 8, W = 8] -> [N, _, _, _] { "": { bn as x } -> relu
			add { | @x | conv(3, 1x1) | } -> add { | id } -> mul { | @x | gap } }`,
		`net n [N, 3, H = 9, W = 8] -> [N, _, _, _] { side a: { gap; side b: { flatten -> linear(2) }; conv(4, 1x1) }
			relu as r -> conv(5, 3x3, pad=[[1, 2], [0, 1]])
			side "": @r as plain
			"odd \{label} \\ {1 + 1}": conv(6, 1x3, pad=[0, 1], stride=[2, 1], dilation=1)
			maxpool(3x2, stride=2, ceil=true) -> avgpool(2x2, stride=1, pad=same) -> avgpool(3, stride=1, pad=same, count_pad=true) -> avgpool(3, stride=1, pad=half, count_pad=false) -> scale(1/3) -> lrn(k=2) -> bn(eps=1e-3) }`,
		`net n [N, 3, H = 8, W = 8] -> [N, 3, 8, 8] { { } as i -> conv(4, 1x1) as unused -> @i }`,
		`net n [N, 3, H = 8, W = 8] -> [N, 6, 8, 8] { concat { | | } }`,
		// a learned tensor behind a list, which is how several inputs begin and what an each leaves
		`net n | [N, 3, H = 8, W = 8] as x | [N, 3, H, W] as y -> [N, 3, 8, 8] { param([3, 8, 8]) as p; add { | @x | @p | @y } }`,
		`net n [N, 3, H = 8, W = 8] -> [N, 3, 8, 8] { list { | relu | bn } -> e: each conv(3, 1x1) as xs; add { | @xs | param([3, 8, 8]) } }`,
		`block two [N, C, H, W] -> [N, C, H, W] { stage low: conv(C, 1x1) -> stage "hi{1}": bn }
			block joined(x: [...]) [N, C, H, W] -> [N, C, H, W] { add { | id | @x } }
			net n [N, 3, H = 8, W = 8] -> [N, 6, 8, 8] { g: { a: two -> relu }; "": two
			add { | @g.a.low | @low } -> joined(@g.a.hi1) -> joined(x=@hi1); concat { | | @g.a.low } }`,
		`net n [N, 3, H = 8, W = 8] -> [N, 3, 8, 8] { param([3, 8, 8]) -> relu as x; side aux: param([2])
			sigmoid as y; a: param([3, 8, 8], init=0.5) -> add { | id | @y | @x } -> mul { | param([3, 1, 1]) | id } -> silu as z
			param([3, 1, 1]) -> mul { | @z | id } }`,
		`net n [N, 3, H = 8, W = 8] -> [N, 3, 8, 8] { g: { relu; side aux: linears; side "re peat": concat { | "in": conv(2, 1x1) | } }
			side "repeat": { "": { "": relu } } }
			block linears [N, C, H, W] -> [N, 2] { side within: gap; gap; flatten -> fc: linear(2) }`,
		`net n [N, 3, H = 8, W = 8] -> [N, 3, 8, 8] { g: { "": relu; conv(3, 1x1); "": silu; side "": relu as z } }`,
		`let words = ["a", "b", "c"]
			net n [N, 3, H = 4, W = 4] -> [N, 2] { names keras { "c{i:int}." = "{words[i]}_{2*(i + 1)//2}/"; "fc.weight" = "head/k" [1, 0]; "fc." = "head/" }
			names odd in slim { "{a:path}.{b}" = "\{{a}\"{b}{count}\\" }
			c1: { conv(4, 1x1); c: conv(4, 1x1) } -> flatten -> fc: linear(2) -> bn }`,
		`import std.resnet { basic }
			net relu [N = 2, 64, H = 8, W = 8] -> [N, 64, 8, 8] { meta { paper = "a\\\{b} \"b\"" }; basic(64); sigmoid }`,
	} {
		n, flat := expanded(t, "-", text)
		again := strings.Replace(tableOf(t, readBack(t, flat).Graph), "relu_net", "relu", 1)
		for _, names := range n.NameMaps() {
			if diff := cmp.Diff(namesOf(t, n, names), namesOf(t, readBack(t, flat), names)); diff != "" {
				t.Errorf("names %s differ (-made +read back):\n%s\n%s", names, diff, flat)
			}
		}
		if diff := cmp.Diff(tableOf(t, n.Graph), again); diff != "" {
			t.Errorf("the graph read back differs (-made +read back):\n%s\n%s\n%s", diff, text, flat)
		}
	}
}

// One value that a `repeat` counts is a list of one, which the flat text takes apart and puts
// together as it does several.
func TestExpandedListsOfOne(t *testing.T) {
	const one, ones = "repeat i of 1 | [N, 3, H = 8, W = 8] as xs", "repeat i of k = 1 | [N, 3, H = 8, W = 8] as xs"
	for _, text := range []string{
		`net n | [N, 3, H = 8, W = 8] as a -> repeat i of 1 | [N, 4, H, W] as ys { conv(4, 1x1) -> list { | relu } }`,
		`net n [N, 3, H = 8, W = 8] -> repeat i of 1 | [N, 3, H, W] as ys { list { | id } }`,
		`net n [N, 3, H = 8, W = 8] -> repeat i of 1 | [N, 3, H, W] as ys { list { | } }`,
		`net n ` + one + ` -> [N, 3, H, W] { @xs[0] }`,
		`net n ` + one + ` -> | [N, 6, H, W] as y { @xs[0] -> concat { | | relu } }`,
		`net n ` + one + ` -> [N, 3, H, W] { @xs -> add }`,
		`net n ` + ones + ` -> repeat i of k | [N, 4, H, W] as ys { each conv(4, 1x1) }`,
		`net n ` + one + ` -> repeat i of 1 | [N, 3, H, W] as ys { each relu }`,
		`net n ` + one + ` -> repeat i of 1 | [N, 3, H, W] as ys { }`,
		`net n ` + one + ` -> | [N, 3, H, W] as z repeat i of 1 | [N, 3, H, W] as ys { list { | @xs[0] | @xs[0] -> relu } }`,
		`net n ` + one + ` | [N, 3, H, W] as b -> repeat i of 1 | [N, 3, H, W] as ys { add -> list { | } }`,
		`net n ` + one + ` -> repeat i of 1 | [N, 3, H, W] as ys { @xs[0] -> mul { | id | param([3, 8, 8]) } as p; side "a.b": { @xs[0] -> conv(5, 1x1) }
			@xs[0]; side aux: conv(2, 1x1); relu as r; add { | @r | @p } -> list { | } }`,
	} {
		n, flat := expanded(t, "-", text)
		again, table := readBack(t, flat), tableFor(n.Graph)
		if diff := cmp.Diff(table(t, n.Graph), table(t, again.Graph)); diff != "" {
			t.Errorf("the graph read back differs (-made +read back):\n%s\n%s\n%s", diff, text, flat)
		}
		if diff := cmp.Diff([][]string{n.InputNames(), n.OutputNames()}, [][]string{again.InputNames(), again.OutputNames()}); diff != "" {
			t.Errorf("the inputs and outputs read back differ (-made +read back):\n%s\n%s\n%s", diff, text, flat)
		}
	}
}
