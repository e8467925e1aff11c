package nettest

import (
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// docs/family/resnext.cnn has a unit in three equivalent forms: the weights of the grouped
// one, cut into branches, make the others compute the same.
func TestFormsOfResNeXt(t *testing.T) {
	grouped := form(t, "form_c")
	weights := Tensors(t, grouped, 0)
	want := resultOf(t, grouped, weights)
	for _, name := range []string{"form_a", "form_b"} {
		n := form(t, name)
		optest.Close(t, resultOf(t, n, inPaths(t, n, weights)), want, 1e-6*float64(slices.Max(want.Data)))
	}
}

func form(t *testing.T, name string) *interp.Net {
	t.Helper()
	p, err := interp.Open("../../../docs/family/resnext.cnn")
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(interp.Options{Net: name})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func resultOf(t *testing.T, n *interp.Net, tensors map[string]tensor.Tensor) tensor.Tensor {
	t.Helper()
	result := Results(t, ModelIn(t, n, layout.F32, tensors), 1, Image(5, n.Graph.Input().Shape))
	return tensor.From(result[0], n.Graph.Output().Shape...)
}

// inPaths cuts the weights of the grouped form for one of the others: the i-th tensor cut
// from one of them has its i-th rows, and for the last convolution, [256, 128, 1, 1], its
// i-th columns.
func inPaths(t *testing.T, n *interp.Net, whole map[string]tensor.Tensor) map[string]tensor.Tensor {
	cut, used := map[string]tensor.Tensor{}, map[string]int{}
	for _, p := range n.Graph.Params(false) {
		labels := strings.Split(p.Path, ".")
		from := "unit." + strings.Join(labels[len(labels)-2:], ".")
		from = strings.Replace(from, "unit.1.", "unit.conv3.", 1) // it ends a path without a label
		w, part := whole[from], tensor.New(p.Shape...)
		rows, first, step := 1, used[from]*len(part.Data), 0
		if len(p.Shape) == 4 && p.Shape[0] == w.Shape[0] { // columns
			rows, first, step = p.Shape[0], used[from]*p.Shape[1], w.Shape[1]
		}
		size := len(part.Data) / rows
		for r := range rows {
			copy(part.Data[r*size:(r+1)*size], w.Data[first+r*step:])
		}
		cut[p.Path] = part
		used[from]++
	}
	return cut
}
