package interp_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/interp"
	"cnnlang/interp/draw"
)

// Two streams that exchange what they have, as a list.
const streams = `net n [N, 3, H = 8, W = 8] -> [N, 2] where H % 2 == 0, W % 2 == 0 {
  stem: conv(4, 1x1)
  list { | conv(4, 1x1) | conv(8, 2x2, stride=2) } as [a, b]
  list {
    | add { | @a | @b -> deconv(4, 2x2, stride=2) }
    | add { | @b | @a -> conv(8, 2x2, stride=2) }
  } as xs
  list { repeat x in @xs | @x -> gap } -> concat -> flatten -> linear(2)
}`

func TestPicturesOfLists(t *testing.T) {
	for _, text := range []string{streams, strings.Replace(streams, "list { repeat x in @xs | @x -> gap }", `"m": { list { repeat x in @xs | @x -> gap } }`, 1)} {
		_, n := selected(t, "-", text, interp.Options{})
		followed(t, n)
		for depth := draw.All; depth < 2; depth++ {
			if depth != draw.FitPage {
				drawn(t, n, draw.Options{Depth: depth, Steps: depth == 1})
			}
		}
	}
}

// A list that is joined at once is drawn as what joins its branches is.
func TestAJoinedListIsAMerge(t *testing.T) {
	picture := func(steps string) string {
		_, n := selected(t, "-", "net n [N, 3, H = 8, W = 8] -> [N, _, H, W] {\n"+steps+"\n}", interp.Options{})
		var b strings.Builder
		if err := draw.Of(n.Graph, n.Outline(), draw.Options{Depth: draw.All}).SVG(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	paths := strings.NewReplacer(`data-path="1"`, `data-path="0"`, `data-nodes="1`, `data-nodes="0`, "<title>1\n", "<title>0\n")
	for _, pair := range [][2]string{
		{"list { | conv(4, 1x1) | conv(8, 3x3, pad=1) -> relu }\nconcat", "concat { | conv(4, 1x1) | conv(8, 3x3, pad=1) -> relu }"},
		{"list { | conv(3, 1x1) | id } -> add", "add { | conv(3, 1x1) | id }"},
	} {
		if diff := cmp.Diff(picture(pair[1]), paths.Replace(picture(pair[0]))); diff != "" {
			t.Errorf("%s\n%s", pair[0], diff)
		}
	}
}

// A closed frame gives what is made in it, wherever it is taken.
func TestLinksOfAClosedFrame(t *testing.T) {
	_, n := selected(t, "-", `net n [N, 4, H = 8, W = 8] -> [N, 4, H, W] {
  deep: { conv(4, 1x1) as a; maxpool(3x3, stride=1, pad=1) -> lrn }
  conv(4, 1x1)
  add { | id | @a }
}`, interp.Options{})
	var b strings.Builder
	if err := draw.Of(n.Graph, n.Outline(), draw.Options{Depth: 0}).Mermaid(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"n1[\"deep\"]\n", "n3[\"+\"]\n", "n1 --> n3\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

// The links of a diagram are those of the graph, wherever a value is made.
func TestLinksOfLists(t *testing.T) {
	_, n := selected(t, "-", streams, interp.Options{})
	var b strings.Builder
	if err := draw.Of(n.Graph, n.Outline(), draw.Options{Depth: draw.All}).Mermaid(&b); err != nil {
		t.Fatal(err)
	}
	names, links := map[string]string{}, map[string]bool{}
	for _, line := range strings.Split(b.String(), "\n") {
		line = strings.TrimSpace(line)
		if from, to, is := strings.Cut(line, " --> "); is {
			links[names[from]+" > "+names[to]] = true
		} else if id, text, is := strings.Cut(line, "["); is {
			names[id] = strings.Trim(text, `[]"`)
		}
	}
	want := map[string]bool{}
	for _, link := range []string{
		"input > 1×1 conv, 4", "1×1 conv, 4 > 1×1 conv, 4", "1×1 conv, 4 > 2×2 conv, 8, /2",
		"1×1 conv, 4 > list [a, b", "2×2 conv, 8, /2 > list [a, b",
		"1×1 conv, 4 > +", "2×2 conv, 8, /2 > 2×2 deconv, 4, ×2", "2×2 deconv, 4, ×2 > +", "2×2 conv, 8, /2 > +",
		"+ > list xs", "+ > global average pool", "global average pool > concat, 12", "concat, 12 > flatten", "flatten > linear, 2", "linear, 2 > output, 2",
	} {
		want[link] = true
	}
	if diff := cmp.Diff(want, links); diff != "" {
		t.Error(diff)
	}
}

// A list is compared as what joins branches is: a branch that is there besides is one change within it.
func TestDiffOfLists(t *testing.T) {
	_, a := selected(t, "-", streams, interp.Options{})
	_, b := selected(t, "-", strings.Replace(streams, "| @x -> gap }", "| @x -> relu -> gap }", 1), interp.Options{})
	d := compared(a, b)
	holds(t, a, b, d)
	pictured(t, a, b, 0, draw.All, draw.Told)
	var words []string
	for _, c := range d.Changes {
		for _, one := range c.All() {
			words = append(words, one.Kind.String()+" "+one.Words())
		}
	}
	if diff := cmp.Diff([]string{"changed list", "added relu to 4×8×8", "added relu to 8×4×4"}, words); diff != "" {
		t.Error(diff)
	}
	if d := compared(a, a); !d.Empty() {
		t.Errorf("it differs from itself: %v", d.Changes)
	}
}

// What joins a branch that a sketch has once for all is drawn as what joins branches is.
func TestSketchOfRepeatedBranches(t *testing.T) {
	const text = `block b(n: int) [N, C, H, W] -> [N, C, H, W] where n >= 1 {
  add { repeat n | conv(C, 1x1) }
  list { repeat n | conv(C, 1x1) } -> max
}
net n [N, 3, H = 8, W = 8] -> [N, 3, H, W] { b(2) }`
	p, err := interp.Read("-", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	b, err := p.Block("b", interp.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	var picture strings.Builder
	if err := draw.Of(b.Graph(), b.Sketch.Parts, draw.Options{Depth: draw.All}).SVG(&picture); err != nil {
		t.Fatal(err)
	}
	for _, box := range readDrawing(t, picture.String()).boxes {
		kinds = append(kinds, box.kind)
	}
	if diff := cmp.Diff([]string{"box input", "box pointwise", "box merge", "box pointwise", "box merge", "box output"}, kinds); diff != "" {
		t.Error(diff)
	}
}
