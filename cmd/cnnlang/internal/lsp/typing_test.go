package lsp

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/sourcegraph/jsonrpc2"

	"cnnlang/nets"
)

// Random edits of shipped texts, with every request at random places: none fails but because the text has changed,
// and in the end a server that knows the last text alone says the same of it.
func TestTyping(t *testing.T) {
	const edits = 40
	for seed, name := range []string{"inception_v3.cnn", "resnet.cnn", "yolo_v3.cnn", "siamese.cnn"} {
		text, err := fs.ReadFile(nets.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) { typing(t, string(text), uint64(seed), edits) })
	}
}

func typing(t *testing.T, text string, seed uint64, edits int) {
	r := rand.New(rand.NewPCG(seed, 1))
	c := start(t)
	uri := c.file("a.cnn", text)
	d := newDocument(uri, 1, text)
	anywhere := func() position {
		offset := r.IntN(len(d.text) + 1)
		for offset > 0 && offset < len(d.text) && !utf8.RuneStart(d.text[offset]) {
			offset--
		}
		return d.position(offset)
	}
	pieces := []string{"", "", "{", "}", "(", ")", "|", "->", "conv(64, 3x3)", "\n", " ", "# é 𝄞\n", "x", "@", "[", "repeat 2 ", "as y", "𝄞", "\r\n", "\"", "net n [N, 3, H = 8, W = 8] -> [N, 3, _, _] { relu }\n"}
	for version := 2; version < edits+2; version++ {
		var changes []change
		for range 1 + r.IntN(3) {
			from := anywhere()
			to := from
			if r.IntN(2) == 0 {
				to = d.position(min(len(d.text), d.offset(from)+r.IntN(12)))
			}
			one := change{&span{from, to}, pieces[r.IntN(len(pieces))]}
			if r.IntN(30) == 0 {
				one = change{nil, text}
			}
			if err := d.apply([]change{one}); err != nil {
				t.Fatal(err)
			}
			changes = append(changes, one)
		}
		c.tell("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": uri, "version": version}, "contentChanges": changes})
		for range r.IntN(4) {
			p, q := anywhere(), anywhere()
			methods := []string{"hover", "completion", "signatureHelp", "definition", "documentHighlight", "prepareRename", "documentSymbol", "foldingRange", "semanticTokens/full", "formatting", "codeLens", "inlayHint", "rangeFormatting", "semanticTokens/range", "codeAction", "references", "rename"}
			method := "textDocument/" + methods[r.IntN(len(methods))]
			var result any
			err := c.try(method, map[string]any{"textDocument": identifier{uri}, "position": p, "range": span{p, q}, "newName": "fresh_name", "context": map[string]any{}}, &result)
			var remote *jsonrpc2.Error
			if err != nil && (!errors.As(err, &remote) || remote.Code != codeContentModified && remote.Code != codeRequestFailed) {
				t.Fatalf("%s: %v", method, err)
			}
		}
	}
	got := c.problemsOf(uri, edits+1)
	other := start(t)
	again := other.file("a.cnn", d.text)
	want := other.problemsOf(again, 1)
	for i := range want { // the file is in another folder
		for j := range want[i].Related {
			if want[i].Related[j].Location.URI == again {
				want[i].Related[j].Location.URI = uri
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-alone +typed:\n%s", diff)
	}
}
