package interp_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/tensor"
)

// Where docs/family.md says that two nets, or a net and a formula, are one
// function, the tests of this file compute both.

// familyNet is a net of docs/family with generated weights.
func familyNet(t *testing.T, name string) (*interp.Net, map[string]tensor.Tensor) {
	t.Helper()
	n, err := newFamily(t).net(name)
	if err != nil {
		t.Fatal(err)
	}
	return n, weights.Random(3).Bind(n.Graph.Params(true))
}

// compute runs a net on an image.
func compute(t *testing.T, n *interp.Net, tensors map[string]tensor.Tensor, image tensor.Tensor) tensor.Tensor {
	t.Helper()
	m, err := interp.Build(n, interp.Weights{Store: tensorStore(tensors)}, interp.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	s := m.NewSession(1)
	defer s.Close()
	if err := s.Run(context.Background(), image); err != nil {
		t.Fatal(err)
	}
	return tensor.From(append([]float32(nil), s.Output().Data...), s.Output().Shape...)
}

// A tensorStore is a file of weights that was never written.
type tensorStore map[string]tensor.Tensor

func (s tensorStore) Path() string     { return "in memory" }
func (s tensorStore) Forget(string)    {}
func (s tensorStore) Unchanged() error { return nil }
func (s tensorStore) Close() error     { return nil }

func (s tensorStore) Entries() (all []weights.Entry) {
	for name, t := range s {
		all = append(all, weights.Entry{Name: name, DType: "F32", Shape: t.Shape})
	}
	return all
}

func (s tensorStore) Tensor(name string) (tensor.Tensor, error) {
	if t, ok := s[name]; ok {
		return t, nil
	}
	return tensor.Tensor{}, fmt.Errorf("there is no %s", name)
}

func imageFor(n *interp.Net) tensor.Tensor {
	s := n.Graph.Input.Shape
	return weights.Image(5, s[0], s[1], s[2], s[3], 1)
}

// equal compares two results, to a hundred-thousandth of their deviation.
func equal(t *testing.T, got, want tensor.Tensor) {
	t.Helper()
	if !got.Shape.Equal(want.Shape) {
		t.Fatalf("got %v, want %v", got.Shape, want.Shape)
	}
	var sum, squares, worst float64
	for i, w := range want.Data {
		sum += float64(w)
		squares += float64(w) * float64(w)
		worst = math.Max(worst, math.Abs(float64(got.Data[i])-float64(w)))
	}
	mean := sum / float64(len(want.Data))
	deviation := math.Sqrt(squares/float64(len(want.Data)) - mean*mean)
	if !(deviation > 0) || !(worst <= 1e-5*deviation) {
		t.Errorf("they differ by %g, and deviate by %g", worst, deviation)
	}
}

// An mlpconv layer is section 3.1's function at every place: the patch goes
// through a network of three layers, f = max(W f + b, 0).
func TestFamilyMlpconv(t *testing.T) {
	n, w := familyNet(t, "mlpconv_layer")
	in := imageFor(n)
	got := compute(t, n, w, in)
	want := tensor.New(got.Shape...)
	forEachPlace(got.Shape, func(_, y, x int) {
		f := patch(in, 2*y-2, 2*x-2, 5)
		for _, layer := range []string{"conv1", "cccp1", "cccp2"} {
			f = affine(w[layer+".weight"], w[layer+".bias"], f)
			for i := range f {
				f[i] = math.Max(f[i], 0)
			}
		}
		put(want, y, x, f)
	})
	equal(t, got, want)
}

// Maxout is the largest of its linear filters at every place.
func TestFamilyMaxout(t *testing.T) {
	n, w := familyNet(t, "maxout_layer")
	in := imageFor(n)
	got := compute(t, n, w, in)
	want := tensor.New(got.Shape...)
	layers := layersOf(n)
	if len(layers) != 3 {
		t.Fatalf("filters %q, want three", layers)
	}
	forEachPlace(got.Shape, func(_, y, x int) {
		largest := make([]float64, got.Shape[1])
		for i, layer := range layers {
			for c, v := range affine(w[layer+".weight"], w[layer+".bias"], patch(in, y-2, x-2, 5)) {
				if i == 0 || v > largest[c] {
					largest[c] = v
				}
			}
		}
		put(want, y, x, largest)
	})
	equal(t, got, want)
}

// layersOf lists the layers with a weight, in order.
func layersOf(n *interp.Net) (layers []string) {
	for _, p := range n.Graph.Params(false) {
		if layer, ok := strings.CutSuffix(p.Path, ".weight"); ok {
			layers = append(layers, layer)
		}
	}
	return layers
}

func forEachPlace(s tensor.Shape, visit func(c, y, x int)) {
	for y := range s[2] {
		for x := range s[3] {
			visit(0, y, x)
		}
	}
}

// patch is what a k x k window over the first image sees, zero outside, in the
// order of a weight's axes after the first.
func patch(in tensor.Tensor, top, left, k int) []float64 {
	c, h, w := in.Shape[1], in.Shape[2], in.Shape[3]
	values := make([]float64, 0, c*k*k)
	for i := range c {
		for y := top; y < top+k; y++ {
			for x := left; x < left+k; x++ {
				v := 0.0
				if 0 <= y && y < h && 0 <= x && x < w {
					v = float64(in.Data[(i*h+y)*w+x])
				}
				values = append(values, v)
			}
		}
	}
	return values
}

// affine is W v + b.
func affine(weight, bias tensor.Tensor, v []float64) []float64 {
	out := make([]float64, weight.Shape[0])
	for o := range out {
		out[o] = float64(bias.Data[o])
		for i, x := range v {
			out[o] += float64(weight.Data[o*len(v)+i]) * x
		}
	}
	return out
}

func put(t tensor.Tensor, y, x int, pixel []float64) {
	for c, v := range pixel {
		t.Data[(c*t.Shape[2]+y)*t.Shape[3]+x] = float32(v)
	}
}

// Convolutions with nothing between are one convolution: two 3x3 a 5x5, a row
// and a column a square, a depthwise and a pointwise one a dense one.
func TestFamilyComposition(t *testing.T) {
	for _, c := range []struct {
		apart, together, first, second, whole string
		groups                                bool
	}{
		{"two_threes", "five", "0.0", "1.0", "0.0", false},
		{"three_crossed", "three", "0.0", "0.1", "0.0", false},
		{"apart", "together", "0.depthwise", "0.pointwise", "0.conv", true},
	} {
		t.Run(c.apart, func(t *testing.T) {
			two, w := familyNet(t, c.apart)
			one, _ := familyNet(t, c.together)
			first := w[c.first+".weight"]
			if c.groups {
				first = ungrouped(first)
			}
			whole := map[string]tensor.Tensor{c.whole + ".weight": composed(first, w[c.second+".weight"])}
			image := imageFor(one)
			equal(t, compute(t, two, w, image), compute(t, one, whole, image))
		})
	}
}

// composed is the weight of the convolution that is first a and then b.
func composed(a, b tensor.Tensor) tensor.Tensor {
	middle, in, ah, aw := a.Shape[0], a.Shape[1], a.Shape[2], a.Shape[3]
	out, bh, bw := b.Shape[0], b.Shape[2], b.Shape[3]
	h, w := ah+bh-1, aw+bw-1
	sums := make([]float64, out*in*h*w)
	for o := range out {
		for m := range middle {
			for i := range in {
				for p := range bh * bw {
					for q := range ah * aw {
						y, x := p/bw+q/aw, p%bw+q%aw
						product := float64(b.Data[(o*middle+m)*bh*bw+p]) * float64(a.Data[(m*in+i)*ah*aw+q])
						sums[((o*in+i)*h+y)*w+x] += product
					}
				}
			}
		}
	}
	c := tensor.New(out, in, h, w)
	for i, s := range sums {
		c.Data[i] = float32(s)
	}
	return c
}

// ungrouped writes a depthwise weight as a dense one, with zeros between
// different channels.
func ungrouped(a tensor.Tensor) tensor.Tensor {
	c, window := a.Shape[0], a.Shape[2]*a.Shape[3]
	dense := tensor.New(c, c, a.Shape[2], a.Shape[3])
	for i := range c {
		copy(dense.Data[(i*c+i)*window:], a.Data[i*window:(i+1)*window])
	}
	return dense
}
