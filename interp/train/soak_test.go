package train_test

import (
	"context"
	"errors"
	"flag"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/train"
	"cnnlang/interp/train/events"
)

var soak = flag.Duration("soak", 2*time.Second, "for about how long a training is interrupted and goes on in one process")

// TestTrainingsLeaveNothingBehind: a training that is interrupted and goes on again and again, on 1 to 4 threads in turn, leaves no
// goroutine, and takes no more memory in the last third of the time than in the second.
func TestTrainingsLeaveNothingBehind(t *testing.T) {
	j := jobOf(t, "")
	j.Recipe = interp.RecipeOptions{Set: interp.Settings{Texts: []string{"epochs = 1000000"}}}
	file := filepath.Join(t.TempDir(), "w.safetensors")
	goroutines := runtime.NumGoroutine()
	var resident []int64
	for began := time.Now(); len(resident) < 12 || time.Since(began) < *soak; {
		j.Net.Threads = len(resident)%4 + 1
		interrupted(t, j, file, *soak/100, len(resident) > 0)
		j.State = train.StateOf(file)
		resident = append(resident, restOf(t, goroutines))
	}
	third := len(resident) / 3
	before, after := slices.Max(resident[third:2*third]), slices.Max(resident[2*third:])
	if after > before+before/100+1<<20 { // a hundredth, and pages
		t.Errorf("after %d trainings %d bytes are resident, before the last third of them there were at most %d", len(resident), after, before)
	}
}

// interrupted trains for so long, at least some steps.
func interrupted(t *testing.T, j train.Job, file string, after time.Duration, resume bool) {
	t.Helper()
	tr, err := train.New(*prepared(t, j))
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	if resume {
		if err := tr.Resume(j.State); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), max(after, 50*time.Millisecond))
	defer cancel()
	if _, err := tr.Run(ctx, file, func(events.Event) {}); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v, want to be interrupted", err)
	}
}

// restOf waits until there are no more goroutines than before, and is how many bytes are then resident.
func restOf(t *testing.T, goroutines int) int64 {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > goroutines; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines are left, before there were %d", runtime.NumGoroutine(), goroutines)
		}
	}
	for range 2 { // what a cleanup lets go, is freed by the next
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	debug.FreeOSMemory()
	now, _ := interp.ResidentMemory()
	return now
}
