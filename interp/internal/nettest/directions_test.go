package nettest

import (
	"flag"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/internal/gradient"
	"cnnlang/ops"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

var everyDirection = flag.Bool("directions.all", false, "follow the losses of every net of the library, which takes about an hour")

// inSuite are the nets that are followed in any case.
var inSuite = []string{"espcn", "mobilenet_v3_small", "shufflenet_v2_x1_0", "convnext_v2_atto"}

// learningSizes are the shapes of those nets that do not take a batch of three of 33x31, and settings that make them smaller.
var learningSizes = map[string]SmallNet{
	"espcn":                  {"", tensor.Shape{3, 1, 7, 5}, nil},
	"espcn_relu":             {"", tensor.Shape{3, 1, 7, 5}, nil},
	"googlenet":              {"", tensor.Shape{2, 3, 31, 40}, nil},
	"googlenet_bvlc":         {"", tensor.Shape{2, 3, 47, 50}, nil},
	"bninception":            {"", tensor.Shape{3, 3, 63, 63}, nil},
	"inception_v2":           {"", tensor.Shape{2, 3, 75, 75}, nil},
	"inception_v3":           {"", tensor.Shape{2, 3, 75, 80}, nil},
	"inception_v3_keras":     {"", tensor.Shape{2, 3, 75, 80}, nil},
	"inception_v4":           {"", tensor.Shape{2, 3, 75, 75}, nil},
	"inception_resnet_v1":    {"", tensor.Shape{2, 3, 75, 75}, nil},
	"inception_resnet_v2":    {"", tensor.Shape{2, 3, 75, 75}, nil},
	"retinanet_resnet50_fpn": {"", tensor.Shape{1, 3, 64, 64}, nil},
	"yolo_v3":                {"", tensor.Shape{2, 3, 32, 32}, nil},
	"yolo_v5s":               {"", tensor.Shape{2, 3, 32, 32}, nil},
	"dla34":                  {"", tensor.Shape{2, 3, 32, 32}, nil},
	"pnasnet5large":          {"", tensor.Shape{1, 3, 67, 67}, nil},
	"edsr":                   {"", tensor.Shape{1, 3, 7, 5}, nil},
	"edsr_baseline":          {"", tensor.Shape{3, 3, 7, 5}, nil},
	"edsr_baseline_x4":       {"", tensor.Shape{3, 3, 7, 5}, nil},
	"dncnn_s":                {"", tensor.Shape{3, 1, 7, 5}, nil},
	"dncnn_s_folded":         {"", tensor.Shape{3, 1, 7, 5}, nil},
	"vdsr":                   {"", tensor.Shape{3, 1, 7, 5}, nil},
	"dcgan":                  {"", tensor.Shape{3, 100, 1, 1}, nil},
	"siamese":                {"", nil, nil},
	"nin_imagenet":           {"", tensor.Shape{2, 3, 67, 67}, nil},
	"hrnet_w18":              {"", tensor.Shape{2, 3, 32, 32}, nil},
	"convnext_tiny":          {"", tensor.Shape{2, 3, 33, 35}, nil},
	"convnext_v2_atto":       {"", tensor.Shape{2, 3, 33, 35}, nil},
	"unet":                   {"", tensor.Shape{2, 3, 16, 32}, []string{"base=8"}},
	"unet_taps":              {"", tensor.Shape{2, 3, 16, 32}, []string{"base=8"}},
	"unetpp":                 {"", tensor.Shape{2, 3, 16, 32}, []string{"base=8"}},
	"vgg16":                  {"", tensor.Shape{1, 3, 32, 33}, nil},
}

// TestLossesFollowGradients: along a random direction that has a part of every tensor's gradient the loss of a whole net changes as its
// gradients say, in float64, with side heads, dropout, and the statistics of the batch wherever that has more than one
// pixel.
func TestLossesFollowGradients(t *testing.T) {
	for _, name := range interp.Library() {
		if *everyDirection || slices.Contains(inSuite, name) {
			t.Run(name, func(t *testing.T) {
				defer runtime.GC()
				small, ok := learningSizes[name]
				if !ok {
					small.Shape = tensor.Shape{3, 3, 33, 31}
				}
				follow(t, Instantiate(t, name, small.Shape, small.Settings...))
			})
		}
	}
}

// A direction is a step of a net with its numbers and a way to go.
type direction struct {
	step   *gradient.Step
	heads  []gradient.Head
	values map[*graph.Node]ref.Value // of the inputs
	at, by map[string][]float64      // tensors, and where they go
}

func follow(t *testing.T, n *interp.Net) {
	t.Helper()
	d := &direction{values: map[*graph.Node]ref.Value{}, at: map[string][]float64{}, by: map[string][]float64{}}
	for _, o := range n.Graph.Outputs {
		d.heads = append(d.heads, gradient.Head{Node: o.Node, Loss: ops.Loss{Kind: ops.MSE}, Weight: 1})
	}
	for _, s := range n.Graph.Sides {
		if s.Output != nil {
			d.heads = append(d.heads, gradient.Head{Node: s.Output, Loss: ops.Loss{Kind: ops.MSE}, Weight: 0.4})
		}
	}
	var err error
	d.step, err = gradient.Of(n.Graph, gradient.Options{Heads: d.heads, Learns: func(graph.Param) bool { return true },
		Stored: func(n *graph.Node) bool { return n.Shape.Elements() == n.Shape[0]*n.Shape[1] }})
	if err != nil {
		t.Fatal(err)
	}
	if err := graph.Verify(d.step.Graph); err != nil {
		t.Fatal(err)
	}
	numbers := rand.New(rand.NewPCG(1, 2))
	for _, in := range d.step.Inputs {
		v := ref.Value{Shape: in.Shape, Data: make([]float64, in.Shape.Elements())}
		for i := range v.Data {
			v.Data[i] = 2*numbers.Float64() - 1
		}
		d.values[in] = v
	}
	for path, x := range interp.RandomTensors(n, 1) {
		for _, v := range x.Data {
			d.at[path] = append(d.at[path], float64(v))
		}
	}
	values := d.compute(0, len(d.step.Nodes))
	want, size := 0.0, 0.0
	for _, g := range d.step.Gradients {
		gradient, path := values[g.Node].Data, g.Param.Path
		d.by[path] = d.way(gradient, d.at[path], numbers)
		for i, v := range gradient {
			want += v * d.by[path][i]
			size += math.Abs(v * d.by[path][i])
		}
	}
	// By these shares of itself the loss changes. A kink is seldom between the places of all of them.
	var got [5]float64
	for i, share := range []float64{1e-6, 1e-7, 1e-5, 1e-8, 1e-9} {
		by := share * d.sum(values) / want
		got[i] = (d.loss(by) - d.loss(-by)) / (2 * by)
		if math.Abs(got[i]-want) <= 1e-6*want {
			return
		}
	}
	t.Errorf("the loss changes by %.10g, the gradients say %.10g (of terms that sum to %.3g)", got, want, size)
}

// way is half at random and half along a gradient, about as long as the tensor.
func (d *direction) way(gradient, tensor []float64, numbers *rand.Rand) []float64 {
	way, along := make([]float64, len(tensor)), length(gradient)
	for i := range way {
		way[i] = 2*numbers.Float64() - 1
	}
	across, far := length(way), length(tensor)
	if far == 0 {
		far = math.Sqrt(float64(len(tensor)))
	}
	for i := range way {
		way[i] *= far / across
		if along > 1e-12 {
			way[i] += far * gradient[i] / along
		}
	}
	return way
}

func length(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	return math.Sqrt(sum)
}

// loss is that of all heads so far along the way.
func (d *direction) loss(by float64) float64 {
	last := slices.Index(d.step.Nodes, d.step.Losses[len(d.step.Losses)-1])
	return d.sum(d.compute(by, last+1))
}

// sum is the loss that values have.
func (d *direction) sum(values map[*graph.Node]ref.Value) (sum float64) {
	for i, n := range d.step.Losses {
		for _, l := range values[n].Data {
			sum += d.heads[i].Weight * l / float64(n.Shape[0])
		}
	}
	return sum
}

// compute computes the first so many nodes of the step, so far along the way.
func (d *direction) compute(by float64, nodes int) map[*graph.Node]ref.Value {
	values := map[*graph.Node]ref.Value{}
	for _, n := range d.step.Nodes[:nodes] {
		if n.Op == nil {
			values[n] = d.values[n]
			continue
		}
		var in, params []ref.Value
		for _, x := range n.In {
			in = append(in, values[x])
		}
		for _, p := range n.Params {
			v := ref.Value{Shape: p.Shape, Data: d.at[p.Path]}
			if way := d.by[p.Path]; way != nil && by != 0 {
				v.Data = slices.Clone(v.Data)
				for i, far := range way {
					v.Data[i] += by * far
				}
			}
			params = append(params, v)
		}
		values[n] = ref.Products(n.Op, in, params)
	}
	return values
}
