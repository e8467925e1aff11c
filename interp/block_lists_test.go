package interp_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/interp"
	"cnnlang/interp/draw"
	"cnnlang/interp/graph"
)

const sketchedLists = `block merged(c: int) repeat i of n | [N, _, H/2**i, W/2**i] as xs -> repeat i of n | [N, c, H/2**i, W/2**i]
    where n >= 1, H % 2**(n-1) == 0, W % 2**(n-1) == 0 {
  repeat k of n {
    let i = n - 1 - k
    @xs[i] -> "inner.{i}": unit(c + i)
    conv(c, 1x1)
    if k > 0 { add { | id | @m[i+1] -> resize([H//2**i, W//2**i]) } }
    id as m[i]
  }
  list { repeat i of n | @m[i] -> "outer.{i+1}.part": { conv(c, 3x3, pad=1) -> relu } }
}
block unit(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 1x1) }
block ways(kind: int) [N, C, H, W] -> [N, C, H, W] {
  if kind == 0 { conv(C, 3x3, pad=1) } else if kind == 1 { lrn }
  if kind == 2 { relu } else if kind == 3 { lrn } else { sigmoid }
  repeat 2 { "same.{kind}.{1}": conv(C, 1x1) }
  repeat i of 2 { "own{i}": conv(C, 1x1) }
}
net n [N, 3, H = 8, W = 8] -> [N, 3, H, W] { ways(0) }
`

func blockOf(t *testing.T, text, name string) *interp.Block {
	t.Helper()
	p, err := interp.Read("my.cnn", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	b, err := p.Block(name, interp.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What differs from one value of a list to the next is said as the text says it: the block's own inputs and
// outputs, the labels, and what is read. No size is that of the first value alone.
func TestSketchesOfLists(t *testing.T) {
	b := blockOf(t, sketchedLists, "merged")
	shape := func(n *graph.Node) string { return fmt.Sprint(n.Dims()) }
	var got []string
	for _, n := range b.Sketch.Inputs {
		got = append(got, n.Path+" "+shape(n))
	}
	graph.Walk(b.Sketch.Parts, func(p *graph.Part) {
		if p.Kind == graph.Tap || p.Label != nil && *p.Label != "" || strings.Contains(p.Path, "outer") {
			got = append(got, strings.TrimSpace(p.Path+" "+p.Call+" "+shape(p.Node)))
		}
	})
	for _, n := range b.Sketch.Outputs {
		got = append(got, shape(n))
	}
	want := []string{
		"xs[i] [N, _, H/2**i, W/2**i]",
		"@xs[i] [N, _, _, _]", "inner.{i} unit [N, _, _, _]",
		"@m[i+1] [N, c, _, _]",
		"@m[i] [N, c, _, _]", "outer.{i + 1}.part  [N, c, _, _]", "outer.{i + 1}.part.0 conv [N, c, _, _]", "outer.{i + 1}.part.1 relu [N, c, _, _]",
		"[N, c, H/2**i, W/2**i]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	blockDrawn(t, b, draw.Options{Depth: draw.All, Steps: true})
	var picture strings.Builder
	if err := draw.Of(b.Graph(), b.Sketch.Parts, draw.Options{Depth: draw.All}).SVG(&picture); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"xs[i]", "inner.{i}: unit(c=c + i)", "1×1 conv, c", "nearest resize to H//2**i×W//2**i", "output, c × H/2**i × W/2**i"} {
		if !strings.Contains(picture.String(), ">"+text+"<") {
			t.Errorf("no %q in\n%s", text, picture.String())
		}
	}
}

// A label that is one in all cases is said with its values.
func TestLabelsOfSketches(t *testing.T) {
	var labels []string
	graph.Walk(blockOf(t, strings.Replace(sketchedLists, "repeat 2 { \"same", "repeat 1 { \"same", 1), "ways").Sketch.Parts, func(p *graph.Part) {
		if p.Label != nil && *p.Label != "" {
			labels = append(labels, *p.Label)
		}
	})
	if diff := cmp.Diff([]string{"same.{kind}.{1}", "own0", "own1"}, labels); diff != "" {
		t.Error(diff)
	}
}

// An if whose last way is missing passes its value on: that is drawn as an arc.
func TestAnIfWithoutElseMayApplyNothing(t *testing.T) {
	var b strings.Builder
	block := blockOf(t, strings.Replace(sketchedLists, "repeat 2 { \"same", "repeat 1 { \"same", 1), "ways")
	if err := draw.Of(block.Graph(), block.Sketch.Parts, draw.Options{Depth: draw.All}).Mermaid(&b); err != nil {
		t.Fatal(err)
	}
	ids, into := map[string]string{}, map[string][]string{}
	for line := range strings.Lines(b.String()) {
		line = strings.TrimSpace(line)
		if from, to, is := strings.Cut(line, " --> "); is {
			into[to] = append(into[to], ids[from])
		} else if id, text, is := strings.Cut(line, "["); is {
			ids[id] = strings.Trim(text, `[]"`)
		}
	}
	var ors [][]string
	for id, from := range into {
		if ids[id] == "or" {
			ors = append(ors, from)
		}
	}
	slices.SortFunc(ors, func(a, b []string) int { return slices.Compare(a, b) })
	want := [][]string{{"3×3 conv, C", "lrn", "input"}, {"relu", "lrn", "sigmoid"}}
	if diff := cmp.Diff(want, ors); diff != "" {
		t.Errorf("%s\n%s", diff, b.String())
	}
}
