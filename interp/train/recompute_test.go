package train_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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

// settingsOf is a job with further settings, which may be those of the net's own text.
func settingsOf(t *testing.T, settings string) train.Job {
	t.Helper()
	j := jobOf(t, "")
	j.Recipe.Set = interp.Set(settings)
	return j
}

// TestExactStatistics: those of the first bn are the mean and the variance of all that goes into it, of every picture once, with
// the averaged weights; the running ones, with which the training goes on, are others.
func TestExactStatistics(t *testing.T) {
	for _, ema := range []string{"", "; ema = 0.9"} {
		j := settingsOf(t, "batch = 14; recompute_bn = 180"+ema)
		o, err := j.Prepare(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if o.Data.Train.Len() != 13*14 {
			t.Fatalf("there are %d pictures", o.Data.Train.Len())
		}
		tr, err := train.New(*o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(tr.Close)
		if _, err := tr.Epoch(context.Background()); err != nil {
			t.Fatal(err)
		}
		running := tr.Tensors()
		if err := tr.Recompute(context.Background()); err != nil {
			t.Fatal(err)
		}
		exact := tr.Tensors()
		mean, variance := statisticsOf(t, o.Data.Train, exact["conv1.weight"].Data)
		for c := range mean {
			if m, v := exact["bn1.running_mean"].Data[c], exact["bn1.running_var"].Data[c]; math.Abs(float64(m)-mean[c]) > 1e-5 || math.Abs(float64(v)-variance[c]) > 1e-5*(1+variance[c]) {
				t.Errorf("channel %d%s: got %v and %v, want %v and %v", c, ema, m, v, mean[c], variance[c])
			}
		}
		for path := range exact {
			if differ := !slices.Equal(exact[path].Data, running[path].Data); differ != strings.Contains(path, ".running_") {
				t.Errorf("%s%s: recomputed is %v", path, ema, differ)
			}
		}
		if _, err := tr.Epoch(context.Background()); err != nil {
			t.Fatal(err)
		}
		if slices.Equal(tr.Tensors()["bn1.running_mean"].Data, exact["bn1.running_mean"].Data) {
			t.Error("the statistics of an epoch before are still there")
		}
	}
}

// TestRunningStatisticsOfAStep: they move by the recipe's share of the batch, from 0 and 1.
func TestRunningStatisticsOfAStep(t *testing.T) {
	for _, share := range []float64{0.1, 0.3} {
		j := settingsOf(t, fmt.Sprintf("batch = %d; bn_momentum = %v", 13*14, share))
		tr := begun(t, j)
		weight := slices.Clone(tr.Tensors()["conv1.weight"].Data)
		if _, err := tr.Epoch(context.Background()); err != nil { // of one step
			t.Fatal(err)
		}
		mean, variance := statisticsOf(t, prepared(t, j).Data.Train, weight)
		for c := range mean {
			m, v := float64(tr.Tensors()["bn1.running_mean"].Data[c]), float64(tr.Tensors()["bn1.running_var"].Data[c])
			if w := share * mean[c]; math.Abs(m-w) > 1e-5 {
				t.Errorf("share %v, channel %d: the running mean is %v, want %v", share, c, m, w)
			}
			if w := 1 - share + share*variance[c]; math.Abs(v-w) > 1e-5*(1+w) {
				t.Errorf("share %v, channel %d: the running variance is %v, want %v", share, c, v, w)
			}
		}
	}
}

// statisticsOf are the means and unbiased variances of a convolution of eight channels, 3x3 padded by 1, over pictures.
func statisticsOf(t *testing.T, set *dataset.Set, weight []float32) (mean, variance [8]float64) {
	t.Helper()
	var sum, squares [8]float64
	l := dataset.Loader{Set: set, Batch: set.Len()}
	for b, err := range l.Epoch(context.Background(), 0, 0) {
		if err != nil {
			t.Fatal(err)
		}
		for picture := range slices.Chunk(b.Inputs.Data, side*side) {
			for c := range sum {
				for at := range picture {
					v := 0.0
					for k, w := range weight[c*9:][:9] {
						if y, x := at/side+k/3-1, at%side+k%3-1; y >= 0 && y < side && x >= 0 && x < side {
							v += float64(w) * float64(picture[y*side+x])
						}
					}
					sum[c], squares[c] = sum[c]+v, squares[c]+v*v
				}
			}
		}
	}
	n := float64(set.Len() * side * side)
	for c := range mean {
		mean[c] = sum[c] / n
		variance[c] = (squares[c] - sum[c]*mean[c]) / (n - 1)
	}
	return mean, variance
}

// TestPassesAndThreads: a batch in parts learns, and no bit depends on the threads.
func TestPassesAndThreads(t *testing.T) {
	var first map[string][]float32
	for threads := range 3 {
		j := settingsOf(t, "micro = 4; recompute_bn = 300; ema = 0.9")
		j.Net.Threads = threads + 1
		tr := begun(t, j)
		var losses []float64
		for range 3 {
			o, err := tr.Epoch(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			losses = append(losses, o.Loss)
		}
		if err := tr.Recompute(context.Background()); err != nil {
			t.Fatal(err)
		}
		if !(losses[2] < losses[0]/1.5) {
			t.Errorf("the losses are %v", losses)
		}
		now := copied(tr.Tensors())
		if first == nil {
			first = now
		}
		for path, x := range now {
			if !slices.Equal(x, first[path]) {
				t.Errorf("%s differs with %d threads", path, threads+1)
			}
		}
	}
}

// TestRunsAreResumed: a run that is cut off anywhere, between the parts of a batch or while pictures are checked too, and goes on
// from its state leaves the file of one that was not.
func TestRunsAreResumed(t *testing.T) {
	run := func(file string, cuts ...*countdown) []byte {
		t.Helper()
		for n := 0; ; n++ {
			tr := begun(t, settingsOf(t, "epochs = 1; micro = 8; recompute_bn = 100; ema = 0.9"))
			if n > 0 {
				if err := tr.Resume(train.StateOf(file)); err != nil {
					t.Fatal(err)
				}
			}
			ctx := context.Context(context.Background())
			if n < len(cuts) {
				ctx = cuts[n]
			}
			_, err := tr.Run(ctx, file, func(events.Event) {})
			tr.Close()
			if err == nil {
				break
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
		}
		all, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	const many = 1 << 30
	whole, dir := newCountdown(many), t.TempDir()
	want := run(filepath.Join(dir, "straight"), whole)
	asks := many - int(whole.left.Load())
	for n := range 12 {
		got := run(filepath.Join(dir, fmt.Sprint(n)), newCountdown(asks*n/12), newCountdown(asks/5), newCountdown(asks/20))
		if !bytes.Equal(got, want) {
			t.Errorf("cut off after %d of 12 parts: the file differs", n)
		}
	}
}

// TestPassesAreRefused: what cannot be split, and statistics that there are none of.
func TestPassesAreRefused(t *testing.T) {
	for settings, want := range map[string]string{
		"micro = 5":                         "`micro` is 5, and a batch has 16",
		`recompute_bn = 100; bn = "stored"`: "train: `recompute_bn` has nothing to do, since no bn of tiny learns by the statistics of batches; leave it out",
		`recompute_bn = 100; freeze = ["bn1", "layer1", "layer2"]`: "train: `recompute_bn` has nothing to do, since no bn of tiny",
	} {
		o, err := settingsOf(t, settings).Prepare(context.Background())
		if err == nil {
			_, err = train.New(*o)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", settings, err, want)
		}
	}
}
