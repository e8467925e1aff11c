package learn_test

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/internal/gradient"
	"cnnlang/interp/internal/learn"
	"cnnlang/interp/internal/weights"
	"cnnlang/interp/train/recipe"
	"cnnlang/ops"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// BenchmarkStep takes steps of training of whole nets on one thread, and logs how long each kind of operation
// of the last one took: -bench 'Step/resnet18' -benchtime 3x.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		net, learns string
		batch       int
	}{
		{"glyphs", "", 64},
		{filepath.Join("..", "..", "..", "bench", "training", "resnet20.cnn"), "", 128},
		{"resnet18", "", 4},
		{"resnet18", "layer4", 4},
		{"mobilenet_v2", "", 4},
	} {
		b.Run(fmt.Sprintf("%s %s", strings.TrimSuffix(filepath.Base(c.net), ".cnn"), c.learns), func(b *testing.B) {
			b.ReportAllocs()
			engine, learner, inputs := stepOfNet(b, c.net, c.learns, c.batch)
			var got learn.Result
			for b.Loop() {
				if err := learner.Step(context.Background(), inputs, 0.01, &got); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(engine.Memory().Total())/(1<<20), "MiB")
			times, err := engine.Profile(context.Background(), inputs)
			if err != nil {
				b.Fatal(err)
			}
			b.Log(byOperation(times))
		})
	}
}

// stepOfNet is a learner of what lies below a path and of the head, with its first batch.
func stepOfNet(b *testing.B, net, learns string, batch int) (*learn.Engine, *learn.Learner[float32], [][]float32) {
	b.Helper()
	p, err := interp.Open(net)
	if err != nil {
		b.Fatal(err)
	}
	n, err := p.Net(interp.Options{Batch: batch})
	if err != nil {
		b.Fatal(err)
	}
	frozen := func(path string) bool {
		return learns != "" && !strings.HasPrefix(path, learns) && !strings.HasPrefix(path, "fc.")
	}
	step, err := gradient.Of(n.Graph, gradient.Options{
		Learns: func(p graph.Param) bool { return !frozen(p.Path) },
		Stored: func(n *graph.Node) bool { return frozen(n.Path) },
		Heads:  []gradient.Head{{Node: n.Graph.Output(), Loss: ops.Loss{Kind: ops.CrossEntropy}, Weight: 1}},
	})
	if err != nil {
		b.Fatal(err)
	}
	tensors := weights.Random(0).Bind(n.Graph.Params(true))
	workers := task.NewWorkers(1)
	b.Cleanup(workers.Close)
	engine, err := learn.NewEngine(step, func(p graph.Param) (tensor.Tensor, error) { return tensors[p.Path], nil }, workers, nil)
	if err != nil {
		b.Fatal(err)
	}
	learner := learn.New(step, engine, func(p graph.Param) []float32 { return tensors[p.Path].Data },
		learn.Settings{Optimizer: recipe.Optimizer{Kind: recipe.SGD, Momentum: 0.9}, Decay: never, Factor: one, Momentum: 0.1}, workers)
	shape := step.Inputs[0].Shape
	x, target := weights.Image(0, shape[0], shape[1], shape[2], shape[3], 1), tensor.New(step.Targets[0].Shape...)
	for i := range batch {
		target.Data[i*target.Shape[1]+i%target.Shape[1]] = 1
	}
	return engine, learner, [][]float32{x.Data, target.Data}
}

// byOperation is a table of the time of each operation with each algorithm, the longest first.
func byOperation(times []learn.OperationTime) string {
	sums, counts := map[string]time.Duration{}, map[string]int{}
	var names []string
	all := time.Duration(0)
	for _, t := range times {
		op, _, _ := strings.Cut(t.Op, "(")
		name := op + "  " + t.Algorithm
		if counts[name] == 0 {
			names = append(names, name)
		}
		sums[name] += t.Took
		counts[name]++
		all += t.Took
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(sums[b], sums[a]) })
	text := fmt.Sprintf("%v\n", all)
	for _, name := range names {
		text += fmt.Sprintf("%5.1f %%  %10v  %3d  %s\n", 100*float64(sums[name])/float64(all), sums[name].Round(time.Microsecond), counts[name], name)
	}
	return text
}
