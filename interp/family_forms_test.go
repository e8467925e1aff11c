package interp_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/ops/tensor"
)

// ResNeXt's three forms are one function: figure 3c's weights, cut into paths,
// give the same in figures 3a and 3b.
func TestFamilyForms(t *testing.T) {
	grouped, w := familyNet(t, "form_c")
	image := imageFor(grouped)
	want := compute(t, grouped, w, image)
	for _, name := range []string{"form_a", "form_b"} {
		t.Run(name, func(t *testing.T) {
			n, _ := familyNet(t, name)
			equal(t, compute(t, n, cutIntoPaths(t, n, w), image), want)
		})
	}
}

// cutIntoPaths gives a net of paths the weights of a grouped one: path i has
// d rows of every tensor inside, and of the last convolution, where that is cut
// too, d columns.
func cutIntoPaths(t *testing.T, n *interp.Net, w map[string]tensor.Tensor) map[string]tensor.Tensor {
	const d = 4
	cut := map[string]tensor.Tensor{}
	used := map[string]int{}
	for _, p := range n.Graph.Params(false) {
		from := "unit." + layerAndLeaf(p.Path)
		path := used[from]
		used[from]++
		whole, ok := w[from]
		switch {
		case !ok:
			t.Fatalf("%s has no source %s", p.Path, from)
		case whole.Shape.Equal(p.Shape):
			cut[p.Path] = whole
		case strings.HasPrefix(from, "unit.conv3"):
			cut[p.Path] = columns(whole, d*path, d)
		default:
			row := len(whole.Data) / whole.Shape[0]
			cut[p.Path] = tensor.From(whole.Data[d*path*row:d*(path+1)*row], p.Shape...)
		}
	}
	for from, paths := range used {
		if paths != 1 && paths != 32 {
			t.Fatalf("%s is cut into %d", from, paths)
		}
	}
	return cut
}

// layerAndLeaf is the end of a tensor's path: conv1.weight. The unlabelled
// convolution that ends a path is the third.
func layerAndLeaf(path string) string {
	parts := strings.Split(path, ".")
	layer, leaf := parts[len(parts)-2], parts[len(parts)-1]
	if layer == "1" {
		layer = "conv3"
	}
	return layer + "." + leaf
}

// columns takes n columns of a 1x1 convolution's weight.
func columns(whole tensor.Tensor, first, n int) tensor.Tensor {
	out, in := whole.Shape[0], whole.Shape[1]
	part := tensor.New(out, n, 1, 1)
	for o := range out {
		copy(part.Data[o*n:(o+1)*n], whole.Data[o*in+first:])
	}
	return part
}

// Normalisation behind a convolution is a factor on its weights and a bias:
// W' = W g / sqrt(v + eps), b' = b - m g / sqrt(v + eps).
func TestFamilyFold(t *testing.T) {
	n, w := familyNet(t, "behind")
	folded, _ := familyNet(t, "folded")
	weight, norm := w["conv.weight"], func(leaf string, c int) float64 { return float64(w["bn."+leaf].Data[c]) }
	scaled, bias := tensor.New(weight.Shape...), tensor.New(weight.Shape[0])
	row := len(weight.Data) / weight.Shape[0]
	for c := range bias.Data {
		factor := norm("weight", c) / math.Sqrt(norm("running_var", c)+1e-5)
		bias.Data[c] = float32(norm("bias", c) - norm("running_mean", c)*factor)
		for i := range row {
			scaled.Data[c*row+i] = float32(float64(weight.Data[c*row+i]) * factor)
		}
	}
	image := imageFor(n)
	got := compute(t, folded, map[string]tensor.Tensor{"conv.weight": scaled, "conv.bias": bias}, image)
	want := normalised(t, n, w, image)
	equal(t, got, want)
	equal(t, compute(t, n, w, image), want)
}

// normalised computes `behind` step by step: convolution, normalisation with the
// stored statistics, ReLU.
func normalised(t *testing.T, n *interp.Net, w map[string]tensor.Tensor, in tensor.Tensor) tensor.Tensor {
	t.Helper()
	out := tensor.New(n.Graph.Output.Shape...)
	none := tensor.New(out.Shape[1])
	forEachPlace(out.Shape, func(_, y, x int) {
		pixel := affine(w["conv.weight"], none, patch(in, y-1, x-1, 3))
		for c, v := range pixel {
			v -= float64(w["bn.running_mean"].Data[c])
			v /= math.Sqrt(float64(w["bn.running_var"].Data[c]) + 1e-5)
			pixel[c] = math.Max(v*float64(w["bn.weight"].Data[c])+float64(w["bn.bias"].Data[c]), 0)
		}
		put(out, y, x, pixel)
	})
	return out
}

// The comparison of this file can fail: one weight changed shows.
func TestFamilyEqualNotices(t *testing.T) {
	n, w := familyNet(t, "form_c")
	image := imageFor(n)
	want := compute(t, n, w, image)
	for _, name := range []string{"unit.conv1.weight", "unit.conv2.weight", "unit.bn3.bias"} {
		changed := map[string]tensor.Tensor{}
		for path, x := range w {
			changed[path] = x
		}
		x := tensor.New(w[name].Shape...)
		copy(x.Data, w[name].Data)
		x.Data[1] += 0.5
		changed[name] = x
		same := fmt.Sprint(compute(t, n, changed, image).Data) == fmt.Sprint(want.Data)
		if same {
			t.Errorf("%s does not reach the output", name)
		}
	}
}
