package train_test

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/npy"
	"cnnlang/interp/train"
	"cnnlang/interp/train/dataset"
	"cnnlang/ops/tensor"
)

// A layer is one linear layer that learns by hand, in float64: 6 numbers to 3.
type layer struct {
	weight, bias           []float64
	momentum, mean, square map[string][]float64
	average                map[string][]float64
	taken                  int
}

// A way is what a recipe says, as the hand needs it.
type way struct {
	settings                 string
	classes, positive        []float64 // weights
	smoothing                float64
	adam                     bool
	momentum, decay          float64
	clipValue, clipNorm, ema float64
	warm, bce                bool
	weightRate, biasRate     float64
}

const handLR = 0.3

// step learns from a batch.
func (l *layer) step(w way, x [][]float64, targets [][]float64) {
	gw, gb, total := make([]float64, 18), make([]float64, 3), 0.0
	for n := range x {
		for k, t := range targets[n] {
			if w.classes != nil {
				total += t * w.classes[k]
			} else if !w.bce {
				total += t
			}
		}
	}
	for n := range x {
		z, sum := make([]float64, 3), 0.0
		for k := range z {
			z[k] = l.bias[k]
			for i, v := range x[n] {
				z[k] += l.weight[6*k+i] * v
			}
			sum += math.Exp(z[k])
		}
		all := 0.0 // of what the classes count, in the targets of a picture
		t := make([]float64, 3)
		for k := range t {
			t[k] = (1-w.smoothing)*targets[n][k] + w.smoothing/3
			if w.bce {
				t[k] = (1-w.smoothing)*targets[n][k] + w.smoothing/2
			} else if w.classes != nil {
				t[k] *= w.classes[k]
			}
			all += t[k]
		}
		for k := range z {
			d := (all*math.Exp(z[k])/sum - t[k]) / total
			if w.bce { // of the mean over classes and pictures
				p, positive := 1/(1+math.Exp(-z[k])), 1.0
				if w.positive != nil {
					positive = w.positive[k]
				}
				d = (-positive*t[k]*(1-p) + (1-t[k])*p) / 3 / float64(len(x))
			}
			gb[k] += d
			for i, v := range x[n] {
				gw[6*k+i] += d * v
			}
		}
	}
	l.taken++
	l.clip(w, gw, gb)
	l.update(w, "weight", l.weight, gw, w.weightRate, w.decay)
	l.update(w, "bias", l.bias, gb, w.biasRate, 0)
}

func (l *layer) clip(w way, gradients ...[]float64) {
	squares := 0.0
	for _, g := range gradients {
		for i := range g {
			if w.clipValue > 0 {
				g[i] = math.Max(-w.clipValue, math.Min(w.clipValue, g[i]))
			}
			squares += g[i] * g[i]
		}
	}
	if norm := math.Sqrt(squares); w.clipNorm > 0 && norm > w.clipNorm {
		for _, g := range gradients {
			for i := range g {
				g[i] *= w.clipNorm / (norm + 1e-6)
			}
		}
	}
}

func (l *layer) update(w way, name string, value, g []float64, factor, decay float64) {
	for _, m := range []map[string][]float64{l.momentum, l.mean, l.square} {
		if m[name] == nil {
			m[name] = make([]float64, len(value))
		}
	}
	if l.average[name] == nil {
		l.average[name] = append([]float64(nil), value...)
	}
	rate := handLR * factor
	for i := range value {
		if w.adam {
			m, v := &l.mean[name][i], &l.square[name][i]
			*m, *v = 0.9**m+0.1*g[i], 0.999**v+0.001*g[i]*g[i]
			value[i] -= rate * decay * value[i]
			value[i] -= rate * (*m / (1 - math.Pow(0.9, float64(l.taken)))) / (math.Sqrt(*v/(1-math.Pow(0.999, float64(l.taken)))) + 1e-8)
		} else {
			v := &l.momentum[name][i]
			*v = w.momentum**v + g[i] + decay*value[i]
			value[i] -= rate * *v
		}
		if w.ema > 0 {
			d := w.ema
			if t := float64(l.taken - 1); w.warm {
				d = math.Min(d, (1+t)/(10+t))
			}
			l.average[name][i] = d*l.average[name][i] + (1-d)*value[i]
		}
	}
}

// ways are settings by which the layer learns.
var ways = []way{
	{settings: "optimizer = sgd(lr=0.3); weight_decay = 0.01", momentum: 0.9, decay: 0.01},
	{settings: "optimizer = sgd(lr=0.3, momentum=0); class_weights = [1, 2.5, 0.5]; loss = cross_entropy(smoothing=0.2)", classes: []float64{1, 2.5, 0.5}, smoothing: 0.2, decay: 1e-4},
	{settings: `optimizer = sgd(lr=0.3, momentum=0); class_weights = "auto"`, classes: []float64{40. / 3 / 26, 40. / 3 / 10, 40. / 3 / 4}, decay: 1e-4},
	{settings: "optimizer = sgd(lr=0.3); clip_value = 0.05; clip_norm = 0.08", momentum: 0.9, decay: 1e-4, clipValue: 0.05, clipNorm: 0.08},
	{settings: "optimizer = sgd(lr=0.3); ema = ema(0.8, warm=true)", momentum: 0.9, decay: 1e-4, ema: 0.8, warm: true},
	{settings: "optimizer = sgd(lr=0.3); ema = 0.8", momentum: 0.9, decay: 1e-4, ema: 0.8},
	{settings: `optimizer = sgd(lr=0.3); head_rate = 3; rates = [rate("fc.weight", 0.5), rate("fc", 0.4)]`, momentum: 0.9, decay: 1e-4, weightRate: 0.2, biasRate: 1.2},
	{settings: "optimizer = adamw(lr=0.3); weight_decay = 0.05", adam: true, decay: 0.05},
	{settings: "optimizer = sgd(lr=0.3); loss = bce(smoothing=0.1, positive_weights=[1, 2, 0.5])", momentum: 0.9, decay: 1e-4, bce: true, smoothing: 0.1, positive: []float64{1, 2, 0.5}},
	{settings: "optimizer = sgd(lr=0.3)", momentum: 0.9, decay: 1e-4, bce: true},
}

// handData are forty pictures of six numbers: of classes with 26, 10 and 4, or with several of three marks each.
func handData(t *testing.T, marks bool) string {
	t.Helper()
	numbers := rand.New(rand.NewPCG(5, 6))
	x, y := tensor.New(40, 1, 2, 3), tensor.New(40)
	if marks {
		y = tensor.New(40, 3)
	}
	for i := range 40 {
		class := 0
		if i%4 == 1 {
			class = 1
		} else if i%20 >= 17 {
			class = 2
		}
		for k := range 6 {
			x.Data[6*i+k] = float32(numbers.NormFloat64())
		}
		if x.Data[6*i+class]++; !marks {
			y.Data[i] = float32(class)
			continue
		}
		for k := range 3 {
			if x.Data[6*i+k] > 0.5 {
				y.Data[3*i+k] = 1
			}
		}
	}
	dir := t.TempDir()
	for name, array := range map[string]tensor.Tensor{"x.npy": x, "y.npy": y} {
		if err := npy.Write(context.Background(), filepath.Join(dir, name), array); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestLearningByHand: recipes do to a layer what their words say, for three epochs, from a file that lacks the bias.
func TestLearningByHand(t *testing.T) {
	for _, w := range ways {
		p, err := interp.Read("n.cnn", strings.NewReader("net n [N, 1, H = 2, W = 3] -> [N, 3] { flatten -> fc: linear(3)\ntrain { schedule = constant; batch = 8; "+w.settings+" } }"))
		if err != nil {
			t.Fatal(err)
		}
		n, err := p.Net(interp.Options{Batch: 8})
		if err != nil {
			t.Fatal(err)
		}
		r, err := n.Recipe(interp.RecipeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		d, err := dataset.Open(context.Background(), handData(t, w.bce), dataset.Options{Input: tensor.Shape{1, 2, 3}, Prepare: n.Preprocess()})
		if err != nil {
			t.Fatal(err)
		}
		given := interp.RandomTensors(n, 5)
		delete(given, "fc.bias")
		l := &layer{bias: make([]float64, 3), momentum: map[string][]float64{}, mean: map[string][]float64{}, square: map[string][]float64{}, average: map[string][]float64{}}
		for _, v := range given["fc.weight"].Data {
			l.weight = append(l.weight, float64(v))
		}
		tr, err := train.New(train.Options{Net: n, Recipe: r, Data: d, Tensors: given, Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(tr.Close)
		w.weightRate, w.biasRate = cmp.Or(w.weightRate, 1), cmp.Or(w.biasRate, 1)
		for epoch := range 3 {
			if _, err := tr.Epoch(context.Background()); err != nil {
				t.Fatal(err)
			}
			loader := dataset.Loader{Set: d.Train, Batch: 8, Seed: r.Seed, Shuffle: true, DropRest: true}
			for b, err := range loader.Epoch(context.Background(), epoch, 0) {
				if err != nil {
					t.Fatal(err)
				}
				x, targets := rows(b)
				l.step(w, x, targets)
			}
		}
		got := tr.Tensors()
		for name, want := range map[string][]float64{"weight": l.weight, "bias": l.bias} {
			if w.ema > 0 {
				want = l.average[name]
			}
			for i, x := range want {
				if v := float64(got["fc."+name].Data[i]); math.Abs(v-x) > 2e-6*math.Max(1, math.Abs(x)) {
					t.Errorf("%s: %s[%d] is %v, want %v", w.settings, name, i, v, x)
				}
			}
		}
	}
}

// rows are the pictures and the targets of a batch.
func rows(b *dataset.Batch) (x, targets [][]float64) {
	for i := range b.Pictures {
		picture, target := make([]float64, 6), make([]float64, 3)
		for k := range picture {
			picture[k] = float64(b.Inputs.Data[6*i+k])
		}
		for k := range target {
			if b.Labels == nil {
				target[k] = float64(b.Targets[3*i+k])
			} else if b.Labels[i] == k {
				target[k] = 1
			}
		}
		x, targets = append(x, picture), append(targets, target)
	}
	return x, targets
}

// TestBalancedBatches: classes of 26, 10 and 4 pictures come equally often in a batch, and learn as such.
func TestBalancedBatches(t *testing.T) {
	p, err := interp.Read("n.cnn", strings.NewReader("net n [N, 1, H = 2, W = 3] -> [N, 3] { flatten -> fc: linear(3)\ntrain { schedule = constant; batch = 8; balance = true } }"))
	if err != nil {
		t.Fatal(err)
	}
	j := train.Job{Program: p, Path: handData(t, false)}
	balanced := begun(t, j)
	j.Recipe.Set = interp.Set("balance = false")
	var bias [2]float64 // of the rarest class
	for i, tr := range []*train.Trainer{balanced, begun(t, j)} {
		for range 4 {
			if _, err := tr.Epoch(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		bias[i] = float64(tr.Tensors()["fc.bias"].Data[2])
	}
	if bias[0] < bias[1]+0.3 {
		t.Errorf("the rarest class has a bias of %v balanced, and of %v otherwise", bias[0], bias[1])
	}
}
