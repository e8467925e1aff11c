package draw

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"cnnlang/interp"
)

// A shown is one thing of a scene: a box, a frame or a text by its place and size, a line by its points.
type shown struct {
	What string
	At   []float64
}

// scenes is a script that lays out a net as page.js does, at each of some depths.
const scenes = `(Data, depths) => new Function("Data", %s + "; return " + %s)(Data)(depths)`

const scenesOf = `depths => depths.map(depth => {
  shut(depth < 0 ? Infinity : depth);
  const s = layout(), place = r => [r.x, r.y, r.w, r.h], list = [];
  for (const r of s.frames) list.push({What: "frame " + title(r.item) + copies(r.of), At: place(r)});
  for (const r of s.boxes) list.push({What: "box " + title(r.item) + marks(r.item) + copies(r.of), At: place(r)});
  for (const t of s.texts) list.push({What: "text " + t.text, At: [t.x, t.y]});
  for (const e of s.edges) list.push({What: "edge " + e.kind + (e.arrow ? ">" : ""), At: e.points.flat()});
  return list;
})`

// odd has what no net of the library has: heads that come first, taps in branches and in heads, branches
// that begin with merges, merges of taps alone, groups that are equal from outside and differ within, lists.
const odd = `
block first [N, C, H, W] -> [N, C, H, W] {
  side early: max { | relu | relu -> conv(4, 3x3, pad=1) | conv(4, 1x1) }
  side early2: { gap -> flatten -> linear(3) }
  relu
}
net odd [N, 4, H = 8, W = 8] -> [N, 4, H, W] {
  conv(4, 1x1) as a
  deep: { inner: { add { | relu | max { | id | conv(4, 1x1) -> relu | conv(4, 3x3, pad=1) } } } }
  x: first
  y: first
  g: { conv(4, 1x1) -> relu -> sigmoid }
  h: { relu -> conv(4, 1x1) -> sigmoid }
  relu as b
  add { | @a -> relu | conv(4, 1x1) -> bn }
  concat { | id | @b | @a } -> conv(4, 1x1)
  relu -> relu -> relu -> relu
  relu as c
  tail: { add { | @c | @b } }
  side late: @a
  list { | conv(4, 1x1) | relu -> conv(8, 2x2, stride=2) } as [p, q]
  m: { list { | @p -> gap | @q -> conv(4, 1x1) -> gap | id } } as xs
  list { repeat x in @xs | @x -> conv(4, 1x1) -> gap } -> add
  mul { | @c | @xs[0] | id }
  z: repeat 3 { add { | id | conv(4, 3x3, pad=1) -> relu } }
}
`

// The page lays nets out as Go does, at every depth.
func TestPageLaysOutAsGo(t *testing.T) {
	b := openBrowser(t)
	script, _ := json.Marshal(pageLayout)
	of, _ := json.Marshal(scenesOf)
	b.js(nil, "window.scenes = "+scenes, script, of)
	depths := []int{0, 1, 2, All}
	compared := 0
	p, err := interp.Read("odd.cnn", strings.NewReader(odd))
	if err != nil {
		t.Fatal(err)
	}
	unusual, err := p.Net(interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	nets := []*interp.Net{unusual}
	for _, name := range library() {
		nets = append(nets, netOf(t, name))
	}
	for _, n := range nets {
		whole := Of(n.Graph, n.Outline(), Options{Depth: All})
		data := whole.data(n.Graph, All, nil, func(string) string { return "" })
		data.Nodes = nil
		text, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		var got [][]shown
		b.js(&got, "scenes(%s, [0, 1, 2, -1])", text)
		for k, depth := range depths {
			want := Of(n.Graph, n.Outline(), Options{Depth: depth}).shown()
			compareShown(t, fmt.Sprintf("%s at depth %d", n.Name, depth), got[k], want)
			compared += len(want)
		}
	}
	t.Log(compared, "things compared")
}

// shown lists what is in a scene, but for the lines above and below it, which the page has elsewhere.
func (d *Diagram) shown() (list []shown) {
	const heading = 24
	s := d.scene()
	x := s.left - margin
	place := func(r rect) []float64 { return []float64{r.x - x, r.y - heading, r.w, r.h} }
	for _, r := range s.frames {
		list = append(list, shown{"frame " + r.item.title() + copies(r.of), place(r.rect)})
	}
	for _, r := range s.boxes {
		list = append(list, shown{"box " + r.item.title() + r.item.marks() + copies(r.of), place(r.rect)})
	}
	for _, t := range s.texts {
		if t.class != "heading" && t.text != d.footer() {
			list = append(list, shown{"text " + t.text, []float64{t.x - x, t.y - heading}})
		}
	}
	for _, e := range s.edges {
		one := shown{What: "edge " + [...]string{"", "shortcut", "tapped"}[e.kind]}
		if e.arrow {
			one.What += ">"
		}
		for _, p := range e.points {
			one.At = append(one.At, p.x-x, p.y-heading)
		}
		list = append(list, one)
	}
	return list
}

func compareShown(t *testing.T, where string, got, want []shown) {
	t.Helper()
	order := func(a, b shown) int {
		return cmp.Or(cmp.Compare(a.What, b.What), slices.Compare(rounded(a.At), rounded(b.At)))
	}
	slices.SortFunc(got, order)
	slices.SortFunc(want, order)
	if len(got) != len(want) {
		t.Errorf("%s: the page has %d things, Go has %d", where, len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		g, w := got[i], want[i]
		near := g.What == w.What && slices.EqualFunc(g.At, w.At, func(a, b float64) bool { return math.Abs(a-b) <= 0.5 })
		if !near {
			t.Errorf("%s: the page has %v, Go has %v", where, g, w)
			return
		}
	}
}

// rounded are numbers by which things of two scenes come in the same order.
func rounded(list []float64) []float64 {
	out := make([]float64, len(list))
	for i, x := range list {
		out[i] = math.Round(x * 100)
	}
	return out
}

func netOf(t *testing.T, name string) *interp.Net {
	t.Helper()
	p, err := interp.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Letters of the browser's own fonts fit where Go has measured them: texts lie in their boxes, titles in
// their frames, and everything in the picture. One that was folded to fit a page is printed on one.
func TestTextsFitInABrowser(t *testing.T) {
	b := openBrowser(t)
	outside := "window.outside = " + `text => {
  document.body.innerHTML = text;
  const svg = document.querySelector("svg"), list = [], area = e => e.getBoundingClientRect();
  const within = (a, b) => a.left >= b.left - 0.5 && a.right <= b.right + 0.5 && a.top >= b.top - 0.5 && a.bottom <= b.bottom + 0.5;
  for (const e of svg.querySelectorAll("text")) {
    const around = e.closest(".box, .frame"), all = area(svg);
    const room = around ? area(around.querySelector("rect")) : {left: all.left, right: all.right - 12, top: all.top, bottom: all.bottom};
    if (!e.textContent || !within(area(e), room)) list.push(e.textContent);
  }
  return [document.querySelectorAll("svg text").length, list];
}`
	b.js(nil, "%s", outside)
	texts, file := 0, filepath.Join(t.TempDir(), "picture.svg")
	known := map[string]bool{}
	for _, name := range library() {
		n := netOf(t, name)
		for _, depth := range []int{FitPage, 0, All} {
			var picture strings.Builder
			d := Of(n.Graph, n.Outline(), Options{Depth: depth})
			if !*allNets && !d.saysMoreThan(known) {
				continue
			}
			if err := d.SVG(&picture); err != nil {
				t.Fatal(err)
			}
			if depth == FitPage && d.scene().height > 1200 {
				if err := os.WriteFile(file, []byte(picture.String()), 0o666); err != nil {
					t.Fatal(err)
				}
				b.load("file://" + file)
				var printed struct{ Data []byte } // a PDF
				b.call("Page.printToPDF", `{"paperWidth":8.27,"paperHeight":11.69}`, &printed)
				if pages := len(regexp.MustCompile(`/Type ?/Page\b`).FindAll(printed.Data, -1)); pages != 1 && name != "unetpp" { // whose fifteen nodes differ
					t.Errorf("%s is printed on %d pages of A4, want 1", name, pages)
				}
				b.load("about:blank")
				b.js(nil, "%s", outside)
			}
			quoted, _ := json.Marshal(picture.String())
			var count int
			var wrong []string
			b.js(&[]any{&count, &wrong}, "outside(%s)", quoted)
			if texts += count; len(wrong) > 0 {
				t.Errorf("%s at depth %d: %q do not fit", name, depth, wrong)
			}
		}
	}
	if texts < 3000 {
		t.Errorf("%d texts", texts)
	}
}

var allNets = flag.Bool("all", false, "look at every net of the library where one of each family stands for the others")

// library has the first and the last net of each family, of which the others are made: those differ from
// them in numbers.
func library() (names []string) {
	for _, f := range interp.Families() {
		switch last := len(f.Nets) - 1; {
		case *allNets:
			for _, n := range f.Nets {
				names = append(names, n.Name)
			}
		case last == 0:
			names = append(names, f.Nets[0].Name)
		default:
			names = append(names, f.Nets[0].Name, f.Nets[last].Name)
		}
	}
	return names
}

// saysMoreThan reports whether a picture has a text that is not known, and makes its texts so. Digits are as wide as
// one another, and a text fits its box wherever that is.
func (d *Diagram) saysMoreThan(known map[string]bool) (more bool) {
	say := func(text string) {
		text = strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) {
				return '0'
			}
			return r
		}, text)
		if !known[text] {
			known[text], more = true, true
		}
	}
	scene := d.scene()
	for _, t := range scene.texts {
		if t.class != "heading" && t.text != d.footer() {
			say(t.class + " " + t.text)
		}
	}
	for _, r := range scene.frames {
		say(r.item.title())
	}
	for _, r := range scene.boxes {
		say(r.item.title() + " " + r.item.marks())
	}
	return more
}
