package onnx_test

import (
	"slices"
	"testing"

	"cnnlang/interp/importer/internal/flattest"
	"cnnlang/interp/importer/internal/onnx"
)

// Exporters store equal tensors once, as the biases of a network that was not trained: what one of them is called says
// nothing of the layers that share it, and their nodes do.
func TestSharedTensorsNameNoLayer(t *testing.T) {
	conv := func(name, in, out, weight string) proto {
		return node("Conv", []string{in, weight, "stem.bias"}, []string{out}).Text(3, name)
	}
	of := func(nodes ...proto) []string {
		var g proto
		for _, n := range nodes {
			g = g.Add(1, n)
		}
		for _, weight := range []string{"onnx::Conv_1", "onnx::Conv_2", "last.weight"} {
			g = g.Add(5, floats(weight, []int64{3, 3, 1, 1}, 1, 2, 3, 4, 5, 6, 7, 8, 9))
		}
		g = g.Add(5, floats("stem.bias", []int64{3}, 0, 0, 0)).Add(11, port("x", 1, 3, 8, 8)).Add(12, port("y"))
		net, err := onnx.Read(flattest.Source("shared.onnx", modelOf(g)))
		if err != nil {
			t.Fatal(err)
		}
		var paths []string
		for _, n := range net.Graph.Operations() {
			paths = append(paths, n.Path)
		}
		return paths
	}
	for _, c := range []struct{ got, want []string }{
		{of(conv("/stem/Conv", "x", "a", "onnx::Conv_1"), conv("/layer1/layer1.0/Conv", "a", "b", "onnx::Conv_2"), conv("/head/Conv", "b", "y", "last.weight")),
			[]string{"stem", "layer1.0", "last"}},
		{of(conv("", "x", "a", "onnx::Conv_1"), conv("", "a", "y", "onnx::Conv_2")), []string{"stem", "stem"}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
}
