package packcache

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

var pieces = [][]float32{{1, 2, 3}, {}, {4, 5, 6, 7, 8}}

func each(show func([]float32) error) error {
	for _, p := range pieces {
		if err := show(p); err != nil {
			return err
		}
	}
	return nil
}

// all is how many numbers the pieces have.
const all = 8

func opened(t *testing.T, folder string) *Cache {
	t.Helper()
	c, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// private is a folder that nobody else can write to, whatever the umask is.
func private(t *testing.T) string { return filepath.Join(t.TempDir(), "cache") }

func stored(t *testing.T) (*Cache, Key) {
	t.Helper()
	c, k := opened(t, filepath.Join(t.TempDir(), "not", "there")), KeyOf("a", "b")
	if data, _ := c.Load(k, all); data != nil {
		t.Fatal("there is something in a new folder")
	}
	if err := c.Store(k, each); err != nil {
		t.Fatal(err)
	}
	return c, k
}

func TestStoreAndLoad(t *testing.T) {
	c, k := stored(t)
	data, free := c.Load(k, all)
	if want := slices.Concat(pieces...); !slices.Equal(data, want) {
		t.Errorf("got %v, want %v", data, want)
	}
	free()
	for _, n := range []int{-1, 0, all - 1, all + 1, 1 << 60} {
		if data, _ := c.Load(k, n); data != nil {
			t.Errorf("there are %d numbers, and %d are loaded", all, n)
		}
	}
	for _, other := range []Key{KeyOf("a"), KeyOf("ab"), KeyOf("a", "b", ""), KeyOf("b", "a")} {
		if data, _ := c.Load(other, all); data != nil || other == k {
			t.Errorf("another key finds %v", data)
		}
	}
}

func path(c *Cache, k Key) string { return filepath.Join(c.folder, k.path()) }

// A damaged file is ignored, whatever the damage is.
func TestDamagedFiles(t *testing.T) {
	c, k := stored(t)
	whole, err := os.ReadFile(path(c, k))
	if err != nil {
		t.Fatal(err)
	}
	flipped := func(at int) []byte {
		damaged := slices.Clone(whole)
		damaged[at] ^= 1
		return damaged
	}
	for what, text := range map[string][]byte{
		"empty":          {},
		"a header only":  whole[:header],
		"shorter":        whole[:len(whole)-4],
		"cut in a word":  whole[:len(whole)-1],
		"longer":         append(slices.Clone(whole), 0, 0, 0, 0),
		"another magic":  flipped(0),
		"another key":    flipped(20),
		"another number": flipped(48),
		"another sum":    flipped(56),
		"a dirty header": flipped(4000),
		"another value":  flipped(len(whole) - 2),
	} {
		if err := os.WriteFile(path(c, k), text, 0o600); err != nil {
			t.Fatal(err)
		}
		if data, _ := c.Load(k, all); data != nil {
			t.Errorf("%s: got %v", what, data)
		}
	}
	if err := c.Store(k, each); err != nil {
		t.Fatal(err)
	}
	data, free := c.Load(k, all)
	if data == nil {
		t.Fatal("a damaged file is not replaced")
	}
	free()
}

func TestStoreFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file); err == nil {
		t.Error("no error where the folder is a file")
	}
	c, broken := opened(t, private(t)), errors.New("broken")
	if err := c.Store(KeyOf(), func(func([]float32) error) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	calls := 0
	if err := c.Store(KeyOf(), func(show func([]float32) error) error {
		if calls++; calls == 2 {
			return broken // in the midst of the file
		}
		return each(show)
	}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(c.folder); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}

// Leftovers of a killed program are removed when the next file is written; files being
// written stay.
func TestSweeps(t *testing.T) {
	c, k := stored(t)
	old, young := filepath.Join(c.folder, "a.packed.x"+unfinished), filepath.Join(c.folder, "b.packed.x"+unfinished)
	for _, file := range []string{old, young} {
		if err := os.WriteFile(file, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-2 * forgotten)
	if err := os.Chtimes(old, long, long); err != nil {
		t.Fatal(err)
	}
	if err := c.Store(k, each); err != nil {
		t.Fatal(err)
	}
	names, _ := filepath.Glob(filepath.Join(c.folder, "*"))
	if want := []string{path(c, k), young}; !slices.Equal(sorted(names), sorted(want)) {
		t.Errorf("got %v, want %v", names, want)
	}
}

func sorted(names []string) []string {
	slices.Sort(names)
	return names
}
