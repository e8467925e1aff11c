package train_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/npy"
	"cnnlang/interp/train"
	"cnnlang/interp/train/events"
	"cnnlang/ops/tensor"
)

// brokenJob is a job on stripes, of which one to learn from has a number whose square is infinite.
func brokenJob(t *testing.T, settings string) (j train.Job, name string) {
	t.Helper()
	j = jobOf(t, settings)
	for i := range count { // which of them are to learn from follows from their content
		scaled(t, j.Path, func(at int) float32 {
			if at == i*side*side+5 {
				return 1e35
			}
			return 1
		})
		o, err := j.Prepare(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for k := range o.Data.Train.Len() {
			if name := o.Data.Train.Name(k); strings.HasSuffix(name, fmt.Sprintf("[%d]", i)) {
				return j, name
			}
		}
	}
	t.Fatal("no picture is to learn from")
	return j, ""
}

// scaled multiplies the numbers of all pictures.
func scaled(t *testing.T, folder string, by func(at int) float32) {
	t.Helper()
	file := filepath.Join(folder, "x.npy")
	x, err := npy.Read(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range x.Data {
		x.Data[i] *= by(i)
	}
	if err := npy.Write(context.Background(), file, x); err != nil {
		t.Fatal(err)
	}
}

// TestBatchesArePassedOver: a picture that is not finite stops a training, which names it and where it is seen first, or the
// batches that have it are passed over; so is a training that goes on from a file.
func TestBatchesArePassedOver(t *testing.T) {
	j, name := brokenJob(t, "seed = 5")
	o, err := j.Prepare(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "w.safetensors")
	var told []*events.NaN
	tell := func(e events.Event) {
		if n, is := e.(*events.NaN); is {
			told = append(told, n)
		}
	}
	run := func(on train.OnNaN, resume bool) (*train.Trainer, *events.End, error) {
		again := *o
		again.OnNaN, again.Tensors = on, nil
		tr, err := train.New(again)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(tr.Close)
		if resume {
			if err := tr.Resume(train.StateOf(file)); err != nil {
				t.Fatal(err)
			}
		}
		end, err := tr.Run(context.Background(), file, tell)
		return tr, end, err
	}

	_, end, err := run("", false)
	var failed *train.NotFiniteError
	if !errors.As(err, &failed) || end.Reason != "nan" || len(told) != 1 {
		t.Fatalf("got %v, %+v", err, end)
	}
	if failed.Path != "bn1" || failed.Backward || !slices.Contains(failed.Pictures, name) || failed.Step != end.Step+1 ||
		failed.LargestWeight == 0 || told[0].Path != "bn1" || told[0].Direction != "forward" || told[0].Action != "stop" {
		t.Errorf("got %+v, told %+v", failed, told[0])
	}

	resumed, end, err := run(train.Skip, true)
	if err != nil || end.Reason != "done" || len(told) != 5 || told[4].Action != "skip" {
		t.Fatalf("passing over: %v, %+v after %d", err, end, len(told))
	}
	straight, last, err := run(train.Skip, false)
	if err != nil || last.Step != end.Step || len(told) != 9 {
		t.Fatalf("from the start: %v, %+v after %d", err, last, len(told))
	}
	sameTensors(t, straight.Tensors(), resumed.Tensors())

	if _, _, err = run(train.Backoff, false); err != nil || told[9].Action != "backoff" {
		t.Fatal(err)
	}
	if first, then := told[9].Rate, told[12].Rate; !(then < first/7) { // thrice by half, and the schedule falls
		t.Errorf("the rate was %v and is %v", first, then)
	}
}

func sameTensors(t *testing.T, a, b map[string]tensor.Tensor) {
	t.Helper()
	for _, path := range slices.Sorted(maps.Keys(a)) {
		if !slices.Equal(a[path].Data, b[path].Data) {
			t.Errorf("%s differs", path)
		}
	}
}

// TestWhereValuesAreNotFinite: it is said whether the first is a value or a gradient, and of what; after five batches in a
// row nothing is passed over any more.
func TestWhereValuesAreNotFinite(t *testing.T) {
	p, err := interp.Read("two.cnn", strings.NewReader(`net two(classes = 3) [N, 1, H = 12, W = 12] -> [N, classes] {
		a: conv(1, 1x1, bias=false) -> gap -> flatten -> b: linear(classes, bias=false)
		train { batch = 16; epochs = 2 }
	}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		a, b, x  float32
		path     string
		backward bool
	}{
		{1e-20, 1e30, 1e15, "a", true}, // the gradient of a is that of its value, 1e30, times x
		{1e20, 1, 1e20, "a", false},
		{1e20, 1e20, 1, "b", false},
	} {
		j := train.Job{Program: p, Net: interp.Options{Threads: 1}, Path: folderOf(t), Data: jobOf(t, "").Data}
		scaled(t, j.Path, func(int) float32 { return c.x })
		weights := map[string]tensor.Tensor{"a.weight": tensor.From([]float32{c.a}, 1, 1, 1, 1), "b.weight": tensor.From([]float32{c.b, -c.b, c.b}, 3, 1)}
		j.Net.Weights, j.Recipe = interp.WeightsOf(weights), interp.RecipeOptions{Name: interp.Unnamed, Weights: true}
		o, err := j.Prepare(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		o.OnNaN = train.Skip
		tr, err := train.New(*o)
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		told := 0
		_, err = tr.Run(context.Background(), filepath.Join(t.TempDir(), "w.safetensors"), func(e events.Event) {
			if _, is := e.(*events.NaN); is {
				told++
			}
		})
		var failed *train.NotFiniteError
		if !errors.As(err, &failed) || told != train.MostNaNs+1 {
			t.Fatalf("%+v: got %v after %d", c, err, told)
		}
		if failed.Path != c.path || failed.Backward != c.backward || failed.LargestWeight != float64(max(c.a, c.b)) || len(failed.Pictures) != 16 {
			t.Errorf("%+v: got %+v", c, failed)
		}
	}
}

// TestStatesAreSavedBetweenEpochs: every so often, by the clock of the options.
func TestStatesAreSavedBetweenEpochs(t *testing.T) {
	o, err := jobOf(t, "").Prepare(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(0, 0)
	o.Now = func() time.Time { now = now.Add(time.Minute); return now }
	o.SaveEvery = 4 * time.Minute
	tr, err := train.New(*o)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	var steps []int
	if _, err := tr.Run(context.Background(), filepath.Join(t.TempDir(), "w.safetensors"), func(e events.Event) {
		if c, is := e.(*events.Checkpoint); is {
			steps = append(steps, c.Step)
		}
	}); err != nil {
		t.Fatal(err)
	}
	var want []int // every four, and the last of each epoch
	for step, epoch := 1, tr.Start("", "").StepsPerEpoch; step <= 4*epoch; step++ {
		if step%4 == 0 {
			want = append(want, step)
		}
		if step%epoch == 0 {
			want = append(want, step)
		}
	}
	if !slices.Equal(steps, want) {
		t.Errorf("saved after the steps %v, want %v", steps, want)
	}
}

// TestInterruptsWhileChecking: a training whose context ends while it checks an epoch goes on with that, and has the same best.
func TestInterruptsWhileChecking(t *testing.T) {
	straight := filepath.Join(t.TempDir(), "a.safetensors")
	end, err := begun(t, jobOf(t, "")).Run(context.Background(), straight, func(events.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "b.safetensors")
	for epoch := 1; ; epoch++ {
		o, err := jobOf(t, "").Prepare(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		var tr *train.Trainer
		o.Stepped = func(s train.Step) {
			if s.Epoch == epoch && s.Step == epoch*tr.Start("", "").StepsPerEpoch {
				cancel()
			}
		}
		if tr, err = train.New(*o); err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		if epoch > 1 {
			if err := tr.Resume(train.StateOf(file)); err != nil {
				t.Fatal(err)
			}
		}
		got, err := tr.Run(ctx, file, func(events.Event) {})
		if err == nil {
			if *got.ValTop1 != *end.ValTop1 || *got.ValLoss != *end.ValLoss || got.BestEpoch != end.BestEpoch || epoch != 5 {
				t.Errorf("got %+v in %d runs, want %+v", got, epoch, end)
			}
			break
		}
		if !errors.Is(err, context.Canceled) || got.Epoch != epoch {
			t.Fatalf("run %d: got %+v, %v", epoch, got, err)
		}
	}
	a, b := tensorsOf(t, straight), tensorsOf(t, file)
	sameTensors(t, a, b)
}

// tensorsOf are those in a file for the net of the test.
func tensorsOf(t *testing.T, file string) map[string]tensor.Tensor {
	t.Helper()
	j := jobOf(t, "")
	j.Net.Weights, j.Recipe.Weights = interp.WeightsFile(file), true
	o, err := j.Prepare(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return o.Tensors
}
