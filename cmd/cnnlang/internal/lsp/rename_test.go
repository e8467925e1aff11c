package lsp

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sourcegraph/jsonrpc2"
)

// A name changes in files that are open, with what is typed in them, and in those that are not; and from whichever
// it is asked for.
func TestRenamingInTheWorkspace(t *testing.T) {
	files := map[string]string{
		"sub/blocks.cnn": "# on disk it is older\nblock unit(c: int) [N, C, H, W] -> [N, c, H, W] { main: conv(c, 3x3, pad=1) -> relu }\n",
		"net.cnn":        "import \"./sub/blocks.cnn\" { unit }\nnet n [N, 3, H = 8, W = 8] -> [N, 4, H, W] {\n  names mine { \"u.main.\" = \"w.\" }\n  u: unit(c=4)\n}\n",
		"other.cnn":      "import \"./sub/blocks.cnn\"\nnet o [N, 3, H = 8, W = 8] -> [N, 4, H, W] { blocks.unit(4) }\n",
		"far/above.cnn":  "import std.resnet { basic }\nnet unit [N, 3, H = 8, W = 8] -> [N, 3, H, W] { basic(3) }\n",
		".hidden/a.cnn":  "import \"../sub/blocks.cnn\" { unit }\n",
		"preset.cnn":     "import \"./net.cnn\" { n }\nnet p = n(H=4, W=4) { expect shape(\"u.main\") == [1, 4, 4, 4] }\n",
	}
	folder := t.TempDir()
	for name, text := range files {
		path := filepath.Join(folder, name)
		os.MkdirAll(filepath.Dir(path), 0o777)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	files["sub/blocks.cnn"] = strings.Replace(files["sub/blocks.cnn"], "# on disk it is older\n", "# é𝄞\n\n\n", 1)
	c := startWith(t, map[string]any{
		"capabilities":     map[string]any{"workspace": map[string]any{"workspaceEdit": map[string]any{"documentChanges": true}}},
		"workspaceFolders": []any{map[string]any{"uri": uriOf(folder), "name": "x"}},
	})
	uri := func(name string) string { return uriOf(filepath.Join(folder, name)) }
	for _, name := range []string{"sub/blocks.cnn", "net.cnn"} {
		c.tell("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri(name), "version": 7, "text": files[name]}})
	}
	rename := func(name, place, fresh string) (map[string]string, error) {
		var edit workspaceEdit
		err := c.try("textDocument/rename", map[string]any{"textDocument": identifier{uri(name)}, "position": at(files[name], place, 0), "newName": fresh}, &edit)
		after := map[string]string{}
		for _, d := range edit.Documents {
			path, _ := filepath.Rel(folder, pathOf(d.TextDocument.URI))
			path = filepath.ToSlash(path)
			if open := path == "sub/blocks.cnn" || path == "net.cnn"; open != (d.TextDocument.Version != nil) || open && *d.TextDocument.Version != 7 {
				t.Errorf("%s: version %v", path, d.TextDocument.Version)
			}
			after[path] = applied(files[path], d.Edits)
		}
		return after, err
	}
	want := map[string]string{}
	for _, name := range []string{"sub/blocks.cnn", "net.cnn", "other.cnn"} {
		want[name] = strings.ReplaceAll(files[name], "unit", "cell")
	}
	for _, from := range []string{"sub/blocks.cnn", "net.cnn"} {
		got, err := rename(from, "unit", "cell")
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("from %s: %v\n%s", from, err, diff)
		}
	}
	got, err := rename("sub/blocks.cnn", "c: int", "channels")
	want = map[string]string{
		"sub/blocks.cnn": strings.NewReplacer("c: int", "channels: int", "N, c,", "N, channels,", "conv(c,", "conv(channels,").Replace(files["sub/blocks.cnn"]),
		"net.cnn":        strings.Replace(files["net.cnn"], "c=4", "channels=4", 1),
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	got, err = rename("sub/blocks.cnn", "main:", "first")
	want = map[string]string{
		"sub/blocks.cnn": strings.Replace(files["sub/blocks.cnn"], "main:", "first:", 1),
		"net.cnn":        strings.Replace(files["net.cnn"], "u.main.", "u.first.", 1),
		"preset.cnn":     strings.Replace(files["preset.cnn"], "u.main", "u.first", 1),
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	var remote *jsonrpc2.Error
	for _, refused := range []struct{ name, place, fresh, says string }{
		{"net.cnn", "unit }", "n", "means something else where the name stands"},
		{"sub/blocks.cnn", "unit", "n", "means something else where the name stands, in " + filepath.ToSlash(folder) + "/net.cnn"},
		{"sub/blocks.cnn", "conv", "fold", "gives"},
	} {
		if _, err := rename(refused.name, refused.place, refused.fresh); !errors.As(err, &remote) || !strings.Contains(err.Error(), refused.says) {
			t.Errorf("%s to %s: %v", refused.place, refused.fresh, err)
		}
	}
	var symbols []workspaceSymbol
	c.call("workspace/symbol", map[string]any{"query": "UNI"}, &symbols)
	var places []string
	for _, y := range symbols {
		path, _ := filepath.Rel(folder, pathOf(y.Location.URI))
		places = append(places, filepath.ToSlash(path))
	}
	if diff := cmp.Diff([]string{"sub/blocks.cnn", "far/above.cnn"}, places); diff != "" {
		t.Error(diff)
	}
}

// The files below a text are offered to be imported, and none above.
func TestImportsAreOffered(t *testing.T) {
	c := start(t)
	uris := c.folder(map[string]string{"a.cnn": "import \"\n", "b.cnn": "import \"./su\" { x }\n", "c.cnn": "import \"./sub/\n", "d.cnn": "import \"../\n"})
	folder := filepath.Dir(pathOf(uris["a.cnn"]))
	os.Mkdir(filepath.Join(folder, "sub"), 0o777)
	for _, name := range []string{"sub/x.cnn", "sub/y.txt"} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		column int
		want   []string
	}{"a.cnn": {8, []string{"./b.cnn", "./c.cnn", "./d.cnn", "./sub/"}}, "b.cnn": {12, []string{"./sub/"}}, "c.cnn": {14, []string{"./sub/x.cnn"}}, "d.cnn": {11, nil}} {
		var list completions
		c.call("textDocument/completion", placeIn(uris[name], position{0, test.column}), &list)
		var names []string
		for _, i := range list.Items {
			names = append(names, i.Label)
		}
		if diff := cmp.Diff(test.want, names); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
