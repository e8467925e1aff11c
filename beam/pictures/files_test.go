package pictures

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/memfs"

	"cnnlang/beam/internal/samples"
)

func containsFold(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}

// Pictures and nets of another file system give the rows that they give here, but for their names.
func TestFarFiles(t *testing.T) {
	folder := t.TempDir()
	names := append(samples.Pictures(t, folder, 6), samples.Large(t, folder), samples.Bad(t, folder)[0])
	net := filepath.Join(samples.Folder(t, map[string]string{"grey.cnn": samples.Vector}), "grey.cnn")
	far := func(name string) string { return "memfs://" + filepath.Base(name) }
	var there []string
	for _, name := range append(names, net) {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		memfs.Write(far(name), content)
		there = append(there, far(name))
	}
	for batch := 1; batch <= 3; batch++ {
		o := Options{Net: net, Weights: "random", Seed: 3, Batch: batch}
		near, err := compute(t.Context(), o, names, true)
		if err != nil {
			t.Fatal(err)
		}
		o.Net = far(net)
		got, err := compute(t.Context(), o, there[:len(names)], true)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			want := outcome{strings.ReplaceAll(near[name].row, name, far(name)), near[name].bad}
			if got[far(name)] != want {
				t.Errorf("%s: got %v, want %v", name, got[far(name)], want)
			}
		}
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "cnnlang-*", "*", "grey.cnn*")); len(left) > 0 {
		t.Errorf("left %v behind", left)
	}
}

// A torn is a file system that breaks off.
type torn struct{ filesystem.Interface }

func (torn) Close() error                                   { return nil }
func (torn) Size(context.Context, string) (int64, error)    { return 100, nil }
func (torn) List(context.Context, string) ([]string, error) { return nil, nil }
func (torn) OpenRead(_ context.Context, name string) (io.ReadCloser, error) {
	if strings.HasSuffix(name, "none.png") {
		return nil, errors.New("the server does not answer")
	}
	return io.NopCloser(io.MultiReader(bytes.NewReader(make([]byte, 50)), broken{})), nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the connection is lost") }

func init() {
	filesystem.Register("torn", func(context.Context) filesystem.Interface { return torn{} })
}

// A file is copied whole or not at all, and a picture that breaks off is bad, with the reason.
func TestTornFiles(t *testing.T) {
	to := filepath.Join(t.TempDir(), "0", "w.safetensors")
	if err := fetch(t.Context(), "torn://w.safetensors", to); err == nil || !strings.Contains(err.Error(), "the connection is lost") {
		t.Errorf("got %v", err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(to)); len(entries) > 0 {
		t.Errorf("left %v behind", entries)
	}
	all, err := compute(t.Context(), Options{Net: "glyphs"}, []string{"torn://a.png", "torn://none.png"}, true)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"torn://a.png": "the connection is lost", "torn://none.png": "the server does not answer"} {
		if one := all[name]; !one.bad || !strings.Contains(one.row, want) {
			t.Errorf("%s: got %v, want %q in it", name, one, want)
		}
	}
}

// A pattern finds what a shell would, and says so if that is nothing.
func TestMatches(t *testing.T) {
	folder := samples.Folder(t, map[string]string{"a.png": "", ".b.png": "", "c[1].png": "", "sub/d.png": "", ".sub/e.png": ""})
	for pattern, want := range map[string]string{
		"*.png": "a.png c[1].png", ".*.png": ".b.png", "*/*.png": "sub/d.png", "c[1].png": "c[1].png", "a.png": "a.png",
		"none*": "error", "**/*.png": "error", "[": "error",
	} {
		names, err := Matches(t.Context(), filepath.Join(folder, pattern))
		got := "error"
		if err == nil {
			got = strings.ReplaceAll(strings.Join(names, " "), folder+"/", "")
		}
		if got != want {
			t.Errorf("%s: got %s, want %s (%v)", pattern, got, want, err)
		}
	}
	if _, err := Matches(t.Context(), "nowhere://x/*"); err == nil {
		t.Error("a scheme that is not known is taken")
	}
}
