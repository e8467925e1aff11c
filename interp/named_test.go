package interp_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/nettest"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// mix takes two inputs of one shape, of which nothing but the order tells one from the other, and
// gives what can be computed by hand. One output is an input, and two are one value.
const mix = `net mix | [N, 2, H = 3, W = 4] as a | [N, 2, H, W] as b
    -> repeat 2 | [N, 2, _, _] as d | [N, 2] as mean | [N, 2, H, W] as same {
  add { | @a | @b -> scale(-2) } as d
  list { | @d | @d -> maxpool(3x4) | @b -> gap -> flatten | @a }
}`

// mixed computes mix for so many images.
func mixed(a, b []float32) map[string][]float32 {
	const pixels = 12
	all := map[string][]float32{"same": a}
	for i := range a {
		all["d.0"] = append(all["d.0"], a[i]-2*b[i])
	}
	for from := 0; from < len(a); from += pixels {
		sum := 0.0
		for _, v := range b[from : from+pixels] {
			sum += float64(v)
		}
		all["mean"] = append(all["mean"], float32(sum/pixels))
		all["d.1"] = append(all["d.1"], slices.Max(all["d.0"][from:from+pixels]))
	}
	return all
}

func mixInputs(images int) (a, b tensor.Tensor) {
	return nettest.Image(3, tensor.Shape{images, 2, 3, 4}), nettest.Image(4, tensor.Shape{images, 2, 3, 4})
}

func sameValues(t *testing.T, what string, want map[string][]float32, value func(name string) (tensor.Tensor, bool)) {
	t.Helper()
	for name, values := range want {
		got, ok := value(name)
		close := func(x, y float32) bool { return x-y < 1e-6 && y-x < 1e-6 }
		if !ok || !slices.EqualFunc(got.Data, values, close) {
			t.Errorf("%s: %s is %v, want %v", what, name, got.Data, values)
		}
	}
}

// Inputs go by their names, or in the order of the signature, and outputs are found by theirs: on
// any number of threads, with several images that are computed together or one after another.
func TestInputsAndOutputsByName(t *testing.T) {
	for _, images := range []int{1, 3} {
		shape := []int{images, 2, 3, 4}
		m := built(t, mix, interp.Options{Shapes: map[string][]int{"a": shape, "b": shape}})
		if got := fmt.Sprint(m.Net.InputNames(), m.Net.OutputNames()); got != "[a b] [d.0 d.1 mean same]" {
			t.Fatal(got)
		}
		a, b := mixInputs(images)
		want := mixed(a.Data, b.Data)
		for threads := 1; threads <= 3; threads++ {
			s := m.NewSession(threads)
			defer s.Close()
			inputs := interp.Inputs{"b": b, "a": a}
			optest.NoAllocations(t, "RunNamed", func() error { return s.RunNamed(t.Context(), inputs) })
			sameValues(t, "by name", want, s.Value)
			if err := s.Run(t.Context(), b, a); err != nil {
				t.Fatal(err)
			}
			sameValues(t, "in order", mixed(b.Data, a.Data), s.Value)
			if got := s.Output(); !slices.Equal(got.Shape, shape) {
				t.Errorf("the first output is %v", got.Shape)
			}
		}
		more, others := mixInputs(2 * images)
		got, err := m.RunNamed(t.Context(), interp.Inputs{"a": more, "b": others})
		if err != nil {
			t.Fatal(err)
		}
		sameValues(t, "a multiple", mixed(more.Data, others.Data), func(name string) (tensor.Tensor, bool) {
			v, ok := got[name]
			return v, ok
		})
	}
}

// What is missing, surplus, misspelt or of another shape is an *InputError in words; a context that
// has ended ends a run, and the next one is whole.
func TestInputsAreRefusedByName(t *testing.T) {
	m := built(t, mix, interp.Options{})
	s := m.NewSession(2)
	defer s.Close()
	a, b := mixInputs(1)
	two, _ := mixInputs(2)
	ctx := t.Context()
	named := func(in interp.Inputs) error { return s.RunNamed(ctx, in) }
	for want, err := range map[string]error{
		`interp: mix: there is nothing for its input "b"`:                                        named(interp.Inputs{"a": a}),
		`interp: mix: there is nothing for its input "a"`:                                        named(nil),
		`interp: mix: it has no input called "c"; it has "a", "b"`:                               named(interp.Inputs{"a": a, "c": b}),
		`interp: mix: it has no input called "picture"; it has "a", "b"`:                         named(interp.Inputs{"a": a, "b": b, "picture": b}),
		`interp: mix: an input has no name; it has "a", "b"`:                                     named(interp.Inputs{"": a, "a": a, "b": b}),
		`interp: mix: there is 1 input, want 2: a, b`:                                            s.Run(ctx, a),
		`interp: mix: there are 3 inputs, want 2: a, b`:                                          s.Run(ctx, a, b, a),
		`interp: mix: the input b has the shape [2, 2, 3, 4] and 48 elements, want [1, 2, 3, 4]`: s.Run(ctx, a, two),
		`interp: mix: the input b has the shape [1, 2, 3, 4] and 24 elements, want [2, 2, 3, 4], as many images as the first has`: func() error {
			_, err := m.RunNamed(ctx, interp.Inputs{"a": two, "b": b})
			return err
		}(),
	} {
		if _, ok := errors.AsType[*interp.InputError](err); !ok || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := m.Run(ctx, a); err == nil || !strings.Contains(err.Error(), "is one of 4; use RunNamed") {
		t.Errorf("got %v", err)
	}
	for _, err := range m.Each(ctx, interp.Files("x.png")) {
		if err == nil || !strings.Contains(err.Error(), `images are [N, 3, H, W], or [N, 1, H, W] if grey, but the input a of the net is [1, 2, 3, 4]`) {
			t.Errorf("got %v", err)
		}
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if err := s.RunNamed(ended, interp.Inputs{"a": a, "b": b}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := s.RunNamed(ctx, interp.Inputs{"a": a, "b": b}); err != nil {
		t.Fatal(err)
	}
	sameValues(t, "after a run that was ended", mixed(a.Data, b.Data), s.Value)
}

// Facts know inputs and outputs by their names, and count the outputs.
func TestFactsOfInputsAndOutputs(t *testing.T) {
	const facts = `outputs == 4 and shape(b) == [1, 2, 3, 4] and shape("d.1") == [1, 2, 1, 1] and shape(mean) == [1, 2]`
	text := strings.TrimSuffix(mix, "}") + "  expect " + facts + "\n}"
	if _, n := selected(t, "-", text, interp.Options{}); n.Graph.OutputText() != "d.0 [1, 2, 3, 4], d.1 [1, 2, 1, 1], mean [1, 2], same [1, 2, 3, 4]" {
		t.Errorf("got %s", n.Graph.OutputText())
	}
	p, err := interp.Read("-", strings.NewReader(strings.Replace(text, "outputs == 4", "outputs == 1", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Net(interp.Options{}); err == nil || !strings.Contains(err.Error(), "E0504") {
		t.Errorf("got %v", err)
	}
	if w, err := built(t, mix, interp.Options{}).Net.Why("mean"); err != nil || w.Shape.String() != "[1, 2]" {
		t.Errorf("got %v, %v", w, err)
	}
}

// Shapes are asked for by the names of inputs, too; sizes that follow from others do.
func TestShapesByName(t *testing.T) {
	const net = `net n repeat i of n = 3 | [N, 4, H/2**i = 32, W/2**i = 32] as xs | [N, 3] as y -> repeat n | [N, 4, _, _] as zs { @xs }`
	for _, c := range []struct {
		opts interp.Options
		want string
	}{
		{interp.Options{}, "xs.0 [1, 4, 32, 32], xs.1 [1, 4, 16, 16], xs.2 [1, 4, 8, 8], y [1, 3]"},
		{interp.Options{Batch: 5}, "xs.0 [5, 4, 32, 32], xs.1 [5, 4, 16, 16], xs.2 [5, 4, 8, 8], y [5, 3]"},
		{interp.Options{Shapes: map[string][]int{"xs.0": {1, 4, 8, 16}}}, "xs.0 [1, 4, 8, 16], xs.1 [1, 4, 4, 8], xs.2 [1, 4, 2, 4], y [1, 3]"},
	} {
		_, n := selected(t, "-", net, c.opts)
		if got := n.Graph.InputText(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	p, err := interp.Read("-", strings.NewReader(net))
	if err != nil {
		t.Fatal(err)
	}
	for want, opts := range map[string]interp.Options{
		"`n` has no input `x`":                        {Shapes: map[string][]int{"x": {1, 3}}},
		"`n` has 4 inputs":                            {Shape: []int{1, 4, 8, 8}},
		"have batches of 2 in `xs.0` and 1 in `xs.1`": {Shapes: map[string][]int{"xs.0": {2, 4, 32, 32}, "xs.1": {1, 4, 16, 16}}},
	} {
		if _, err := p.Net(opts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
