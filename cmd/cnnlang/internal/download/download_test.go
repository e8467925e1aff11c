package download

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// contents are those of a file of weights, which no other file shares by chance.
func contents(seed uint64, n int) []byte {
	r := rand.New(rand.NewPCG(seed, 0))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func sumOf(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// A server serves on the loopback what a test says, and counts the requests, with the Range of each.
type server struct {
	*httptest.Server
	mu     sync.Mutex
	ranges []string
}

// asked returns the Range of each request.
func (s *server) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.ranges)
}

// serve starts a server whose answers to the requests 0, 1, … answer gives.
func serve(t *testing.T, answer func(n int, w http.ResponseWriter, r *http.Request)) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.ranges = append(s.ranges, r.Header.Get("Range"))
		n := len(s.ranges) - 1
		s.mu.Unlock()
		answer(n, w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// file answers as a good server does: whole or from a place on, if it is the same version.
func file(w http.ResponseWriter, r *http.Request, tag string, data []byte) {
	w.Header().Set("ETag", tag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// cutAfter announces all of the data, sends a part of it, and ends the connection.
func cutAfter(w http.ResponseWriter, tag string, data []byte, n int) {
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.Write(data[:n])
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// brief are options without a pause.
func brief() Options {
	return Options{patience: patience, pause: time.Millisecond, client: newClient()}
}

// at is a place in a new folder.
func at(t *testing.T) Place {
	t.Helper()
	p, err := At(filepath.Join(t.TempDir(), "w.pth"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// wantFiles checks the names in the folder of a place.
func wantFiles(t *testing.T, p Place, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(p.folder)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("the folder holds %q, want %q", got, want)
	}
}

// wantContents checks the file in a place, and what Get says of it.
func wantContents(t *testing.T, p Place, got Saved, err error, data []byte) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v\n%+v", err, err)
	}
	if want := (Saved{p.Path(), int64(len(data)), sumOf(data), got.Present}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if b, err := os.ReadFile(p.Path()); err != nil || !bytes.Equal(b, data) {
		t.Errorf("the file has other contents, or none: %v", err)
	}
}

func TestAFileComesWhole(t *testing.T) {
	data := contents(1, 300_000)
	for name, send := range map[string]func(w http.ResponseWriter, r *http.Request){
		"with its length": func(w http.ResponseWriter, r *http.Request) { file(w, r, `"a"`, data) },
		"in chunks": func(w http.ResponseWriter, r *http.Request) {
			w.Write(data[:9])
			w.(http.Flusher).Flush()
			w.Write(data[9:])
		},
		"by way of other pages": func(w http.ResponseWriter, r *http.Request) { redirects(w, r, 10, data) },
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) { send(w, r) })
			for _, sha := range []string{"", sumOf(data)[:8], sumOf(data)} {
				p, last := at(t), int64(0)
				opts := brief()
				opts.Progress = func(_ Doing, have, _ int64) { last = have }
				got, err := Get(t.Context(), File{s.URL + "/w.pth", sha}, p, opts)
				wantContents(t, p, got, err, data)
				wantFiles(t, p, "w.pth")
				if last != int64(len(data)) || got.Present {
					t.Errorf("the progress ended at %d; present: %v", last, got.Present)
				}
			}
		})
	}
}

// redirects leads to the file by so many redirects.
func redirects(w http.ResponseWriter, r *http.Request, n int, data []byte) {
	at, _ := strconv.Atoi(r.URL.Query().Get("at"))
	if at < n {
		http.Redirect(w, r, fmt.Sprintf("/w.pth?at=%d", at+1), http.StatusFound)
		return
	}
	file(w, r, `"a"`, data)
}

// After a cut the rest is asked for, by itself or by the next Get.
func TestACutFileGoesOn(t *testing.T) {
	data := contents(2, 200_000)
	t.Run("by itself", func(t *testing.T) {
		s := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 0 {
				cutAfter(w, `"a"`, data, 70_000)
			}
			file(w, r, `"a"`, data)
		})
		p := at(t)
		got, err := Get(t.Context(), File{s.URL, ""}, p, brief())
		wantContents(t, p, got, err, data)
		wantFiles(t, p, "w.pth")
		if len(s.asked()) != 2 || s.asked()[1] != "bytes=70000-" {
			t.Errorf("asked for %q", s.asked())
		}
	})
	t.Run("later", func(t *testing.T) {
		s := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
			switch n {
			case 0:
				cutAfter(w, `"a"`, data, 70_000)
			case 1:
				panic(http.ErrAbortHandler)
			}
			file(w, r, `"a"`, data)
		})
		p := at(t)
		f := File{s.URL, sumOf(data)}
		_, err := Get(t.Context(), f, p, brief())
		if wantError(t, err, Failed, "cannot reach "); err == nil {
			t.Fatal("no error")
		}
		wantFiles(t, p, "w.pth.part", "w.pth.part.json")
		got, err := Get(t.Context(), f, p, brief())
		wantContents(t, p, got, err, data)
		if last := s.asked()[2]; last != "bytes=70000-" {
			t.Errorf("asked for %q", last)
		}
	})
	t.Run("not for ever", func(t *testing.T) {
		s := serve(t, func(n int, w http.ResponseWriter, r *http.Request) { // one byte more each time
			var from int
			fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from)
			w.Header().Set("ETag", `"a"`)
			w.Header().Set("Content-Length", strconv.Itoa(len(data)-from))
			if from > 0 {
				w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(data)-1, len(data)))
				w.WriteHeader(http.StatusPartialContent)
			}
			w.Write(data[from : from+1])
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		})
		_, err := Get(t.Context(), File{s.URL, ""}, at(t), brief())
		wantError(t, err, Failed, "was cut after 6 of 200000 bytes: unexpected EOF", "the same command goes on from there: what has come is kept in ")
		if len(s.asked()) != 1+mostCuts {
			t.Errorf("%d requests", len(s.asked()))
		}
	})
}

// wantError checks the kind of an error, and that it says these things and what to do.
func wantError(t *testing.T, err error, kind Kind, says ...string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Errorf("got %v, want an *Error", err)
		return
	}
	text := e.Problem + "\n" + e.Help
	for _, part := range says {
		if !strings.Contains(text, part) {
			t.Errorf("the message lacks %q:\n%s", part, text)
		}
	}
	if e.Kind != kind || e.Help == "" {
		t.Errorf("the kind is %v, want %v; the help is %q", e.Kind, kind, e.Help)
	}
}

// What has changed since it was begun, or cannot be asked for in part, begins anew.
func TestAPartOfAnotherFileIsNotUsed(t *testing.T) {
	old, data := contents(3, 100_000), contents(4, 120_000)
	partial := func(from, to, total int, tag string) func(w http.ResponseWriter, r *http.Request) {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", tag)
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, total))
			w.WriteHeader(http.StatusPartialContent)
			w.Write(data[min(from, len(data)):min(to+1, len(data))])
		}
	}
	for name, second := range map[string]func(w http.ResponseWriter, r *http.Request){
		"a new version":       func(w http.ResponseWriter, r *http.Request) { file(w, r, `"b"`, data) },
		"no ranges":           func(w http.ResponseWriter, r *http.Request) { w.Write(data) },
		"the rest of another": partial(40_000, 119_999, 120_000, `"b"`),
		"of another length":   partial(40_000, 119_999, 120_000, `"a"`),
		"another place":       partial(50_000, 99_999, 100_000, `"a"`),
		"not a range":         partial(1, 0, 0, `"a"`),
		"more than there is":  partial(40_000, 119_999, 100_000, `"a"`),
		"longer than it should be": func(w http.ResponseWriter, r *http.Request) {
			partial(40_000, 99_999, 100_000, `"a"`)(w, r)
			w.Write(data)
		},
		"416": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusRequestedRangeNotSatisfiable) },
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
				switch n {
				case 0:
					cutAfter(w, `"a"`, old, 40_000)
				case 1:
					second(w, r)
				default:
					file(w, r, `"b"`, data)
				}
			})
			p := at(t)
			got, err := Get(t.Context(), File{s.URL, ""}, p, brief())
			wantContents(t, p, got, err, data)
			if s.asked()[1] != "bytes=40000-" || len(s.asked()) > 2 && s.asked()[2] != "" {
				t.Errorf("asked for %q", s.asked())
			}
		})
	}
	t.Run("without a mark of the version", func(t *testing.T) {
		s := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 0 {
				cutAfter(w, `W/"weak"`, old, 40_000)
			}
			w.Write(data)
		})
		p := at(t)
		got, err := Get(t.Context(), File{s.URL, ""}, p, brief())
		wantContents(t, p, got, err, data)
		if s.asked()[1] != "" {
			t.Errorf("asked for %q", s.asked())
		}
	})
	t.Run("from another address", func(t *testing.T) {
		s := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "old") {
				cutAfter(w, `"a"`, old, 40_000)
			}
			file(w, r, `"a"`, data)
		})
		p := at(t)
		opts := brief()
		ctx, stop := context.WithCancel(t.Context())
		opts.Progress = func(Doing, int64, int64) { stop() }
		if _, err := Get(ctx, File{s.URL + "/old", ""}, p, opts); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		wantFiles(t, p, "w.pth.part", "w.pth.part.json")
		got, err := Get(t.Context(), File{s.URL + "/new", ""}, p, brief())
		wantContents(t, p, got, err, data)
	})
}

// A file that has come whole before the program was stopped is not asked for again.
func TestAWholePartIsOnlyChecked(t *testing.T) {
	data := contents(5, 1000)
	s := serve(t, func(int, http.ResponseWriter, *http.Request) { t.Error("a request") })
	p := at(t)
	state := fmt.Sprintf(`{"url":%q,"validator":"\"a\"","bytes":1000}`, s.URL)
	for name, text := range map[string]string{p.Path() + partMark: string(data), p.Path() + stateMark: state} {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Get(t.Context(), File{s.URL, sumOf(data)}, p, brief())
	wantContents(t, p, got, err, data)
	wantFiles(t, p, "w.pth")
}

// What is beside a file may be damaged, or put there by others.
func TestStrangeFilesBeside(t *testing.T) {
	data := contents(6, 1000)
	s := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) { file(w, r, `"a"`, data) })
	for name, state := range map[string]string{
		"nothing": "", "no JSON": "{", "another kind": "[1]", "too long": `{"url":"` + strings.Repeat("x", 1<<17), "negative": fmt.Sprintf(`{"url":%q,"validator":"\"a\"","bytes":-5}`, s.URL),
		"shorter than the part": fmt.Sprintf(`{"url":%q,"validator":"\"a\"","bytes":1}`, s.URL),
	} {
		p := at(t)
		os.WriteFile(p.Path()+partMark, []byte("xy"), 0o666)
		os.WriteFile(p.Path()+stateMark, []byte(state), 0o666)
		got, err := Get(t.Context(), File{s.URL, sumOf(data)}, p, brief())
		if name == "negative" { // what is there does not begin the file, as its hash shows
			wantError(t, err, Failed, "is another file")
			wantFiles(t, p)
			continue
		}
		wantContents(t, p, got, err, data)
	}
	p := at(t)
	outside := filepath.Join(t.TempDir(), "mine")
	if err := os.Symlink(outside, p.Path()+partMark); err != nil && runtime.GOOS == "windows" {
		t.Skip("Windows lets few users make links")
	} else if err != nil {
		t.Fatal(err)
	}
	_, err := Get(t.Context(), File{s.URL, ""}, p, brief())
	wantError(t, err, Failed, "w.pth cannot be written: w.pth.part is not a regular file; remove it")
	if _, err := os.Stat(outside); err == nil {
		t.Error("the link was followed")
	}
}

// Two processes do not write one file.
func TestAPartIsLocked(t *testing.T) {
	p := at(t)
	root, err := p.open()
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	first, second := &job{to: p, root: root}, &job{to: p, root: root}
	if err := first.openPart(); err != nil {
		t.Fatal(err)
	}
	err = second.openPart()
	first.part.Close()
	if runtime.GOOS == "windows" {
		t.Skip("the file is not locked there: the hash tells if two have written it")
	}
	wantError(t, err, Failed, "w.pth.part is being written by another process")
}
