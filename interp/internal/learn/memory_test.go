package learn_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/internal/gradient"
	"cnnlang/interp/internal/learn"
	"cnnlang/interp/internal/plan"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// textStep is the step of all tensors of a net, in batches of 2.
func textStep(t *testing.T, text string) *gradient.Step {
	t.Helper()
	p, err := interp.Read("net.cnn", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	net, err := p.Net(interp.Options{Batch: 2})
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
	return step
}

// A step keeps of a convolution with a norm and a relu one value for the backward pass, and of a residual block of two, whose
// sum is kept for every second, two and a half.
func TestAStepKeepsWhatIsNotCheap(t *testing.T) {
	const value = 4 * 2 * 16 * 64 * 64 // bytes, which everything else is small beside
	for _, c := range []struct {
		name, block string
		values      float64 // for each
	}{
		{"plain", "conv(16, 3x3, pad=1, bias=false) -> bn -> relu", 1},
		{"residual", "add { | conv(16, 3x3, pad=1, bias=false) -> bn -> relu -> conv(16, 3x3, pad=1, bias=false) -> bn | id }\n relu", 2.5},
		{"not learned by its result", "conv(16, 3x3, pad=1, bias=false) -> bn -> silu", 2},
	} {
		kept := func(blocks int) int64 {
			step := textStep(t, fmt.Sprintf("net n [N, 16, 64, 64] -> [N, 16, 64, 64] {\n conv(16, 1x1)\n repeat %d { %s }\n conv(16, 1x1)\n}", blocks, c.block))
			workers := task.NewWorkers(1)
			defer workers.Close()
			e, err := learn.NewEngine(step, func(p graph.Param) (tensor.Tensor, error) { return tensor.New(p.Shape...), nil }, workers, nil)
			if err != nil {
				t.Fatal(err)
			}
			return e.Memory().Activations
		}
		const more = 8
		got := float64(kept(4+more)-kept(4)) / more / value
		if math.Abs(got-c.values) > 0.15 { // halos
			t.Errorf("%s: a block more keeps %.2f values, want %g", c.name, got, c.values)
		}
	}
}

// What is fused and what is computed again changes no bit: an engine gives what a plan of the step as it is written gives.
func TestFusedStepsHaveTheSameBits(t *testing.T) {
	step := textStep(t, `net n [N, 3, 17, 19] -> [N, 5] {
		conv(24, 3x3, pad=1) -> relu
		conv(24, 3x3, pad=1, bias=false) -> bn -> relu
		add { | conv(24, 3x3, pad=1, bias=false) -> bn -> relu -> conv(24, 3x3, pad=1, bias=false) -> bn | id }
		relu
		add { | conv(24, 3x3, pad=1) | id } -> relu
		add { | conv(24, 1x1) | id } -> relu
		add { | conv(24, 3x3, pad=1, groups=24) | id }
		add { | conv(40, 1x1, bias=false) -> bn | conv(40, 3x3, pad=1, bias=false) -> bn }
		silu
		mul { | id | gap -> conv(40, 1x1) -> sigmoid }
		gap -> flatten -> linear(5)
	}`)
	workers := task.NewWorkers(2)
	defer workers.Close()
	tensors := map[string]tensor.Tensor{}
	source := func(p graph.Param) (tensor.Tensor, error) {
		if _, ok := tensors[p.Path]; !ok {
			tensors[p.Path] = weights.Image(uint64(len(tensors)), 1, 1, 1, p.Shape.Elements(), 1)
		}
		return tensor.From(tensors[p.Path].Data, p.Shape...), nil
	}
	e, err := learn.NewEngine(step, source, workers, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.New(step.Graph, source, plan.Options{Refill: true})
	if err != nil {
		t.Fatal(err)
	}
	var inputs [][]float32
	var values []tensor.Tensor
	for i, n := range step.Inputs {
		x := weights.Image(uint64(100+i), 1, 1, 1, n.Shape.Elements(), 1)
		inputs, values = append(inputs, x.Data), append(values, tensor.From(x.Data, n.Shape...))
	}
	plain := p.NewSession(workers)
	if err := plain.Run(t.Context(), values...); err != nil {
		t.Fatal(err)
	}
	if err := e.Run(t.Context(), inputs); err != nil {
		t.Fatal(err)
	}
	for i, o := range step.Outputs {
		if !slices.Equal(e.Value(o.Node), plain.OutputAt(i).Data) {
			t.Errorf("%s differs", o.Name)
		}
	}
}

// Sums of sums of sums take no more time each than the one before.
func TestStepsOfNestedSumsAreMadeSoon(t *testing.T) {
	start := time.Now()
	step := textStep(t, "net n [N, 4, 4, 4] -> [N, 4, 4, 4] {\n conv(4, 1x1) -> bn\n repeat 300 { add { | id | conv(4, 1x1) -> bn } }\n relu -> conv(4, 1x1)\n}")
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("%d nodes took %v", len(step.Nodes), took)
	}
}
