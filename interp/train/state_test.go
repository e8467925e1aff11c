package train_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/train"
	"cnnlang/ops/tensor"
)

// recipes use everything that is kept from one step to the next.
var recipes = []string{
	"ema = ema(0.9, warm=true); head_epochs = 1",
	"schedule = one_cycle; warmup = 0.5; clip_value = 0.1",
	"micro = 4; clip_norm = 1",
	"head_epochs = 1; bn_momentum = 0.3; augment = [flip, noise(0.1)]",
}

// newTrainer is one that has learned nothing, from tensors of which the head is missing.
func newTrainer(t *testing.T, settings string) *train.Trainer {
	t.Helper()
	given := interp.RandomTensors(netOf(t, ""), 5)
	delete(given, "fc.weight")
	delete(given, "fc.bias")
	tr, _, _, _ := trained(t, settings, 2, 0, given)
	return tr
}

// A countdown is a context that ends after it was asked so often.
type countdown struct {
	context.Context
	left atomic.Int64
}

func newCountdown(left int) *countdown {
	c := &countdown{Context: context.Background()}
	c.left.Store(int64(left))
	return c
}

func (c *countdown) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// TestTrainingsAreResumed: trainings that are cut off anywhere and go on from a file end with the bits of one
// that was not.
func TestTrainingsAreResumed(t *testing.T) {
	for _, settings := range recipes {
		straight := newTrainer(t, settings)
		var losses []float64
		for range 3 {
			o, err := straight.Epoch(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			losses = append(losses, o.Loss)
		}
		want := copied(straight.Tensors())
		file := filepath.Join(t.TempDir(), "w.state")
		for asks := 3; asks < 2000; asks += 271 {
			tr, epochs := newTrainer(t, settings), 0
			for cuts := 0; epochs < 3; cuts++ {
				ctx := context.Context(context.Background())
				if cuts < 4 {
					ctx = newCountdown(asks + 37*cuts)
				}
				o, err := tr.Epoch(ctx)
				switch {
				case err == nil && o.Loss != losses[epochs]:
					t.Fatalf("%s, cut after %d: epoch %d has the loss %v, want %v", settings, asks, epochs, o.Loss, losses[epochs])
				case err == nil:
					epochs++
					continue
				case !errors.Is(err, context.Canceled):
					t.Fatal(err)
				}
				if err := tr.Save(context.Background(), file); err != nil {
					t.Fatal(err)
				}
				tr.Close()
				tr = newTrainer(t, settings)
				if err := tr.Resume(file); err != nil {
					t.Fatal(err)
				}
			}
			for path, x := range tr.Tensors() {
				if !slices.Equal(x.Data, want[path]) {
					t.Fatalf("%s, cut after %d: %s differs", settings, asks, path)
				}
			}
		}
	}
}

func copied(tensors map[string]tensor.Tensor) map[string][]float32 {
	all := map[string][]float32{}
	for path, x := range tensors {
		all[path] = slices.Clone(x.Data)
	}
	return all
}

// TestOtherTrainingsAreNotResumed: what does not go on is an error that says why.
func TestOtherTrainingsAreNotResumed(t *testing.T) {
	tr := newTrainer(t, recipes[1])
	file := filepath.Join(t.TempDir(), "w.state")
	if err := tr.Save(context.Background(), file); err != nil {
		t.Fatal(err)
	}
	for settings, want := range map[string]string{
		recipes[1]: "",
		strings.Replace(recipes[1], "0.5", "1", 1): "another training:\n  with warmup = 0.5, and now it is 1",
		recipes[0]:                  "with schedule = one_cycle(rise=0.3), and now it is cosine(floor=0)\n  with warmup = 0.5, and now it is not set\n  without ema, and now it is ema(decay=0.9, warm=true)",
		recipes[1] + "; epochs = 5": "", // more than 4
		recipes[1] + "; epochs = 3": "of 4 epochs, and now there are 3",
	} {
		err := newTrainer(t, settings).Resume(file)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", settings, err, want)
		}
	}
	all, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for cut := range 40 { // a file that is cut short
		short := filepath.Join(filepath.Dir(file), fmt.Sprint("short", cut))
		if err := os.WriteFile(short, all[:len(all)*cut/40], 0o600); err != nil {
			t.Fatal(err)
		}
		if err := newTrainer(t, recipes[1]).Resume(short); err == nil {
			t.Errorf("%d of %d bytes are a state", len(all)*cut/40, len(all))
		}
	}
	plain := filepath.Join(filepath.Dir(file), "plain.safetensors")
	if err := interp.WriteWeights(context.Background(), plain, maps.Clone(tr.Tensors())); err != nil {
		t.Fatal(err)
	}
	if err := newTrainer(t, recipes[1]).Resume(plain); err == nil || !strings.Contains(err.Error(), "is no state of a training") {
		t.Errorf("weights alone: got %v", err)
	}
}
