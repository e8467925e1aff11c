package packcache

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/zeebo/xxh3"
)

// A weights is a file that is replaced in place.
type weights struct {
	*testing.T
	cache *Cache
	file  *os.File
	sure  bool // whether the file system here tells of changes
}

func newWeights(t *testing.T) *weights {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "weights"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	w := &weights{T: t, cache: opened(t, filepath.Join(t.TempDir(), "cache")), file: f}
	_, w.sure = stampOf(f)
	return w
}

// write replaces the contents, and leaves the time of modification in the past.
func (w *weights) write(text []byte) {
	w.Helper()
	if _, err := w.file.WriteAt(text, 0); err != nil {
		w.Fatal(err)
	}
	when := time.Unix(1_600_000_000, 0)
	if err := os.Chtimes(w.file.Name(), when, when); err != nil {
		w.Fatal(err)
	}
	time.Sleep(20 * time.Millisecond) // two ticks of the clocks of file systems
}

// wants compares the identity with that of the contents, computed here, and says how many
// bytes may be read for it.
func (w *weights) wants(text []byte, read int) {
	w.Helper()
	before := w.cache.hashed
	got, err := w.cache.Identity(w.file)
	if err != nil {
		w.Fatal(err)
	}
	seed, err := w.cache.seed()
	if err != nil {
		w.Fatal(err)
	}
	if want := hexOf(xxh3.Hash128Seed(text, seed)); got != want {
		w.Errorf("got %s, want %s", got, want)
	}
	if n := w.cache.hashed - before; n != int64(read) {
		w.Errorf("read %d bytes, want %d", n, read)
	}
}

func hexOf(sum xxh3.Uint128) string {
	const digits = "0123456789abcdef"
	var out []byte
	for _, b := range sum.Bytes() {
		out = append(out, digits[b>>4], digits[b&15])
	}
	return string(out)
}

// Other contents in the same file, with the same size and the time of modification set
// back, have another identity; unchanged ones are not read again.
func TestIdentityIsThatOfTheContents(t *testing.T) {
	w := newWeights(t)
	w.cache.settled = 0 // or the test would have to wait
	a, b := bytes.Repeat([]byte{1}, 3<<20), bytes.Repeat([]byte{1}, 3<<20)
	b[2<<20]++
	again := 0
	if !w.sure {
		again = len(a)
	}
	for _, text := range [][]byte{a, b, a} {
		w.write(text)
		w.wants(text, len(text))
		w.wants(text, again)
	}
}

// A file that changed just now may change again with the same stamp: its stamp is not used.
func TestIdentityOfAYoungFileIsNotRemembered(t *testing.T) {
	w := newWeights(t)
	w.cache.settled = time.Hour // however slow the machine is
	a, b := []byte("some weights"), []byte("other weight")
	w.write(a)
	w.wants(a, len(a))
	w.wants(a, len(a))
	w.write(b)
	w.wants(b, len(b))
	if notes, _ := filepath.Glob(filepath.Join(w.cache.folder, "*.known")); len(notes) != 0 {
		t.Errorf("notes: %v", notes)
	}
}

// A note that is damaged or too long is ignored, and so is a seed.
func TestDamagedNotes(t *testing.T) {
	w := newWeights(t)
	w.cache.settled = 0
	a := []byte("some weights")
	w.write(a)
	w.wants(a, len(a))
	names := []string{"seed"}
	if w.sure {
		notes, _ := filepath.Glob(filepath.Join(w.cache.folder, "*.known"))
		if len(notes) != 1 {
			t.Fatalf("notes: %v", notes)
		}
		names = append(names, filepath.Base(notes[0]))
	}
	for _, name := range names {
		for _, text := range [][]byte{{}, []byte("{"), []byte("null"), bytes.Repeat([]byte(" "), 1<<20)} {
			if err := os.WriteFile(filepath.Join(w.cache.folder, name), text, 0o600); err != nil {
				t.Fatal(err)
			}
			if name == "seed" { // a hash of another seed is another one, so the note has to go
				if err := os.RemoveAll(filepath.Join(w.cache.folder, names[len(names)-1])); err != nil {
					t.Fatal(err)
				}
			}
			w.wants(a, len(a))
		}
	}
}

// Each cache has a seed of its own.
func TestSeedsDiffer(t *testing.T) {
	a, b := opened(t, private(t)), opened(t, private(t))
	one, err1 := a.seed()
	same, err2 := a.seed()
	other, err3 := b.seed()
	if err1 != nil || err2 != nil || err3 != nil || one != same || one == other {
		t.Errorf("got %x, %x and %x, with errors %v, %v, %v", one, same, other, err1, err2, err3)
	}
}

// A closed file has no identity.
func TestIdentityFails(t *testing.T) {
	w := newWeights(t)
	w.file.Close()
	if got, err := w.cache.Identity(w.file); err == nil {
		t.Errorf("got %s", got)
	}
}
