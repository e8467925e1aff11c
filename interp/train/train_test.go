package train_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/npy"
	"cnnlang/interp/train"
	"cnnlang/interp/train/dataset"
	"cnnlang/ops/tensor"
)

const text = `
import std.resnet { basic }
net tiny(classes = 3) [N, 1, H = 12, W = 12] -> [N, classes] {
  conv1: conv(8, 3x3, pad=1, bias=false) -> bn1: bn -> relu
  layer1: { basic(8) }
  layer2: { basic(16, stride=2) }
  gap -> flatten -> fc: linear(classes)
  train { optimizer = sgd(lr=%s); batch = 16; epochs = 4; weight_decay = 1e-4; %s }
}`

// netOf is the net of the test with further settings, for batches of 16.
func netOf(t *testing.T, settings string) *interp.Net {
	t.Helper()
	rate := "0.05"
	if r, ok := strings.CutPrefix(settings, "lr="); ok {
		rate, settings = r, ""
	}
	written := fmt.Sprintf(text, rate, settings)
	if strings.Contains(settings, "; epochs = ") {
		written = strings.Replace(written, "epochs = 4; ", "", 1)
	}
	p, err := interp.Read("tiny.cnn", strings.NewReader(written))
	if err != nil {
		t.Fatal(err)
	}
	images := 16
	if strings.Contains(settings, "micro = 4") {
		images = 4
	}
	n, err := p.Net(interp.Options{Batch: images})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// folderOf has pictures of three classes: rows, columns and chequers, with noise.
func folderOf(t *testing.T) string {
	t.Helper()
	numbers := rand.New(rand.NewPCG(1, 2))
	x, y := tensor.New(count, 1, side, side), tensor.New(count)
	for i := range count {
		class, phase := i%3, numbers.IntN(4)
		y.Data[i] = float32(class)
		for row := range side {
			for column := range side {
				on := []int{row + phase, column + phase, row/2 + column/2 + phase}[class]/2%2 == 0
				v := 0.3 * numbers.NormFloat64()
				if on {
					v++
				}
				x.Data[(i*side+row)*side+column] = float32(v)
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

const count, side = 240, 12 // of the pictures

// stripes are these pictures, a quarter of them to check with.
func stripes(t *testing.T, n *interp.Net) *dataset.Data {
	t.Helper()
	d, err := dataset.Open(context.Background(), folderOf(t), dataset.Options{Input: tensor.Shape{1, side, side}, Prepare: n.Preprocess(), Split: 0.25})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// trained is a trainer after so many epochs, with its outcomes.
func trained(t *testing.T, settings string, threads, epochs int, tensors map[string]tensor.Tensor) (*train.Trainer, *interp.Net, *dataset.Data, []train.Outcome) {
	t.Helper()
	n := netOf(t, settings)
	r, err := n.Recipe(interp.RecipeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	d := stripes(t, n)
	tr, err := train.New(train.Options{Net: n, Recipe: r, Data: d, Tensors: tensors, Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Close)
	var all []train.Outcome
	for range epochs {
		o, err := tr.Epoch(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, o)
	}
	return tr, n, d, all
}

// TestUsualLoss: pictures with classes are learned from by cross entropy where the recipe names no loss.
func TestUsualLoss(t *testing.T) {
	_, _, _, usual := trained(t, "", 1, 1, nil)
	_, _, _, said := trained(t, "loss = cross_entropy", 1, 1, nil)
	if usual[0].Loss != said[0].Loss {
		t.Errorf("the loss of the first epoch is %v, and %v by cross entropy", usual[0].Loss, said[0].Loss)
	}
}

// TestNetLearns: pictures that were not learned from are told apart, and no bit depends on the threads.
func TestNetLearns(t *testing.T) {
	var first map[string]tensor.Tensor
	for _, threads := range []int{1, 2, 3} {
		tr, n, d, all := trained(t, "ema = ema(0.9, warm=true); clip_norm = 5", threads, 4, nil)
		if loss := all[3].Loss; !(loss < all[0].Loss/2) || all[3].Steps != d.Train.Len()/16 {
			t.Errorf("the losses of the epochs: %+v", all)
		}
		report, err := train.Validate(context.Background(), n, tr.Tensors(), d.Val, threads, 3)
		if err != nil {
			t.Fatal(err)
		}
		if report.Rows != d.Val.Len() || report.Top(1) < 0.95 {
			t.Errorf("%.2f of %d pictures are told apart", report.Top(1), report.Rows)
		}
		if first == nil {
			first = tr.Tensors()
			continue
		}
		for path, x := range tr.Tensors() {
			if !slices.Equal(x.Data, first[path].Data) {
				t.Errorf("%s differs with %d threads", path, threads)
			}
		}
	}
}

// TestHeadAlone: while only the head learns all other tensors stay as the file gave them, running
// statistics too; a frozen part stays so for ever.
func TestHeadAlone(t *testing.T) {
	given := interp.RandomTensors(netOf(t, ""), 5)
	delete(given, "fc.weight")
	delete(given, "fc.bias")
	before := map[string][]float32{}
	for path, x := range given {
		before[path] = slices.Clone(x.Data)
	}
	tr, _, _, all := trained(t, `head_epochs = 1; head_rate = 5; freeze = ["conv1", "bn1"]`, 2, 1, maps.Clone(given))
	if !all[0].Head || tr.Epochs() != 5 || !slices.Equal(tr.Fresh(), []string{"fc.bias", "fc.weight"}) {
		t.Errorf("the first epoch is %+v of %d, new are %v", all[0], tr.Epochs(), tr.Fresh())
	}
	for path, x := range given {
		if !slices.Equal(x.Data, before[path]) {
			t.Errorf("%s has changed while the head learned", path)
		}
	}
	if o, err := tr.Epoch(context.Background()); err != nil || o.Head {
		t.Fatalf("the second epoch is %+v, %v", o, err)
	}
	for path, x := range given {
		frozen := strings.HasPrefix(path, "conv1.") || strings.HasPrefix(path, "bn1.")
		if slices.Equal(x.Data, before[path]) != frozen {
			t.Errorf("%s: changed is %v, frozen %v", path, !frozen, frozen)
		}
	}
}

// TestNotFinite: a rate that leads to infinity is an error that names the step, and takes none.
func TestNotFinite(t *testing.T) {
	tr, _, _, _ := trained(t, "lr=1e15", 1, 0, nil)
	var failed *train.NotFiniteError
	if _, err := tr.Epoch(context.Background()); !errors.As(err, &failed) || failed.Step < 2 || failed.Step > 5 || failed.Epoch != 1 || len(failed.Pictures) != 16 {
		t.Fatalf("got %v (%+v)", err, failed)
	}
}

// TestRefused: what does not fit is told before anything is learned.
func TestRefused(t *testing.T) {
	for settings, want := range map[string]string{
		"batch = 1000":           "train: there are 182 pictures to learn from and a batch has 1000; take a smaller one with `batch = 182`, or less",
		"class_weights = [1, 2]": "train: `class_weights` are 2, and the data have 3 classes",
		"loss = mse":             "train: the pictures have classes, for which the loss is `cross_entropy`, got `mse`",
		`freeze = ["conv1", "bn1", "layer1", "layer2", "fc"]`: "train: no tensor of tiny learns",
	} {
		n := netOf(t, strings.Replace(settings, "batch = 1000", "", 1))
		r, err := n.Recipe(interp.RecipeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(settings, "batch") {
			r.Batch = 1000
		}
		if _, err := train.New(train.Options{Net: n, Recipe: r, Data: stripes(t, n)}); !errors.As(err, new(*train.MisfitError)) || err.Error() != want {
			t.Errorf("%s: got %v, want %s", settings, err, want)
		}
	}
}
