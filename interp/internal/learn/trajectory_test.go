package learn_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/internal/gradient"
	"cnnlang/interp/internal/learn"
	"cnnlang/interp/internal/weights"
	"cnnlang/interp/train/chance"
	"cnnlang/interp/train/optim"
	"cnnlang/interp/train/recipe"
	"cnnlang/ops"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// A trajectory is a training of 20 steps by torch: see testdata/training/README.md.
type trajectory struct {
	Name, Net string
	Input     []int
	Momentum  float64 `json:"bn_momentum"`
	Labels    []int
	LR        []float64
	Loss      []float64
	MainLoss  []float64                    `json:"main_loss"`
	GradNorm  []float64                    `json:"grad_norm"`
	Spread    []float64                    `json:"loss_spread"`
	Norms     []float64                    `json:"norm_spread"`
	First     map[string]sample            `json:"first_gradients"`
	After     map[string]map[string]sample `json:"after"`
	EMA       map[string]sample
	StartEval [][]float64 `json:"start_eval"`
	EndEval   [][]float64 `json:"end_eval"`
	EMAEval   [][]float64 `json:"ema_eval"`
	EndSpread float64     `json:"end_eval_spread"`
}

// A sample is what is known of a tensor.
type sample struct {
	First, Check []float64
	Spread       float64
}

// A setup is what the text of a trajectory says.
type setup struct {
	settings  learn.Settings
	smoothing float64
	side      float64
	frozen    []string
	split     bool // whether the frozen part is computed apart, image by image
}

func never(graph.Param) float64 { return 0 }
func one(graph.Param) float64   { return 1 }

// decaying decays tensors of two axes and more.
func decaying(by float64) func(graph.Param) float64 {
	return func(p graph.Param) float64 {
		if len(p.Shape) < 2 {
			return 0
		}
		return by
	}
}

var setups = map[string]setup{
	"tiny_resnet8": {settings: learn.Settings{
		Optimizer: recipe.Optimizer{Kind: recipe.SGD, Momentum: 0.9, Nesterov: true},
		Decay:     func(graph.Param) float64 { return 1e-3 }, Factor: one}},
	"tiny_inception": {smoothing: 0.1, side: 0.4, settings: learn.Settings{
		Optimizer: recipe.Optimizer{Kind: recipe.RMSProp, Decay: 0.9, Momentum: 0.9, Eps: 1, Variant: recipe.TensorFlow},
		ClipNorm:  2, Average: 0.9, Decay: decaying(4e-5), Factor: one}},
	"tiny_se_resnext": {smoothing: 0.1, settings: learn.Settings{
		Optimizer: recipe.Optimizer{Kind: recipe.AdamW, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8},
		Decay:     decaying(0.05), Factor: one}},
	"tiny_resnet8_finetune": {frozen: []string{"conv1", "bn1", "layer1", "layer2"}, settings: learn.Settings{
		Optimizer: recipe.Optimizer{Kind: recipe.SGD, Momentum: 0.9}, Decay: never,
		Factor: func(p graph.Param) float64 {
			if strings.HasPrefix(p.Path, "fc.") {
				return 10
			}
			return 1
		}}},
}

func readTrajectories(t *testing.T) []trajectory {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "testdata", "training", "trajectories.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []trajectory }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	return file.Cases
}

// A run is a trajectory being computed.
type run[T optim.Float] struct {
	trajectory
	setup
	net     *interp.Net
	options gradient.Options // with the heads of the net
	step    *gradient.Step
	// values computes those at the cut of pictures, if the net is split.
	values  func(pictures []T) [][]T
	tensors map[string][]T
	learner *learn.Learner[T]
	backend learn.Backend[T]
}

// newRun begins a trajectory with what backend makes of its step.
func newRun[T optim.Float](t *testing.T, c trajectory, s setup, backend func(*run[T]) learn.Backend[T]) *run[T] {
	t.Helper()
	p, err := interp.Open(filepath.Join("..", "..", "..", "testdata", "training", "nets", c.Net+".cnn"))
	if err != nil {
		t.Fatal(err)
	}
	r := &run[T]{trajectory: c, setup: s, tensors: map[string][]T{}}
	if r.net, err = p.Net(interp.Options{Shape: c.Input}); err != nil {
		t.Fatal(err)
	}
	frozen := func(path string) bool {
		for _, f := range s.frozen {
			if strings.HasPrefix(path, f+".") || path == f {
				return true
			}
		}
		return false
	}
	opts := gradient.Options{
		Learns: func(p graph.Param) bool { return !frozen(p.Path) },
		Stored: func(n *graph.Node) bool { return frozen(n.Path) },
		Heads:  []gradient.Head{{Node: r.net.Graph.Output(), Loss: ops.Loss{Kind: ops.CrossEntropy}, Weight: 1}},
	}
	for _, side := range r.net.Graph.Sides {
		opts.Heads = append(opts.Heads, gradient.Head{Node: side.Output, Loss: ops.Loss{Kind: ops.CrossEntropy}, Weight: s.side})
	}
	r.options = opts
	split := &gradient.Split{Learning: r.net.Graph, Heads: opts.Heads}
	if s.split {
		split = gradient.SplitOf(r.net.Graph, opts)
		opts.Heads = split.Heads
	}
	if r.step, err = gradient.Of(split.Learning, opts); err != nil {
		t.Fatal(err)
	}
	for path, x := range weights.Random(0).Bind(r.net.Graph.Params(true)) {
		for _, v := range x.Data {
			r.tensors[path] = append(r.tensors[path], T(v))
		}
	}
	workers := task.NewWorkers(2)
	t.Cleanup(workers.Close)
	r.backend = backend(r)
	if s.split {
		r.values = frozenValues(t, r, split)
	}
	s.settings.Momentum = c.Momentum
	r.learner = learn.New(r.step, r.backend, func(p graph.Param) []T { return r.tensors[p.Path] }, s.settings, workers)
	return r
}

// batch is what step n learns from: pictures, and the targets of each head.
func (r *run[T]) batch(n int) (inputs [][]T) {
	size := tensor.Shape(r.Input[1:]).Elements()
	var pictures []T
	heads := make([][]T, len(r.step.Targets))
	for i := range r.Input[0] {
		picture := (n*r.Input[0] + i) % 16
		x := weights.Image(uint64(100+picture), 1, r.Input[1], r.Input[2], r.Input[3], 1)
		for _, v := range x.Data[:size] {
			pictures = append(pictures, T(v))
		}
		for k, target := range r.step.Targets {
			classes := target.Shape[1]
			for c := range classes {
				p := r.smoothing / float64(classes)
				if c == r.Labels[picture] {
					p += 1 - r.smoothing
				}
				heads[k] = append(heads[k], T(p))
			}
		}
	}
	if r.values != nil {
		return append(r.values(pictures), heads...)
	}
	return append([][]T{pictures}, heads...)
}

// compare follows the trajectory: tolerances are those of the reference, times scale, and a floor.
func (r *run[T]) compare(t *testing.T, scale, lossFloor, floor float64) {
	t.Helper()
	const exact = 1e-9 // of tensors that are the reference's
	r.outputs(t, "at the start", r.tensors, r.StartEval, exact)
	var got learn.Result
	for n, rate := range r.LR {
		if err := r.learner.Step(context.Background(), r.batch(n), rate, &got); err != nil {
			t.Fatal(err)
		}
		total := got.Losses[0]
		for _, side := range got.Losses[1:] {
			total += r.side * side
		}
		within(t, fmt.Sprintf("step %d: the loss", n), total, r.Loss[n], scale*r.Spread[n]+lossFloor)
		within(t, fmt.Sprintf("step %d: the main loss", n), got.Losses[0], r.MainLoss[n], scale*r.Spread[n]+lossFloor)
		within(t, fmt.Sprintf("step %d: the norm", n), got.Norm, r.GradNorm[n], max(scale*r.Spread[n]+lossFloor, min(scale, 2)*r.Norms[n]))
		if n == 0 {
			for _, g := range r.step.Gradients {
				r.sampled(t, "the first gradient", g.Param.Path, r.backend.Value(g.Node), r.First[g.Param.Path], 0, lossFloor)
			}
		}
		for path, want := range r.After[fmt.Sprint(n+1)] {
			r.sampled(t, fmt.Sprintf("after %d steps", n+1), path, r.tensors[path], want, scale, floor)
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	r.outputs(t, "at the end", r.tensors, r.EndEval, scale*r.EndSpread+floor)
	if r.EMA != nil {
		averaged := maps.Clone(r.tensors)
		maps.Copy(averaged, r.learner.State().Averages)
		r.outputs(t, "averaged", averaged, r.EMAEval, scale*r.EndSpread+floor)
		for path, average := range r.learner.State().Averages {
			r.sampled(t, "averaged", path, average, r.EMA[path], scale, floor)
		}
	}
}

// sampled compares a tensor with what is known of it.
func (r *run[T]) sampled(t *testing.T, when, path string, got []T, want sample, scale, floor float64) {
	t.Helper()
	if want.First == nil {
		t.Fatalf("%s: the reference has no %s", when, path)
	}
	most := scale*want.Spread + floor
	for i, w := range want.First {
		within(t, fmt.Sprintf("%s: %s[%d]", when, path, i), float64(got[i]), w, most)
	}
	var sums [3]float64
	stream := chance.Named("check."+path, 0)
	for i, v := range got {
		sums[0] += float64(v)
		sums[1] += math.Abs(float64(v))
		sums[2] += float64(v) * stream.Signed(i)
	}
	for i, w := range want.Check {
		within(t, fmt.Sprintf("%s: sum %d of %s", when, i, path), sums[i], w, most*float64(len(got))+1e-12*math.Abs(w))
	}
}

func within(t *testing.T, what string, got, want, most float64) {
	t.Helper()
	if !(math.Abs(got-want) <= most) {
		t.Errorf("%s is %.12g, want %.12g: off by %.2g, at most %.2g", what, got, want, math.Abs(got-want), most)
	}
}

// TestTrajectoriesExactly follows torch in float64.
func TestTrajectoriesExactly(t *testing.T) {
	for _, c := range readTrajectories(t) {
		t.Run(c.Name, func(t *testing.T) {
			newRun(t, c, setups[c.Name], exactly).compare(t, 0, 1e-9, 1e-9)
		})
	}
}

// TestTrajectories follows torch in float32, by the kernels.
func TestTrajectories(t *testing.T) {
	for _, c := range readTrajectories(t) {
		t.Run(c.Name, func(t *testing.T) {
			newRun(t, c, setups[c.Name], func(r *run[float32]) learn.Backend[float32] { return planned(t, r) }).compare(t, 10, 1e-6, 2e-6)
		})
	}
}

func planned(t *testing.T, r *run[float32]) learn.Backend[float32] {
	t.Helper()
	workers := task.NewWorkers(2)
	t.Cleanup(workers.Close)
	e, err := learn.NewEngine(r.step, func(p graph.Param) (tensor.Tensor, error) {
		return tensor.From(r.tensors[p.Path], p.Shape...), nil
	}, workers, nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// An exact backend computes the definitions of the ops in float64.
type exact struct {
	*run[float64]
	values map[*graph.Node]*[]float64
}

func exactly(r *run[float64]) learn.Backend[float64] {
	e := &exact{r, map[*graph.Node]*[]float64{}}
	for _, o := range r.step.Outputs {
		data := make([]float64, o.Node.Shape.Elements())
		e.values[o.Node] = &data
	}
	return e
}

func (e *exact) Value(n *graph.Node) []float64 { return *e.values[n] }

func (e *exact) Run(_ context.Context, inputs [][]float64) error {
	values := map[*graph.Node]ref.Value{}
	for i, n := range e.step.Inputs {
		values[n] = ref.Value{Shape: n.Shape, Data: inputs[i]}
	}
	for _, n := range e.step.Operations() {
		defined(values, n, e.tensors)
		if kept := e.values[n]; kept != nil {
			copy(*kept, values[n].Data)
		}
	}
	return nil
}
