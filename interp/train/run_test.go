package train_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/train"
	"cnnlang/interp/train/dataset"
	"cnnlang/interp/train/events"
	"cnnlang/ops/tensor"
)

// jobOf is a job on the stripes of the test, for a net with 7 classes by default.
func jobOf(t *testing.T, settings string) train.Job {
	t.Helper()
	p, err := interp.Read("tiny.cnn", strings.NewReader(strings.Replace(fmt.Sprintf(text, "0.05", settings), "classes = 3", "classes = 7", 1)))
	if err != nil {
		t.Fatal(err)
	}
	return train.Job{Program: p, Net: interp.Options{Threads: 2}, Path: folderOf(t), Data: dataset.Options{Split: 0.25}}
}

// prepared are the options for a job.
func prepared(t *testing.T, j train.Job) *train.Options {
	t.Helper()
	o, err := j.Prepare(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// begun is a trainer for a job.
func begun(t *testing.T, j train.Job) *train.Trainer {
	t.Helper()
	tr, err := train.New(*prepared(t, j))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Close)
	return tr
}

// TestRunWritesWhatItLearned: the result is a file of weights with the names of its classes, which a net reads;
// a training goes on from it with other classes, of which the head alone is new.
func TestRunWritesWhatItLearned(t *testing.T) {
	j := jobOf(t, "seed = 3")
	tr := begun(t, j)
	file := filepath.Join(t.TempDir(), "w.safetensors")
	var epochs []*events.Epoch
	saved := 0
	end, err := tr.Run(context.Background(), file, func(e events.Event) {
		switch e := e.(type) {
		case *events.Epoch:
			epochs = append(epochs, e)
		case *events.Checkpoint:
			saved++
		}
	})
	if err != nil || end.Reason != "done" || end.Epoch != 4 || len(epochs) != 4 || saved != 4 || end.File != file {
		t.Fatalf("%+v after %d epochs and %d states: %v", end, len(epochs), saved, err)
	}
	best := epochs[end.BestEpoch-1]
	for _, e := range epochs {
		if *e.ValTop1 > *best.ValTop1 {
			t.Errorf("epoch %d is better than the best, %d", e.Epoch, end.BestEpoch)
		}
	}
	if !best.Best || *end.ValTop1 < 0.9 || *end.ValTop1 != *best.ValTop1 {
		t.Errorf("the best is %+v, the end %+v", best, end)
	}

	j.Net.Set = interp.Set("classes=3")
	n, err := j.Program.Net(j.Net)
	if err != nil {
		t.Fatal(err)
	}
	m, err := n.Build(context.Background(), interp.Options{Weights: interp.WeightsFile(file)})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if !slices.Equal(m.Labels.Names, []string{"0", "1", "2"}) {
		t.Errorf("the file's classes are %q", m.Labels.Names)
	}

	again := jobOf(t, "")
	again.Net.Weights, again.Recipe.Weights = interp.WeightsFile(file), true
	if tr := begun(t, again); len(tr.Fresh()) != 0 {
		t.Errorf("with as many classes %v are new", tr.Fresh())
	}
	again.Data.Classes = []string{"0", "1", "2", "3"}
	o, err := again.Prepare(context.Background())
	if err == nil || !strings.Contains(err.Error(), "3") { // a class without pictures
		t.Errorf("got %v, %v", o, err)
	}
}

// TestHeadIsNew: a file of the net with its usual classes gives all but the head.
func TestHeadIsNew(t *testing.T) {
	j := jobOf(t, "")
	n, err := j.Program.Net(j.Net)
	if err != nil {
		t.Fatal(err)
	}
	given := interp.RandomTensors(n, 4)
	j.Net.Weights, j.Recipe.Weights = interp.WeightsOf(given), true
	o, err := j.Prepare(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for path, x := range given {
		got, ok := o.Tensors[path]
		if head := strings.HasPrefix(path, "fc."); ok == head || ok && !slices.Equal(got.Data, x.Data) {
			t.Errorf("%s: taken is %v", path, ok)
		}
	}
	if tr := begun(t, j); !slices.Equal(tr.Fresh(), []string{"fc.bias", "fc.weight"}) {
		t.Errorf("new are %v", tr.Fresh())
	}
	j.Net.Weights = interp.WeightsOf(map[string]tensor.Tensor{"other": tensor.New(1)})
	if _, err := j.Prepare(context.Background()); err == nil {
		t.Error("a file without the net's tensors is taken")
	}
}

// TestSizeIsKept: a size that is asked for is that of the pictures, and the batch is the recipe's.
func TestSizeIsKept(t *testing.T) {
	j := jobOf(t, "")
	j.Net.Shape = []int{1, 1, 12, 12}
	o, err := j.Prepare(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if in := o.Net.Graph.Input().Shape; !in.Equal(tensor.Shape{16, 1, 12, 12}) || j.Net.Shape[0] != 1 {
		t.Errorf("the input is %v", in)
	}
}

// TestRunEndsEarly: without progress, or once the context has ended, when all there is to go on with is saved.
func TestRunEndsEarly(t *testing.T) {
	j := jobOf(t, "stop_after = 1")
	j.Rate = 1e-9
	file := filepath.Join(t.TempDir(), "w.safetensors")
	end, err := begun(t, j).Run(context.Background(), file, func(events.Event) {})
	if err != nil || end.Reason != "no_progress" || end.Epoch > 3 {
		t.Errorf("got %+v, %v", end, err)
	}

	ctx, cancel := context.WithCancel(context.Background())
	tr := begun(t, jobOf(t, ""))
	end, err = tr.Run(ctx, file, func(e events.Event) {
		if _, is := e.(*events.Epoch); is {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || end.Reason != "interrupted" {
		t.Fatalf("got %+v, %v", end, err)
	}
	next := begun(t, jobOf(t, ""))
	if err := next.Resume(train.StateOf(file)); err != nil {
		t.Fatal(err)
	}
	if s := next.Start("test", "none"); !s.Resumed || s.FirstStep != end.Step || s.Classes != 3 {
		t.Errorf("it goes on with %+v after %+v", s, end)
	}
	if end, err := next.Run(context.Background(), file, func(events.Event) {}); err != nil || end.Reason != "done" || end.Epoch != 4 {
		t.Errorf("got %+v, %v", end, err)
	}
}
