package onnx_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/flattest"
	"cnnlang/interp/importer/internal/onnx"
	"cnnlang/interp/internal/weightfile/filetest"
	stored "cnnlang/interp/internal/weightfile/onnx"
	"cnnlang/interp/internal/weightfile/wire"
	"cnnlang/lang/langtest"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

const folder = "../../../../testdata/import/onnx"

// A set is a packed folder of models, with what they compute.
type set struct {
	files map[string][]byte
	Cases []suite
}

// A suite is one model.
type suite struct {
	Name    string
	Verdict string
	Reason  string
	Flags   string
	CNN     string
	Needs   []string
	Atol    float64
	Rtol    float64
}

func openSet(t testing.TB, name string) *set {
	t.Helper()
	s := &set{files: flattest.Unzipped(t, "onnx/"+name)}
	if err := json.Unmarshal(s.files["index.json"], s); err != nil {
		t.Fatal(err)
	}
	return s
}

// tensorOf is a TensorProto.
func tensorOf(t testing.TB, raw []byte) tensor.Tensor {
	t.Helper()
	in := filetest.Memory("a tensor", raw, nil)
	w := wire.New(in)
	s, err := stored.NewTensors(in, w).Read(w.Whole("it"))
	if err != nil {
		t.Fatal(err)
	}
	numbers, err := s.Numbers(in)
	if err != nil {
		t.Fatal(err)
	}
	if !s.Type().Float() {
		list := []float32{}
		for _, v := range s.Type().Integers(numbers) {
			list = append(list, float32(v))
		}
		return tensor.From(list, s.Shape()...)
	}
	return tensor.From(s.Type().Floats(numbers), s.Shape()...)
}

// compute is a net's outputs, by the definitions of its operations.
func compute(t testing.TB, net *flat.Net, inputs ...tensor.Tensor) []tensor.Tensor {
	t.Helper()
	if err := graph.Verify(withPaths(net.Graph)); err != nil {
		t.Fatal(err)
	}
	values := make([]ref.Value, len(net.Graph.Nodes))
	for i, n := range net.Graph.Nodes {
		if n.Op == nil {
			values[i] = ref.Widen(inputs[i])
			continue
		}
		var in, params []ref.Value
		for _, from := range n.In {
			in = append(in, values[from.ID])
		}
		for k, p := range n.Params {
			from := net.About[i].Tensors[k]
			data, err := from.Read()
			if err != nil {
				t.Fatal(err)
			}
			if !from.Shape.Equal(p.Shape) || len(data) != p.Shape.Elements() {
				t.Fatalf("%s has the shape %v and %d numbers, want %v", p.Path, from.Shape, len(data), p.Shape)
			}
			params = append(params, ref.Widen(tensor.From(data, p.Shape...)))
		}
		values[i] = ref.Products(n.Op, in, params)
	}
	var outputs []tensor.Tensor
	for _, o := range net.Graph.Outputs {
		outputs = append(outputs, values[o.Node.ID].Round())
	}
	return outputs
}

// read imports a case.
func (s *set) read(t testing.TB, c suite) (*flat.Net, error) {
	in := filetest.Memory(c.Name+".onnx", s.files[c.Name+".onnx"], nil)
	source := flat.Source{Input: in}
	if shape, ok := strings.CutPrefix(c.Flags, "--shape "); ok {
		if shape != "1x4x8x8" {
			t.Fatal("another shape: ", shape)
		}
		source.Shapes = map[string][]int{"": {1, 4, 8, 8}}
	}
	return onnx.Read(source)
}

func TestNodes(t *testing.T)  { conform(t, "node", 161) }
func TestIdioms(t *testing.T) { conform(t, "idioms", 204) }

// conform imports every model of a set, and computes. What is refused is in a golden file, with the
// index's reason and the error.
func conform(t *testing.T, name string, least int) {
	s := openSet(t, name+".zip")
	var refused strings.Builder
	imported := 0
	for _, c := range s.Cases {
		t.Run(c.Name, func(t *testing.T) {
			net, err := s.read(t, c)
			if err == nil {
				imported++
				s.run(t, c, net)
				return
			}
			reason := c.Reason
			if c.Verdict == "import" {
				reason = "the language has no " + lacking(t, c)
			}
			fmt.Fprintf(&refused, "%s: %s\n    %s\n", c.Name, reason, strings.ReplaceAll(err.Error(), "\n", "\n    "))
		})
	}
	t.Logf("%d of %d are imported", imported, len(s.Cases))
	if imported < least {
		t.Errorf("%d are imported, want %d", imported, least)
	}
	langtest.Golden(t, filepath.Join(folder, name+".refused.txt"), refused.String())
}

// TestNames: layers have the labels that a person gave them in the body of a net.
func TestNames(t *testing.T) {
	s := openSet(t, "idioms.zip")
	label := regexp.MustCompile(`([a-z]\w*|"[^"]*"): `)
	checked := 0
	// What a person calls a norm, or a scale, is in no file; the names of these files are as good.
	others := []string{"bn_as_mul_add", "bn_as_mul_add_after_conv", "layer_scale", "group_norm_pieces", "names_with_quotes"}
	for _, c := range s.Cases {
		net, err := s.read(t, c)
		if err != nil || slices.Contains(others, c.Name) || c.CNN == "" || strings.Contains(c.CNN, "side ") {
			continue
		}
		want, got := map[string]bool{}, map[string]bool{}
		for _, m := range label.FindAllStringSubmatch(c.CNN, -1) {
			want[strings.Trim(m[1], `"`)] = true
		}
		for _, n := range net.Graph.Nodes[1:] {
			if n.Path != "" {
				got[n.Path] = true
			}
		}
		if checked++; !maps.Equal(want, got) {
			t.Errorf("%s: got %v, want %v, of %s", c.Name, got, want, c.CNN)
		}
	}
	if checked < 150 {
		t.Errorf("%d networks only", checked)
	}
}

// lacking is what the language does not have that a model needs.
func lacking(t *testing.T, c suite) string {
	for _, none := range []string{"pad(value=1.2)", "pad(value=1)", "maxpool(dilation)"} {
		if slices.Contains(c.Needs, none) {
			return none
		}
	}
	t.Error("it is refused, and needs nothing that the language has not")
	return "reason"
}

func (s *set) run(t *testing.T, c suite, net *flat.Net) {
	x := tensorOf(t, s.files[c.Name+".in.pb"])
	if strings.HasPrefix(c.Flags, "the image goes in as [N, C, H, W]") {
		x = ref.Run(&ops.Permute{Axes: dim.Shaped(0, 3, 1, 2)}, []tensor.Tensor{x}, nil)
	}
	for i, got := range compute(t, net, x) {
		name := c.Name + ".out.pb"
		if i > 0 {
			name = c.Name + ".out" + string(rune('0'+i)) + ".pb"
		}
		raw := s.files[name]
		if raw == nil {
			t.Fatalf("nothing says what output %d is", i)
		}
		want := tensorOf(t, raw)
		if !got.Shape.Equal(want.Shape) {
			t.Fatalf("output %d has the shape %v, want %v", i, got.Shape, want.Shape)
		}
		for j := range want.Data {
			// Answers are of float32 arithmetic, whose sums differ in their last bits.
			within := max(c.Atol, 1e-6) + max(c.Rtol, 1e-6)*math.Abs(float64(want.Data[j]))
			if d := math.Abs(float64(got.Data[j] - want.Data[j])); !(d <= within) && got.Data[j] != want.Data[j] {
				t.Fatalf("output %d has %v at %d, want %v", i, got.Data[j], j, want.Data[j])
			}
		}
	}
}

// withPaths is a graph whose nodes have paths of their own, as a file need not give them.
func withPaths(g *graph.Graph) *graph.Graph {
	copied, of := &graph.Graph{}, map[*graph.Node]*graph.Node{}
	for i, n := range g.Nodes {
		again := *n
		of[n] = &again
		again.Params, again.In = nil, nil
		for _, in := range n.In {
			again.In = append(again.In, of[in])
		}
		if n.Op != nil {
			again.Path = fmt.Sprint("n", i)
			for _, p := range n.Op.Params(n.InDims()) {
				path := again.Path
				if p.Leaf != "" {
					path += "." + p.Leaf
				}
				again.Params = append(again.Params, graph.Param{Path: path, Shape: n.Params[len(again.Params)].Shape, Running: p.Running})
			}
		}
		copied.Nodes = append(copied.Nodes, &again)
	}
	for _, in := range g.Inputs {
		copied.Inputs = append(copied.Inputs, of[in])
	}
	for _, o := range g.Outputs {
		copied.Outputs = append(copied.Outputs, graph.Output{Name: o.Name, Node: of[o.Node]})
	}
	return copied
}
