package draw

import (
	"bufio"
	_ "embed"
	"fmt"
	"html"
	"html/template"
	"io"
	"strings"
)

//go:embed page/pair.html
var pairHTML string

//go:embed page/pair.css
var pairStyle string

//go:embed page/pair.js
var pairShow string

var pairTemplate = template.Must(template.New("pair").Parse(pairHTML))

// A Pair is two networks side by side, with what differs in words.
type Pair struct {
	Title   string
	Columns []string // of the cells of rows
	Rows    []PairRow
	Totals  [][]string // a title and cells
	Notes   []string
	A, B    *Diagram // nil where there is nothing to show
}

// A PairRow is a change. Marks refer to it by its number; a row is about what is inside the last one
// before it that is less deep.
type PairRow struct {
	Number int
	Deep   int
	Sign   Sign
	Text   string
	Cells  []string
}

// Signed is its text, after its sign.
func (r PairRow) Signed() string { return r.Sign.prefix() + r.Text }

// Class is the name of its sign.
func (r PairRow) Class() string { return r.Sign.String() }

// Indent is how far its text is from the margin, in letters.
func (r PairRow) Indent() int { return 2 * r.Deep }

// Before is the picture of the first.
func (p Pair) Before() template.HTML { return embedded(p.A) }

// After is that of the second.
func (p Pair) After() template.HTML { return embedded(p.B) }

func embedded(d *Diagram) template.HTML {
	if d == nil {
		return ""
	}
	var text strings.Builder
	b := bufio.NewWriter(&text)
	d.write(b, d.scene(), 0, false)
	b.Flush()
	return template.HTML(text.String())
}

// Pairs writes a page that needs nothing else: the changes in words, and below them both pictures. Whoever
// points at a change sees both its places.
func Pairs(w io.Writer, title string, list []Pair) error {
	return pairTemplate.Execute(w, map[string]any{
		"Title": title, "Pairs": list, "Style": template.CSS(style + signStyle), "PairStyle": template.CSS(pairStyle),
		"Arrowhead": template.HTML(arrowhead), "Show": template.JS(pairShow),
	})
}

// SideBySide writes both pictures as one SVG, with what the signs mean below.
func SideBySide(w io.Writer, a, b *Diagram) error {
	const apart = 24
	x, y := a.scene(), b.scene()
	key, keyWidth := signKey(max(x.height, y.height) + legendHeight/2)
	wide, high := max(x.width+apart+y.width, keyWidth), max(x.height, y.height)+legendHeight
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %[1]s %[2]s" role="img" aria-label="%s">`+"\n",
		f(wide), f(high), html.EscapeString(a.heading()+" and "+b.heading()))
	out.WriteString("<style>" + style + signStyle + "</style>\n" + arrowhead)
	fmt.Fprintf(out, `<rect class="paper" width="%s" height="%s"/>`+"\n<g>", f(wide), f(high))
	a.write(out, x, 0, false)
	fmt.Fprintf(out, `</g><g transform="translate(%s 0)">`, f(x.width+apart))
	b.write(out, y, 0, false)
	fmt.Fprint(out, "</g>"+key+"\n</svg>\n")
	return out.Flush()
}

// signKey is a row, at this height, with the box of each sign and what it means, and how wide it is.
func signKey(y float64) (text string, wide float64) {
	const box, gap, apart = 22.0, 6.0, 22.0
	x := float64(margin)
	for _, s := range []struct {
		sign  Sign
		words string
	}{{Removed, "removed"}, {Added, "added"}, {Changed, "changed"}, {Follows, "other shapes only"}} {
		words := s.sign.prefix() + s.words
		text += fmt.Sprintf(`<g class="key %v"><rect x="%s" y="%s" width="%s" height="12" rx="3"/><text class="shape" x="%s" y="%s">%s</text></g>`,
			s.sign, f(x), f(y-10), f(box), f(x+box+gap), f(y), html.EscapeString(words))
		x += box + gap + width(words, smallSize) + apart
	}
	return text, x - apart + margin
}
