package learn_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/internal/gradient"
	"cnnlang/interp/internal/learn"
	"cnnlang/interp/train/chance"
	"cnnlang/interp/train/recipe"
	"cnnlang/ops"
	"cnnlang/ops/exec/task"
)

// stepOf is a net with so many images at once that learns in float64, by mean squares.
func stepOf(t *testing.T, body string, images int) *run[float64] {
	t.Helper()
	p, err := interp.Read("passes.cnn", strings.NewReader("net n [N, 2, H = 6, W = 6] -> [N, 3] { "+body+" -> gap -> flatten -> fc: linear(3) }"))
	if err != nil {
		t.Fatal(err)
	}
	r := &run[float64]{tensors: map[string][]float64{}}
	if r.net, err = p.Net(interp.Options{Batch: images}); err != nil {
		t.Fatal(err)
	}
	r.step, err = gradient.Of(r.net.Graph, gradient.Options{
		Learns: func(graph.Param) bool { return true }, Stored: func(*graph.Node) bool { return false },
		Heads: []gradient.Head{{Node: r.net.Graph.Output(), Loss: ops.Loss{Kind: ops.MSE}, Weight: 1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, x := range interp.RandomTensors(r.net, 3) {
		for _, v := range x.Data {
			r.tensors[path] = append(r.tensors[path], float64(v))
		}
	}
	r.backend = exactly(r)
	return r
}

// batchOf is pictures and targets of a step.
func batchOf(images, step int) [][]float64 {
	all := [][]float64{make([]float64, images*2*6*6), make([]float64, images*3)}
	for i, x := range all {
		s := chance.Named(fmt.Sprint("batch", i), uint64(step))
		for k := range x {
			x[k] = 2 * s.Signed(k)
		}
	}
	return all
}

func (r *run[T]) learns(t *testing.T, settings learn.Settings) *learn.Learner[T] {
	t.Helper()
	workers := task.NewWorkers(2)
	t.Cleanup(workers.Close)
	return learn.New(r.step, r.backend, func(p graph.Param) []T { return r.tensors[p.Path] }, settings, workers)
}

var plainly = learn.Settings{Optimizer: recipe.Optimizer{Kind: recipe.SGD, Momentum: 0.9}, Momentum: 0.1, Decay: decaying(0.01), Factor: one, Seed: 7, ClipNorm: 0.5}

// TestPassesAreOneBatch: without statistics of a batch, several passes learn what one does; dropout drops the same.
func TestPassesAreOneBatch(t *testing.T) {
	const body = "a: conv(4, 3x3, pad=1) -> relu -> dropout(0.3) -> add { | id | conv(4, 1x1) -> drop_path(0.4) } -> group_norm(groups=2) -> relu"
	one, four := stepOf(t, body, 8), stepOf(t, body, 2)
	settings := plainly
	whole := one.learns(t, settings)
	settings.Passes = 4
	parts := four.learns(t, settings)
	var want, got learn.Result
	for n := range 4 {
		for _, err := range []error{whole.Step(t.Context(), batchOf(8, n), 0.1, &want), parts.Step(t.Context(), batchOf(8, n), 0.1, &got)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		within(t, fmt.Sprintf("step %d: the loss", n), got.Losses[0], want.Losses[0], 1e-12)
		within(t, fmt.Sprintf("step %d: the norm", n), got.Norm, want.Norm, 1e-12)
	}
	for path, x := range one.tensors {
		for i, v := range x {
			within(t, fmt.Sprintf("%s[%d]", path, i), four.tensors[path][i], v, 1e-12)
		}
	}
}

// TestPassesOfStatistics: each pass normalises by its own statistics, and running ones move once, by the means of theirs.
// The passes are steps of their own here, at a rate of 0.
func TestPassesOfStatistics(t *testing.T) {
	const body, rate, share = "a: conv(4, 3x3, pad=1) -> bn1: bn -> relu -> b: conv(4, 3x3) -> bn2: bn -> relu", 0.1, 0.1
	r := stepOf(t, body, 2)
	batch := batchOf(6, 0)
	before := map[string][]float64{}
	for path, x := range r.tensors {
		before[path] = slices.Clone(x)
	}
	want, loss := map[string][]float64{}, 0.0
	for pass := range 3 {
		alone := stepOf(t, body, 2)
		for path, x := range before {
			copy(alone.tensors[path], x)
		}
		part := [][]float64{batch[0][pass*2*72:][:2*72], batch[1][pass*2*3:][:2*3]}
		var got learn.Result
		if err := alone.learns(t, learn.Settings{Optimizer: recipe.Optimizer{Kind: recipe.SGD}, Momentum: share, Decay: never, Factor: one}).Step(t.Context(), part, 0, &got); err != nil {
			t.Fatal(err)
		}
		loss += got.Losses[0] / 3
		moved := maps.Clone(alone.tensors)
		for _, g := range alone.step.Gradients {
			moved[g.Param.Path] = alone.backend.Value(g.Node)
		}
		for path, x := range moved {
			if want[path] == nil {
				want[path] = make([]float64, len(x))
			}
			for i, v := range x {
				want[path][i] += v / 3
			}
		}
	}
	var got learn.Result
	if err := r.learns(t, learn.Settings{Optimizer: recipe.Optimizer{Kind: recipe.SGD}, Momentum: share, Decay: never, Factor: one, Passes: 3}).Step(t.Context(), batch, rate, &got); err != nil {
		t.Fatal(err)
	}
	within(t, "the loss", got.Losses[0], loss, 1e-12)
	for _, g := range r.step.Gradients { // from gradients to tensors
		for i := range want[g.Param.Path] {
			want[g.Param.Path][i] = before[g.Param.Path][i] - rate*want[g.Param.Path][i]
		}
	}
	if len(want) != 14 {
		t.Errorf("%d tensors are followed", len(want))
	}
	for path, x := range want {
		for i, v := range x {
			within(t, fmt.Sprintf("%s[%d]", path, i), r.tensors[path][i], v, 1e-12)
		}
	}
}

// TestPopulation: the statistics of the first bn over three batches are those of all their images, and those of a bn behind it
// of what the batches give it, each normalised by its own.
func TestPopulation(t *testing.T) {
	const images, batches = 4, 3
	r := stepOf(t, "a: conv(4, 3x3, pad=1) -> bn1: bn -> dropout(0.5) -> relu -> b: conv(4, 3x3) -> bn2: bn -> relu", images)
	var err error
	if r.step, err = gradient.StatisticsOf(r.net.Graph, gradient.Options{Heads: []gradient.Head{{Node: r.net.Graph.Output()}}}); err != nil {
		t.Fatal(err)
	}
	if err := graph.Verify(r.step.Graph); err != nil {
		t.Error(err)
	}
	r.backend = exactly(r)
	all := learn.NewPopulation(r.step, r.backend)
	means, squares := make([][]float64, 2), make([][]float64, 2)
	for n := range batches {
		if err := all.Add(t.Context(), batchOf(images, n)[:1]); err != nil {
			t.Fatal(err)
		}
		for i, s := range r.step.Statistics {
			v := r.backend.Value(s.Node)
			for c := range 4 {
				means[i] = append(means[i], v[c])
				squares[i] = append(squares[i], v[4+c]+v[c]*v[c])
			}
		}
	}
	seen := 0
	all.Each(func(s gradient.Statistic, mean, variance []float64) {
		i := int(s.Path[2] - '1')
		elements := float64(images * batches * []int{36, 16}[i])
		for c := range 4 {
			m, q := 0.0, 0.0
			for n := range batches {
				m, q = m+means[i][4*n+c]/batches, q+squares[i][4*n+c]/batches
			}
			within(t, fmt.Sprintf("%s: mean %d", s.Path, c), mean[c], m, 1e-12)
			within(t, fmt.Sprintf("%s: variance %d", s.Path, c), variance[c], (q-m*m)*elements/(elements-1), 1e-12)
		}
		seen++
	})
	if seen != 2 {
		t.Fatalf("%d bn have statistics", seen)
	}
	// The first bn by all images at once.
	whole := stepOf(t, "a: conv(4, 3x3, pad=1) -> bn1: bn", images*batches)
	var input []float64
	for n := range batches {
		input = append(input, batchOf(images, n)[0]...)
	}
	if err := whole.backend.Run(t.Context(), [][]float64{input, make([]float64, 3*images*batches)}); err != nil {
		t.Fatal(err)
	}
	want := whole.backend.Value(whole.step.Statistics[0].Node)
	all.Each(func(s gradient.Statistic, mean, variance []float64) {
		for c := range 4 {
			if s.Path == "bn1" {
				within(t, "the mean of all", mean[c], want[c], 1e-12)
				within(t, "the variance of all", variance[c], want[4+c]*432/431, 1e-12*math.Abs(want[4+c]))
			}
		}
	})
}
