package interp_test

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/elab"
	"cnnlang/interp/graph"
	"cnnlang/interp/pass"
	"cnnlang/interp/plan"
	"cnnlang/interp/weights"
	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// A smallNet is a network at a small size.
type smallNet struct {
	net      string
	shape    tensor.Shape
	settings []string
}

// families has one network of each family, the smallest, at a small size that it
// accepts: a batch of two, not square where the net allows.
var families = []smallNet{
	{"nin_cifar10", tensor.Shape{2, 3, 17, 16}, nil},
	{"vgg16", tensor.Shape{2, 3, 32, 33}, nil},
	{"googlenet", tensor.Shape{2, 3, 31, 40}, nil},
	{"googlenet_bvlc", tensor.Shape{2, 3, 47, 50}, nil},
	{"bninception", tensor.Shape{2, 3, 63, 63}, nil},
	{"inception_v2", tensor.Shape{2, 3, 75, 75}, nil},
	{"inception_v3", tensor.Shape{2, 3, 75, 80}, nil},
	{"inception_v4", tensor.Shape{2, 3, 75, 75}, nil},
	{"inception_resnet_v1", tensor.Shape{2, 3, 75, 75}, nil},
	{"xception_keras", tensor.Shape{2, 3, 21, 18}, nil},
	{"resnet18", tensor.Shape{2, 3, 33, 31}, nil},
	{"resnet50_v1", tensor.Shape{2, 3, 33, 31}, nil},
	{"resnext50_32x4d", tensor.Shape{2, 3, 33, 31}, nil},
	{"seresnext50_32x4d", tensor.Shape{2, 3, 33, 31}, nil},
	{"densenet121", tensor.Shape{2, 3, 33, 31}, nil},
	{"mobilenet_v2", tensor.Shape{2, 3, 33, 31}, nil},
	{"squeezenet1_1", tensor.Shape{2, 3, 33, 31}, nil},
	{"shufflenet_v2_x1_0", tensor.Shape{2, 3, 33, 31}, nil},
	{"efficientnet_b0", tensor.Shape{2, 3, 33, 31}, nil},
	{"convnext_tiny", tensor.Shape{2, 3, 33, 35}, nil},
	{"regnet_y_400mf", tensor.Shape{2, 3, 33, 31}, nil},
	{"unet", tensor.Shape{2, 3, 16, 32}, []string{"base=8"}},
	{"unet_taps", tensor.Shape{2, 3, 16, 32}, []string{"base=8"}},
}

// results runs a model on as many threads and copies all its outputs, one after
// the other.
func results(t testing.TB, m *interp.Model, threads int, input tensor.Tensor) [][]float32 {
	t.Helper()
	s := m.NewSession(threads)
	defer s.Close()
	if err := s.Run(t.Context(), input); err != nil {
		t.Fatal(err)
	}
	all := [][]float32{slices.Clone(s.Output().Data)}
	for _, side := range m.Net.Graph.Sides {
		if v, ok := s.Side(side.Name); ok {
			all = append(all, slices.Clone(v.Data))
		}
	}
	return all
}

// image makes the input of a shape.
func image(seed uint64, shape tensor.Shape) tensor.Tensor {
	return weights.Image(seed, shape[0], shape[1], shape[2], shape[3], 1)
}

// build makes a model with generated weights and all side heads that fit.
func build(t testing.TB, n *interp.Net) *interp.Model {
	t.Helper()
	var opts interp.Options
	for _, side := range n.Graph.Sides {
		if side.Output != nil {
			opts.Sides = append(opts.Sides, side.Name)
		}
	}
	m, err := interp.Build(n, interp.Weights{}, opts)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// modelIn makes a model of the main path with generated weights, whether the processor
// has kernels for the precision or not.
func modelIn(t testing.TB, n *interp.Net, precision ops.Precision) *interp.Model {
	t.Helper()
	g, _ := pass.Run(n.Graph, pass.Options{})
	source := func(p graph.Param) (tensor.Tensor, error) { return weights.Random(0).Tensor(p.Path, p.Shape), nil }
	p, err := plan.New(g, source, plan.Options{Precision: precision})
	if err != nil {
		t.Fatal(err)
	}
	return &interp.Model{Net: n, Plan: p}
}

// One model of every family serves four goroutines at once, on other numbers of
// threads, and all get the bits of one alone.
func TestFamiliesAtASmallSize(t *testing.T) {
	for _, f := range families {
		t.Run(f.net, func(t *testing.T) {
			defer runtime.GC()
			m := build(t, instantiate(t, f.net, f.shape, f.settings...))
			input := image(0, f.shape)
			want := results(t, m, 1, input)
			var group sync.WaitGroup
			for _, threads := range []int{1, 2, 3, 7} {
				group.Go(func() {
					for k, got := range results(t, m, threads, input) {
						if !sameBits(got, want[k]) {
							t.Errorf("on %d threads, beside another: output %d has other bits", threads, k)
						}
					}
				})
			}
			group.Wait()
		})
	}
}

// TestBatchIsItsImages: the sizes of the tiles differ with the batch, so that the
// sums may round otherwise, and nothing else.
func TestBatchIsItsImages(t *testing.T) {
	for net, size := range map[string]int{
		"resnet18": 64, "googlenet": 64, "mobilenet_v2": 64, "convnext_tiny": 64, "unet": 64, "densenet121": 64, "inception_v3": 107,
	} {
		t.Run(net, func(t *testing.T) {
			const images = 3
			shape := tensor.Shape{images, 3, size, size}
			batch := image(0, shape)
			whole := results(t, build(t, instantiate(t, net, shape)), 2, batch)
			shape[0] = 1
			single := build(t, instantiate(t, net, shape))
			size := shape.Elements()
			for i := range images {
				one := tensor.From(batch.Data[i*size:(i+1)*size], shape...)
				for k, want := range results(t, single, 2, one) {
					got := whole[k][i*len(want) : (i+1)*len(want)]
					if d := farthest(got, want); !(d <= tolerance) {
						t.Errorf("image %d, output %d: deviates by %.3g standard deviations", i, k, d)
					}
				}
			}
		})
	}
}

// TestBranchesOfABatchAreNotCopied: where values are blocked, each branch of these
// networks is computed where its concatenation lies.
func TestBranchesOfABatchAreNotCopied(t *testing.T) {
	isa, err := ops.ISA()
	if err != nil {
		t.Fatal(err)
	}
	for net, size := range map[string]int{"googlenet": 64, "inception_v3": 107, "densenet121": 64, "squeezenet1_1": 64} {
		var steps strings.Builder
		if err := plan.Print(&steps, build(t, instantiate(t, net, tensor.Shape{8, 3, size, size})).Plan, 1); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(steps.String(), "  concat("); (n > 0) != (isa == "generic") {
			t.Errorf("%s: %d concatenations are copied", net, n)
		}
		runtime.GC()
	}
}

// farthest is the largest difference, in standard deviations of want.
func farthest(got, want []float32) float64 {
	sum, squares := 0.0, 0.0
	for _, v := range want {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	n := float64(len(want))
	std := math.Sqrt(squares/n - sum/n*sum/n)
	worst := 0.0
	for i, v := range want {
		if d := math.Abs(float64(got[i])-float64(v)) / std; !(d <= worst) {
			worst = d
		}
	}
	return worst
}

// everyKind is a small net that has convolutions of all kinds: a stem, dense ones with
// and without stride, of groups, and a depthwise one with the 1x1 that reads it on an
// image too large to lie between them; branches, a residual, and a gate.
const everyKind = `net kinds [N, 3, H = 40, W = 40] -> [N, 10] {
  stem: conv(64, 3x3, pad=1) -> relu
  wide: conv(64, 3x3, pad=1, groups=64) -> relu6
  point: conv(16, 1x1)
  maxpool(3x3, stride=2, pad=1)
  groups: conv(16, 3x3, stride=2, pad=1, groups=4) -> bn -> relu
  concat {
    | a: conv(16, 1x1) -> relu
    | b: conv(16, 1x1) -> c: conv(32, 3x3, pad=1) -> relu
    | avgpool(3x3, stride=1, pad=1) -> d: conv(16, 1x1)
  }
  add {
    | e: conv(64, 3x3, pad=1) -> mul { | id | gap -> down: conv(8, 1x1) -> relu -> up: conv(64, 1x1) -> sigmoid }
    | id
  }
  relu -> gap -> flatten -> fc: linear(10)
}
`

// One model in each precision serves 64 goroutines, half of which share the threads of
// one pool, by the kernels that are selected: those in assembly, which no race detector
// sees into, and with CNNLANG_ISA=generic those in Go, which it does. Where plain Go
// stands in for a precision that the processor lacks, a smaller net has to do.
func TestOneModelServes64Goroutines(t *testing.T) {
	p, err := interp.Open("-", strings.NewReader(everyKind))
	if err != nil {
		t.Fatal(err)
	}
	nets, list, err := p.Check("", elab.Options{})
	if err != nil || list.HasErrors() {
		t.Fatal(err, list.Err())
	}
	for precision := range ops.BF16 + 1 {
		t.Run(precision.String(), func(t *testing.T) {
			n, rounds := nets[0], 2
			if precision != ops.F32 {
				n, rounds = instantiate(t, "unet", tensor.Shape{1, 3, 16, 16}, "base=4"), 1
			}
			shape := n.Graph.Input.Shape
			m := modelIn(t, n, precision)
			const inputs = 4
			var want [inputs][]float32
			for i := range want {
				want[i] = results(t, m, 1, image(uint64(i), shape))[0]
			}
			pool := ops.NewWorkers(2)
			defer pool.Close()
			var group sync.WaitGroup
			for i := range 64 {
				group.Go(func() {
					s := m.NewSession(1 + i%2)
					if i%4 > 1 {
						s.Close()
						s = m.NewSessionOn(pool)
					}
					defer s.Close()
					for round := range rounds {
						k := (i + round) % inputs
						if err := s.Run(t.Context(), image(uint64(k), shape)); err != nil || !sameBits(s.Output().Data, want[k]) {
							t.Errorf("goroutine %d, round %d: %v, or other bits", i, round, err)
						}
					}
				})
			}
			group.Wait()
		})
	}
}
