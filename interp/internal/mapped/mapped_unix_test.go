//go:build unix

package mapped

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"

	"golang.org/x/sys/unix"
)

const page = 1 << 16 // at least one of the system's

// mapping is a file of three pages and its view.
func mapping(t *testing.T) (f *os.File, raw []byte, v *View) {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(3 * page); err != nil {
		t.Fatal(err)
	}
	raw, err = unix.Mmap(int(f.Fd()), 0, 3*page, unix.PROT_READ, unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	v = Watch(f, raw, func(err error) error { return fmt.Errorf("it: %w", err) })
	t.Cleanup(func() {
		v.Close()
		unix.Munmap(raw)
		f.Close()
	})
	return f, raw, v
}

var sink int // so that nothing is left out

func sum(raw []byte) (s int) {
	for _, b := range raw {
		s += int(b)
	}
	return s
}

func TestAFileThatIsCutShortIsAnError(t *testing.T) {
	f, raw, v := mapping(t)
	_, other, _ := mapping(t)
	read := func() error {
		if sum(raw)+sum(other) != 0 {
			return errors.New("not zeros")
		}
		return nil
	}
	if err := errors.Join(Guard(read), v.Intact()); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(10, func() { Guard(v.Intact) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	// Of the page in which it ends nothing is missed but what Intact sees.
	if err := f.Truncate(3*page - 1); err != nil {
		t.Fatal(err)
	}
	if err := Guard(read); err != nil {
		t.Errorf("within the last page: got %v", err)
	}
	if err := v.Intact(); !errors.Is(err, ErrShorter) {
		t.Errorf("within the last page: got %v, want %v", err, ErrShorter)
	}
	if err := f.Truncate(page); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := Guard(read); !errors.Is(err, ErrShorter) || err.Error() != "it: "+ErrShorter.Error() {
			t.Errorf("by two pages: got %v, want %v", err, ErrShorter)
		}
	}
	if before := debug.SetPanicOnFault(false); before {
		t.Error("faults would be panics behind Guard")
	}
}

// Panics outside views remain panics: a fault, a bug, and a closed view.
func TestOtherPanicsPass(t *testing.T) {
	f, raw, v := mapping(t)
	v.Close()
	if err := f.Truncate(0); err != nil {
		t.Fatal(err)
	}
	for name, do := range map[string]func(){
		"a closed view": func() { sink = sum(raw) },
		"nil":           func() { *(*int)(nil) = 1 },
		"a bug":         func() { panic("oops") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			err := Guard(func() error { do(); return nil })
			t.Errorf("%s: got %v", name, err)
		}()
	}
}

func TestOfFindsTheViewThatDataLieIn(t *testing.T) {
	_, raw, v := mapping(t)
	_, other, w := mapping(t)
	if Of(raw) != v || Of(raw[len(raw)-1:]) != v || Of(other[1:2]) != w || Of([]byte{1}) != nil || Of([]byte(nil)) != nil {
		t.Error("Of is wrong")
	}
	if err := (*View)(nil).Intact(); err != nil {
		t.Errorf("no view: got %v", err)
	}
}
