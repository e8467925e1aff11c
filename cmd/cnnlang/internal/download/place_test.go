package download

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// cacheOf makes a new folder the user's cache.
func cacheOf(t *testing.T) (weights string) {
	t.Helper()
	home := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(name, home)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(cache, "cnnlang", "weights")
}

// What a net calls its publisher and its file never leads out of the cache.
func TestNamesStayInTheCache(t *testing.T) {
	weights := cacheOf(t)
	for _, c := range []struct{ publisher, file, want string }{
		{"torchvision", "resnet50-0676ba61.pth", "torchvision/resnet50-0676ba61.pth"},
		{"timm", "a/resolve/main/model.safetensors", "timm/a/resolve/main/model.safetensors"},
		{"", "w.pth", "files.invalid/w.pth"},
		{"../../x", "w.pth", "_.._x/w.pth"},
		{"..", "w.pth", "_/w.pth"},
		{"Vision, Lab / Ünit", "w.pth", "Vision_ Lab _ _nit/w.pth"},
		{"con", "w.pth", "_con/w.pth"},
		{"NUL.x", "w.pth", "_NUL.x/w.pth"},
		{strings.Repeat("a", 300), "w.pth", strings.Repeat("a", 64) + "/w.pth"},
	} {
		p, err := Cached(c.publisher, c.file, "https://files.invalid/x/w.pth")
		if err != nil {
			t.Errorf("%q %q: %v", c.publisher, c.file, err)
			continue
		}
		if want := filepath.Join(weights, filepath.FromSlash(c.want)); p.Path() != want {
			t.Errorf("%q %q: got %s, want %s", c.publisher, c.file, p.Path(), want)
		}
	}
	for file, why := range map[string]string{
		"../w.pth": "another folder", "a/../../w.pth": "another folder", "./w.pth": "another folder", "..": "another folder",
		"/etc/w.pth": "is empty", "a//w.pth": "is empty", "a/": "is empty", "": "is empty",
		`..\w.pth`: "a character", `C:w.pth`: "a character", "w.pth?download=1": "a character", "a\nb": "a character", "a\x1bb": "a character", "a\xffb": "a character",
		"CON": "a device", "nul.pth": "a device", "a/com1.pth": "a device", "LPT9": "a device", "aux .x": "a device",
		"w.": "dot", "w ": "space", " w": "space",
		"w.pth.part": "notes", "w.pth.PART": "notes", "w.part.json": "notes", "w.source.json": "notes",
		strings.Repeat("a", 201): "longer than 200 bytes", strings.Repeat("abc/", 101): "is empty", strings.Repeat("abc/", 101) + "a": "longer than 400 bytes",
	} {
		_, err := Cached("p", file, "https://files.invalid/")
		wantError(t, err, Refused, why, "--output")
	}
	for _, file := range []string{"com.pth", "com10.pth", "console", "w.json", "part", "a.b.c"} {
		if _, err := Cached("p", file, "https://files.invalid/"); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// A shelf is one place in the cache, for files that a server has at /w.pth and /other.
type shelf struct {
	*testing.T
	*server
	weights     string
	data, other []byte
}

func newShelf(t *testing.T) *shelf {
	h := &shelf{T: t, weights: cacheOf(t), data: contents(20, 5000), other: contents(21, 5000)}
	h.server = serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/other" {
			file(w, r, `"b"`, h.other)
			return
		}
		file(w, r, `"a"`, h.data)
	})
	return h
}

func (h *shelf) place() Place {
	p, err := Cached("p", "a/w.pth", h.URL)
	if err != nil {
		h.Fatal(err)
	}
	return p
}

// get gets a file, and wants these contents, whether it was there, and that it is found then.
func (h *shelf) get(f File, data []byte, present bool) {
	h.Helper()
	before := len(h.asked())
	got, err := Get(h.Context(), f, h.place(), brief())
	wantContents(h.T, h.place(), got, err, data)
	if asked := len(h.asked()) > before; got.Present != present || asked == present {
		h.Errorf("present: %v, asked for: %v; want %v", got.Present, asked, present)
	}
	found, ok := Find(f, h.place())
	if want := (Saved{h.place().Path(), int64(len(data)), sumOf(data), true}); !ok || found != want {
		h.Errorf("found %+v, want %+v", found, want)
	}
}

// absent wants that a file is not found.
func (h *shelf) absent(f File, when string) {
	h.Helper()
	if _, ok := Find(f, h.place()); ok {
		h.Errorf("found %s", when)
	}
}

// A file in the cache is used only as what came from its own address.
func TestFilesInTheCache(t *testing.T) {
	h := newShelf(t)
	f, elsewhere := File{h.URL + "/w.pth", ""}, File{h.URL + "/other", ""}
	h.absent(f, "before it came")
	h.get(f, h.data, false)
	h.get(f, h.data, true)
	h.get(File{f.URL, sumOf(h.data)[:8]}, h.data, true)
	h.absent(File{f.URL, "00000000"}, "with another hash")
	h.absent(elsewhere, "for another address")
	h.get(elsewhere, h.other, false)
	h.absent(f, "after it was replaced")
	for _, changed := range [][]byte{contents(22, 5000), h.data[:10]} { // on the disk
		os.WriteFile(h.place().Path(), changed, 0o666)
		h.get(f, h.data, false)
	}

	// Of one that was put there by hand only a hash says that it is the file.
	note := h.place().Path() + sourceMark
	os.Remove(note)
	h.absent(f, "without its source")
	h.get(File{f.URL, sumOf(h.data)}, h.data, true)
	os.Remove(note)
	h.get(f, h.data, false)

	var o origin
	text, err := os.ReadFile(note)
	if err != nil || json.Unmarshal(text, &o) != nil || o != (origin{URL: f.URL, Bytes: 5000, SHA256: sumOf(h.data)}) {
		t.Errorf("the source says %s, %v", text, err)
	}
	if info, err := os.Stat(h.weights); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v", info, err)
	}
	var left []string
	filepath.WalkDir(h.weights, func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			left = append(left, d.Name())
		}
		return err
	})
	if strings.Join(left, " ") != "w.pth w.pth.source.json" {
		t.Errorf("the cache holds %q", left)
	}
}

// A folder of the cache that is a link does not lead out of it.
func TestLinksInTheCache(t *testing.T) {
	h := newShelf(t)
	f, outside := File{h.URL + "/w.pth", ""}, t.TempDir()
	h.get(f, h.data, false)
	if err := os.Symlink(outside, filepath.Join(h.weights, "q")); err != nil && runtime.GOOS == "windows" {
		t.Skip("Windows lets few users make links")
	} else if err != nil {
		t.Fatal(err)
	}
	q, err := Cached("q", "w.pth", h.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Get(t.Context(), f, q, brief()); err == nil {
		t.Error("wrote through a link")
	}
	if entries, _ := os.ReadDir(outside); len(entries) > 0 {
		t.Errorf("left the cache: %v", entries)
	}
}

func TestNoCacheFolder(t *testing.T) {
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData", "home"} {
		t.Setenv(name, "")
	}
	_, err := Cached("p", "w.pth", "https://files.invalid/")
	wantError(t, err, Failed, "no cache folder", "--output")
}
