package interp_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/interp"
	"cnnlang/interp/compare"
	"cnnlang/ops/tensor"
)

// someWeights are numbers for every tensor of a net.
func someWeights(n *interp.Net, seed uint64) map[string]tensor.Tensor {
	r := rand.New(rand.NewPCG(seed, 7))
	all := map[string]tensor.Tensor{}
	for _, p := range n.Graph.Params(true) {
		x := tensor.Tensor{Shape: p.Shape, Data: make([]float32, p.Shape.Elements())}
		for i := range x.Data {
			x.Data[i] = 0.1 + r.Float32()
		}
		all[p.Path] = x
	}
	return all
}

// loads checks what a diff says of weights by loading those of A into B: as they are the loader
// finds just what is said to be missing, gone or of another shape, and with what is said to stay under
// its new name nothing is missing but what is said to be new. It returns these weights.
func loads(t *testing.T, a, b *interp.Net, d *compare.Diff) map[string]tensor.Tensor {
	t.Helper()
	weights := someWeights(a, 1)
	w := d.Weights
	want, got := map[string][]string{}, map[string][]string{}
	main := map[string]bool{} // what a side head lacks, or has in another shape, matters where it is asked for
	for _, p := range b.Graph.Params(false) {
		main[p.Path] = true
	}
	put := func(in map[string][]string, what, name string) {
		if what != "missing" || main[name] {
			in[what] = append(in[what], name)
		}
	}
	for _, r := range w.Renamed {
		put(want, "gone", r[0])
		put(want, "missing", r[1])
	}
	for _, p := range w.Gone {
		put(want, "gone", p.Path)
	}
	for _, p := range w.New {
		put(want, "missing", p.Path)
	}
	for _, p := range w.Resized {
		if main[p[1].Path] {
			put(want, "another shape", p[0].Path)
		}
	}
	err := takes(t, b, weights)
	fit, unfit := errors.AsType[*interp.FitError](err)
	if !unfit && err != nil {
		t.Fatal(err)
	}
	if unfit {
		for _, m := range fit.Missing {
			put(got, "missing", m.Name)
		}
		for _, e := range slices.Concat(fit.Unexpected, fit.Over) {
			put(got, "gone", e.Name)
		}
		for _, m := range fit.Misshaped {
			put(got, "another shape", m.Name)
		}
	} else { // what B does not have is passed over
		delete(want, "gone")
	}
	for _, lists := range []map[string][]string{want, got} {
		for _, list := range lists {
			slices.Sort(list)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s into %s: the loader says otherwise (-said +found)\n%s", a.Name, b.Name, diff)
	}
	moved := movedTo(b, weights, w)
	if err := takes(t, b, moved); err != nil {
		t.Errorf("%s into %s: %v", a.Name, b.Name, err)
	}
	return moved
}

// movedTo are weights under the names that they have in B, and numbers for what is new there.
func movedTo(b *interp.Net, weights map[string]tensor.Tensor, w compare.Weights) map[string]tensor.Tensor {
	moved, fresh := map[string]tensor.Tensor{}, someWeights(b, 2)
	for _, name := range w.Kept {
		moved[name] = weights[name]
	}
	for _, r := range w.Renamed {
		moved[r[1]] = weights[r[0]]
	}
	for _, p := range w.New {
		moved[p.Path] = fresh[p.Path]
	}
	for _, p := range w.Resized {
		moved[p[1].Path] = fresh[p[1].Path]
	}
	return moved
}

// takes makes a model of these weights, or says why they do not fit.
func takes(t *testing.T, n *interp.Net, weights map[string]tensor.Tensor) error {
	t.Helper()
	m, err := n.Build(t.Context(), interp.Options{Weights: interp.WeightsOf(weights), Threads: 1})
	if err == nil {
		m.Close()
	}
	return err
}

func TestLoadableWeights(t *testing.T) {
	_, a := selected(t, "mobilenet_v2", "", interp.Options{})
	_, b := selected(t, "mobilenet_v2_keras", "", interp.Options{})
	loads(t, a, b, compared(a, b))
	editedNets(t, 40, 9, func(a, b *interp.Net) { loads(t, a, b, compared(a, b)) })
}

// Of a net whose parts are called otherwise all weights stay loadable, and it computes the same.
func TestRenamedWeightsComputeTheSame(t *testing.T) {
	const text = `
net n [N, 3, H = 6, W = 6] -> [N, 5] {
  stem: { conv1: conv(8, 3x3, pad=1) -> bn1: bn -> relu }
  c: repeat 2 { add { | conv(8, 3x3, pad=1) -> relu | id } }
  gap -> flatten -> fc: linear(5)
}`
	other := strings.NewReplacer("stem", "features", "conv1", "conv", "c: repeat", "body: repeat", "fc", "head").Replace(text)
	_, a := selected(t, "-", text, interp.Options{})
	_, b := selected(t, "-", other, interp.Options{})
	d := compared(a, b)
	var called []string
	for _, c := range d.Changes {
		for _, one := range c.All() {
			called = append(called, one.Words())
		}
	}
	want := []string{"stem: called stem → features", "conv1: conv(out=8, k=3x3, pad=1): called conv1 → conv", "c: called c → body", "fc: linear(out=5): called fc → head"}
	if !slices.Equal(called, want) || len(d.Weights.Renamed) != len(a.Graph.Params(true)) {
		t.Fatalf("got the changes %q, and %d names", called, len(d.Weights.Renamed))
	}
	x := tensor.Tensor{Shape: a.Graph.Input().Shape, Data: make([]float32, a.Graph.Input().Shape.Elements())}
	for i := range x.Data {
		x.Data[i] = float32(i%7) - 3
	}
	run := func(n *interp.Net, weights map[string]tensor.Tensor) []float32 {
		m, err := n.Build(t.Context(), interp.Options{Weights: interp.WeightsOf(weights), Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		y, err := m.Run(t.Context(), x)
		if err != nil {
			t.Fatal(err)
		}
		return y.Data
	}
	_, wider := selected(t, "-", strings.NewReplacer("linear(5)", "linear(7)", "[N, 5]", "[N, 7]").Replace(text), interp.Options{})
	if d := compared(a, wider); len(d.Weights.Resized) != 2 {
		t.Errorf("got %v", d.Weights.Resized)
	}
	loads(t, a, wider, compared(a, wider))
	if want, got := run(a, someWeights(a, 1)), run(b, loads(t, a, b, d)); !slices.Equal(want, got) {
		t.Errorf("got %v, want %v", got, want)
	}
}
