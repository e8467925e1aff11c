package pictures

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"

	"cnnlang/beam/internal/samples"
	"cnnlang/interp"
)

// An outcome is what comes of a picture.
type outcome struct {
	row string
	bad bool
}

// answers are those of the pictures, computed one at a time by a model of their own.
func answers(t testing.TB, o Options, names []string) map[string]outcome {
	t.Helper()
	m, err := load(t.Context(), o.usual())
	if err != nil {
		t.Fatal(err)
	}
	defer m.close()
	f := &computeFn{Options: o.usual(), model: m}
	all := map[string]outcome{}
	for answer, err := range m.Each(t.Context(), interp.Files(names...)) {
		if bad := new(interp.PictureError); err != nil && !errors.As(err, &bad) {
			t.Fatal(err)
		}
		f.emit(t.Context(), answer.Name, answer, err,
			func(r Result) { all[r.Picture] = outcome{r.Row, false} }, func(b Bad) { all[b.Picture] = outcome{b.Row, true} })
	}
	if len(all) != len(names) {
		t.Fatalf("%d answers for %d pictures", len(all), len(names))
	}
	return all
}

// Whatever the sizes of bundles, of batches and of the machine, and however many bundles there are at once, of which some
// die half-way and are done again: each picture comes out once, with the row that it has alone.
func FuzzBundles(f *testing.F) {
	folder := f.TempDir()
	names := samples.Pictures(f, folder, 24)
	names = append(names, samples.Bad(f, folder)...)
	want := answers(f, Options{Net: "glyphs"}, names)
	for seed := range uint64(12) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 1))
		o := Options{Net: "glyphs", Batch: 1 + random.IntN(5), Threads: 1 + random.IntN(3)}
		if o.Batch > 1 { // by algorithms of their own
			want := answers(t, o, names)
			checkBundles(t, random, o, names, want)
			return
		}
		checkBundles(t, random, o, names, want)
	})
}

func checkBundles(t *testing.T, random *rand.Rand, o Options, names []string, want map[string]outcome) {
	t.Helper()
	names = slices.Clone(names)
	random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	got := map[string]outcome{}
	var lock sync.Mutex
	var bundles sync.WaitGroup
	for rest := names; len(rest) > 0; {
		n := 1 + random.IntN(len(rest))
		bundle := rest[:n]
		rest = rest[n:]
		dies := random.IntN(n + 1)
		if random.IntN(2) == 0 {
			dies = -1
		}
		bundles.Go(func() {
			if dies >= 0 {
				if _, err := compute(t.Context(), o, bundle[:dies], false); err != nil {
					t.Error(err)
				}
			}
			all, err := compute(t.Context(), o, bundle, true)
			if err != nil {
				t.Error(err)
			}
			lock.Lock()
			defer lock.Unlock()
			for name, one := range all {
				if _, twice := got[name]; twice {
					t.Errorf("%s comes twice", name)
				}
				got[name] = one
			}
		})
	}
	bundles.Wait()
	if !maps.Equal(got, want) {
		for name := range want {
			if got[name] != want[name] {
				t.Errorf("%s: got %v, want %v", name, got[name], want[name])
			}
		}
	}
	models.Range(func(key, value any) bool {
		if s := value.(*shared); s.model != nil || s.users != 0 {
			t.Errorf("%d users have a model after the last teardown: %v", s.users, key)
		}
		return true
	})
}

// compute runs a bundle in an instance of its own, as a worker does, or leaves it unfinished.
func compute(ctx context.Context, o Options, names []string, finish bool) (map[string]outcome, error) {
	all := map[string]outcome{}
	add := func(name string, one outcome) {
		if _, twice := all[name]; twice {
			one.row = "twice: " + one.row
		}
		all[name] = one
	}
	good, bad := func(r Result) { add(r.Picture, outcome{r.Row, false}) }, func(b Bad) { add(b.Picture, outcome{b.Row, true}) }
	f := &computeFn{Options: o.usual()}
	if err := f.Setup(ctx); err != nil {
		return nil, err
	}
	err := f.StartBundle(ctx, good, bad)
	for _, name := range names {
		err = errors.Join(err, f.ProcessElement(ctx, window.GlobalWindow{}, name, good, bad))
	}
	if finish {
		err = errors.Join(err, f.FinishBundle(ctx, good, bad))
	}
	return all, errors.Join(err, f.Teardown())
}

// A bundle whose context ends does not wait, and the next one is not harmed.
func TestBundlesEnd(t *testing.T) {
	names := samples.Pictures(t, t.TempDir(), 8)
	ctx, cancel := context.WithCancel(t.Context())
	f := &computeFn{Options: Options{Net: "glyphs"}.usual()}
	if err := f.Setup(ctx); err != nil {
		t.Fatal(err)
	}
	cancel()
	err := f.ProcessElement(ctx, window.GlobalWindow{}, names[0], nil, nil)
	if err == nil {
		err = f.FinishBundle(ctx, func(Result) {}, func(Bad) {})
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	all, err := compute(t.Context(), f.Options, names, true)
	if err != nil || len(all) != len(names) {
		t.Errorf("then: %d answers, %v", len(all), err)
	}
	if err := f.Teardown(); err != nil {
		t.Error(err)
	}
}

// What goes out at the end of a bundle has no window but the global one.
func TestOtherWindowsAreRefused(t *testing.T) {
	f := &computeFn{Options: Options{Net: "glyphs"}.usual()}
	err := f.ProcessElement(t.Context(), window.IntervalWindow{Start: 0, End: 1}, "a.png", nil, nil)
	if err == nil {
		t.Error("a window of an interval is taken")
	}
}

// Instances with the same options share a model, those with others do not, and the last closes it.
func TestOneModelForAProcess(t *testing.T) {
	load := func(o Options) *model {
		m, err := acquire(t.Context(), o.usual())
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	var users sync.WaitGroup
	found := make([]*model, 8)
	for i := range found {
		users.Go(func() { found[i] = load(Options{Net: "glyphs", Top: 3}) })
	}
	users.Wait()
	other := load(Options{Net: "glyphs", Top: 4})
	for _, m := range found {
		if m != found[0] || m == other {
			t.Error("models are not shared by their options")
		}
		if m.broken() {
			t.Error("the model is closed while it is used")
		}
		m.release()
	}
	if !found[0].broken() || other.broken() {
		t.Error("the last user closes its model, and no other")
	}
	other.release()
}

// What is wrong with options is known before anything is computed, in words that say what.
func TestOptionsAreChecked(t *testing.T) {
	text := filepath.Join(samples.Folder(t, map[string]string{"two.cnn": "net two | [N, 3, H = 8, W = 8] as a | [N, 3, H, W] as b -> [N, 3, H, W] { add }\n"}), "two.cnn")
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{}, "there is no net"},
		{Options{Net: "glifs"}, "glifs"},
		{Options{Net: "glyphs", Format: "xml"}, "xml"},
		{Options{Net: "glyphs", Top: -1}, "-1"},
		{Options{Net: "glyphs", Batch: 1 << 20}, "batch"},
		{Options{Net: "glyphs", Precision: "f8"}, "f8"},
		{Options{Net: "glyphs", As: "song"}, "song"},
		{Options{Net: "glyphs", Key: "a"}, "key"},
		{Options{Net: "glyphs", Set: []string{"classes"}}, "classes"},
		{Options{Net: "glyphs", Values: []string{"nowhere"}}, "nowhere"},
		{Options{Net: "glyphs", MaxMemory: 1000}, "memory"},
		{Options{Net: "glyphs", Labels: "none.txt"}, "none.txt"},
		{Options{Net: "resnet18"}, "has no weights of its own"},
		{Options{Net: "resnet18", Weights: "cnnlang:glyphs"}, "weights"},
		{Options{Net: "none.cnn"}, "none.cnn"},
		{Options{Net: "glyphs", Weights: "none.pth"}, "none.pth"},
		{Options{Net: "glyphs", Weights: "far://bucket/w.pth"}, "far"},
		{Options{Net: text, Weights: "random"}, "2 inputs"},
	} {
		err := Check(t.Context(), c.o)
		if err == nil || !containsFold(err.Error(), c.want) {
			t.Errorf("%+v: got %v, want %q in it", c.o, err, c.want)
		}
	}
	if err := Check(t.Context(), Options{Net: "glyphs"}); err != nil {
		t.Error(fmt.Errorf("with nothing wrong: %w", err))
	}
}
