package dataset

import (
	"os"
	"slices"
	"testing"
)

// rowsOf are the inputs of an epoch by picture, those of a picture that comes again in its order.
func rowsOf(batches []Batch) map[int][][]float32 {
	rows := map[int][][]float32{}
	for _, b := range batches {
		size := len(b.Inputs.Data) / len(b.Pictures)
		for i, picture := range b.Pictures {
			rows[picture] = append(rows[picture], b.Inputs.Data[i*size:][:size])
		}
	}
	return rows
}

// TestViews: with two views epoch n changes a picture as epoch n modulo 2 does, and one that comes again as the next; the
// order is that of the epoch.
func TestViews(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 9, "x", "y")
	pictures(t, folder, 3, "z")
	o := small()
	o.Augment = lists["cropped"]
	for _, balance := range []bool{false, true} {
		plain := Loader{Set: opened(t, folder, o).Train, Batch: 4, Seed: 9, Shuffle: true, Augment: true}
		views := plain
		views.Views, views.Balance = 2, balance
		want := []map[int][][]float32{rowsOf(epoch(t, &plain, 0, 0)), rowsOf(epoch(t, &plain, 1, 0))}
		for number := range 5 {
			ordered := plain
			ordered.Balance = balance
			got, order := epoch(t, &views, number, 0), epoch(t, &ordered, number, 0)
			for i := range got {
				if !slices.Equal(got[i].Pictures, order[i].Pictures) {
					t.Fatalf("epoch %d has another order", number)
				}
			}
			for picture, rows := range rowsOf(got) {
				for again, row := range rows {
					if !slices.Equal(row, want[(number+again)%2][picture][0]) {
						t.Errorf("balance %v, epoch %d: picture %d is another for the %d. time", balance, number, picture, again+1)
					}
				}
			}
		}
	}
}

// TestKnownPicturesAreNotRead: what is known of a picture need not be made, so nothing is read of the file.
func TestKnownPicturesAreNotRead(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 6, "x", "y")
	l := &Loader{Set: opened(t, folder, small()).Train, Batch: 2, Threads: 2}
	gone := l.Set.Name(1)
	if err := os.Remove(gone); err != nil {
		t.Fatal(err)
	}
	l.Known = func(picture, version int) bool { return picture == 1 && version == 0 }
	if got := epoch(t, l, 0, 0); len(got) != l.Batches() {
		t.Errorf("got %d batches, want %d", len(got), l.Batches())
	}
	l.Known = func(picture, _ int) bool { return picture != 1 }
	for _, err := range l.Epoch(t.Context(), 0, 0) {
		if err == nil {
			t.Errorf("a picture is made of %s, which is gone", gone)
		}
		break
	}
}

// TestKeys: pictures have the same key exactly where the net sees the same of them.
func TestKeys(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 6, "x", "y")
	seen := map[[32]byte]string{}
	tell := func(what string, key [32]byte) {
		t.Helper()
		if other := seen[key]; other != "" {
			t.Errorf("%s has the key of %s", what, other)
		}
		seen[key] = what
	}
	changed := func(what string, change func(o *Options, l *Loader), versions int) {
		t.Helper()
		o := small()
		l := &Loader{Batch: 2, Seed: 3, Augment: true}
		change(&o, l)
		l.Set = opened(t, folder, o).Train
		again := *l
		again.Set, again.Batch, again.Threads = opened(t, folder, o).Train, 3, 5
		for picture := range l.Set.Len() {
			for version := range versions {
				key := l.Key(picture, version)
				tell(what, key)
				if again.Key(picture, version) != key {
					t.Errorf("%s: a picture has two keys", what)
				}
			}
		}
	}
	changed("as it is", func(*Options, *Loader) {}, 1)
	changed("a mean", func(o *Options, _ *Loader) { o.Prepare.Mean = []float32{0.5} }, 1)
	changed("a size", func(o *Options, _ *Loader) { o.Input[1] = 7 }, 1)
	changed("a filter", func(o *Options, _ *Loader) { o.Prepare.Interpolation = "bicubic" }, 1)
	changed("cropped", func(o *Options, _ *Loader) { o.Augment = lists["cropped"] }, 3)
	changed("cropped more", func(o *Options, _ *Loader) { o.Augment, o.Shrink = lists["cropped"], 2 }, 3)
	changed("another seed", func(o *Options, l *Loader) { o.Augment, l.Seed = lists["cropped"], 4 }, 3)
	changed("flipped", func(o *Options, _ *Loader) { o.Augment = augmented("flip", "blur") }, 3)
	changed("cut from what is shrunk", func(o *Options, l *Loader) { o.Augment, l.Augment = lists["cropped"], false }, 1)
}

// TestUsualChanges: where a recipe does not say how pictures in folders are changed, they are cropped and flipped.
func TestUsualChanges(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 6, "x", "y")
	o := small()
	o.Usual, o.Shrink = true, 1.15
	said := o
	said.Usual, said.Augment = false, augmented("random_resized_crop", "flip")
	loader := func(o Options) *Loader {
		return &Loader{Set: opened(t, folder, o).Train, Batch: 4, Seed: 9, Augment: true}
	}
	if err := same(epoch(t, loader(o), 1, 0), epoch(t, loader(said), 1, 0)); err != nil {
		t.Error(err)
	}
	if same(epoch(t, loader(o), 0, 0), epoch(t, loader(o), 1, 0)) == nil {
		t.Error("no picture changes from one epoch to the next")
	}
}

// TestTargetsOfKnownPictures: where the inputs of a picture are known, its target is a picture that is made all the same.
func TestTargetsOfKnownPictures(t *testing.T) {
	in, out := twoFolders(t, 9, 8, 6, 2)
	l := Loader{Set: opened(t, in, paired(out, 2, change("flip", "p", 0.5))).Train, Batch: 3, Augment: true, Seed: 3, Views: 2}
	known := l
	known.Known = func(int, int) bool { return true }
	for number := range 2 {
		got, want := epoch(t, &known, number, 0), epoch(t, &l, number, 0)
		for i := range want {
			if !slices.Equal(got[i].Targets, want[i].Targets) {
				t.Errorf("epoch %d, batch %d has other targets", number, i)
			}
		}
	}
}
