package interp_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/ops"
)

// outlined writes parts, one on a line.
func outlined(b *strings.Builder, series []*graph.Part, indent string) {
	for _, p := range series {
		args := make([]string, len(p.Args))
		for i, a := range p.Args {
			args[i] = fmt.Sprint(a.Name, "=", a.Value)
		}
		stage := ""
		if p.Stage {
			stage = "stage "
		}
		fmt.Fprintf(b, "%s%s%v %q %s(%s) %d\n", indent, stage, p.Kind, p.Path, p.Call, strings.Join(args, ", "), p.Node.ID)
		outlined(b, p.Parts, indent+"  ")
		for _, series := range p.Branches {
			b.WriteString(indent + "  |\n")
			outlined(b, series, indent+"    ")
		}
	}
}

// The outline of a text that has every kind of part, by hand.
func TestOutline(t *testing.T) {
	const text = `
block unit(c: int, act: block = relu) [N, C, H, W] -> [N, c, H, W] {
  add {
    | conv1: conv(c, 1x1) -> act
    | if C != c { down: conv(c, 1x1) }
  }
}
block around(body: block) [N, C, H, W] -> [N, _, _, _] { inner: body -> bn1: bn }
net n [N, C = 3, H = 8, W = 8] -> [N, 12, H, W] {
  "": unit(4) as early
  stage one: { repeat 2 unit(4, relu6) }
  side aux: { gap -> flatten -> fc: linear(2) }
  two: around { conv(4, 1x1) }
  concat { repeat 2 | id | skip: @early } -> relu
}
`
	const want = `
block "" unit(c=4) 4
  merge "0" add() 4
    |
      operation "conv1" conv(out=4, k=1x1) 1
      operation "0.0.1" relu() 2
    |
      operation "down" conv(out=4, k=1x1) 3
stage group "one" () 10
  block "one.0" unit(c=4, act=relu6) 7
    merge "one.0.0" add() 7
      |
        operation "one.0.conv1" conv(out=4, k=1x1) 5
        operation "one.0.0.0.1" relu6() 6
      |
  block "one.1" unit(c=4, act=relu6) 10
    merge "one.1.0" add() 10
      |
        operation "one.1.conv1" conv(out=4, k=1x1) 8
        operation "one.1.0.0.1" relu6() 9
      |
head "aux" () 13
  group "aux" () 13
    operation "aux.0" gap() 11
    operation "aux.1" flatten() 12
    operation "aux.fc" linear(out=2) 13
block "two" around(body={ … }) 15
  group "two.inner" () 14
    operation "two.inner.0" conv(out=4, k=1x1) 14
  operation "two.bn1" bn() 15
merge "4" concat() 18
  |
    operation "4.0.0" id() 16
  |
    operation "4.1.0" id() 17
  |
    tap "skip" @early() 4
operation "5" relu() 19
`
	_, n := selected(t, "-", text, interp.Options{})
	var b strings.Builder
	outlined(&b, n.Outline(), "")
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), b.String()); diff != "" {
		t.Error(diff)
	}
}

// follow goes along a series from the value that it takes, to the one that it ends with. Each
// operation reads the value before it, and is made once.
func follow(t *testing.T, n *interp.Net, seen map[*graph.Node]bool, series []*graph.Part, x *graph.Node) *graph.Node {
	t.Helper()
	reads := func(p *graph.Part, in ...*graph.Node) {
		if seen[p.Node] {
			t.Errorf("%s: node %d is in the outline twice", n.Name, p.Node.ID)
		}
		seen[p.Node] = true
		if _, learned := p.Node.Op.(*ops.Learned); learned {
			in = []*graph.Node{n.Graph.Input()}
		}
		if !slices.Equal(p.Node.In, in) {
			t.Errorf("%s: %s does not read the values before it", n.Name, p.Path)
		}
	}
	for _, p := range series {
		switch p.Kind {
		case graph.Tap:
			x = p.Node
			continue
		case graph.Head:
			if end := follow(t, n, seen, p.Parts, x); end != p.Node || end != p.Side.Output {
				t.Errorf("%s: head %s ends elsewhere", n.Name, p.Side.Name)
			}
			continue
		case graph.Operation:
			reads(p, x)
			x = p.Node
		case graph.Merge:
			var in []*graph.Node
			for _, b := range p.Branches {
				in = append(in, follow(t, n, seen, b, x))
			}
			reads(p, in...)
			x = p.Node
		case graph.List:
			for _, b := range p.Branches {
				follow(t, n, seen, b, x)
			}
			x = p.Node
			continue
		default:
			x = follow(t, n, seen, p.Parts, x)
		}
		if x != p.Node {
			t.Errorf("%s: %v %s does not end with its value", n.Name, p.Kind, p.Path)
		}
	}
	return x
}

func followed(t *testing.T, n *interp.Net) {
	t.Helper()
	seen := map[*graph.Node]bool{}
	for _, in := range n.Graph.Inputs {
		seen[in] = true
	}
	if end := follow(t, n, seen, n.Outline(), n.Graph.Input()); len(n.Graph.Outputs) == 1 && end != n.Graph.Output() {
		t.Errorf("%s: the outline does not end with the output", n.Name)
	}
	if len(seen) != len(n.Graph.Nodes) {
		t.Errorf("%s: the outline has %d of %d nodes", n.Name, len(seen), len(n.Graph.Nodes))
	}
}

// The outline of any net is its graph, of which each node is in one part.
func TestOutlinesAreTheirGraphs(t *testing.T) {
	for _, name := range interp.Library() {
		_, n := selected(t, name, "", interp.Options{})
		followed(t, n)
	}
	for seed := range uint64(140) {
		_, n := selected(t, "-", randomOf(seed, 100), interp.Options{})
		followed(t, n)
	}
}

// A head that does not fit the input size has no part.
func TestOutlineWithoutAHead(t *testing.T) {
	const text = `
net n [N, C = 3, H = 8, W = 8] -> [N, 4, H, W] {
  conv(4, 1x1)
  side aux: { conv(2, 9x9) }
}
`
	_, n := selected(t, "-", text, interp.Options{})
	if n.Graph.Sides[0].Output != nil {
		t.Fatal("the head fits")
	}
	followed(t, n)
}
