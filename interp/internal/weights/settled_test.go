package weights

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Any change of a file after it was opened is noticed, even in the same tick of the clock
// as the last write and without a change of size; earlier changes are not reported.
func TestUnchanged(t *testing.T) {
	text, err := os.ReadFile(tiny("tiny.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "w.safetensors")
	overwrite := func(t *testing.T) {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.WriteAt([]byte{7}, int64(len(text)-3)); err != nil {
			t.Fatal(err)
		}
	}
	for name, change := range map[string]func(*testing.T, time.Time){
		"nothing": nil,
		"written": func(t *testing.T, _ time.Time) { overwrite(t) },
		"written, and the time set back": func(t *testing.T, modified time.Time) {
			overwrite(t)
			if err := os.Chtimes(path, modified, modified); err != nil {
				t.Fatal(err)
			}
		},
		"longer": func(t *testing.T, _ time.Time) {
			if err := os.Truncate(path, int64(len(text)+1)); err != nil {
				t.Fatal(err)
			}
		},
		"shorter": func(t *testing.T, _ time.Time) {
			if err := os.Truncate(path, int64(len(text)-1)); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.HasSuffix(name, "back") && runtime.GOOS != "linux" {
				t.Skip("the time of change is not asked for here")
			}
			for range 5 {
				if err := os.WriteFile(path, text, 0o600); err != nil {
					t.Fatal(err)
				}
				s, err := Open(path, Options{})
				if err != nil {
					t.Fatal(err)
				}
				if change != nil {
					change(t, s.(*safetensors).info.ModTime())
				}
				if err := s.Unchanged(); (err != nil) != (change != nil) {
					t.Errorf("got %v", err)
				}
				s.Close()
			}
		})
	}
}

// A written is the status of a file that was written to just now.
type written struct {
	fs.FileInfo
	at time.Time
}

func (w written) Sys() any           { return nil }
func (w written) ModTime() time.Time { return w.at }

// A file that is written to all the time is not waited for for ever; one that settles is.
func TestSettled(t *testing.T) { synctest.Test(t, testSettled) }

func testSettled(t *testing.T) {
	for _, c := range []struct {
		writes, looks int
		problem       string
	}{{0, 0, ""}, {1, 1, ""}, {3, 3, ""}, {1000, 10, "is being written to"}} {
		looks := 0
		look := func() (fs.FileInfo, error) {
			looks++
			if looks < c.writes {
				return written{at: time.Now()}, nil
			}
			return written{at: time.Now().Add(-tick)}, nil
		}
		first := written{at: time.Now()}
		if c.writes == 0 {
			first.at = time.Now().Add(time.Hour) // by another clock, and no reason to wait
		}
		_, err := settled("w", first, look)
		if (err != nil) != (c.problem != "") || err != nil && !strings.Contains(err.Error(), c.problem) || looks != c.looks {
			t.Errorf("%d writes: got %v at look %d, want %q at %d", c.writes, err, looks, c.problem, c.looks)
		}
	}
}
