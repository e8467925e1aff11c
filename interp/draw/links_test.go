package draw

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/interp"
)

// What is written for Graphviz and Mermaid has the colours of the light SVG, and a number on a frame is not
// repeated on what is in it.
func TestLinksHaveColoursAndCounts(t *testing.T) {
	n := netOf(t, "resnet18")
	heat := &Heat{Name: "MACs", Of: map[string]float64{}}
	for _, node := range n.Graph.Operations() {
		heat.Of[node.Path] = node.Count().MACs.Float()
	}
	for _, c := range []struct {
		heat *Heat
		want map[string]string // of boxes whose text begins so
	}{
		{nil, map[string]string{"input": "#eceff3", "7×7 conv, 64": "#9cc7ec", "1×1 conv, 128": "#d3e6f8", "3×3 max pool": "#f3c3b5", "+": "#ffffff", "linear": "#cdbbe8", "output": "#eceff3"}},
		{heat, map[string]string{"7×7 conv, 64": "#f0a030", "input": "#ffffff", "+": "#ffffff", "1×1 conv, 128": "#fce9cf"}}, // 255 - 0.2333 × (15, 95, 207), where 0.2333 is the root of 6,422,528 / 118,013,952
	} {
		d := Of(n.Graph, n.Outline(), Options{Depth: All, Heat: c.heat})
		var dot, mermaid bytes.Buffer
		if err := d.DOT(&dot); err != nil {
			t.Fatal(err)
		}
		if err := d.Mermaid(&mermaid); err != nil {
			t.Fatal(err)
		}
		for format, of := range map[string][3]string{"dot": {dot.String(), `n(\d+) \[label="([^"]*)"\];`, `n(\d+) \[fillcolor="(#[0-9a-f]{6})"\];`}, "mermaid": {mermaid.String(), `n(\d+)\["([^"]*)"\]`, `style n(\d+) fill:(#[0-9a-f]{6}),color:#1f2933`}} {
			colours := map[string]string{}
			for _, m := range regexp.MustCompile(of[2]).FindAllStringSubmatch(of[0], -1) {
				colours[m[1]] = m[2]
			}
			found := map[string]bool{}
			boxes := regexp.MustCompile(of[1]).FindAllStringSubmatch(of[0], -1)
			for _, m := range boxes {
				for text, want := range c.want {
					if strings.HasPrefix(m[2], text) {
						if found[text] = true; colours[m[1]] != want {
							t.Errorf("%s: %q is %s, want %s", format, m[2], colours[m[1]], want)
						}
					}
				}
			}
			if len(found) != len(c.want) || len(colours) != len(boxes) {
				t.Errorf("%s: %d boxes, %d colours, of %v there are %v", format, len(boxes), len(colours), c.want, found)
			}
			if got := strings.Count(of[0], "×2"); got != 1 { // the frame of both blocks of layer1
				t.Errorf("%s has ×2 %d times, want once: %s", format, got, of[0])
			}
		}
	}
}

// What reads a value that is an output too is led to from the step that makes it.
func TestLinksLeadFromStepsNotFromOutputs(t *testing.T) {
	p, err := interp.Read("-", strings.NewReader(`net n | [N, 3, H = 8, W = 8] as a | [N, 3, H, W] as b -> repeat 2 | [N, 4, H, W] as maps | [N, 4] as code {
  list { | @a | @b } -> head: each conv(4, 1x1) as maps
  @maps[1] -> gap -> flatten as code
  list { | @maps | @code }
}`))
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var dot bytes.Buffer
	if err := Of(n.Graph, n.Outline(), Options{Depth: All}).DOT(&dot); err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, m := range regexp.MustCompile(`n(\d+) \[label="([^"]*)"\]`).FindAllStringSubmatch(dot.String(), -1) {
		texts[m[1]] = m[2]
	}
	var got []string
	for _, m := range regexp.MustCompile(`n(\d+) -> n(\d+)`).FindAllStringSubmatch(dot.String(), -1) {
		got = append(got, texts[m[1]]+" to "+texts[m[2]])
	}
	want := []string{
		"a, 3×8×8 to inputs", "b, 3×8×8 to inputs", "a, 3×8×8 to list", "b, 3×8×8 to list",
		"a, 3×8×8 to 1×1 conv, 4", "b, 3×8×8 to 1×1 conv, 4, shared", "1×1 conv, 4 to list maps", "1×1 conv, 4, shared to list maps",
		"1×1 conv, 4, shared to global average pool", "list maps to list", "global average pool to list",
		"list to maps.0, 4×8×8", "list to maps.1, 4×8×8", "list to code, 4", "maps.0, 4×8×8 to outputs", "maps.1, 4×8×8 to outputs", "code, 4 to outputs",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Every kind of box has a colour.
func TestKindsHaveColours(t *testing.T) {
	for k := range Frame {
		styled(k.String())
	}
	for _, k := range []Kind{Circle, Bar, Tap} {
		styled(k.String())
	}
}
