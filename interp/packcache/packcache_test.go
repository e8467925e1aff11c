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

func stored(t *testing.T) (Cache, Key) {
	t.Helper()
	c, k := Cache{filepath.Join(t.TempDir(), "not", "there")}, KeyOf("a", "b")
	if data, _ := c.Load(k); data != nil {
		t.Fatal("there is something in a new folder")
	}
	if err := c.Store(k, each); err != nil {
		t.Fatal(err)
	}
	return c, k
}

func TestStoreAndLoad(t *testing.T) {
	c, k := stored(t)
	data, free := c.Load(k)
	if want := slices.Concat(pieces...); !slices.Equal(data, want) {
		t.Errorf("got %v, want %v", data, want)
	}
	free()
	for _, other := range []Key{KeyOf("a"), KeyOf("ab"), KeyOf("a", "b", ""), KeyOf("b", "a")} {
		if data, _ := c.Load(other); data != nil || other == k {
			t.Errorf("another key finds %v", data)
		}
	}
}

// A file that is damaged in any way is as good as none.
func TestDamagedFiles(t *testing.T) {
	c, k := stored(t)
	whole, err := os.ReadFile(c.path(k))
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
		if err := os.WriteFile(c.path(k), text, 0o600); err != nil {
			t.Fatal(err)
		}
		if data, _ := c.Load(k); data != nil {
			t.Errorf("%s: got %v", what, data)
		}
	}
	if err := c.Store(k, each); err != nil {
		t.Fatal(err)
	}
	data, free := c.Load(k)
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
	if err := (Cache{file}).Store(KeyOf(), each); err == nil {
		t.Error("no error where the folder is a file")
	}
	c, broken := Cache{t.TempDir()}, errors.New("broken")
	if err := c.Store(KeyOf(), func(func([]float32) error) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(c.Folder); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}

// The hash of a file is that of its contents, whatever was known of it before.
func TestIdentity(t *testing.T) {
	c := Cache{filepath.Join(t.TempDir(), "cache")}
	file := filepath.Join(t.TempDir(), "weights")
	write := func(text string, age time.Duration) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		when := time.Now().Add(-age)
		if err := os.Chtimes(file, when, when); err != nil {
			t.Fatal(err)
		}
	}
	// echo -n abc | sha256sum, and of abd.
	const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	const abd = "a52d159f262b2c6ddb724a61840befc36eb30c88877a4030b65cbe86298449c9"
	for i, step := range []struct {
		text string
		age  time.Duration
		want string
	}{
		{"abc", time.Hour, abc}, {"abc", time.Hour, abc}, {"abd", time.Minute, abd},
		{"abc", 0, abc}, {"abd", 0, abd}, {"abc", time.Hour, abc},
	} {
		write(step.text, step.age)
		for range 2 {
			if got, err := c.Identity(file); err != nil || got != step.want {
				t.Errorf("step %d: got %s, %v, want %s", i, got, err, step.want)
			}
		}
	}
	if _, err := c.Identity(file + "x"); err == nil {
		t.Error("no error for a file that is not there")
	}
	notes, _ := filepath.Glob(filepath.Join(c.Folder, "*.known"))
	if len(notes) != 1 {
		t.Fatalf("notes: %v", notes)
	}
	if err := os.WriteFile(notes[0], []byte(`{"sha256": "abc"`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Identity(file); err != nil || got != abc {
		t.Errorf("with a damaged note: got %s, %v", got, err)
	}
}
