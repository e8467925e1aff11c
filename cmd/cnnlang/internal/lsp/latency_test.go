package lsp

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"cnnlang/nets"
)

// asked are the requests about a text at a place, by what an editor shows of their answers.
func asked(uri, text string, p position) []struct {
	name, method string
	params       any
} {
	whole := span{position{0, 0}, newDocument(uri, 0, text).position(len(text))}
	id := identifier{uri}
	in := func(more map[string]any) map[string]any {
		more["textDocument"] = id
		return more
	}
	return []struct {
		name, method string
		params       any
	}{
		{"hover", "textDocument/hover", placeIn(uri, p)},
		{"hints", "textDocument/inlayHint", ranged{id, whole}},
		{"completion", "textDocument/completion", placeIn(uri, p)},
		{"signature", "textDocument/signatureHelp", placeIn(uri, p)},
		{"definition", "textDocument/definition", placeIn(uri, p)},
		{"references", "textDocument/references", in(map[string]any{"position": p, "context": map[string]any{"includeDeclaration": true}})},
		{"highlight", "textDocument/documentHighlight", placeIn(uri, p)},
		{"prepareRename", "textDocument/prepareRename", placeIn(uri, p)},
		{"rename", "textDocument/rename", in(map[string]any{"position": p, "newName": "fresh_name"})},
		{"symbols", "textDocument/documentSymbol", about{id}},
		{"allSymbols", "workspace/symbol", map[string]any{"query": "n"}},
		{"folds", "textDocument/foldingRange", about{id}},
		{"tokens", "textDocument/semanticTokens/full", about{id}},
		{"tokensIn", "textDocument/semanticTokens/range", ranged{id, whole}},
		{"format", "textDocument/formatting", about{id}},
		{"formatRange", "textDocument/rangeFormatting", ranged{id, whole}},
		{"actions", "textDocument/codeAction", in(map[string]any{"range": whole, "context": map[string]any{"diagnostics": []any{}}})},
		{"lenses", "textDocument/codeLens", about{id}},
		{"page", "workspace/executeCommand", map[string]any{"command": pageCommand, "arguments": []any{uri, p}}},
	}
}

// joined are files of the library as one text.
func joined(t testing.TB, names ...string) string {
	var b strings.Builder
	for _, name := range names {
		text, err := fs.ReadFile(nets.FS, name+".cnn")
		if err != nil {
			t.Fatal(err)
		}
		b.Write(text)
	}
	return b.String()
}

// How long each request takes right behind a key that was pressed, and once more with nothing changed: the slowest
// of all, beside the mean that a benchmark gives. The texts have more than 500 lines of several families, as they
// are, with a mistake in shapes, and with one that they do not parse with; or are the library's longest.
func BenchmarkAnswers(b *testing.B) {
	long := joined(b, "regnet", "inception_v4", "res2net")
	for _, text := range []struct{ name, text, at string }{
		{"533 lines", long, "reduction_b("},
		{"533 lines, shapes", strings.Replace(long, "64, 3x3", "64, 3x3, stride=2", 1), "reduction_b("},
		{"533 lines, no name", strings.Replace(long, "reduction_b(", "reductoin_b(", 1), "reductoin_b("},
		{"533 lines, bracket", strings.Replace(long, "reduction_b(", "reduction_b{(", 1), "reduction_b"},
		{"inception_v4", joined(b, "inception_v4"), "reduction_b("},
		{"yolo_v5", joined(b, "yolo_v5"), "conv"},
	} {
		c := start(b)
		uri := c.file("a.cnn", text.text)
		p, version := at(text.text, text.at, 0), 1
		p.Character++
		c.problemsOf(uri, version)
		for _, r := range asked(uri, text.text, p) {
			b.Run(fmt.Sprintf("%s/%s", text.name, r.name), func(b *testing.B) {
				var slowest, again time.Duration
				ask := func() time.Duration {
					began := time.Now()
					var result any
					c.try(r.method, r.params, &result) // a refusal is an answer
					return time.Since(began)
				}
				for range b.N {
					version++
					top := span{position{0, 0}, position{0, 0}}
					change := change{&top, "# a line\n"} // typed above, and taken away
					if version%2 == 1 {
						change.Range.End.Line, change.Text = 1, ""
					}
					c.tell("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": uri, "version": version}, "contentChanges": []any{change}})
					slowest = max(slowest, ask())
					b.StopTimer()
					c.problemsOf(uri, version)
					again = max(again, ask())
					b.StartTimer()
				}
				b.ReportMetric(float64(slowest.Microseconds())/1000, "ms-slowest")
				b.ReportMetric(float64(again.Microseconds())/1000, "ms-again")
			})
		}
	}
}
