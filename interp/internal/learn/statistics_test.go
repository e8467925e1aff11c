package learn_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/internal/gradient"
	"cnnlang/interp/internal/learn"
	"cnnlang/interp/train/chance"
	"cnnlang/interp/train/optim"
	"cnnlang/interp/train/recipe"
	"cnnlang/ops"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A normCase is three batches through a bn by torch: see testdata/training/README.md.
type normCase struct {
	Name     string
	Shape    tensor.Shape
	Momentum *float64 // nil for the mean of all batches so far
	Steps    []struct {
		Mean     []float64 `json:"running_mean"`
		Variance []float64 `json:"running_var"`
	}
}

// share is that of batch n, from 0.
func (c normCase) share(n int) float64 {
	if c.Momentum == nil {
		return 1 / float64(n+1)
	}
	return *c.Momentum
}

func TestRunningStatistics(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "testdata", "training", "bn.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []normCase }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) != 7 {
		t.Fatalf("got %d cases, want 7", len(file.Cases))
	}
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			followStatistics(t, c, exactly, 1e-12) // of decimals of 13 digits
			followStatistics(t, c, func(r *run[float32]) learn.Backend[float32] { return planned(t, r) }, 1e-6)
		})
	}
}

// followStatistics takes a step for each batch, at a rate of 0.
func followStatistics[T optim.Float](t *testing.T, c normCase, backend func(*run[T]) learn.Backend[T], most float64) {
	t.Helper()
	sizes := strings.ReplaceAll(strings.Trim(fmt.Sprint([]int(c.Shape[1:])), "[]"), " ", ", ")
	p, err := interp.Read("bn.cnn", strings.NewReader(fmt.Sprintf("net n [N, %s] -> [N, %[1]s] { bn: bn }", sizes)))
	if err != nil {
		t.Fatal(err)
	}
	net, err := p.Net(interp.Options{Shape: c.Shape})
	if err != nil {
		t.Fatal(err)
	}
	step, err := gradient.Of(net.Graph, gradient.Options{
		Learns: func(graph.Param) bool { return true }, Stored: func(*graph.Node) bool { return false },
		Heads: []gradient.Head{{Node: net.Graph.Output(), Loss: ops.Loss{Kind: ops.MSE}, Weight: 1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := &run[T]{step: step, tensors: map[string][]T{}}
	for _, p := range net.Graph.Params(true) {
		r.tensors[p.Path] = make([]T, p.Shape.Elements())
		if strings.HasSuffix(p.Path, ".running_var") {
			for i := range r.tensors[p.Path] {
				r.tensors[p.Path][i] = 1
			}
		}
	}
	workers := task.NewWorkers(1)
	defer workers.Close()
	r.backend = backend(r)
	for n, want := range c.Steps {
		input, stream := make([]T, c.Shape.Elements()), chance.Named(fmt.Sprintf("%s.in%d", c.Name, n), 0)
		for i := range input {
			input[i] = T(2*stream.Signed(i) + float64(n))
		}
		l := learn.New(step, r.backend, func(p graph.Param) []T { return r.tensors[p.Path] }, learn.Settings{
			Optimizer: recipe.Optimizer{Kind: recipe.SGD}, Momentum: c.share(n), Decay: never, Factor: one}, workers)
		var got learn.Result
		if err := l.Step(t.Context(), [][]T{input, make([]T, len(input))}, 0, &got); err != nil {
			t.Fatal(err)
		}
		for leaf, values := range map[string][]float64{"running_mean": want.Mean, "running_var": want.Variance} {
			for i, w := range values {
				within(t, fmt.Sprintf("batch %d: %s[%d]", n, leaf, i), float64(r.tensors["bn."+leaf][i]), w, most*math.Max(1, math.Abs(w)))
			}
		}
	}
}
