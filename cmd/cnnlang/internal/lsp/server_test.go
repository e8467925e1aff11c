package lsp

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sourcegraph/jsonrpc2"
)

const small = `import std.resnet { basic }

# A unit of the small net.
block unit(c: int, stride = 1) [N, C, H, W] -> [N, c, _, _] {
  conv(c, 3x3, stride=stride, pad=1) -> bn -> relu
}

net small(classes = 10) [N, 3, H = 32, W = 32] -> [N, classes] {
  first: unit(16)
  layer: { repeat 2 basic(16) }
  unit(32, stride=2)
  gap -> flatten -> fc: linear(classes)
}

net large [N, 3, H = 64, W = 64] -> [N, 16, _, _] { unit(16) }
`

// Shapes stand behind the lines of the net in view.
func TestHints(t *testing.T) {
	c := start(t)
	uri := c.file("small.cnn", small)
	hints := func() map[int]string {
		var list []inlayHint
		c.call("textDocument/inlayHint", ranged{identifier{uri}, span{position{0, 0}, position{100, 0}}}, &list)
		lines := map[int]string{}
		for _, h := range list {
			lines[h.Position.Line] = h.Label
		}
		return lines
	}
	want := map[int]string{
		4: "[1, 16, 32, 32] … [1, 32, 16, 16]", 8: "[1, 16, 32, 32]", 9: "[1, 16, 32, 32]", 10: "[1, 32, 16, 16]", 11: "[1, 10]",
	}
	if diff := cmp.Diff(want, hints()); diff != "" {
		t.Error(diff)
	}
	c.call("workspace/executeCommand", map[string]any{"command": chooseCommand, "arguments": []any{uri, "large"}}, nil)
	if diff := cmp.Diff(map[int]string{4: "[1, 16, 64, 64]", 14: "[1, 16, 64, 64]"}, hints()); diff != "" {
		t.Error(diff)
	}
}

// A mistake appears as it is typed, its repair is offered, and after the repair it is gone.
func TestMistakeAndRepair(t *testing.T) {
	c := start(t)
	uri := c.file("small.cnn", small)
	if list := c.problemsOf(uri, 1); len(list) > 0 {
		t.Fatalf("nothing is wrong with it: %v", list)
	}
	word := at(small, "relu", 0)
	c.tell("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": uri, "version": 2},
		"contentChanges": []change{{&span{word, position{word.Line, word.Character + 4}}, "rleu"}}})
	list := c.problemsOf(uri, 2)
	if len(list) != 1 || list[0].Code != "E0201" || list[0].Range != (span{word, position{word.Line, word.Character + 4}}) {
		t.Fatalf("got %+v", list)
	}
	var actions []codeAction
	c.call("textDocument/codeAction", map[string]any{"textDocument": identifier{uri}, "range": list[0].Range, "context": map[string]any{"diagnostics": []any{}}}, &actions)
	if len(actions) == 0 || actions[0].Edit == nil || actions[0].Edit.Changes[uri][0].NewText != "relu" {
		t.Fatalf("got %+v", actions)
	}
	e := actions[0].Edit.Changes[uri][0]
	c.tell("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": uri, "version": 3}, "contentChanges": []change{{&e.Range, e.NewText}}})
	if list := c.problemsOf(uri, 3); len(list) > 0 {
		t.Errorf("got %v", list)
	}
}

func TestHoverDefinitionRename(t *testing.T) {
	c := start(t)
	uri := c.file("small.cnn", small)
	var h hover
	c.call("textDocument/hover", placeIn(uri, at(small, "unit(32", 0)), &h)
	for _, part := range []string{"block unit(c: int, stride = 1)", "A unit of the small net.", "`[1, 32, 16, 16]`", "4_704", "proved"} {
		if !strings.Contains(h.Contents.Value, part) {
			t.Errorf("no %q in %s", part, h.Contents.Value)
		}
	}
	var def location
	c.call("textDocument/definition", placeIn(uri, at(small, "unit(32", 0)), &def)
	if def.URI != uri || def.Range.Start != at(small, "unit", 1) {
		t.Errorf("got %+v", def)
	}
	c.call("textDocument/definition", placeIn(uri, at(small, "basic(16", 0)), &def)
	if !strings.HasSuffix(def.URI, "/std/resnet.cnn") {
		t.Errorf("got %+v", def)
	}
	var edit workspaceEdit
	c.call("textDocument/rename", map[string]any{"textDocument": identifier{uri}, "position": at(small, "stride", 0), "newName": "step"}, &edit)
	if len(edit.Changes[uri]) != 3 { // the parameter, its use, and the argument of the call; not the convolution's
		t.Errorf("got %+v", edit)
	}
	var remote *jsonrpc2.Error
	if err := c.try("textDocument/rename", map[string]any{"textDocument": identifier{uri}, "position": at(small, "stride", 0), "newName": "c"}, &edit); !errors.As(err, &remote) || remote.Code != codeRequestFailed {
		t.Errorf("got %v", err)
	}
}

func TestCompletionAndSignature(t *testing.T) {
	text := strings.Replace(small, "  unit(32, stride=2)", "  unit(32, ) as wide\n  bott\n  @w", 1)
	c := start(t)
	uri := c.file("small.cnn", text)
	names := func(p position) (names []string) {
		var list completions
		c.call("textDocument/completion", placeIn(uri, p), &list)
		for _, i := range list.Items {
			names = append(names, i.Label)
		}
		return names
	}
	p := at(text, "32, )", 0)
	p.Character += 4
	if got := names(p); len(got) == 0 || got[0] != "stride" {
		t.Errorf("got %v", got)
	}
	var s signatureHelp
	c.call("textDocument/signatureHelp", placeIn(uri, p), &s)
	if len(s.Signatures) != 1 || s.Signatures[0].Label != "unit(c: int, stride = 1) [N, C, H, W] -> [N, c, _, _]" || s.Parameter != 1 {
		t.Errorf("got %+v", s)
	}
	p = at(text, "@w", 0)
	p.Character += 2
	if diff := cmp.Diff([]string{"wide"}, names(p)); diff != "" {
		t.Error(diff)
	}
	p = at(text, "bott", 0)
	p.Character += 4
	var list completions
	c.call("textDocument/completion", placeIn(uri, p), &list)
	found := false
	for _, i := range list.Items {
		found = found || i.Label == "bottleneck" && len(i.Others) == 1 && strings.Contains(i.Others[0].NewText, "bottleneck")
	}
	if !found {
		t.Errorf("the library's bottleneck is not offered with its import: %+v", list)
	}
}

// What is formatted line by line is the whole formatted text.
func TestFormatting(t *testing.T) {
	text := strings.ReplaceAll(small, "  first: ", "      first:   ") + "\n\n\n"
	c := start(t)
	uri := c.file("small.cnn", text)
	var edits []textEdit
	c.call("textDocument/formatting", about{identifier{uri}}, &edits)
	if got := applied(text, edits); got != small {
		t.Errorf("got\n%s", got)
	}
	line := at(text, "first", 0).Line
	c.call("textDocument/rangeFormatting", ranged{identifier{uri}, span{position{line, 0}, position{line + 1, 0}}}, &edits)
	if got := applied(text, edits); got != small+"\n\n\n" {
		t.Errorf("got\n%s", got)
	}
	c.call("textDocument/rangeFormatting", ranged{identifier{uri}, span{position{0, 0}, position{2, 0}}}, &edits)
	if len(edits) > 0 {
		t.Errorf("got %v", edits)
	}
}

func applied(text string, edits []textEdit) string {
	d := newDocument("file:///a.cnn", 0, text)
	for i := len(edits) - 1; i >= 0; i-- {
		d.apply([]change{{&edits[i].Range, edits[i].NewText}})
	}
	return d.text
}

func TestOutlineAndFolds(t *testing.T) {
	c := start(t)
	uri := c.file("small.cnn", small)
	var symbols []documentSymbol
	c.call("textDocument/documentSymbol", about{identifier{uri}}, &symbols)
	var names []string
	for _, s := range symbols {
		names = append(names, s.Name)
		for _, p := range s.Children {
			names = append(names, s.Name+"."+p.Name)
		}
	}
	if diff := cmp.Diff([]string{"unit", "small", "small.first", "small.layer", "small.fc", "large"}, names); diff != "" {
		t.Error(diff)
	}
	var folds []foldingRange
	c.call("textDocument/foldingRange", about{identifier{uri}}, &folds)
	if diff := cmp.Diff([]foldingRange{{3, 4, ""}, {7, 11, ""}}, folds); diff != "" {
		t.Error(diff)
	}
	var lenses []codeLens
	c.call("textDocument/codeLens", about{identifier{uri}}, &lenses)
	if len(lenses) != 2 || !strings.Contains(lenses[0].Command.Title, "small [1, 3, 32, 32]: ") {
		t.Errorf("got %+v", lenses)
	}
	var page struct{ HTML, Path, Net string }
	c.call("workspace/executeCommand", map[string]any{"command": pageCommand, "arguments": []any{uri, at(small, "linear", 0)}}, &page)
	if page.Net != "small" || page.Path != "fc" || !strings.Contains(page.HTML, "<svg") {
		t.Errorf("got %s %s, %d bytes", page.Net, page.Path, len(page.HTML))
	}
}

func TestEnd(t *testing.T) {
	c := start(t)
	c.call("shutdown", nil, nil)
	c.tell("exit", nil)
	if err := <-c.ended; err != nil {
		t.Errorf("got %v", err)
	}
	c = start(t)
	c.conn.Close()
	if err := <-c.ended; !errors.Is(err, ErrNoShutdown) {
		t.Errorf("got %v", err)
	}
}
