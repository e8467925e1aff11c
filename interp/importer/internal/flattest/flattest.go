// Package flattest is what the tests of the readers share: it computes nets as they were read by
// package ref, one operation after the other in float64, and compares them with what others say.
package flattest

import (
	"bytes"
	"encoding/json"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/dim"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// Input is a file in memory.
func Input(path string, raw []byte) *weightfile.Input {
	return &weightfile.Input{ReaderAt: bytes.NewReader(raw), Size: int64(len(raw)), Path: path}
}

// Source is a file in memory that is to be imported.
func Source(path string, raw []byte) flat.Source { return flat.Source{Input: *Input(path, raw)} }

// File is one of the folder testdata/import.
func File(t testing.TB, name string) flat.Source {
	t.Helper()
	return Source(filepath.Base(name), contents(t, name))
}

// An Output is what another program computes: some numbers of a tensor.
type Output struct {
	Shape  tensor.Shape
	At     []int
	Values []float64
	Std    float64
}

// An Expected is what is known of a network.
type Expected struct {
	Verdict      string
	Input        tensor.Shape
	Params, MACs int64
	Outputs      map[string]Output
	Shapes       json.RawMessage
	Tensors      map[string]tensor.Shape
}

// Expectations reads those of a folder, by the names of networks.
func Expectations(t testing.TB, name string) map[string]Expected {
	t.Helper()
	var all struct{ Nets map[string]Expected }
	if err := json.Unmarshal(contents(t, name), &all); err != nil || len(all.Nets) == 0 {
		t.Fatalf("%s: %d networks, %v", name, len(all.Nets), err)
	}
	return all.Nets
}

// Run computes a net. Its tensors are those of its file, or where there is none generated from their
// names and seed 0.
func Run(t testing.TB, net *flat.Net, inputs ...tensor.Tensor) map[*graph.Node]ref.Value {
	t.Helper()
	return RunChanged(t, net, func(graph.Param, []float64) {}, inputs...)
}

// RunChanged is Run with tensors that a function changes in place before they are used.
func RunChanged(t testing.TB, net *flat.Net, change func(graph.Param, []float64), inputs ...tensor.Tensor) map[*graph.Node]ref.Value {
	t.Helper()
	values := map[*graph.Node]ref.Value{}
	for i, n := range net.Graph.Inputs {
		values[n] = ref.Widen(inputs[i])
	}
	for _, n := range net.Graph.Operations() {
		var in []ref.Value
		for _, from := range n.In {
			in = append(in, values[from])
		}
		values[n] = ref.Products(n.Op, in, tensors(t, net, n, change))
		if !values[n].Shape.Equal(n.Shape) {
			t.Fatalf("%s: computed %v, the graph says %v", net.About[n.ID].Where, values[n].Shape, n.Shape)
		}
	}
	return values
}

func tensors(t testing.TB, net *flat.Net, n *graph.Node, change func(graph.Param, []float64)) (all []ref.Value) {
	t.Helper()
	stored := net.About[n.ID].Tensors
	for i, p := range n.Params {
		x := weights.Random(0).Tensor(p.Path, p.Shape)
		if stored != nil {
			data, err := stored[i].Read()
			if err != nil || len(data) != p.Shape.Elements() || !stored[i].Shape.Equal(p.Shape) {
				t.Fatalf("%s: %d numbers of %v for %v, %v", p.Path, len(data), stored[i].Shape, p.Shape, err)
			}
			x.Data = data
		}
		wide := ref.Widen(x)
		change(p, wide.Data)
		all = append(all, wide)
	}
	return all
}

// Image is the generated picture of seed 0.
func Image(s tensor.Shape) tensor.Tensor { return weights.Image(0, s[0], s[1], s[2], s[3], 1) }

// Costs are the parameters and multiply-accumulates of a net.
func Costs(net *flat.Net) (params, macs int64) {
	for _, p := range net.Graph.Params(false) {
		if !p.Running {
			params += int64(p.Shape.Elements())
		}
	}
	for _, n := range net.Graph.Operations() {
		macs += int64(n.Op.Cost(n.InDims(), dim.Shaped(n.Shape...)).MACs.MustInt())
	}
	return params, macs
}

// Near reports how far a result is from what is expected, in its standard deviations; NaN if they
// cannot be compared.
func (o Output) Near(t testing.TB, got ref.Value) float64 {
	t.Helper()
	if !got.Shape.Equal(o.Shape) || len(o.At) != len(o.Values) || len(o.At) == 0 || !(o.Std > 0) {
		t.Errorf("got the shape %v, want %v with %d numbers at %d places", got.Shape, o.Shape, len(o.Values), len(o.At))
		return math.NaN()
	}
	worst := 0.0
	for i, at := range o.At {
		worst = max(worst, math.Abs(got.Data[at]-o.Values[i])/o.Std)
	}
	return worst
}

// Problems are those of an error, as texts; nil if it is no Refused.
func Problems(err error) (all []string) {
	refused, ok := err.(*flat.Refused)
	if !ok {
		return nil
	}
	for _, p := range refused.Problems {
		all = append(all, p.String())
	}
	return slices.Clip(all)
}
