// Package nettest makes networks and computes them for tests. Its own tests are the long
// comparisons of whole networks: with the reference, with float64, and with themselves in
// other batches, precisions and numbers of threads.
package nettest

import (
	"math"
	"slices"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// A SmallNet is a network at a small size.
type SmallNet struct {
	Net      string
	Shape    tensor.Shape
	Settings []string
}

// Families has one network of each family, the smallest, at a small size that it
// accepts: a batch of two, not square where the net allows.
var Families = []SmallNet{
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
	{"cbam_resnet18", tensor.Shape{2, 3, 33, 31}, nil},
	{"gcnet50", tensor.Shape{2, 3, 33, 31}, nil},
	{"resnet50_v1", tensor.Shape{2, 3, 33, 31}, nil},
	{"resnext50_32x4d", tensor.Shape{2, 3, 33, 31}, nil},
	{"seresnext50_32x4d", tensor.Shape{2, 3, 33, 31}, nil},
	{"densenet121", tensor.Shape{2, 3, 33, 31}, nil},
	{"mobilenet_v2", tensor.Shape{2, 3, 33, 31}, nil},
	{"mobilenet_v3_small", tensor.Shape{2, 3, 33, 31}, nil},
	{"squeezenet1_1", tensor.Shape{2, 3, 33, 31}, nil},
	{"shufflenet_v2_x1_0", tensor.Shape{2, 3, 33, 31}, nil},
	{"efficientnet_b0", tensor.Shape{2, 3, 33, 31}, nil},
	{"convnext_tiny", tensor.Shape{2, 3, 33, 35}, nil},
	{"convnext_v2_atto", tensor.Shape{2, 3, 33, 35}, nil},
	{"regnet_y_400mf", tensor.Shape{2, 3, 33, 31}, nil},
	{"unet", tensor.Shape{2, 3, 16, 32}, []string{"base=8"}},
	{"unet_taps", tensor.Shape{2, 3, 16, 32}, []string{"base=8"}},
	{"unetpp", tensor.Shape{2, 3, 16, 32}, []string{"base=8"}},
	{"espcn", tensor.Shape{2, 1, 13, 9}, nil},
}

// Instantiate makes a library net at a shape, nil for its default, with settings
// name=value.
func Instantiate(t testing.TB, name string, shape tensor.Shape, settings ...string) *interp.Net {
	t.Helper()
	p, err := interp.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(interp.Options{Shape: shape, Set: interp.Set(settings...)})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// Results runs a model on this many threads and returns copies of all its outputs, and then of its
// side heads.
func Results(t testing.TB, m *interp.Model, threads int, inputs ...tensor.Tensor) [][]float32 {
	t.Helper()
	s := m.NewSession(threads)
	defer s.Close()
	Run(t, s, inputs...)
	all := [][]float32{slices.Clone(s.Output().Data)}
	for _, o := range m.Net.Graph.Outputs[1:] {
		v, _ := s.Value(o.Name)
		all = append(all, slices.Clone(v.Data))
	}
	for _, side := range m.Net.Graph.Sides {
		if v, ok := s.Value(side.Name); ok {
			all = append(all, slices.Clone(v.Data))
		}
	}
	return all
}

// Run runs a session, and fails if that allocates.
func Run(t testing.TB, s *interp.Session, inputs ...tensor.Tensor) {
	t.Helper()
	var err error
	optest.Counted(func() { err = s.Run(t.Context(), inputs...) })
	if err != nil {
		t.Fatal(err)
	}
}

// Image makes the input of a shape.
func Image(seed uint64, shape tensor.Shape) tensor.Tensor {
	return weights.Image(seed, shape[0], shape[1], shape[2], shape[3], 1)
}

// Images makes every input of a network, each of a seed of its own, from 0.
func Images(n *interp.Net) (images []tensor.Tensor) {
	for i, in := range n.Graph.Inputs {
		images = append(images, Image(uint64(i), in.Shape))
	}
	return images
}

// Build makes a model with generated weights and all side heads that fit.
func Build(t testing.TB, n *interp.Net) *interp.Model {
	t.Helper()
	var opts interp.Options
	for _, side := range n.Graph.Sides {
		if side.Output != nil {
			opts.Values = append(opts.Values, side.Name)
		}
	}
	opts.Weights = Generated(n, 0)
	m, err := n.Build(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// ModelIn makes a model of the main path with weights in a precision, emulated if the
// processor has no kernels for it.
func ModelIn(t testing.TB, n *interp.Net, precision layout.Precision, tensors map[string]tensor.Tensor) *interp.Model {
	t.Helper()
	m, err := n.Build(t.Context(), interp.Options{Weights: interp.WeightsOf(tensors), Precision: precision, Emulate: true})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// SameBits reports whether two results have the same bits: unlike ==, it distinguishes
// zeros by sign and finds a NaN equal to itself.
func SameBits(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}
