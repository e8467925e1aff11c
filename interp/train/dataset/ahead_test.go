package dataset

import (
	"os"
	"sync/atomic"
	"testing"
	"time"
)

// TestBatchesAreMadeAhead: while a batch is used, two others are made, and no more.
func TestBatchesAreMadeAhead(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 12, "x", "y")
	var made atomic.Int64
	l := &Loader{Set: opened(t, folder, small()).Train, Batch: 2, Threads: 2}
	l.Known = func(int, int) bool { // is asked when a picture's turn has come
		made.Add(1)
		return false
	}
	used := 0
	for _, err := range l.Epoch(t.Context(), 0, 0) {
		if err != nil {
			t.Fatal(err)
		}
		used++
		want := int64(min(2*(used+2), l.Set.Len()))
		for deadline := time.Now().Add(10 * time.Second); made.Load() < want && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(5 * time.Millisecond) // for one too many
		if got := made.Load(); got != want {
			t.Errorf("while batch %d is used %d pictures are begun, want %d", used, got, want)
		}
	}
}

// TestKeptPicturesAreNotRead: pictures that stay in memory are not read again, so nothing is decoded after the
// first time.
func TestKeptPicturesAreNotRead(t *testing.T) {
	for _, keep := range []int64{1 << 20, 0} {
		folder := t.TempDir()
		pictures(t, folder, 9, "x", "y")
		o := small()
		o.Augment, o.Shrink, o.Keep = lists["cropped"], 1.15, keep
		d := opened(t, folder, o)
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		l := &Loader{Set: d.Train, Batch: 4, Threads: 2, Augment: true, Shuffle: true}
		for number := range 2 {
			var failed error
			for _, err := range l.Epoch(t.Context(), number, 0) {
				failed = err
			}
			if (failed == nil) != (keep > 0) {
				t.Errorf("epoch %d, with %d bytes kept: got %v", number, keep, failed)
			}
		}
	}
}
