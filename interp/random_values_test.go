package interp_test

import (
	"math"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/internal/nettest"
	"cnnlang/ops/ref"
)

// Random programs give, in their output and in every side head, what the definitions of their operations
// give, applied one after the other in float64.
func TestRandomProgramsGiveWhatTheReferenceGives(t *testing.T) {
	met := map[string]int{}
	for seed := range uint64(150) {
		text := randomOf(seed, 110)
		n := readNet(t, text)
		want, outputs := defined(n), []*graph.Node{n.Graph.Output()}
		for _, side := range n.Graph.Sides {
			if side.Output != nil {
				outputs = append(outputs, side.Output)
			}
		}
		m := nettest.Build(t, n)
		for i, got := range nettest.Results(t, m, 2, nettest.Images(n)...) {
			largest := 0.0
			for _, x := range want[outputs[i]].Data {
				largest = max(largest, math.Abs(x))
			}
			for at, x := range got {
				if d := math.Abs(float64(x) - want[outputs[i]].Data[at]); !(d <= 1e-5*largest) {
					t.Fatalf("seed %d, %s, number %d: got %g, want %g\n%s", seed, outputs[i].Path, at, x, want[outputs[i]].Data[at], text)
				}
			}
		}
		m.Close()
		kinds := map[string]bool{}
		for _, x := range n.Graph.Operations() {
			kinds[x.Op.Name()] = true
		}
		for kind := range kinds {
			met[kind]++
		}
	}
	for _, kind := range []string{"softmax", "reshape", "permute", "matmul", "pow", "conv", "add"} {
		if met[kind] < 20 {
			t.Errorf("%d of 150 programs have %s", met[kind], kind)
		}
	}
	for _, kind := range []string{"prelu", "leaky_relu", "hard_swish", "hard_sigmoid", "elu", "mish", "gelu", "drop_path", "resize", "deconv", "pixel_shuffle", "pixel_unshuffle",
		"pad", "crop", "slice", "group_norm", "instance_norm", "reduce_max", "reduce_mean", "param"} {
		if met[kind] < 5 {
			t.Errorf("%d of 150 programs have %s", met[kind], kind)
		}
	}
}

// defined computes every value of a net, with weights and images of seed 0.
func defined(n *interp.Net) map[*graph.Node]ref.Value {
	values := map[*graph.Node]ref.Value{}
	for i, image := range nettest.Images(n) {
		values[n.Graph.Inputs[i]] = ref.Widen(image)
	}
	tensors := interp.RandomTensors(n, 0)
	for _, x := range n.Graph.Operations() {
		var in, params []ref.Value
		for _, y := range x.In {
			in = append(in, values[y])
		}
		for _, p := range x.Params {
			params = append(params, ref.Widen(tensors[p.Path]))
		}
		values[x] = ref.Exact(x.Op, in, params)
	}
	return values
}
