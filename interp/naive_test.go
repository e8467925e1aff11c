//go:build !race

package interp_test

import (
	"slices"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/weights"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// cheap are the families that plain `go test` compares with the reference of each
// op: those that nobody else's implementation is compared with. The reference
// takes its time; the others need -reference.all.
var cheap = []string{"inception_v2", "resnet50_v1", "unet", "unet_taps", "xception_keras"}

// Folding, fusion, planning and every fast algorithm at once against the
// definition of each op.
func TestReferenceOfEachOp(t *testing.T) {
	var left []string
	for _, f := range families {
		if !*all && !slices.Contains(cheap, f.net) {
			left = append(left, f.net)
			continue
		}
		t.Run(f.net, func(t *testing.T) {
			shape := slices.Clone(f.shape)
			shape[0] = 1
			n := instantiate(t, f.net, shape, f.settings...)
			input := image(0, shape)
			got, want := results(t, build(t, n), 2, input), naive(n, input)
			if len(got) != len(want) {
				t.Fatalf("got %d outputs, want %d", len(got), len(want))
			}
			for k := range want {
				if d := farthest(got[k], want[k]); !(d <= tolerance) {
					t.Errorf("output %d deviates by %.3g standard deviations", k, d)
				}
			}
		})
	}
	if len(left) > 0 {
		t.Logf("with -reference.all: %v", left)
	}
}

// naive computes every value of a net as its text defines it, with the reference
// of every op and nothing folded or fused.
func naive(n *interp.Net, input tensor.Tensor) [][]float32 {
	g := n.Graph
	params := weights.Random(0).Bind(g.Params(true))
	values := make([]tensor.Tensor, len(g.Nodes))
	values[0] = input
	for _, node := range g.Nodes[1:] {
		var in, p []tensor.Tensor
		for _, x := range node.In {
			in = append(in, values[x.ID])
		}
		for _, x := range node.Params {
			p = append(p, params[x.Path])
		}
		values[node.ID] = ref.Run(node.Op, in, p)
	}
	all := [][]float32{values[g.Output.ID].Data}
	for _, side := range g.Sides {
		if side.Output != nil {
			all = append(all, values[side.Output.ID].Data)
		}
	}
	return all
}
