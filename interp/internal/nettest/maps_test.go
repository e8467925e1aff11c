//go:build !race

package nettest

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"cnnlang/interp/internal/reftest"
	"cnnlang/ops/tensor"
)

// A mapReference is a file of testdata/reference/maps: what a network whose outputs are maps
// computes in float64, at a small size, with weights and an image of seed 0.
type mapReference struct {
	Net       string
	Input     tensor.Shape
	Params    int64
	StateDict []reftest.Tensor `json:"state_dict"`
	Outputs   map[string]struct {
		Shape  tensor.Shape
		Std    float64
		At     []int
		Values []float64
	}
}

// mapOutputs are what the implementations call the outputs of ours: "" is the main one.
var mapOutputs = map[string]map[string]string{
	"fcn_resnet50": {"out": "", "aux": "aux_classifier"},
}

// Networks whose outputs are maps have the tensors of their references, by name and in order, and
// their values within what the table states.
func TestMaps(t *testing.T) {
	stated := statedDeviations(t)
	for name, outputs := range mapOutputs {
		text, err := os.ReadFile(filepath.Join(referenceFolder, "maps", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var want mapReference
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		n := Instantiate(t, name, want.Input)
		if all, _ := n.Main.Params.Add(n.Sides.Params).Int(); int64(all) != want.Params {
			t.Errorf("%s: %d parameters, want %d", name, all, want.Params)
		}
		var tensors []reftest.Tensor
		for _, p := range n.Graph.Params(true) {
			tensors = append(tensors, reftest.Tensor{Name: p.Path, Shape: p.Shape})
		}
		same := func(a, b reftest.Tensor) bool { return a.Name == b.Name && a.Shape.Equal(b.Shape) }
		if !slices.EqualFunc(tensors, want.StateDict, same) {
			t.Errorf("%s: got the tensors %v, want %v", name, tensors, want.StateDict)
		}
		m := Build(t, n)
		s := m.NewSession(2)
		Run(t, s, Image(0, want.Input))
		largest := 0.0
		for key, w := range want.Outputs {
			got := s.Output()
			if side := outputs[key]; side != "" {
				got, _ = s.Value(side)
			}
			if !got.Shape.Equal(w.Shape) {
				t.Fatalf("%s, %s: got shape %v, want %v", name, key, got.Shape, w.Shape)
			}
			for i, at := range w.At {
				largest = max(largest, math.Abs(float64(got.Data[at])-w.Values[i])/w.Std)
			}
		}
		checkDeviation(t, stated, name, largest)
		s.Close()
	}
}
