package interp_test

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/draw"
	"cnnlang/interp/graph"
	"cnnlang/interp/internal/prove/provetest"
	"cnnlang/lang/ast"
	"cnnlang/lang/source"
	"cnnlang/nets"
	"cnnlang/stdlib"
)

// Every block of the library is drawn: each step of its text once, and nothing on anything else.
func TestPicturesOfBlocks(t *testing.T) {
	interp.StopProofClock(t)
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
				// The lists of split_attention are followed tensor by tensor to be drawn.
				several := slices.Concat(provetest.Bounded, provetest.Costly, []string{"split_attention"})
				if b.Unproved != "" && !slices.Contains(several, o.Name) {
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
	want, got := map[string]int{}, map[string]int{}
	for _, n := range b.Sketch.Inputs {
		want[cmp.Or(word.Replace(n.Path), "input")]++
	}
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

// The sizes of a sketch, computed by the language itself, are those of the block's steps in a net.
func TestSizesOfSketches(t *testing.T) {
	for _, c := range []struct{ from, block, lets string }{
		{"resnet", "basic", "c = 8, stride = 2"},
		{"resnet", "basic", "c = 6, stride = 1"},
		{"resnet", "bottleneck", "c = 16, stride = 3, groups = 2, base = 64, se = 4"},
		{"densenet", "dense_layer", "k = 5, mult = 3"},
		{"densenet", "transition", ""},
		{"efficientnet", "mbconv", "c = 8, k = 5, stride = 2, t = 3"},
		{"shufflenet", "shuffle_unit", "c = 6, stride = 1"},
		{"inception_v3", "inception_a", "pool = 7"},
		{"inception_resnet", "reduction_b", "b = 3, c = 4"},
		{"unet", "double", "c = 3"},
	} {
		call := "import std." + c.from + " { " + c.block + " }\nnet n [N, C = 6, H = 9, W = 14] -> [N, _, _, _] { \"\": " + c.block + "(" + c.lets + ") }\n"
		p, n := selected(t, "-", call, interp.Options{})
		b, err := p.Block(c.block, interp.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		text := "let C = 6\nlet H = 9\nlet W = 14\n"
		for let := range strings.SplitSeq(c.lets, ", ") {
			if let != "" {
				text += "let " + let + "\n"
			}
		}
		text += "net sum [N, 2] -> [N, 2] {\n  relu\n"
		compared := 0
		graph.Walk(b.Sketch.Parts, func(part *graph.Part) {
			if part.Kind != graph.Operation && part.Kind != graph.Merge {
				return
			}
			i := slices.IndexFunc(n.Graph.Nodes, func(node *graph.Node) bool { return node.Path == part.Path })
			if i < 0 {
				return // not made at these values
			}
			for axis, size := range part.Node.Dims()[1:] {
				if size.String() != "_" {
					text += fmt.Sprintf("  expect %v == %d # %s\n", size, n.Graph.Nodes[i].Shape[axis+1], part.Path)
					compared++
				}
			}
		})
		if compared < 6 {
			t.Errorf("%s: only %d sizes are compared", c.block, compared)
		}
		sum, err := interp.Read("sum.cnn", strings.NewReader(text+"}\n"))
		if err == nil {
			_, err = sum.Net(interp.Options{})
		}
		if err != nil {
			t.Errorf("%s: %v\n%s", c.block, err, text)
		}
	}
}

// What is read by an index that differs from case to case has the index of the text in a sketch.
func TestIndexesInSketches(t *testing.T) {
	p, err := interp.Read("my.cnn", strings.NewReader(`block f(n: int) [N, C, H, W] -> [N, C, H, W] {
  relu as y[0]
  repeat i of n { @y[i] -> relu as y[i+1] }
  add { | @y[n] | @y[0] }
}
`))
	if err != nil {
		t.Fatal(err)
	}
	b, err := p.Block("f", interp.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	var read []string
	graph.Walk(b.Sketch.Parts, func(part *graph.Part) {
		if part.Kind == graph.Tap {
			read = append(read, part.Call)
		}
	})
	if want := []string{"@y[i]", "@y[n]", "@y[0]"}; !slices.Equal(read, want) {
		t.Errorf("%v are read, want %v", read, want)
	}
}
