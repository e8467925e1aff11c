//go:build !race

package nettest

import (
	"flag"
	"fmt"
	"runtime"
	"slices"
	"sort"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/reftest"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/tensor"
)

// Whole networks take minutes, so plain `go test` runs each once: at its own size, batch 2,
// with its side heads and the steps whose values the reference has. One command compares
// everything else:
//
//	go test ./interp/internal/nettest -run TestReference -reference.all -timeout 60m
//
// It runs the odd sizes and special scales, other settings of the nets, every convolution
// by itself, and one thread against two.
var all = flag.Bool("reference.all", false, "compare all that the reference has, not only the first run of each network")

const referenceFolder = "../../../testdata/reference"

// aliases are the features that have another name in the reference than in the net's text.
var aliases = map[string]map[string]string{
	// timm's pooling layer flattens, and is named after both; torchvision's name,
	// which these nets have too, is that of the pooling alone.
	"resnext101_32x4d":   {"global_pool": "avgpool"},
	"seresnext50_32x4d":  {"global_pool": "avgpool"},
	"seresnext101_32x4d": {"global_pool": "avgpool"},

	"legacy_seresnext50_32x4d":  legacy,
	"legacy_seresnext101_32x4d": legacy,
}

// legacy are steps of SENet's authors.
var legacy = map[string]string{
	"layer0": "2", "pool0": "maxpool", "layer1.0.se_module": "layer1.0.se", "global_pool": "avgpool",
}

func TestReference(t *testing.T) {
	found := map[string]reftest.Deviation{}
	left := 0
	nets := reftest.Nets(t, referenceFolder)
	for _, name := range nets {
		t.Run(name, func(t *testing.T) {
			outputs := reftest.ReadOutputs(t, referenceFolder, name)
			c := &comparison{T: t, net: name, seed: outputs.Seed}
			c.first(outputs.Runs[0])
			if *all {
				c.others(outputs.Runs)
			} else {
				left += len(outputs.Runs) - 1
			}
			runtime.GC() // hundreds of megabytes of weights, before the next
			found[name] = c.largest
			t.Logf("deviates by %.2g, %s", c.largest.Size, c.largest.Where)
		})
	}
	if left > 0 {
		t.Logf("with -reference.all: %d more runs, other settings, every convolution, other threads", left)
	}
	if len(found) == len(nets) && !t.Failed() {
		checkTable(t, found)
	}
}

// A comparison is of one network with its reference.
type comparison struct {
	*testing.T
	net     string
	seed    uint64
	largest reftest.Deviation // of the outputs
}

// first compares the run at the net's own size with all values of the reference, and with
// float64, and then again as planned without kept values.
func (c *comparison) first(r reftest.Run) {
	checkF32(c.T, c.net, c.run(r, request{steps: true}, r.Logits))
	c.run(r, request{}, r.Logits)
}

// others compares everything else.
func (c *comparison) others(runs []reftest.Run) {
	for _, r := range runs[1:] {
		c.run(r, request{steps: true}, r.Logits)
		c.run(r, request{}, r.Logits)
	}
	c.run(runs[0], request{convs: true}, runs[0].Logits)
	two := c.run(runs[0], request{threads: 2}, runs[0].Logits)
	if one := c.run(runs[0], request{threads: 1}, runs[0].Logits); !SameBits(one, two) {
		c.Errorf("one thread gives other bits than two")
	}
	for _, r := range runs {
		if r.LogitsWithTransformInput != nil {
			c.run(r, request{settings: []string{"transform_input=true"}}, *r.LogitsWithTransformInput)
		}
	}
}

// A request says how to run a network and what to keep.
type request struct {
	settings []string
	threads  int
	steps    bool // the features of the reference
	convs    bool // the output of every convolution and linear layer
}

// run runs the network as r says and compares. It returns the logits.
func (c *comparison) run(r reftest.Run, q request, logits reftest.Vectors) []float32 {
	c.Helper()
	n := Instantiate(c, c.net, r.Input, q.settings...)
	opts := interp.Options{Threads: q.threads}
	plain := len(q.settings) == 0
	if plain {
		opts.Values = sidesOf(r)
	}
	if q.steps {
		for feature := range r.Features {
			opts.Values = append(opts.Values, c.path(n, feature))
		}
	}
	if q.convs {
		for conv := range r.Convs {
			opts.Values = append(opts.Values, c.path(n, conv))
		}
	}
	s := c.session(n, r, opts)
	what := fmt.Sprintf("at %v", r.Input)
	if r.InputScale != 1 {
		what += fmt.Sprintf(" times %g", r.InputScale)
	}
	c.output(what, s.Output(), logits)
	if plain {
		c.sides(what, s, r)
	}
	if q.steps {
		c.steps(n, what, s, r)
	}
	if q.convs {
		c.convs(n, what, s, r)
	}
	return slices.Clone(s.Output().Data)
}

// session builds the network with generated weights and runs it once.
func (c *comparison) session(n *interp.Net, r reftest.Run, opts interp.Options) *interp.Session {
	c.Helper()
	opts.Weights = Generated(n, c.seed)
	m, err := n.Build(c.Context(), opts)
	if err != nil {
		c.Fatal(err)
	}
	s := m.NewSession(opts.Threads)
	c.Cleanup(s.Close)
	in := r.Input
	Run(c, s, weights.Image(c.seed, in[0], in[1], in[2], in[3], r.InputScale))
	return s
}

// path is the step whose value the reference calls a feature: the step of the layer whose
// weights it calls so, or one that the source names after its module.
func (c *comparison) path(n *interp.Net, feature string) string {
	if path, ok := aliases[c.net][feature]; ok {
		return path
	}
	names := SourceNames[c.net]
	if names == "" {
		return feature
	}
	tensors, err := n.Tensors(names)
	if err != nil {
		c.Fatal(err)
	}
	for _, x := range tensors {
		if x.Name == feature+".weight" {
			return strings.TrimSuffix(x.Own.Path, ".weight")
		}
	}
	if module, ok := strings.CutSuffix(feature, "/output"); ok {
		return module
	}
	if module, ok := strings.CutSuffix(feature, "_pool"); ok {
		return module + ".pool"
	}
	return feature
}

// embedding is the net's name for the result that the reference has beside the logits.
const embedding = "embedding"

func sidesOf(r reftest.Run) []string {
	var names []string
	for name := range r.AuxLogits {
		names = append(names, name)
	}
	if r.Embedding != nil {
		names = append(names, embedding)
	}
	sort.Strings(names)
	return names
}

// output checks a result against the tolerance and keeps the largest deviation.
func (c *comparison) output(what string, got tensor.Tensor, want reftest.Vectors) {
	c.Helper()
	d, err := want.Deviation(got)
	switch {
	case err != nil:
		c.Fatalf("%s: %v", what, err)
	case !(d.Size <= tolerance):
		c.Errorf("%s: deviates by %.3g standard deviations, %s", what, d.Size, d.Where)
	}
	c.largest = c.largest.Worse(d, what)
}

func (c *comparison) sides(what string, s *interp.Session, r reftest.Run) {
	c.Helper()
	for _, name := range sidesOf(r) {
		want := r.AuxLogits[name]
		if name == embedding && r.Embedding != nil {
			want = *r.Embedding
		}
		got, ok := s.Value(name)
		if !ok {
			c.Fatalf("%s: no side head %s", what, name)
		}
		c.output(what+", "+name, got, want)
	}
}

func (c *comparison) steps(n *interp.Net, what string, s *interp.Session, r reftest.Run) {
	c.Helper()
	if len(r.Features) == 0 {
		c.Fatalf("%s: the reference has no features", what)
	}
	for feature, want := range r.Features {
		got, ok := s.Value(c.path(n, feature))
		if !ok {
			c.Fatalf("%s: no value of %s", what, feature)
		}
		d, err := want.Deviation(got)
		if err != nil {
			c.Errorf("%s, %s: %v", what, feature, err)
		} else if !(d.Size <= tolerance) {
			c.Errorf("%s, %s: deviates by %.3g standard deviations, %s", what, feature, d.Size, d.Where)
		}
	}
}

func (c *comparison) convs(n *interp.Net, what string, s *interp.Session, r reftest.Run) {
	c.Helper()
	if len(r.Convs) == 0 {
		c.Fatalf("%s: the reference has no convolutions", what)
	}
	for path, want := range r.Convs {
		got, ok := s.Value(c.path(n, path))
		if !ok {
			c.Fatalf("%s: no value of %s", what, path)
		}
		if d := reftest.ConvDeviation(want, got); !(d.Size <= tolerance) {
			c.Errorf("%s, %s: deviates by %.3g standard deviations, %s", what, path, d.Size, d.Where)
		}
	}
}
