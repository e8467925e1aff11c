package train_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/train"
	"cnnlang/interp/train/dataset"
	"cnnlang/interp/train/events"
)

// frozenRecipes have a frozen part: in the first epochs, in all, with pictures that are changed or not.
var frozenRecipes = []string{
	"head_epochs = 2",
	"head_epochs = 3; augment = [flip, noise(0.1)]",
	`freeze = ["conv1", "bn1", "layer1"]; views = 3; balance = true; augment = [pad_crop(1)]`,
	`freeze = ["conv1", "bn1", "layer1"]; augment = [flip]`,
	`freeze = ["conv1", "bn1", "layer1", "layer2"]; views = 2; augment = [mixup(0.2)]`,
}

// frozenTrainer is one on the stripes of the test, from tensors of which the head is missing.
func frozenTrainer(t *testing.T, settings string, change func(*train.Options)) (*train.Trainer, *interp.Net, *dataset.Data) {
	t.Helper()
	n := netOf(t, settings)
	r, err := n.Recipe(interp.RecipeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	given := interp.RandomTensors(n, 5)
	delete(given, "fc.weight")
	delete(given, "fc.bias")
	d, err := dataset.Open(context.Background(), folderOf(t), dataset.Options{Input: n.Graph.Input().Shape[1:], Prepare: n.Preprocess(),
		Augment: r.Augment, Usual: r.UsualAugment, Split: 0.25})
	if err != nil {
		t.Fatal(err)
	}
	o := train.Options{Net: n, Recipe: r, Data: d, Tensors: given, Threads: 2}
	change(&o)
	tr, err := train.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Close)
	return tr, n, d
}

// TestKeptValuesChangeNoBit: neither how much is kept of what a frozen part computes, nor the number of threads changes a
// bit of what is learned.
func TestKeptValuesChangeNoBit(t *testing.T) {
	for _, settings := range frozenRecipes {
		var first map[string][]float32
		for i, keep := range []int64{0, -1, 4 << 10, 100 << 10} {
			tr, _, _ := frozenTrainer(t, settings, func(o *train.Options) { o.Keep, o.Threads = keep, 1+i%3 })
			for range 4 {
				if _, err := tr.Epoch(context.Background()); err != nil {
					t.Fatal(err)
				}
			}
			if first == nil {
				first = copied(tr.Tensors())
				continue
			}
			for path, x := range tr.Tensors() {
				if !slices.Equal(x.Data, first[path]) {
					t.Errorf("%s: %s differs with %d bytes kept", settings, path, keep)
				}
			}
		}
	}
}

// TestFrozenPartIsValidated: pictures to check with are rated as by the whole net.
func TestFrozenPartIsValidated(t *testing.T) {
	for _, settings := range frozenRecipes {
		tr, n, d := frozenTrainer(t, settings, func(*train.Options) {})
		var last string
		for epoch := range 2 {
			if _, err := tr.Epoch(context.Background()); err != nil {
				t.Fatal(err)
			}
			got, err := tr.Validate(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			want, err := train.Validate(context.Background(), n, tr.Tensors(), d.Val, 2, 0)
			if err != nil {
				t.Fatal(err)
			}
			if got.Rows != want.Rows || math.Abs(got.Loss-want.Loss) > 1e-5*want.Loss || got.Top(1) != want.Top(1) {
				t.Errorf("%s, epoch %d: loss %v and top-1 %v of %d, want %v, %v, %d", settings, epoch, got.Loss, got.Top(1), got.Rows, want.Loss, want.Top(1), want.Rows)
			}
			if now := fmt.Sprint(got.Loss); now == last {
				t.Errorf("%s: the loss is %s before and after an epoch", settings, now)
			} else {
				last = now
			}
		}
	}
}

// twoBatches writes pictures of two classes, two batches to learn from and some to check with.
func twoBatches(t *testing.T, folder string) {
	t.Helper()
	for i := range 36 {
		img := image.NewNRGBA(image.Rect(0, 0, 14, 13))
		for y := range 13 {
			for x := range 14 {
				img.SetNRGBA(x, y, color.NRGBA{uint8(i * x), uint8(200 * (i % 2)), uint8(x * y), 255})
			}
		}
		side := "train"
		if i >= 32 {
			side = "val"
		}
		path := filepath.Join(folder, side, []string{"a", "b"}[i%2], fmt.Sprint(i, ".png"))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(f, img); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPicturesAreComputedOnce: while the head learns alone, pictures are not read again once all versions are known.
func TestPicturesAreComputedOnce(t *testing.T) {
	folder := t.TempDir()
	twoBatches(t, folder)
	for settings, epochs := range map[string]int{"augment = []": 1, "": 2, "views = 3": 3, "views = 0": -1} {
		p, err := interp.Read("tiny.cnn", strings.NewReader(strings.Replace(
			fmt.Sprintf(text, "0.05", "head_epochs = 6; "+settings), "[N, 1, H", "[N, 3, H", 1)))
		if err != nil {
			t.Fatal(err)
		}
		n, err := p.Net(interp.Options{Set: interp.Set("classes=2"), Batch: 16})
		if err != nil {
			t.Fatal(err)
		}
		r, err := n.Recipe(interp.RecipeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		d, err := dataset.Open(context.Background(), folder, dataset.Options{Input: n.Graph.Input().Shape[1:], Augment: r.Augment, Usual: r.UsualAugment, Shrink: r.Shrink})
		if err != nil {
			t.Fatal(err)
		}
		given := interp.RandomTensors(n, 5)
		delete(given, "fc.weight")
		tr, err := train.New(train.Options{Net: n, Recipe: r, Data: d, Tensors: given, Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(tr.Close)
		moved := folder + ".moved"
		for epoch := range 5 {
			if epoch == max(epochs, 1) { // then all is known, or should be
				if err := os.Rename(folder, moved); err != nil {
					t.Fatal(err)
				}
			}
			_, err := tr.Epoch(context.Background())
			if err == nil {
				_, err = tr.Validate(context.Background())
			}
			if (err != nil) != (epochs < 0 && epoch == 1) {
				t.Errorf("%q, epoch %d: got %v", settings, epoch, err)
			}
			if err != nil {
				break
			}
		}
		if err := os.Rename(moved, folder); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFileOfFeatures: a training that finds its features in a file, or some of them, or those of other tensors, ends with
// the bits of one without. A file that has all is not written again, and a damaged one is an error.
func TestFileOfFeatures(t *testing.T) {
	ran := func(settings, features string, change func(*train.Options)) map[string][]float32 {
		t.Helper()
		tr, _, _ := frozenTrainer(t, settings, func(o *train.Options) {
			o.Features = features
			change(o)
		})
		if _, err := tr.Run(context.Background(), filepath.Join(t.TempDir(), "w.safetensors"), func(events.Event) {}); err != nil {
			t.Fatal(err)
		}
		return copied(tr.Tensors())
	}
	same := func(what string, got, want map[string][]float32) {
		t.Helper()
		for path, x := range want {
			if !slices.Equal(got[path], x) {
				t.Errorf("%s: %s differs", what, path)
			}
		}
	}
	file := filepath.Join(t.TempDir(), "features")
	plain := func(*train.Options) {}
	for _, settings := range frozenRecipes[1:3] {
		want := ran(settings, "", plain)
		same("writing a file", ran(settings, file, plain), want)
		same("reading it", ran(settings, file, plain), want)
		same("with less room", ran(settings, file, func(o *train.Options) { o.Keep = 9 << 10 }), want)
		other := func(o *train.Options) { o.Tensors["conv1.weight"].Data[0]++ }
		same("of other tensors", ran(settings, file, other), ran(settings, "", other))
		same("again", ran(settings, file, plain), want)
	}
	tr, _, d := frozenTrainer(t, frozenRecipes[2], func(o *train.Options) { o.Features = file })
	written, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Run(context.Background(), filepath.Join(t.TempDir(), "w.safetensors"), func(events.Event) {}); err != nil {
		t.Fatal(err)
	}
	again, err := os.ReadFile(file)
	if err != nil || !slices.Equal(again, written) {
		t.Errorf("the file of %d pictures is written anew: %v", d.Train.Len(), err)
	}
	if err := os.WriteFile(file, written[:len(written)-1], 0o600); err != nil {
		t.Fatal(err)
	}
	tr, _, _ = frozenTrainer(t, frozenRecipes[2], func(o *train.Options) { o.Features = file })
	if _, err := tr.Run(context.Background(), filepath.Join(t.TempDir(), "w.safetensors"), func(events.Event) {}); err == nil {
		t.Error("a file that is cut short is used")
	}
}
