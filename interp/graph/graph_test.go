package graph_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// dense is an op with a weight [Out, C] and a running mean [Out] on vectors.
type dense struct{ Out dim.Size }

func (d *dense) Name() string { return "dense" }

func (d *dense) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	if len(in) != 1 || len(in[0]) != 2 {
		return nil, &ops.Fault{Msg: "dense wants one vector"}
	}
	return dim.Shape{in[0][0], d.Out}, nil
}

func (d *dense) Params(in []dim.Shape) []ops.Param {
	return []ops.Param{
		{Leaf: "weight", Shape: dim.Shape{d.Out, in[0][1]}},
		{Leaf: "running_mean", Shape: dim.Shape{d.Out}, Running: true},
	}
}

func (d *dense) Cost(in []dim.Shape, out dim.Shape) ops.Cost {
	macs := in[0].Product().Mul(out[1])
	return ops.Cost{MACs: macs, FLOPs: macs.Mul(dim.Int(2))}
}

// sum is the op that adds all its inputs.
type sum struct{}

func (sum) Name() string { return "sum" }
func (sum) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	return in[0].Clone(), nil
}
func (sum) Params([]dim.Shape) []ops.Param { return nil }
func (sum) Cost(in []dim.Shape, out dim.Shape) ops.Cost {
	return ops.Cost{FLOPs: out.Product().Mul(dim.Int(len(in) - 1))}
}

// small is a network of batch 2 with a residual block and a side head:
//
//	input ─ stem ─┬─ body.a ─ body.b ─ sum ─ fc
//	              ├───────────────────┘
//	              └─ aux.fc
func small() *graph.Graph {
	g := &graph.Graph{Name: "small"}
	aux := &graph.Side{Name: "aux"}
	add := func(path string, op ops.Op, side *graph.Side, in ...*graph.Node) *graph.Node {
		n := &graph.Node{ID: len(g.Nodes), Path: path, Op: op, In: in, Side: side}
		switch d := op.(type) {
		case nil:
			n.Shape = tensor.Shape{2, 3}
		case *dense:
			out := d.Out.MustInt()
			n.Shape = tensor.Shape{2, out}
			n.Params = []graph.Param{
				{Path: path + ".weight", Shape: tensor.Shape{out, in[0].Shape[1]}},
				{Path: path + ".running_mean", Shape: tensor.Shape{out}, Running: true},
			}
		default:
			n.Shape = in[0].Shape
		}
		g.Nodes = append(g.Nodes, n)
		return n
	}
	g.Inputs = []*graph.Node{add("", nil, nil)}
	stem := add("stem", &dense{dim.Int(4)}, nil, g.Input())
	a := add("body.a", &dense{dim.Int(5)}, nil, stem)
	b := add("body.b", &dense{dim.Int(4)}, nil, a)
	total := add("body.2", sum{}, nil, b, stem)
	side := add("aux.fc", &dense{dim.Int(2)}, aux, stem)
	g.Outputs = graph.OutputOf(add("fc", &dense{dim.Int(7)}, nil, total))
	aux.Output = side
	g.Sides = []*graph.Side{aux}
	g.Steps = []graph.Step{
		{Path: "stem", Call: "dense", Node: stem},
		{Path: "body", Call: "residual", Node: total},
		{Path: "body.a", Call: "dense", Node: a},
		{Path: "body.2", Call: "sum", Node: total},
		{Path: "aux", Call: "head", Node: side, Side: aux},
		{Path: "fc", Call: "dense", Node: g.Output()},
	}
	return g
}

// second adds an input that nothing reads.
func second(g *graph.Graph, name string) *graph.Node {
	n := &graph.Node{Path: name, Shape: tensor.Shape{2, 5}}
	g.Inputs, g.Nodes = append(g.Inputs, n), slices.Insert(g.Nodes, 1, n)
	for i, n := range g.Nodes {
		n.ID = i
	}
	return n
}

func TestVerifyAcceptsASoundGraph(t *testing.T) {
	if err := graph.Verify(small()); err != nil {
		t.Fatal(err)
	}
	g := small()
	x := second(g, "b")
	g.Outputs = append(g.Outputs, graph.Output{Name: "same", Node: x}, graph.Output{Name: "twice", Node: x})
	if err := graph.Verify(g); err != nil {
		t.Error(err)
	}
}

func TestVerifyNamesEachBrokenInvariant(t *testing.T) {
	stranger := &graph.Node{ID: 1, Shape: tensor.Shape{2, 4}}
	cases := []struct {
		name  string
		spoil func(*graph.Graph)
		want  string
	}{
		{"no nodes", func(g *graph.Graph) { g.Nodes = nil }, "the first nodes are not the inputs"},
		{"other images", func(g *graph.Graph) {
			second(g, "b").Shape[0] = 3
		}, "node 1 (input b) has 3 images, the first input 2"},
		{"input name", func(g *graph.Graph) { second(g, "") }, `two inputs are named ""`},
		{"an input elsewhere", func(g *graph.Graph) { g.Inputs = append(g.Inputs, g.Nodes[3]) }, "the first nodes are not the inputs"},
		{"a second input", func(g *graph.Graph) { g.Inputs = g.Nodes[:2] }, "input 1 has an op, an input or a side head"},
		{"id", func(g *graph.Graph) { g.Nodes[2].ID = 7 }, "node 2 has the id 7"},
		{"nil node", func(g *graph.Graph) { g.Nodes[2] = nil }, "node 2 is nil"},
		{"input with op", func(g *graph.Graph) { g.Input().Op = sum{} }, "input 0 has an op"},
		{"no op", func(g *graph.Graph) { g.Nodes[4].Op = nil }, "node 4 (input body.2) has no op"},
		{"no input", func(g *graph.Graph) { g.Nodes[4].In = nil }, "node 4 (sum body.2) has no input"},
		{"order", func(g *graph.Graph) { g.Nodes[2].In[0] = g.Nodes[3] },
			"input 0 of node 2 (dense body.a) comes after it: node 3 (dense body.b)"},
		{"itself", func(g *graph.Graph) { g.Nodes[2].In[0] = g.Nodes[2] }, "comes after it"},
		{"stranger", func(g *graph.Graph) { g.Nodes[2].In[0] = stranger },
			"input 0 of node 2 (dense body.a) is not in the graph"},
		{"nil in", func(g *graph.Graph) { g.Nodes[2].In[0] = nil }, "is not in the graph"},
		{"output", func(g *graph.Graph) { g.Outputs[0].Node = stranger }, `the output "output" is not in the graph`},
		{"no outputs", func(g *graph.Graph) { g.Outputs = nil }, "there is no output"},
		{"output name", func(g *graph.Graph) { g.Outputs = append(g.Outputs, g.Outputs[0]) }, `two outputs are named "output"`},
		{"no output", func(g *graph.Graph) { g.Outputs[0].Node = nil }, `the output "output" is not in the graph`},
		{"side output", func(g *graph.Graph) { g.Sides[0].Output = stranger },
			`the output of side head "aux" is not in the graph`},
		{"silent side", func(g *graph.Graph) { g.Sides[0].Output = nil },
			`side head "aux" has neither an output nor an error`},
		{"torn side", func(g *graph.Graph) { g.Sides[0].Err = errors.New("too small") },
			`side head "aux" has an output and an error`},
		{"side twice", func(g *graph.Graph) { g.Sides = append(g.Sides, g.Sides[0]) }, "listed twice"},
		{"foreign side", func(g *graph.Graph) { g.Sides = nil },
			`belongs to side head "aux", which is not in the graph`},
		{"side name", func(g *graph.Graph) { g.Sides = append(g.Sides, &graph.Side{Name: "aux", Output: g.Output()}) },
			`two side heads are named "aux"`},
		{"shared path", func(g *graph.Graph) { g.Nodes[3].Params[0].Path = "stem.weight" },
			`node 1 (dense stem) and node 3 (dense body.b) both own "stem.weight"`},
		{"zero size", func(g *graph.Graph) { g.Nodes[6].Shape = tensor.Shape{2, 0} }, "want sizes from 1"},
		{"too many elements", func(g *graph.Graph) { g.Input().Shape = tensor.Shape{1 << 40, 1 << 40} },
			"at most 2^53 elements"},
		{"no axes", func(g *graph.Graph) { g.Nodes[6].Shape = nil }, "want sizes from 1"},
		{"wrong size", func(g *graph.Graph) { g.Nodes[6].Shape = tensor.Shape{2, 8} },
			"node 6 (dense fc) has the shape [2, 8], but its op gives [2, 7]"},
		{"refusal", func(g *graph.Graph) { g.Input().Shape = tensor.Shape{2, 3, 1, 1} },
			"node 1 (dense stem) refuses its inputs [[2, 3, 1, 1]]: dense wants one vector"},
		{"missing tensor", func(g *graph.Graph) { g.Nodes[1].Params = g.Nodes[1].Params[:1] },
			"node 1 (dense stem) has 1 tensors, but its op wants 2"},
		{"tensor shape", func(g *graph.Graph) { g.Nodes[1].Params[0].Shape = tensor.Shape{4, 4} },
			"tensor 0 of node 1 (dense stem) is stem.weight [4, 4], but its op wants weight [4, 3]"},
		{"tensor leaf", func(g *graph.Graph) { g.Nodes[1].Params[0].Path = "stem.w" }, "its op wants weight"},
		{"tensor kind", func(g *graph.Graph) { g.Nodes[1].Params[1].Running = false }, "its op wants running_mean"},
		{"side feeds main", func(g *graph.Graph) { g.Nodes[3].Side = g.Sides[0] },
			`node 4 (sum body.2) needs node 3 (dense body.b), which belongs to side head "aux"`},
		{"side output is main's", func(g *graph.Graph) { g.Outputs[0].Node = g.Nodes[5] },
			`the output "output" needs node 5 (dense aux.fc), which belongs to side head "aux"`},
		{"step", func(g *graph.Graph) { g.Steps[1].Node = stranger },
			`the node of step "body" is not in the graph`},
		{"step side", func(g *graph.Graph) { g.Steps[1].Side = &graph.Side{} },
			`step "body" belongs to a side head that is not in the graph`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g := small()
			c.spoil(g)
			err := graph.Verify(g)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestPrintIsATable(t *testing.T) {
	var b strings.Builder
	if err := graph.Print(&b, small()); err != nil {
		t.Fatal(err)
	}
	want := `
small [2, 3] -> [2, 7] (6)
id  path    op     shape   in   params
0           input  [2, 3]
1   stem    dense  [2, 4]  0    weight [4, 3], running_mean [4]
2   body.a  dense  [2, 5]  1    weight [5, 4], running_mean [5]
3   body.b  dense  [2, 4]  2    weight [4, 5], running_mean [4]
4   body.2  sum    [2, 4]  3 1
5   aux.fc  dense  [2, 2]  1    weight [2, 4], running_mean [2]
6   fc      dense  [2, 7]  4    weight [7, 4], running_mean [7]
side aux (5)
`
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), b.String()); diff != "" {
		t.Error(diff)
	}
}

// TestRowsSumToTheTotals also checks one depth in full, by hand: a dense layer
// of n inputs and m outputs holds n·m parameters (its running mean does not
// count) and does n·m multiply-accumulates for one image, whatever the batch.
func TestRowsSumToTheTotals(t *testing.T) {
	g := small()
	main, sides := g.Totals()
	wantMain := count(12+20+20+28, 80, 164)
	if main != wantMain || sides != count(8, 8, 16) {
		t.Errorf("totals: got %v and %v", main, sides)
	}
	for depth := range 5 {
		var sumMain, sumSides graph.Count
		for _, r := range g.Rows(depth) {
			if r.Side {
				sumSides = sumSides.Add(r.Count)
			} else {
				sumMain = sumMain.Add(r.Count)
			}
		}
		if sumMain != main || sumSides != sides {
			t.Errorf("depth %d: rows sum to %v and %v, want %v and %v", depth, sumMain, sumSides, main, sides)
		}
	}
	want := []graph.Row{
		{Path: "stem", Kind: "dense", Count: count(12, 12, 24), Output: tensor.Shape{2, 4}},
		{Path: "body", Kind: "residual", Count: count(40, 40, 84), Output: tensor.Shape{2, 4}},
		{Path: "aux", Kind: "head", Count: count(8, 8, 16), Output: tensor.Shape{2, 2}, Side: true, Head: "aux"},
		{Path: "fc", Kind: "dense", Count: count(28, 28, 56), Output: tensor.Shape{2, 7}},
	}
	got := g.Rows(1)
	for i := range got {
		if nodes := got[i].Nodes; nodes[len(nodes)-1] != got[i].Value {
			t.Errorf("the value of %s is not that of its last node", got[i].Path)
		}
		got[i].Nodes, got[i].Value = nil, nil
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b dim.Size) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	if all := g.Rows(graph.AllDepths); len(all) != len(g.Nodes)-1 || all[2].Path != "body.b" || all[2].Kind != "dense" {
		t.Errorf("all depths: got %v", all)
	}
}

func count(params, macs, flops int) graph.Count {
	return graph.Count{Params: dim.Int(params), MACs: dim.Int(macs), FLOPs: dim.Int(flops)}
}

func TestSort(t *testing.T) {
	g := small()
	ordered := slices.Clone(g.Nodes)
	if err := graph.Sort(g.Nodes); err != nil || !slices.Equal(ordered, g.Nodes) {
		t.Errorf("sorted nodes moved (%v)", err)
	}
	slices.Reverse(g.Nodes)
	if err := graph.Sort(g.Nodes); err != nil {
		t.Fatal(err)
	}
	if err := graph.Verify(g); err != nil {
		t.Error(err)
	}
	again := small()
	again.Nodes[2].In[0] = again.Nodes[3]
	if err := graph.Sort(again.Nodes); err == nil {
		t.Error("sorted a cycle")
	}
	if err := graph.Sort(again.Operations()); err == nil {
		t.Error("sorted nodes without their input")
	}
}

// A row that is far wider than all others does not widen them.
func TestOneWideCellMakesNoTableWide(t *testing.T) {
	rows := [][]string{{"a table"}, {"id", "in", "path"}}
	for i := range 1000 {
		rows = append(rows, []string{strconv.Itoa(i), "0", "x"})
	}
	rows[500][1] = strings.Repeat("0 ", 50_000)
	var b strings.Builder
	if err := graph.Columns(&b, rows); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 120_000 {
		t.Errorf("%d bytes", b.Len())
	}
	if lines := strings.Split(b.String(), "\n"); lines[0] != "a table" || lines[1] != "id   in  path" || lines[2] != "0    0   x" || lines[1001] != "999  0   x" {
		t.Errorf("got %q, %q, %q, %q", lines[0], lines[1], lines[2], lines[1001])
	}
}
