package gradient_test

import (
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/internal/gradient"
	"cnnlang/ops"
)

// TestSplit: a net is cut behind what no learning tensor precedes, as its paths say.
func TestSplit(t *testing.T) {
	cases := []struct {
		name, body       string
		learns           string // what the paths of tensors that learn begin with, by blanks
		batch            string // the bn that take the statistics of the batch
		frozen, learning string // the steps of both parts, in order
		cut              int    // values
	}{
		{"the head learns, and its dropout drops", "a: conv(4, 3x3) -> b: bn -> r: relu -> g: gap -> f: flatten -> d: dropout -> fc: linear(3)",
			"fc", "", "a b r g f", "d fc", 1},
		{"dropout before frozen tensors drops nothing", "a: conv(4, 3x3) -> d: dropout -> b: conv(4, 3x3) -> g: gap -> f: flatten -> fc: linear(3)",
			"fc", "", "a d b g f", "fc", 1},
		{"so does drop_path", "a: conv(4, 3x3) -> s: add { | id | c: conv(4, 3x3, pad=1) -> p: drop_path } -> b: conv(4, 3x3) -> g: gap -> f: flatten -> fc: linear(3)",
			"fc", "", "a s.0.0 c p s b g f", "fc", 1},
		{"both parts of a sum", "a: conv(4, 3x3) -> s: add { | id | c: conv(4, 3x3, pad=1) } -> g: gap -> f: flatten -> fc: linear(3)",
			"c fc", "", "a", "s.0.0 c s g f fc", 1},
		{"two values at the cut", "a: conv(4, 3x3) -> s: add { | b: conv(4, 1x1) | c: conv(4, 3x3, pad=1) -> e: conv(4, 1x1) } -> g: gap -> f: flatten -> fc: linear(3)",
			"b e fc", "", "a c", "b e s g f fc", 2},
		{"the image is a value at the cut too", "s: concat { | b: conv(4, 1x1) | c: conv(4, 3x3, pad=1) } -> g: gap -> f: flatten -> fc: linear(3)",
			"b fc", "", "c", "b s g f fc", 2},
		{"statistics of a batch", "a: conv(4, 3x3) -> b: bn -> c: conv(4, 3x3) -> g: gap -> f: flatten -> fc: linear(3)",
			"fc", "b", "a", "b c g f fc", 1},
		{"what is frozen behind what learns", "a: conv(4, 3x3) -> b: conv(4, 3x3) -> g: gap -> f: flatten -> fc: linear(3)",
			"a", "", "", "a b g f fc", 0},
		{"no tensor before the one that learns", "f: flatten -> fc: linear(3)", "fc", "", "", "f fc", 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p, err := interp.Read("split.cnn", strings.NewReader("net split [N, 3, H = 8, W = 8] -> [N, 3] { "+c.body+" }"))
			if err != nil {
				t.Fatal(err)
			}
			n, err := p.Net(interp.Options{Batch: 5})
			if err != nil {
				t.Fatal(err)
			}
			opts := gradient.Options{
				Learns: func(p graph.Param) bool {
					return slices.ContainsFunc(strings.Fields(c.learns), func(path string) bool { return strings.HasPrefix(p.Path, path+".") })
				},
				Stored: func(n *graph.Node) bool { return n.Path != c.batch },
				Heads:  []gradient.Head{{Node: n.Graph.Output(), Loss: ops.Loss{Kind: ops.CrossEntropy}, Weight: 1}},
			}
			s := gradient.SplitOf(n.Graph, opts)
			if err := graph.Verify(s.Learning); err != nil {
				t.Error(err)
			}
			if got := paths(s.Learning); got != c.learning {
				t.Errorf("what learns is %s, want %s", got, c.learning)
			}
			if c.cut == 0 {
				if s.Frozen != nil || s.Learning != n.Graph {
					t.Errorf("got a frozen part %s, want none", paths(s.Frozen))
				}
				return
			}
			if err := graph.Verify(s.Frozen); err != nil {
				t.Error(err)
			}
			if got := paths(s.Frozen); got != c.frozen {
				t.Errorf("what is frozen is %s, want %s", got, c.frozen)
			}
			if len(s.Frozen.Outputs) != c.cut || len(s.Learning.Inputs) != c.cut {
				t.Fatalf("%d values leave the one part and %d enter the other, want %d", len(s.Frozen.Outputs), len(s.Learning.Inputs), c.cut)
			}
			for i, in := range s.Learning.Inputs {
				if out := s.Frozen.Outputs[i].Node.Shape; !out[1:].Equal(in.Shape[1:]) || out[0] != 1 || in.Shape[0] != 5 {
					t.Errorf("value %d is %v of an image, and %v enters", i, out, in.Shape)
				}
			}
			step, err := gradient.Of(s.Learning, gradient.Options{Heads: s.Heads, Learns: opts.Learns, Stored: opts.Stored})
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range step.Gradients {
				if !opts.Learns(g.Param) {
					t.Errorf("%s learns", g.Param.Path)
				}
			}
		})
	}
}

// paths are those of all operations.
func paths(g *graph.Graph) string {
	var list []string
	for _, n := range g.Operations() {
		list = append(list, n.Path)
	}
	return strings.Join(list, " ")
}

// TestSplitHeads: a side head that learns reads its value at the cut, and one that is frozen is such a value itself.
func TestSplitHeads(t *testing.T) {
	p, err := interp.Read("split.cnn", strings.NewReader(`
net split [N, 3, H = 8, W = 8] -> [N, 3] {
  a: conv(4, 3x3)
  side aux: { gap -> flatten -> linear(3) }
  b: conv(4, 3x3) -> g: gap -> f: flatten -> fc: linear(3)
}`))
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(interp.Options{Batch: 5})
	if err != nil {
		t.Fatal(err)
	}
	loss := ops.Loss{Kind: ops.CrossEntropy}
	for learns, want := range map[string]string{
		"fc aux": "a aux.0 aux.1 b g f | aux.2 fc",
		"fc":     "a aux.0 aux.1 aux.2 b g f | fc",
	} {
		s := gradient.SplitOf(n.Graph, gradient.Options{
			Learns: func(p graph.Param) bool {
				return slices.Contains(strings.Fields(learns), strings.Split(p.Path, ".")[0])
			},
			Heads: []gradient.Head{{Node: n.Graph.Output(), Loss: loss, Weight: 1}, {Node: n.Graph.Sides[0].Output, Loss: loss, Weight: 0.3}},
		})
		if got := paths(s.Frozen) + " | " + paths(s.Learning); got != want {
			t.Errorf("where %s learns: %s, want %s", learns, got, want)
		}
		if len(s.Frozen.Outputs) != 2 {
			t.Errorf("where %s learns: %d values at the cut, want 2", learns, len(s.Frozen.Outputs))
		}
		if aux := s.Heads[1].Node; (aux.Op == nil) != (learns == "fc") {
			t.Errorf("where %s learns the side head is %v", learns, aux)
		}
	}
}
