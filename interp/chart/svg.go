package chart

import (
	"bufio"
	"cmp"
	"fmt"
	"html"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"cnnlang/interp/draw"
)

// Sizes of the picture, in pixels.
const (
	wide, high     = 960.0, 560.0 // of the plot
	left, top      = 74.0, 52.0   // where it begins
	right          = 24.0
	below          = 56.0 // the ticks and the name of the horizontal axis
	noteSize       = 10.0
	noteHeight     = 15.0
	largestRadius  = 34.0
	smallestRadius = 6.0 // of the largest ball, among very many
	plainRadius    = 5.0 // of every ball, if their area means nothing
)

// SVG writes the chart. Every ball is
//
//	<g class="ball" data-net="NAME" data-x="…" data-y="…" data-area="…"><circle/></g>
//
// where the class front is added on the front; every name that has found a place is a <text class="label" data-net="NAME">, and
// every tick a <text class="tick x" data-value="…">.
func (c *Chart) SVG(w io.Writer) error {
	d := c.drawing()
	b := bufio.NewWriter(w)
	notes := c.lines(d)
	bottom := top + high + below + d.keyHeight()
	height := bottom + noteHeight*float64(len(notes)) + 14
	whole := left + wide + right
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %s %s" role="img" aria-label="%s">`+"\n",
		f(whole), f(height), f(whole), f(height), Escaped(c.Title))
	b.WriteString("<style>" + style + "</style>\n")
	fmt.Fprintf(b, `<rect class="paper" width="%s" height="%s"/>`+"\n", f(whole), f(height))
	fmt.Fprintf(b, `<text class="heading" x="%s" y="30">%s</text>`+"\n", f(left), Escaped(c.Title))
	d.axes(b)
	d.balls(b)
	d.names(b)
	d.key(b, top+high+below)
	for n, line := range notes {
		fmt.Fprintf(b, `<text class="note" x="%s" y="%s">%s</text>`+"\n", f(left), f(bottom+noteHeight*float64(n+1)), Escaped(line))
	}
	b.WriteString("</svg>\n")
	return b.Flush()
}

// A drawing is a chart with the places of everything.
type drawing struct {
	*Chart
	x, y   Scale
	area   Scale // for its unit
	most   float64
	radius float64 // of a ball with the most
	front  []bool
	discs  []disc
	line   []point
	labels []label
}

func (c *Chart) drawing() *drawing {
	d := &drawing{Chart: c, front: c.Front(), radius: plainRadius}
	var xs, ys []float64
	for _, b := range c.Balls {
		xs, ys = append(xs, b.X), append(ys, b.Y)
		d.most = max(d.most, b.Area)
	}
	if c.Area.Name != "" {
		const some = 40 // balls that have room at their full size
		d.radius = max(smallestRadius, largestRadius*min(1, math.Sqrt(some/float64(max(1, len(c.Balls))))))
		d.area.per, d.area.unit = c.Area.Unit.of(d.most, d.most)
	}
	d.x = NewScale(xs, c.X.Unit, left, left+wide, d.radius+24)
	d.y = NewScale(ys, c.Y.Unit, top+high, top, d.radius+8)
	for _, b := range c.Balls {
		d.discs = append(d.discs, disc{point{d.x.At(b.X), d.y.At(b.Y)}, d.of(b.Area)})
	}
	for i, on := range d.front {
		if on {
			d.line = append(d.line, d.discs[i].point)
		}
	}
	slices.SortFunc(d.line, func(p, q point) int { return cmp.Or(cmp.Compare(p.x, q.x), cmp.Compare(q.y, p.y)) })
	room := rect{left + 4, top + 4, wide - 8, high - 8}
	d.labels = c.place(room, d.discs, d.front, d.line)
	return d
}

// of is the radius of a ball of an area.
func (d *drawing) of(area float64) float64 {
	if d.Area.Name == "" || d.most == 0 {
		return plainRadius
	}
	return d.radius * math.Sqrt(area/d.most)
}

// axes writes the plot's frame, its lines and what stands at them.
func (d *drawing) axes(b *bufio.Writer) {
	for _, v := range d.x.ticks {
		x := f(d.x.At(v))
		fmt.Fprintf(b, `<path class="grid" d="M%s %s v%s"/><text class="tick x" data-value="%s" x="%s" y="%s">%s</text>`+"\n",
			x, f(top), f(high), number(v), x, f(top+high+16), d.x.Text(v))
	}
	for _, v := range d.y.ticks {
		y := d.y.At(v)
		fmt.Fprintf(b, `<path class="grid" d="M%s %s h%s"/><text class="tick y" data-value="%s" x="%s" y="%s" dy="4">%s</text>`+"\n",
			f(left), f(y), f(wide), number(v), f(left-7), f(y), d.y.Text(v))
	}
	fmt.Fprintf(b, `<rect class="rim" x="%s" y="%s" width="%s" height="%s"/>`+"\n", f(left), f(top), f(wide), f(high))
	fmt.Fprintf(b, `<text class="axis" x="%s" y="%s">%s</text>`+"\n", f(left+wide/2), f(top+high+38), Escaped(d.X.titled(d.x)))
	fmt.Fprintf(b, `<text class="axis" transform="translate(22 %s) rotate(-90)">%s</text>`+"\n", f(top+high/2), Escaped(d.Y.titled(d.y)))
}

// titled is the name of an axis with its unit.
func (a Axis) titled(s Scale) string {
	name := sentence(a.Name)
	if s.unit != "" {
		name += " (" + s.unit + ")"
	}
	return name
}

// balls writes the front's line and the balls, large ones first.
func (d *drawing) balls(b *bufio.Writer) {
	order := make([]int, len(d.Balls))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(d.discs[j].r, d.discs[i].r) })
	for _, i := range order {
		ball, at := d.Balls[i], d.discs[i]
		class := "ball"
		if d.front[i] {
			class += " front"
		}
		fmt.Fprintf(b, `<g class="%s" data-net="%s" data-x="%s" data-y="%s" data-area="%s"><title>%s</title>`,
			class, Escaped(ball.Name), number(ball.X), number(ball.Y), number(ball.Area), Escaped(d.about(ball)))
		fmt.Fprintf(b, `<circle class="area" cx="%s" cy="%s" r="%s"/></g>`+"\n", f(at.x), f(at.y), f(at.r))
	}
	for _, at := range d.discs {
		fmt.Fprintf(b, `<circle class="dot" cx="%s" cy="%s" r="1.6"/>`+"\n", f(at.x), f(at.y))
	}
	if len(d.line) < 2 {
		return
	}
	b.WriteString(`<path class="front-line" d="`)
	for n, p := range d.line {
		fmt.Fprintf(b, "%c%s %s", "ML"[min(n, 1)], f(p.x), f(p.y))
	}
	b.WriteString("\"/>\n")
}

// about is what a browser shows of a ball under the pointer.
func (d *drawing) about(ball Ball) string {
	text := ball.Name
	for _, q := range []struct {
		Axis
		v float64
		s Scale
	}{{d.X, ball.X, d.x}, {d.Y, ball.Y, d.y}, {d.Area, ball.Area, d.area}} {
		if q.Name != "" {
			text += "\n" + q.Name + " " + strings.TrimSpace(q.s.Text(q.v)+" "+q.s.unit)
		}
	}
	return text
}

// names writes the names, and the lines to those that are away from their balls.
func (d *drawing) names(b *bufio.Writer) {
	for _, l := range d.labels {
		if from := d.discs[l.ball]; l.shown && l.led {
			fmt.Fprintf(b, `<path class="lead" d="M%s %s L%s %s"/>`+"\n", f(from.x), f(from.y), f(l.x), f(l.y))
		}
	}
	for _, l := range d.labels {
		if !l.shown {
			continue
		}
		class := "label"
		if d.front[l.ball] {
			class += " front"
		}
		fmt.Fprintf(b, `<text class="%s" data-net="%s" x="%s" y="%s">%s</text>`+"\n",
			class, Escaped(d.Balls[l.ball].Name), f(l.box.x+1), f(l.box.y+labelHeight-4), Escaped(l.text))
	}
}

// lines are the notes as lines that fit the picture, with one for names that have found no place.
func (c *Chart) lines(d *drawing) (lines []string) {
	notes := c.Notes
	named := 0
	for _, l := range d.labels {
		if l.shown {
			named++
		}
	}
	if n := len(c.Balls) - named; n > 0 {
		notes = append(slices.Clone(notes), fmt.Sprintf("Without room for a name, which is shown under the pointer: %d of %d.", n, len(c.Balls)))
	}
	for _, note := range notes {
		line := ""
		for _, word := range strings.Fields(note) {
			if line != "" && draw.TextWidth(line+" "+word, noteSize) > wide {
				lines, line = append(lines, line), ""
			}
			line = strings.TrimSpace(line + " " + word)
		}
		lines = append(lines, line)
	}
	return lines
}

// sentence is a text with a capital letter at its beginning.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// Escaped is a text in XML, which some characters cannot be in however they are written.
func Escaped(text string) string {
	return html.EscapeString(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == utf8.RuneError || r == 0xfffe || r == 0xffff {
			return utf8.RuneError
		}
		return r
	}, text))
}

// number writes a value exactly.
func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func f(x float64) string { return Length(x) }

// Length writes a length in SVG.
func Length(x float64) string {
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(x, 'f', 2, 64), "0"), ".")
}
