package dataset

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"cnnlang/interp/picture"
	"cnnlang/interp/train/recipe"
)

// epoch is everything that a loader gives out.
func epoch(t testing.TB, l *Loader, number, from int) (batches []Batch) {
	t.Helper()
	for b, err := range l.Epoch(t.Context(), number, from) {
		if err != nil {
			t.Fatal(err)
		}
		c := *b
		c.Inputs.Data, c.Inputs.Shape = slices.Clone(b.Inputs.Data), slices.Clone(b.Inputs.Shape)
		c.Labels, c.Targets, c.Pictures = slices.Clone(b.Labels), slices.Clone(b.Targets), slices.Clone(b.Pictures)
		batches = append(batches, c)
	}
	return batches
}

// same compares two series of batches bit by bit.
func same(a, b []Batch) error {
	if len(a) != len(b) {
		return fmt.Errorf("got %d batches and %d", len(a), len(b))
	}
	for i := range a {
		x, y := a[i], b[i]
		if x.Number != y.Number || !x.Inputs.Shape.Equal(y.Inputs.Shape) || !slices.Equal(x.Labels, y.Labels) || !slices.Equal(x.Targets, y.Targets) || !slices.Equal(x.Pictures, y.Pictures) {
			return fmt.Errorf("batch %d: got %v %v %v and %v %v %v", i, x.Pictures, x.Labels, x.Targets, y.Pictures, y.Labels, y.Targets)
		}
		for at := range x.Inputs.Data {
			if math.Float32bits(x.Inputs.Data[at]) != math.Float32bits(y.Inputs.Data[at]) {
				return fmt.Errorf("batch %d, number %d: got %v and %v", i, at, x.Inputs.Data[at], y.Inputs.Data[at])
			}
		}
	}
	return nil
}

var rotated = recipe.Augmentation{Name: "rotate", Args: map[string][]float64{"degrees": {-20, 20}}}

// lists are augmentations of which each takes another way through the loader.
var lists = map[string][]recipe.Augmentation{
	"none":    nil,
	"cropped": augmented("random_resized_crop", "flip", "color_jitter", "noise"),
	"moved":   append(augmented("flip", "blur"), rotated),
	"mixed":   augmented("random_resized_crop", "mixup", "cutmix"),
}

// TestNothingChangesABit: not the number of threads, not what is kept in memory, not where an epoch begins.
func TestNothingChangesABit(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 17, "x", "y", "z")
	for name, list := range lists {
		o := small()
		o.Augment, o.Shrink = list, 1.2
		o.Prepare.Mean, o.Prepare.Std = []float32{0.4, 0.5, 0.6}, []float32{0.2, 0.25, 0.3}
		loader := func(threads int, keep int64) *Loader {
			o.Keep, o.Threads = keep, threads
			return &Loader{Set: opened(t, folder, o).Train, Batch: 4, Seed: 9, Shuffle: true, Augment: true}
		}
		want := epoch(t, loader(1, 0), 3, 0)
		for threads := 1; threads <= 7; threads++ {
			for _, keep := range []int64{0, 1500, 1 << 20} {
				l := loader(threads, keep)
				if err := same(epoch(t, l, 3, 0), want); err != nil {
					t.Errorf("%s, %d threads, %d bytes kept: %v", name, threads, keep, err)
				}
				if err := same(epoch(t, l, 3, threads), want[threads:]); err != nil {
					t.Errorf("%s, %d threads, from batch %d: %v", name, threads, threads, err)
				}
			}
		}
		if same(epoch(t, loader(2, 0), 4, 0), want) == nil {
			t.Errorf("%s: epoch 4 is epoch 3", name)
		}
	}
}

// TestPicturesAreAsForARun: without augmentation, and those to check with always.
func TestPicturesAreAsForARun(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 9, "x", "y")
	for _, p := range []picture.Preprocess{
		{Mean: []float32{0.4, 0.5, 0.6}, Std: []float32{0.2, 0.25, 0.3}, Resize: [2]int{9, 9}},
		{Scale: 255, Order: "bgr", Mean: []float32{100, 110, 120}, Fit: "pad", Interpolation: "bicubic"},
	} {
		for name, list := range lists {
			for _, keep := range []int64{0, 1 << 20} {
				o := small()
				o.Prepare, o.Augment, o.Shrink, o.Keep = p, list, 1.2, keep
				d := opened(t, folder, o)
				for _, l := range []*Loader{{Set: d.Val, Batch: 3, Augment: true}, {Set: d.Train, Batch: 3, Augment: name == "none"}} {
					for _, b := range epoch(t, l, 0, 0) {
						for i, at := range b.Pictures {
							if list != nil && l.Set == d.Train && d.list.Crops() {
								continue // is shrunk before it is prepared
							}
							if want := prepared(t, l.Set.Name(at), p, 8, 8); !slices.Equal(b.Inputs.Data[192*i:192*(i+1)], want) {
								t.Errorf("%s: %s is not as for a run", name, l.Set.Name(at))
							}
							if b.Labels[i] != l.Set.Label(at) {
								t.Errorf("%s: %s has label %d, want %d", name, l.Set.Name(at), b.Labels[i], l.Set.Label(at))
							}
						}
					}
				}
			}
		}
	}
}

// TestWhatIsKept: pictures to learn from cover the input by the multiple that is said, those to check with are as
// the net sees them.
func TestWhatIsKept(t *testing.T) {
	folder := t.TempDir()
	for i := range 40 {
		write(t, folder, fmt.Sprintf("%c/%d.png", 'x'+i%2, i), drawn(t, 60, 40, i))
	}
	o := small()
	o.Augment, o.Shrink, o.Keep = augmented("random_resized_crop"), 1.55, 1<<20
	d := opened(t, folder, o)
	for i, b := range d.pool.kept {
		want := [2]int{20, 13} // 1.55 times 8 is 12.4
		if d.pool.val[i] {
			want = [2]int{8, 8}
		}
		if [2]int{b.Width, b.Height} != want {
			t.Errorf("got %d x %d, want %v", b.Width, b.Height, want)
		}
	}
}

// TestAFlipAlone: a flip alone is a run's picture or its mirror image, each about as often.
func TestAFlipAlone(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 9, "x", "y")
	o := small()
	o.Split, o.Augment = 0, augmented("flip")
	d := opened(t, folder, o)
	l := &Loader{Set: d.Train, Batch: 6, Augment: true, Shuffle: true}
	flipped := 0
	for number := range 20 {
		for _, b := range epoch(t, l, number, 0) {
			for i, at := range b.Pictures {
				want, got := prepared(t, d.Train.Name(at), o.Prepare, 8, 8), b.Inputs.Data[192*i:192*(i+1)]
				mirror := slices.Clone(want)
				for line := mirror; len(line) > 0; line = line[8:] {
					slices.Reverse(line[:8])
				}
				switch {
				case slices.Equal(got, mirror):
					flipped++
				case !slices.Equal(got, want):
					t.Fatalf("%s is neither itself nor mirrored", d.Train.Name(at))
				}
			}
		}
	}
	if flipped < 140 || flipped > 220 { // of 360, with a standard deviation of 9.5
		t.Errorf("%d of 360 are mirrored", flipped)
	}
}

func TestOrders(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 5, "x", "y")
	o := small()
	o.Split = 0
	d := opened(t, folder, o)
	order := func(l Loader, number int) (all []int) {
		l.Set, l.Batch = d.Train, 4
		for _, b := range epoch(t, &l, number, 0) {
			all = append(all, b.Pictures...)
		}
		return all
	}
	// The orders of 10 for seed 0 are of the reference of random decisions, made by another program.
	for number, want := range [][]int{{4, 7, 3, 9, 5, 6, 1, 2, 8, 0}, {0, 8, 5, 4, 9, 1, 6, 3, 2, 7}} {
		if got := order(Loader{Shuffle: true}, number); !slices.Equal(got, want) {
			t.Errorf("epoch %d: got %v, want %v", number, got, want)
		}
	}
	if got := order(Loader{}, 1); !slices.Equal(got, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
		t.Errorf("not shuffled: got %v", got)
	}
	if got := order(Loader{DropRest: true}, 1); len(got) != 8 {
		t.Errorf("without the rest: got %v", got)
	}
	if n := (&Loader{Set: d.Train, Batch: 4}).Batches(); n != 3 {
		t.Errorf("got %d batches, want 3", n)
	}
}

// TestBalance: each class comes equally often, all pictures of a small one as often as the next, and each time
// differently.
func TestBalance(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 40, "many")
	for i := range 5 {
		if i < 3 {
			write(t, folder, fmt.Sprintf("few/%d.png", i), drawn(t, 50, 40, 600+i))
		}
		write(t, folder, fmt.Sprintf("some/%d.png", i), drawn(t, 50, 40, 700+i))
	}
	o := small()
	o.Split, o.Augment = 0, augmented("random_resized_crop")
	d := opened(t, folder, o)
	l := &Loader{Set: d.Train, Batch: 7, Balance: true, Shuffle: true, Augment: true, Seed: 4}
	labels, times := make([]int, 3), map[int]int{}
	different := map[string]bool{}
	for _, b := range epoch(t, l, 2, 0) {
		for i, label := range b.Labels {
			labels[label]++
			times[b.Pictures[i]]++
			different[fmt.Sprint(b.Pictures[i], b.Inputs.Data[192*i:192*(i+1)])] = true
		}
	}
	if !slices.Equal(labels, []int{16, 16, 16}) {
		t.Errorf("got %v of each class", labels)
	}
	for i := range d.Train.Len() {
		least := []int{5, 0, 3}[d.Train.Label(i)] // 16 of 3, of 40 and of 5
		if times[i] != least && times[i] != least+1 {
			t.Errorf("%s comes %d times", d.Train.Name(i), times[i])
		}
	}
	if len(different) != 48 {
		t.Errorf("got %d different pictures of 48", len(different))
	}
}

func TestMixedBatchesHaveShares(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 8, "x", "y", "z")
	o := small()
	o.Augment = augmented("mixup")
	d := opened(t, folder, o)
	mixed := 0
	for _, b := range epoch(t, &Loader{Set: d.Train, Batch: 5, Augment: true, Shuffle: true}, 1, 0) {
		if b.Labels != nil || len(b.Targets) != 3*len(b.Pictures) {
			t.Fatalf("got labels %v and targets %v", b.Labels, b.Targets)
		}
		for i, at := range b.Pictures {
			row := b.Targets[3*i : 3*i+3]
			if sum := row[0] + row[1] + row[2]; math.Abs(float64(sum)-1) > 1e-6 {
				t.Errorf("got targets %v", row)
			}
			before := b.Pictures[(i+len(b.Pictures)-1)%len(b.Pictures)]
			if row[d.Train.Label(at)] == 0 && row[d.Train.Label(before)] == 0 {
				t.Errorf("targets %v are of neither picture", row)
			}
			if slices.Max(row) < 1 {
				mixed++
			}
		}
	}
	if mixed == 0 {
		t.Error("no picture was mixed with one of another class")
	}
	for _, b := range epoch(t, &Loader{Set: d.Val, Batch: 5, Augment: true}, 1, 0) {
		if b.Targets != nil || len(b.Labels) != len(b.Pictures) {
			t.Errorf("pictures to check with: got %v and %v", b.Labels, b.Targets)
		}
	}
}

// TestNoGoroutineIsLeft, wherever an epoch ends.
func TestNoGoroutineIsLeft(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 30, "x", "y")
	d := opened(t, folder, small())
	before := runtime.NumGoroutine()
	for _, threads := range []int{1, 5} {
		for end := range 12 {
			l := &Loader{Set: d.Train, Batch: 4, Threads: threads, Shuffle: true, Augment: true}
			inTime(t, func() {
				for b := range l.Epoch(t.Context(), 0, 0) {
					if b.Number == end {
						break
					}
				}
			})
			ctx, cancel := context.WithCancel(t.Context())
			inTime(t, func() {
				for b, err := range l.Epoch(ctx, 0, 0) {
					if err != nil && !errors.Is(err, context.Canceled) {
						t.Errorf("got %v", err)
					}
					if err == nil && b.Number > end {
						t.Errorf("batch %d came after the end at %d", b.Number, end)
					}
					if err == nil && b.Number == end {
						cancel()
						time.Sleep(time.Millisecond)
					}
				}
			})
			cancel()
		}
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("got %d goroutines, before there were %d", runtime.NumGoroutine(), before)
}

func TestLoadersThatAreRefused(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 4, "x", "y")
	o := small()
	o.Split = 0
	d := opened(t, folder, o)
	beside := t.TempDir()
	pictures(t, beside, 2, "x") // and none of y
	write(t, beside, "x/aa.png", drawn(t, 9, 9, 77))
	write(t, beside, "x/ab.png", drawn(t, 9, 9, 78))
	o.Val = beside
	bare := opened(t, folder, o)
	for _, c := range []struct {
		l    Loader
		want string
	}{
		{Loader{Batch: 4}, "no pictures"},
		{Loader{Set: d.Val, Batch: 4}, "no pictures"},
		{Loader{Set: d.Train}, "at least one picture in a batch"},
		{Loader{Set: d.Train, Batch: 9, DropRest: true}, "fewer pictures than a batch has"},
		{Loader{Set: d.Train, Batch: 4, Balance: true}, "shuffle it too"},
		{Loader{Set: bare.Val, Batch: 4, Balance: true, Shuffle: true}, "classes without pictures"},
	} {
		for _, err := range c.l.Epoch(t.Context(), 0, 0) {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		}
	}
	if b := epoch(t, &Loader{Set: d.Train, Batch: 99}, 0, 0); len(b) != 1 || b[0].Inputs.Shape[0] != 8 {
		t.Errorf("a batch larger than the data: got %v", b)
	}
	if b := epoch(t, &Loader{Set: d.Train, Batch: 3}, 0, 7); len(b) != 0 {
		t.Errorf("from behind the end: got %v", b)
	}
}

// TestBatchesAllocateLittle: what an epoch allocates does not grow with its batches.
func TestBatchesAllocateLittle(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, "x.npy", array("|u1", "(600, 2, 3)", counting(3600)))
	labels := make([]byte, 600)
	for i := range labels {
		labels[i] = byte(i % 2)
	}
	write(t, folder, "y.npy", array("|u1", "(600,)", labels))
	o := grey()
	o.Augment = append(augmented("flip", "noise", "mixup"), rotated)
	l := &Loader{Set: opened(t, filepath.Join(folder), o).Train, Batch: 4, Augment: true, Shuffle: true}
	allocated := func(from int) float64 {
		return testing.AllocsPerRun(5, func() {
			for _, err := range l.Epoch(t.Context(), 0, from) {
				if err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	if few, many := allocated(140), allocated(0); many > few+5 {
		t.Errorf("10 batches allocate %v times, 150 %v times", few, many)
	}
}
