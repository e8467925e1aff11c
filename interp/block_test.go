package interp_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/draw"
	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/source"
	"cnnlang/nets"
	"cnnlang/stdlib"
)

// Every block of the library is drawn: each step of its text once, and nothing on anything else.
func TestPicturesOfBlocks(t *testing.T) {
	blocks := 0
	for _, folder := range []fs.FS{stdlib.FS, nets.FS} {
		entries, err := fs.ReadDir(folder, ".")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if slices.Contains([]string{"prelude.cnn", "prepare.cnn", "weights.cnn", "classes.cnn"}, e.Name()) || !strings.HasSuffix(e.Name(), ".cnn") {
				continue // operations and values
			}
			text, err := fs.ReadFile(folder, e.Name())
			if err != nil {
				t.Fatal(err)
			}
			p, err := interp.Read(e.Name(), strings.NewReader(string(text)))
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range p.Main.Blocks() {
				if o.Block.Kind == "net" && folder == fs.FS(nets.FS) {
					continue // drawn with its sizes elsewhere
				}
				blocks++
				b, err := p.Block(o.Name, interp.Settings{})
				if err != nil {
					t.Errorf("%s: %s: %v", e.Name(), o.Name, err)
					continue
				}
				if b.Unproved != "" {
					t.Errorf("%s: %s is not proved: %s", e.Name(), o.Name, b.Unproved)
				}
				hasEveryStep(t, o.Block, b)
				blockDrawn(t, b, draw.Options{Depth: draw.FitPage})
				blockDrawn(t, b, draw.Options{Depth: draw.All, Steps: true})
			}
		}
	}
	if blocks < 50 {
		t.Errorf("got %d blocks", blocks)
	}
}

// hasEveryStep checks that each step of a block's text that calls something is in its sketch,
// whichever way leads there.
func hasEveryStep(t *testing.T, text *ast.Block, b *interp.Block) {
	t.Helper()
	if text.Body == nil {
		return // a preset
	}
	drawn := map[source.Span]bool{}
	graph.Walk(b.Sketch.Parts, func(p *graph.Part) { drawn[p.Span] = true })
	ast.Walk(text.Body, func(n ast.Node) bool {
		if s, isStep := n.(*ast.Step); isStep && s.Call != nil && !drawn[s.Span()] {
			t.Errorf("%s: the step at %v is not in its sketch", b.Name, s.Span().Start)
		}
		return true
	})
}

// blockDrawn draws a block and checks that each of its steps is in one box.
func blockDrawn(t *testing.T, b *interp.Block, opts draw.Options) *drawing {
	t.Helper()
	var text strings.Builder
	if err := draw.Of(b.Graph(), b.Sketch.Parts, opts).SVG(&text); err != nil {
		t.Fatal(err)
	}
	d := readDrawing(t, text.String())
	word := strings.NewReplacer("%", "%25", " ", "%20")
	want, got := map[string]int{"input": 1}, map[string]int{}
	graph.Walk(b.Sketch.Parts, func(p *graph.Part) {
		switch {
		case p.Kind == graph.Operation || p.Kind == graph.Merge:
			want[word.Replace(p.Node.Path)]++
		case p.Closed:
			want[word.Replace(p.Path)]++
		}
	})
	for _, box := range d.boxes {
		for _, path := range box.nodes {
			got[path]++
		}
	}
	for path := range want {
		if path != "" && got[path] != want[path] {
			t.Errorf("%s at depth %d: %q is drawn %d times, want %d", b.Name, opts.Depth, path, got[path], want[path])
		}
	}
	for path := range got {
		if want[path] == 0 && path != "%" {
			t.Errorf("%s at depth %d: %q is drawn, which is no step", b.Name, opts.Depth, path)
		}
	}
	for i, crossing := range d.crossings() {
		if i == 3 {
			break
		}
		t.Errorf("%s at depth %d: %s", b.Name, opts.Depth, crossing)
	}
	return d
}
