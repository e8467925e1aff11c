package lsp

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sourcegraph/jsonrpc2"
)

// Texts that are long, wide, or of a kind that editors send seldom have an answer to every request; -v says how long the
// slowest takes.
func TestEveryRequestOfOddTexts(t *testing.T) {
	net := "net n [N, 3, H = 8, W = 8] -> [N, 3, _, _] {\n\trelu -> conv(3, 1x1) # é𝄞\n}\n"
	for name, text := range map[string]string{
		"nothing":        "",
		"ten megabytes":  strings.Repeat(net, 10<<20/len(net)),
		"a long line":    "net n [N, 3, H = 8, W = 8] -> [N, 3, _, _] { relu" + strings.Repeat(" -> relu", 20_000) + " }",
		"wide letters":   "# " + strings.Repeat("𝄞", 50_000) + "\n" + net,
		"brackets":       strings.Repeat("{", 30_000),
		"many lines":     strings.Repeat("  relu\n", 30_000),
		"carriage":       strings.ReplaceAll(net, "\n", "\r\n"),
		"lone carriage":  strings.ReplaceAll(net, "\n", "\r"),
		"zeros":          "net \x00\x01",
		"a mark":         "\uFEFF" + net,
		"many mistakes":  strings.Repeat("net x [N, 3, H = 8, W = 8] -> [N, 4, H, W] { rleu }\n", 1000),
		"many names":     "net n(" + strings.TrimSuffix(strings.Repeat("a = 1, ", 4_000), ", ") + ") [N, 3, H = 8, W = 8] -> [N, 3, _, _] { relu }",
		"without a name": "block [",
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t)
			uri := c.file("a.cnn", text)
			d := newDocument(uri, 1, text)
			var slowest time.Duration
			for _, p := range []position{{1, 1 << 30}, {-1, -1}, d.position(len(text) / 2)} {
				for _, r := range asked(uri, text, p) {
					began := time.Now()
					var result any
					var remote *jsonrpc2.Error
					if err := c.try(r.method, r.params, &result); err != nil && !errors.As(err, &remote) {
						t.Fatalf("%s: %v", r.method, err)
					}
					if took := time.Since(began); took > slowest {
						slowest = took
						t.Logf("%v: %s at %v", took, r.name, p)
					}
				}
			}
			c.tell("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": uri, "version": 2}, "contentChanges": []change{{nil, net}}})
			began := time.Now()
			if list := c.problemsOf(uri, 2); len(list) > 0 {
				t.Errorf("got %v", list)
			}
			t.Logf("%v: until another text was checked", time.Since(began))
		})
	}
}

// Many texts are open, and names are no files, or files that cannot be read: a text is checked all the same.
func TestManyTextsAndOddNames(t *testing.T) {
	c := start(t)
	net := "net n [N, 3, H = 8, W = 8] -> [N, 3, _, _] { relu }\n"
	closed := filepath.Join(t.TempDir(), "closed")
	if err := os.Mkdir(closed, 0o000); err != nil {
		t.Fatal(err)
	}
	uris := []string{"", "a", "untitled:Untitled-1", "file:", "file:///", "file:///no/such/folder/a.cnn", "file:///a%00.cnn", "file:///%zz.cnn", "git:/a.cnn?x", "file://host/a.cnn",
		"file:///a.txt", "file:///std/resnet.cnn", uriOf(filepath.Join(closed, "a.cnn")), "file:///" + strings.Repeat("x", 5000) + ".cnn"}
	for i := range 1000 {
		uris = append(uris, fmt.Sprintf("file:///nets/%d.cnn", i))
	}
	for _, uri := range uris {
		c.tell("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "version": 1, "text": net}})
	}
	for _, uri := range uris[:14] {
		var hints []inlayHint
		c.problemsOf(uri, 1)
		if err := c.try("textDocument/inlayHint", ranged{identifier{uri}, span{position{0, 0}, position{9, 0}}}, &hints); err != nil || len(hints) != 1 {
			t.Errorf("%.60q: %v %v", uri, hints, err)
		}
	}
	last := uris[len(uris)-1]
	began := time.Now()
	c.tell("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": last, "version": 2}, "contentChanges": []change{{nil, "net"}}})
	c.problemsOf(last, 2)
	t.Logf("%v: a key in one of many", time.Since(began))
}
