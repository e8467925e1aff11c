package optim

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"cnnlang/interp/train/chance"
	"cnnlang/interp/train/recipe"
)

// A reference is testdata/training/optimizers.json.
type reference struct {
	Start leaves
	First leaves `json:"first_gradient"`
	Cases []*run
}

// A run is ten steps of one optimizer on two tensors.
type run struct {
	Name, Text string
	LR         []float64
	Steps      []leaves
	Norms      []float64
	EMA        []leaves
}

// A leaves is the two tensors of a run.
type leaves struct{ Weight, Bias []float64 }

func (l leaves) of(name string) []float64 {
	if name == "bias" {
		return l.Bias
	}
	return l.Weight
}

var leafNames = []string{"weight", "bias"}

func readReference(t testing.TB) (r reference) {
	t.Helper()
	text, err := os.ReadFile("../../../testdata/training/optimizers.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Cases) != 38 {
		t.Fatalf("optimizers.json: got %d runs, want 38", len(r.Cases))
	}
	return r
}

// Settings are what the text of a run says, by name; a word alone is 1.
type settings map[string]float64

var wordOf = map[string]float64{"true": 1, "torch": 1, "tensorflow": 2, "keras": 3}

// settings reads the text of a run, such as sgd(lr=0.1, momentum=0.9), clip_norm=1.5.
func (r *run) settings(t testing.TB) settings {
	t.Helper()
	s := settings{}
	if kind := regexp.MustCompile(`^(sgd|rmsprop|adamw|adam)\(`).FindStringSubmatch(r.Text); kind != nil {
		s[kind[1]] = 1
	} else {
		s["sgd"], s["momentum"] = 1, 0.9 // schedules go with it
	}
	for _, m := range regexp.MustCompile(`(\w+)=([\w.\-]+)`).FindAllStringSubmatch(strings.Replace(r.Text, "ema(decay", "ema(ema_decay", 1), -1) {
		v, known := wordOf[m[2]]
		if !known {
			var err error
			if v, err = strconv.ParseFloat(m[2], 64); err != nil {
				t.Fatalf("%s: %q: %v", r.Name, m[0], err)
			}
		}
		s[m[1]] = v
	}
	if strings.Contains(r.Text, `no_decay=["bias"]`) {
		s["no_decay"] = 1
	}
	return s
}

// optimizer is the optimizer of the settings.
func (s settings) optimizer() recipe.Optimizer {
	or := func(name string, otherwise float64) float64 {
		if v, given := s[name]; given {
			return v
		}
		return otherwise
	}
	o := recipe.Optimizer{
		Momentum: s["momentum"], Dampening: s["dampening"], Nesterov: s["nesterov"] == 1,
		Decay: s["decay"], Centered: s["centered"] == 1, AMSGrad: s["amsgrad"] == 1,
		Beta1: or("beta1", 0.9), Beta2: or("beta2", 0.999), Eps: or("eps", 1e-8),
		Variant: []recipe.Variant{"", recipe.Torch, recipe.TensorFlow, recipe.Keras}[int(s["variant"])],
	}
	for _, kind := range []recipe.OptimizerKind{recipe.SGD, recipe.RMSProp, recipe.Adam, recipe.AdamW} {
		if s[string(kind)] == 1 {
			o.Kind = kind
		}
	}
	return o
}

// gradient is that of the problem before step t, for elements [from, to) of a tensor.
func gradient[T Float](leaf string, w []T, t int) []T {
	curve, target, noise := chance.Named("opt.curve."+leaf, 0), chance.Named("opt.target."+leaf, 0), chance.Named("opt.noise."+leaf, chance.At(0, t))
	g := make([]T, len(w))
	for i := range g {
		v := (0.5+0.5*curve.Unit(i))*(float64(w[i])-target.Signed(i)) + 0.25*noise.Signed(i)
		if t == 3 {
			v *= 4
		}
		g[i] = T(v)
	}
	if leaf == "weight" {
		g[0] = 0
	}
	return g
}

// start is the tensors before step 0, which are float32 in the reference.
func start[T Float](leaf string, elements int) []T {
	low, span, s := 0.0, 0.125, chance.Named("opt."+leaf, 0)
	if leaf == "weight" {
		span = math.Sqrt(3.0 / 4)
	}
	w := make([]T, elements)
	for i := range w {
		w[i] = T(float32(low + span*s.Signed(i)))
	}
	return w
}

// A trace is what a run of ours has come to after each step.
type trace struct{ steps, averages, norms [][]float64 }

// follow takes the steps of a run, each tensor in the ranges that cut makes of its length.
func follow[T Float](r *run, s settings, cut func(int) []int) (out trace) {
	o := s.optimizer()
	_, averaged := s["ema_decay"]
	var tensors []Tensor[T]
	var averages [][]T
	for i, leaf := range leafNames {
		w := start[T](leaf, []int{12, 3}[i])
		tensor := Tensor[T]{Value: w, Slots: Start[T](o, len(w)), Decay: s["weight_decay"], RateFactor: 1}
		if leaf == "bias" && s["no_decay"] == 1 {
			tensor.Decay = 0
		}
		tensors = append(tensors, tensor)
		averages = append(averages, append([]T(nil), w...))
	}
	for t := range r.LR {
		var gradients [][]T
		for i, leaf := range leafNames {
			g := gradient(leaf, tensors[i].Value, t)
			if s["clip_value"] != 0 {
				ClipValue(g, s["clip_value"])
			}
			tensors[i].Gradient = g
			gradients = append(gradients, g)
		}
		norm := Norm(gradients)
		step := Step{Rate: r.LR[t] * (1 + s["lr_off"]), Scale: ClipScale(norm, s["clip_norm"]), Update: t + 1}
		var after, average []float64
		for i := range tensors {
			ends := cut(len(tensors[i].Value))
			for j := range ends[1:] {
				Update(o, tensors[i], step, ends[j], ends[j+1])
			}
			Average(averages[i], tensors[i].Value, AverageDecay(s["ema_decay"], s["warm"] == 1, t+1))
			for k, v := range tensors[i].Value {
				after, average = append(after, float64(v)), append(average, float64(averages[i][k]))
			}
		}
		out.steps, out.norms = append(out.steps, after), append(out.norms, []float64{norm})
		if averaged {
			out.averages = append(out.averages, average)
		}
	}
	return out
}

// off is how far a trace is from the reference at most, as a share of the largest number there.
func (r *run) off(t testing.TB, got trace) float64 {
	t.Helper()
	want := trace{}
	for _, l := range r.Steps {
		want.steps = append(want.steps, append(append([]float64(nil), l.Weight...), l.Bias...))
	}
	for _, l := range r.EMA {
		want.averages = append(want.averages, append(append([]float64(nil), l.Weight...), l.Bias...))
	}
	for _, n := range r.Norms {
		want.norms = append(want.norms, []float64{n})
	}
	if len(want.norms) == 0 {
		got.norms = nil
	}
	return max(distance(t, got.steps, want.steps), distance(t, got.averages, want.averages), distance(t, got.norms, want.norms))
}

func distance(t testing.TB, got, want [][]float64) (worst float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d steps, want %d", len(got), len(want))
	}
	for n := range want {
		if len(got[n]) != len(want[n]) {
			t.Fatalf("step %d: got %d numbers, want %d", n, len(got[n]), len(want[n]))
		}
		for i, w := range want[n] {
			d := math.Abs(got[n][i]-w) / math.Max(math.Abs(w), 1)
			if math.IsNaN(d) {
				d = math.Inf(1)
			}
			worst = max(worst, d)
		}
	}
	return worst
}

func whole(n int) []int { return []int{0, n} }

// exact is how far float64 may be from decimals of 13 digits.
const exact = 1e-12

func TestTheProblemIsTheReferences(t *testing.T) {
	r := readReference(t)
	for i, leaf := range leafNames {
		w := start[float64](leaf, []int{12, 3}[i])
		if d := distance(t, [][]float64{w, gradient(leaf, w, 0)}, [][]float64{r.Start.of(leaf), r.First.of(leaf)}); d > exact {
			t.Errorf("%s: start and first gradient are %g off", leaf, d)
		}
	}
}

func TestOptimizersInFloat64(t *testing.T) {
	for _, r := range readReference(t).Cases {
		if d := r.off(t, follow[float64](r, r.settings(t), whole)); d > exact {
			t.Errorf("%s: %g off, want at most %g", r.Name, d, exact)
		}
	}
}

// In float32 the problem's numbers, of about 1, are 6e-8 apart, and ten steps round some tens of times.
func TestOptimizersInFloat32(t *testing.T) {
	const near = 3e-6
	for _, r := range readReference(t).Cases {
		if d := r.off(t, follow[float32](r, r.settings(t), whole)); d > near {
			t.Errorf("%s: %g off, want at most %g", r.Name, d, near)
		}
	}
}

func TestAnyRangesGiveTheSameBits(t *testing.T) {
	cuts := map[string]func(int) []int{
		"elements": func(n int) []int {
			var all []int
			for i := range n + 1 {
				all = append(all, i)
			}
			return all
		},
		"two and an empty one": func(n int) []int { return []int{0, n / 3, n / 3, n} },
	}
	for _, r := range readReference(t).Cases {
		s := r.settings(t)
		want := fmt.Sprintf("%x", follow[float32](r, s, whole))
		for name, cut := range cuts {
			if got := fmt.Sprintf("%x", follow[float32](r, s, cut)); got != want {
				t.Errorf("%s in %s: the bits differ", r.Name, name)
			}
		}
	}
}
