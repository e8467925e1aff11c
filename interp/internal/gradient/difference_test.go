package gradient_test

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/gradient"
	"cnnlang/interp/internal/graphtest"
	"cnnlang/ops"
	"cnnlang/ops/ref"
)

// TestGradientsAreDifferences compares the gradients of random graphs, of all tensors or some and of inputs, with
// differences of their losses, in float64.
func TestGradientsAreDifferences(t *testing.T) {
	graphs := 150
	if testing.Short() {
		graphs = 30
	}
	for seed := range graphs {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			g, _ := withShifts(graphtest.Random(uint64(seed), 12+seed%30))
			compareWithDifference(t, g, uint64(seed))
		})
	}
}

// steps are operations with settings that the reference does not have.
var steps = []string{
	"conv(6, 3x2, stride=3x2, pad=[[2, 1], [0, 3]], groups=2, dilation=1x3)",
	"conv(4, 1x1, stride=3, pad=same)",
	"conv(4, 2x2, pad=same)",
	"deconv(6, 3x2, stride=2x3, pad=[[1, 0], [2, 1]], groups=2, dilation=3x2, output_pad=1x2)",
	"deconv(4, 2x2, stride=3, output_pad=2)",
	"deconv(4, 1x1, stride=2, dilation=3, output_pad=2)",
	"deconv(4, 4x4, stride=3, pad=same)",
	"deconv(6, 5x3, groups=2)",
	"linear(5)",
	"bn(eps=0.1)", "bn(scale=false)", "bn(shift=false)", "bn(scale=false, shift=false)",
	"group_norm(2)", "group_norm(1, scale=false)", "group_norm(4, shift=false)", "instance_norm", "layer_norm",
	"lrn(size=5, alpha=2.0, beta=0.75, k=0.5)", "l2_normalize(eps=0.4)", "softmax(axis=2)", "softmax(axis=3)",
	"gelu(approximate=true)", "leaky_relu(slope=-0.5)", "elu(alpha=-2.0)", "hard_sigmoid(slope=0.4)", "prelu(per_channel=false)",
	"softplus -> pow(p=2.5)", "pow(p=3)", "pow(p=0)", "sigmoid -> pow(p=-1)",
	"maxpool(3x2, stride=2x1, pad=[[1, 0], [1, 1]])", "maxpool(3x3, stride=2, pad=same)", "maxpool(2x2, stride=3, ceil=true)",
	"avgpool(3x2, stride=2x1, pad=[[1, 0], [1, 1]])", "avgpool(3x3, stride=2, pad=1, ceil=true, count_pad=false)",
	"avgpool_to(3x5)", "avgpool_to(7x4)", "gap", "gmp",
	"reduce_mean([1])", "reduce_mean([1, 3])", "reduce_max([1])", "reduce_max([2, 3])",
	"flatten", "scale(s=-0.3)", "mul { | id | param([4, 1, 1]) }", "mul { | id | param([1, 6, 5]) }",
	"slice(1, 3)", "split(2) -> concat", "concat { | slice(0, 1) | slice(0, 3) | id }", "concat(axis=2) { | id | relu }",
	"reshape([4, 30]) -> concat(axis=2) { | id | tanh } -> permute([0, 2, 1])",
	"channel_shuffle(2)", "pixel_shuffle(2)", "pixel_unshuffle(1)", "conv(8, 1x1) -> crop([[1, 1], [1, 0]]) -> pixel_unshuffle(2)",
	"resize([9, 7])", "resize([3, 4])", `resize([9, 3], mode="bilinear")`, `resize([4, 9], mode="bicubic")`,
	`resize([1, 1], mode="bilinear", align_corners=true)`, `resize([9, 8], mode="bicubic", align_corners=true)`,
	"pad([[1, 2], [0, 3]])", `pad([[5, 2], [4, 3]], mode="reflect")`, `pad([[7, 2], [9, 3]], mode="replicate")`, "crop([[1, 2], [0, 3]])",
	"permute([0, 3, 1, 2])", "reshape([4, 30]) -> matmul { | id | permute([0, 2, 1]) }", "permute([0, 2, 3, 1]) -> matmul { | id | permute([0, 1, 3, 2]) -> tanh }",
	"mul { | id | gap | id | reduce_mean([1]) }", "max { | id | tanh | relu }", "mean { | id | tanh | id }",
	"relu -> silu -> mish -> gelu -> hard_swish",
}

// TestGradientsOfSteps does so for operations with settings that random graphs seldom have.
func TestGradientsOfSteps(t *testing.T) {
	for i, step := range steps {
		t.Run(step, func(t *testing.T) {
			// A convolution on either side, so that what comes in is no constant.
			text := "net t [2, 4, 6, 5] -> [" + ranks(step) + "] { conv(4, 3x3, pad=1) -> " + step + " }"
			g, _ := withShifts(netOf(t, text).Graph)
			compareWithDifference(t, g, uint64(1000+i))
		})
	}
}

// ranks are as many sizes as the result of a step has.
func ranks(step string) string {
	switch {
	case step == "flatten":
		return "_, _"
	case strings.HasPrefix(step, "reshape"):
		return "_, _, _"
	}
	return "_, _, _, _"
}

// compareWithDifference follows the loss of a graph a little way in a random direction.
func compareWithDifference(t *testing.T, g *graph.Graph, seed uint64) {
	t.Helper()
	numbers := rand.New(rand.NewPCG(seed, 7))
	some := numbers.IntN(3) == 0
	opts := gradient.Options{
		Learns: func(p graph.Param) bool {
			return !some || strings.HasSuffix(p.Path, ".shift") || chance(p.Path, seed)%2 == 0
		},
		Stored: func(n *graph.Node) bool { return chance(n.Path, seed)%3 == 0 || n.Shape.Elements() == n.Shape[1] },
	}
	for i, o := range g.Outputs {
		opts.Heads = append(opts.Heads, gradient.Head{Node: o.Node, Loss: ops.Loss{Kind: ops.MSE}, Weight: 1 + float64(i)})
	}
	for _, s := range g.Sides {
		opts.Heads = append(opts.Heads, gradient.Head{Node: s.Output, Loss: ops.Loss{Kind: ops.MSE}, Weight: 0.4})
	}
	step, err := gradient.Of(g, opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := graph.Verify(step.Graph); err != nil {
		t.Fatal(err)
	}
	inputs, tensors, direction := drawn(step, numbers)
	loss := func(by float64) float64 {
		moved := map[string]ref.Value{}
		for path, v := range tensors {
			data := append([]float64(nil), v.Data...)
			for i, d := range direction[path] {
				data[i] += by * d
			}
			moved[path] = ref.Value{Shape: v.Shape, Data: data}
		}
		at, sum := evaluate(step.Graph, inputs, moved), 0.0
		for i, n := range step.Losses {
			for _, l := range at[n].Data {
				sum += opts.Heads[i].Weight * l / float64(n.Shape[0])
			}
		}
		return sum
	}
	at, want, size := evaluate(step.Graph, inputs, tensors), 0.0, 0.0
	for _, gr := range step.Gradients {
		for i, d := range direction[gr.Param.Path] {
			want += d * at[gr.Node].Data[i]
			size += math.Abs(d * at[gr.Node].Data[i])
		}
	}
	// A kink that lies between the two places is seldom there in all of them, and some losses are steep.
	var got [4]float64
	for i, by := range []float64{1e-5, 1e-6, 1e-4, 1e-8} {
		got[i] = (loss(by) - loss(-by)) / (2 * by)
		if math.Abs(got[i]-want) <= 2e-7*(size+math.Abs(loss(0))*1e-3) {
			return
		}
	}
	t.Errorf("the loss changes by %.10g, the gradient says %.10g (of terms that sum to %.3g)", got, want, size)
}

// drawn are inputs, tensors and a direction for those that learn.
func drawn(step *gradient.Step, numbers *rand.Rand) (map[*graph.Node]ref.Value, map[string]ref.Value, map[string][]float64) {
	values := func(n *graph.Node, low, high float64) ref.Value {
		v := ref.Value{Shape: n.Shape, Data: make([]float64, n.Shape.Elements())}
		for i := range v.Data {
			v.Data[i] = low + (high-low)*numbers.Float64()
		}
		return v
	}
	inputs, tensors, direction := map[*graph.Node]ref.Value{}, map[string]ref.Value{}, map[string][]float64{}
	for _, n := range step.Inputs {
		inputs[n] = values(n, -1, 1)
	}
	for _, p := range step.Params(true) {
		made := &graph.Node{Shape: p.Shape}
		tensors[p.Path] = values(made, 0.3, 1)
		if len(p.Shape) > 1 {
			tensors[p.Path] = values(made, -0.6, 0.6)
		}
	}
	for _, gr := range step.Gradients {
		direction[gr.Param.Path] = values(&graph.Node{Shape: gr.Param.Shape}, -1, 1).Data
	}
	return inputs, tensors, direction
}

func chance(path string, seed uint64) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, path, seed)
	return h.Sum64() >> 20
}
