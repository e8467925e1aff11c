package draw

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/compare"
	"cnnlang/interp/graph"
)

// The second is the first with a convolution more in the stem, a wider block, no tail of two operations, and
// between them a series that is longer than a window.
const (
	firstOfPair = `
block unit(c: int) [N, C, H, W] -> [N, c, H, W] { add { | conv1: conv(c, 1x1) -> relu | conv2: conv(c, 3x3, pad=1) } }
net n [N, 3, H = 8, W = 8] -> [N, 4] {
  stem: { a: conv(8, 3x3, pad=1) -> relu }
  repeat 30 { lrn -> sigmoid }
  wide: unit(8)
  tail: softmax -> silu
  gap -> flatten -> fc: linear(4)
}`
	secondOfPair = `
block unit(c: int) [N, C, H, W] -> [N, c, H, W] { add { | conv1: conv(c, 1x1) -> relu | conv2: conv(c, 3x3, pad=1) } }
net n [N, 3, H = 8, W = 8] -> [N, 4] {
  stem: { a: conv(8, 3x3, pad=1) -> b: conv(8, 1x1) -> relu }
  repeat 30 { lrn -> sigmoid }
  wide: unit(16)
  gap -> flatten -> fc: linear(4)
}`
)

// pairOf is a page of two texts, with a row for each change.
func pairOf(t *testing.T, texts ...string) Pair {
	t.Helper()
	var nets [2]*interp.Net
	var outlines [2][]*graph.Part
	for i, text := range texts {
		p, err := interp.Read("-", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if nets[i], err = p.Net(interp.Options{}); err != nil {
			t.Fatal(err)
		}
		outlines[i] = nets[i].Outline()
	}
	d := compare.Nets(compare.Net{Graph: nets[0].Graph, Outline: outlines[0]}, compare.Net{Graph: nets[1].Graph, Outline: outlines[1]})
	pair := Pair{Columns: []string{"params"}}
	marks := [2]Marks{{}, {}}
	number := map[*compare.Change]int{}
	var rows func(list []*compare.Change, deep int)
	rows = func(list []*compare.Change, deep int) {
		for _, c := range list {
			number[c] = len(number)
			sign := [...]Sign{Changed, Added, Removed}[c.Kind]
			pair.Rows = append(pair.Rows, PairRow{Number: number[c], Deep: deep, Sign: sign, Text: c.Words(), Cells: []string{fmt.Sprint(c.After.Params)}})
			if of := map[compare.Kind]int{compare.Removed: 1}[c.Kind]; c.Behind != nil {
				marks[of][c.Behind] = &Mark{Behind: []int{number[c]}}
			}
			rows(c.Inner, deep+1)
		}
	}
	rows(d.Changes, 0)
	a, b := d.Marks()
	for i, of := range []map[*graph.Part]compare.Mark{a, b} {
		for p, m := range of {
			if marks[i][p] == nil {
				marks[i][p] = &Mark{}
			}
			marks[i][p].Sign, marks[i][p].Changes = [...]Sign{Changed, Added, Removed}[m.Kind], []int{number[m.Change]}
		}
	}
	pair.A = Of(nets[0].Graph, outlines[0], Options{Depth: Told, Marks: marks[0]})
	pair.B = Of(nets[1].Graph, outlines[1], Options{Depth: Told, Marks: marks[1]})
	return pair
}

// What is marked on a side, and whether it can be seen there.
const markedOn = `(() => {
  const side = document.querySelectorAll(".side")[%d], view = side.getBoundingClientRect();
  return [...side.querySelectorAll(".%s")].map(e => {
    const r = e.getBoundingClientRect();
    return (e.dataset.path || e.querySelector("text").textContent) + (r.bottom > view.top && r.top < view.bottom ? "" : " out of sight");
  }).join(", ");
})()`

// fileOfPair writes the page of a pair.
func fileOfPair(t *testing.T, pair Pair) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.html")
	w, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := Pairs(w, "a and b", []Pair{pair}); err != nil {
		t.Fatal(err)
	}
	return file
}

// Pointing at a change shows both its places, in the rows and in the pictures.
func TestPairInABrowser(t *testing.T) {
	b := openBrowser(t)
	pair := pairOf(t, firstOfPair, secondOfPair)
	row := func(text string) PairRow {
		for _, r := range pair.Rows {
			if strings.HasPrefix(r.Signed(), text) {
				return r
			}
		}
		t.Fatalf("no row %q in %v", text, pair.Rows)
		return PairRow{}
	}
	r := &reader{browser: b, url: "file://" + fileOfPair(t, pair)}
	r.load(r.url)
	r.js(nil, `matchMedia = () => ({matches: true})`) // who wants nothing to move
	sees(r, "nothing is selected at first", `document.querySelectorAll(".selected, .lit, .beside").length`, 0)
	look := func(what string, before, beside, after string) {
		t.Helper()
		sees(r, what+" on the left", fmt.Sprintf(markedOn, 0, "selected"), before)
		sees(r, what+" beside its place on the left", fmt.Sprintf(markedOn, 0, "beside"), beside)
		sees(r, what+" on the right", fmt.Sprintf(markedOn, 1, "selected"), after)
	}
	clickOn := func(selector string) {
		t.Helper()
		var at [2]float64
		r.js(&at, `(() => { const r = document.querySelector(%q).getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`, selector)
		r.click(at[0], at[1])
	}

	clickOn(fmt.Sprintf("#change-%d td", row("+ b: conv").Number))
	look("an added step", "", "stem.a", "stem.b")
	wide := row("~ wide: unit: c 8 → 16")
	clickOn(fmt.Sprintf("#change-%d td", wide.Number))
	look("a block far down", "~ wide: unit(c=8)", "", "~ wide: unit(c=16)")
	sees(r, "the address", "location.hash", fmt.Sprintf("#change-%d", wide.Number))

	clickOn(`.side:first-child [data-path="wide.conv1"] rect`)
	conv := row("~ conv1: conv: out 8 → 16")
	sees(r, "the row of a box", `document.querySelector("tr.selected").id`, fmt.Sprintf("change-%d", conv.Number))
	look("a box", "wide.conv1", "", "wide.conv1")
	r.press("j")
	next := fmt.Sprintf("change-%d", conv.Number+1)
	sees(r, "the next row", `document.querySelector("tr.selected").id`, next)
	sees(r, "its focus", `document.activeElement.id`, next)
	r.press("Escape")
	sees(r, "nothing after Escape", `document.querySelectorAll(".selected, .beside").length`, 0)

	tail := row("− tail")
	r.load(r.url + fmt.Sprintf("?again#change-%d", tail.Number))
	look("a link", "tail", "", "")
	r.js(nil, `document.querySelector(".changes").style.maxHeight = "80px"`) // less than its rows need
	for _, row := range []PairRow{pair.Rows[len(pair.Rows)-1], pair.Rows[1]} {
		r.js(nil, `location.hash = "change-%d"`, row.Number)
		sees(r, "the row of the address is below the titles", fmt.Sprintf(`(() => {
		  const row = document.getElementById("change-%d").getBoundingClientRect(), list = document.querySelector(".changes").getBoundingClientRect();
		  return row.top >= document.querySelector("thead th").getBoundingClientRect().bottom && row.bottom <= list.bottom;
		})()`, row.Number), true)
	}
	var wrong []string
	if b.js(&wrong, `performance.getEntriesByType("resource").map(e => e.name)`); len(wrong) > 0 {
		t.Errorf("the page loads %q", wrong)
	}
}

// Below both pictures stands each sign with what it means, however narrow they are.
func TestSideBySideHasAKey(t *testing.T) {
	const text = "net n [N, 1, H = 8, W = 8] -> [N, 1, H, W] { %s }"
	pair := pairOf(t, fmt.Sprintf(text, "relu"), fmt.Sprintf(text, "relu -> silu"))
	var b strings.Builder
	if err := SideBySide(&b, pair.A, pair.B); err != nil {
		t.Fatal(err)
	}
	keys := regexp.MustCompile(`<g class="key (\w+)"><rect x="([\d.]+)"[^>]*/><text [^>]*>([^<]+)</text></g>`).FindAllStringSubmatch(b.String(), -1)
	var got []string
	for _, k := range keys {
		got = append(got, k[1]+": "+k[3])
	}
	want := []string{"removed: − removed", "added: + added", "changed: ~ changed", "follows: other shapes only"}
	if !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	size := regexp.MustCompile(`^<svg [^>]*width="([\d.]+)"`).FindStringSubmatch(b.String())
	wide, _ := strconv.ParseFloat(size[1], 64)
	if last, _ := strconv.ParseFloat(keys[3][2], 64); last+TextWidth(keys[3][3], smallSize) > wide {
		t.Errorf("the key is wider than the picture, %v", wide)
	}
}
