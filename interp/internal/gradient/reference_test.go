package gradient_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/internal/gradient"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// A number of the reference, in which infinities and NaN are strings.
type number float64

func (n *number) UnmarshalJSON(text []byte) error {
	v, err := strconv.ParseFloat(strings.Trim(string(text), `"`), 64)
	*n = number(v)
	return err
}

// readReference reads a file of testdata/training.
func readReference(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "testdata", "training", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// signed are the numbers in [-1, 1) of a stream, as testdata/training/README.md defines it.
func signed(name string, seed uint64, n int) []float64 {
	h := uint64(0xCBF29CE484222325)
	for _, b := range []byte(name) {
		h = (h ^ uint64(b)) * 0x100000001B3
	}
	list := make([]float64, n)
	for i := range list {
		z := h ^ seed
		z += (uint64(i) + 1) * 0x9E3779B97F4A7C15
		z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		list[i] = float64((z^z>>31)>>40)/(1<<23) - 1
	}
	return list
}

// evaluate computes the nodes of a graph in float64.
func evaluate(g *graph.Graph, inputs map[*graph.Node]ref.Value, tensors map[string]ref.Value) map[*graph.Node]ref.Value {
	values := map[*graph.Node]ref.Value{}
	for _, n := range g.Inputs {
		values[n] = inputs[n]
	}
	for _, n := range g.Operations() {
		var in, params []ref.Value
		for _, x := range n.In {
			in = append(in, values[x])
		}
		for _, p := range n.Params {
			params = append(params, tensors[p.Path])
		}
		if _, ok := n.Op.(*shift); ok {
			values[n] = ref.Exact(&ops.Add{}, []ref.Value{in[0], params[0]}, nil)
			continue
		}
		values[n] = ref.Exact(n.Op, in, params)
	}
	return values
}

// netOf applies the first net of a text.
func netOf(t *testing.T, text string) *interp.Net {
	t.Helper()
	p, err := interp.Read("test.cnn", strings.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	n, err := p.Net(interp.Options{})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return n
}

// generated are the tensors of a net by the rules of the reference.
func generated(params []graph.Param, names map[string]string) map[string]ref.Value {
	all := map[string]ref.Value{}
	for _, p := range params {
		name := p.Path
		if n := names[name]; n != "" {
			name = n
		}
		all[p.Path] = ref.Widen(weights.Random(0).Tensor(name, p.Shape))
	}
	return all
}

// everything learns.
func everything(graph.Param) bool { return true }

// A gradientCase is one of grads.json.
type gradientCase struct {
	Name, Op     string
	In           [][]int
	Scale, Shift *float64
	Quant        float64
	Points       []number
	Mode         string
	Momentum     float64
	Params       []struct{ Leaf string }
	Out          struct {
		Shape []int
		Y     []number
	}
	DX      [][]number
	DParams map[string][]number
	After   map[string][]number `json:"running_after"`
	Keep    []float64
}

// input is input i of a case.
func (c *gradientCase) input(i int) ref.Value {
	v := ref.Value{Shape: c.In[i], Data: signed(fmt.Sprintf("%s.in%d", c.Name, i), 0, tensor.Shape(c.In[i]).Elements())}
	for k, s := range v.Data {
		if c.Scale != nil {
			s *= *c.Scale
		}
		if c.Shift != nil {
			s += *c.Shift
		}
		if c.Quant != 0 {
			s = math.Floor(s/c.Quant+0.5) * c.Quant
		}
		if k < len(c.Points) {
			s = float64(c.Points[k])
		}
		v.Data[k] = float64(float32(s))
	}
	return v
}

// written are the operations of the reference that the language writes otherwise.
var written = strings.NewReplacer("mode=nearest", `mode="nearest"`, "mode=bilinear", `mode="bilinear"`,
	"prelu(shared=true)", "prelu(per_channel=false)",
	"avgpool(3x3, stride=2x2, pad=same)", "avgpool(3x3, stride=2x2, pad=same, count_pad=true)")

// text is a net of one step, called as the case.
func (c *gradientCase) text() string {
	op := written.Replace(c.Op)
	if c.Op == "layer_scale" {
		op = "mul { | id | layer_scale: param([C, 1, 1]) }"
	}
	sizes := func(s []int) string {
		list := fmt.Sprint(s)
		return strings.ReplaceAll(list, " ", ", ")
	}
	in := ""
	for i, s := range c.In {
		if len(c.In) > 1 {
			in += " | " + sizes(s) + fmt.Sprintf(" as x%d", i)
		} else if in = " " + sizes(s); c.Op == "layer_scale" {
			in = strings.Replace(in, ", ", ", C = ", 1)
		}
	}
	step := ""
	if !strings.ContainsAny(op, "{") {
		step = "\"" + c.Name + "\": "
	}
	return "net t" + in + " -> " + sizes(c.Out.Shape) + " { " + step + op + " }"
}

// TestGradientsOfTheReference compares the gradients of every operation, in float64, with
// torch's.
func TestGradientsOfTheReference(t *testing.T) {
	var file struct{ Cases []gradientCase }
	readReference(t, "grads.json", &file)
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) { c.run(t) })
	}
}

func (c *gradientCase) run(t *testing.T) {
	net := netOf(t, c.text())
	names := map[string]string{}
	for _, p := range net.Graph.Params(true) {
		leaf := p.Path[strings.LastIndexByte(p.Path, '.')+1:]
		if strings.HasPrefix(c.Op, "prelu") {
			leaf = "bias"
		}
		names[p.Path] = c.Name + "." + leaf
	}
	tensors := generated(net.Graph.Params(true), names)

	// The inputs' gradients are those of tensors that are added to them.
	opts := gradient.Options{Learns: everything, Stored: func(*graph.Node) bool { return c.Mode == "stored statistics" }}
	g, inputs := withShifts(net.Graph)
	for i, in := range inputs {
		shift := c.input(i)
		tensors[fmt.Sprintf("shift%d.shift", i)] = ref.Value{Shape: in.Shape, Data: shift.Data}
	}
	// The loss (v - t)^2 / 2 summed over all elements has the gradient v - t.
	out := g.Output()
	opts.Heads = []gradient.Head{{Node: out, Loss: ops.Loss{Kind: ops.MSE}, Weight: float64(out.Shape.Elements()) / 2}}
	step, err := gradient.Of(g, opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := graph.Verify(step.Graph); err != nil {
		t.Fatal(err)
	}
	in := map[*graph.Node]ref.Value{}
	for _, n := range step.Inputs {
		in[n] = ref.Value{Shape: n.Shape, Data: make([]float64, n.Shape.Elements())}
	}
	for _, m := range step.Masks {
		for i, keep := range c.Keep {
			in[m.Input].Data[i] = keep / (1 - m.P)
		}
	}
	value := evaluate(step.Graph, in, tensors)[step.Values[out]]
	near(t, "the value", value.Data, c.Out.Y)
	for i, dy := range signed(c.Name+".dy", 0, len(value.Data)) {
		in[step.Targets[0]].Data[i] = value.Data[i] - dy
	}
	values := evaluate(step.Graph, in, tensors)
	got := map[string][]float64{}
	for _, gradient := range step.Gradients {
		got[gradient.Param.Path] = values[gradient.Node].Data
	}
	for i, dx := range c.DX {
		if c.Op == "hard_sigmoid" { // whose slope in torch's gradient is 1/6 rounded to float32
			for k := range dx {
				dx[k] *= number(1.0 / 6 / float64(float32(1.0/6)))
			}
		}
		near(t, fmt.Sprintf("the gradient of input %d", i), got[fmt.Sprintf("shift%d.shift", i)], dx)
	}
	for leaf, want := range c.DParams {
		for path, name := range names {
			if name == c.Name+"."+leaf {
				near(t, "the gradient of "+leaf, got[path], want)
			}
		}
	}
	c.statistics(t, step, values, tensors)
}

// statistics compares the running ones after the batch.
func (c *gradientCase) statistics(t *testing.T, step *gradient.Step, values map[*graph.Node]ref.Value, tensors map[string]ref.Value) {
	t.Helper()
	for _, s := range step.Statistics {
		moved := func(p graph.Param, row int, factor float64) (list []float64) {
			for i, before := range tensors[p.Path].Data {
				batch := values[s.Node].Data[row*len(tensors[p.Path].Data)+i] * factor
				list = append(list, (1-c.Momentum)*before+c.Momentum*batch)
			}
			return list
		}
		near(t, "running_mean", moved(s.Mean, 0, 1), c.After["running_mean"])
		near(t, "running_var", moved(s.Variance, 1, float64(s.Elements)/float64(s.Elements-1)), c.After["running_var"])
	}
}

// near requires numbers within 1e-10 of the largest.
func near(t *testing.T, what string, got []float64, want []number) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: got %d numbers, want %d", what, len(got), len(want))
	}
	largest := 1e-300
	for _, w := range want {
		largest = max(largest, math.Abs(float64(w)))
	}
	for i, w := range want {
		if !(math.Abs(got[i]-float64(w)) <= 1e-10*largest) {
			t.Fatalf("%s: number %d is %.13g, want %.13g", what, i, got[i], float64(w))
		}
	}
}
