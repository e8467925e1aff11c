package draw

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/ops/dim"
)

// SVG writes the picture. Every box, circle and bar is
//
//	<g class="box KIND" data-path="layer1.0.conv1" data-nodes="layer1.0.conv1 layer1.0.bn1"
//	   data-count="3" data-params="4096" data-macs="…"><rect/>…</g>
//
// with the first path that it stands for, all of them, how many copies it stands for, and the costs of
// one of these; a blank in a path is %20, and % is %25. Every frame is <g data-block="bottleneck">.
func (d *Diagram) SVG(w io.Writer) error {
	s, most := d.scene(), 0.0
	if d.heat != nil {
		most = d.heat.most(d.Items)
		s.height += legendHeight
	}
	b := bufio.NewWriter(w)
	d.write(b, s, most, true)
	return b.Flush()
}

// write writes the picture, with the style and the marker that it needs unless it stands beside another.
func (d *Diagram) write(b *bufio.Writer, s *scene, most float64, alone bool) {
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %s %s" role="img" aria-label="%s">`+"\n",
		f(s.width), f(s.height), f(s.width), f(s.height), html.EscapeString(d.heading()))
	if alone {
		b.WriteString("<style>" + style + s.printing() + "</style>\n" + arrowhead)
	}
	fmt.Fprintf(b, `<rect class="paper" width="%s" height="%s"/>`+"\n", f(s.width), f(s.height))
	for _, fr := range s.frames {
		fr.write(b)
	}
	for _, e := range s.edges {
		e.write(b)
	}
	for _, x := range s.boxes {
		x.write(b, d.colour(x.item, most))
	}
	if d.heat != nil {
		d.heat.legend(b, s, most)
	}
	for _, t := range s.texts {
		fmt.Fprintf(b, `<text class="%s" x="%s" y="%s">%s</text>`+"\n", t.class, f(t.x), f(t.y), html.EscapeString(t.text))
	}
	b.WriteString("</svg>\n")
}

const arrowhead = `<defs><marker id="arrow" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0.5 L8 4 L0 7.5z" class="tip"/></marker></defs>` + "\n"

// f writes a length.
func f(x float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.1f", x), "0"), ".")
}

func (r rect) attributes(radius float64) string {
	return fmt.Sprintf(`x="%s" y="%s" width="%s" height="%s" rx="%s"`, f(r.x), f(r.y), f(r.w), f(r.h), f(radius))
}

// outline is a rectangle with round corners as a path.
func (r rect) outline(radius float64) string {
	corner := func(x, y float64) string { return fmt.Sprintf("a%s %[1]s 0 0 1 %s %s", f(radius), f(x), f(y)) }
	return fmt.Sprintf("M%s %s h%s %s v%s %s h%s %s v%s %s z", f(r.x+radius), f(r.y), f(r.w-2*radius), corner(radius, radius),
		f(r.h-2*radius), corner(-radius, radius), f(2*radius-r.w), corner(-radius, -radius), f(2*radius-r.h), corner(radius, -radius))
}

// colour is what a box has in place of the colour of its kind, "" for that.
func (d *Diagram) colour(i *Item, most float64) string {
	switch {
	case d.heat == nil:
		return ""
	case most == 0:
		return fill(0)
	}
	return fill(d.heat.of(i) / most)
}

func (x box) write(b *bufio.Writer, colour string) {
	i := x.item
	fmt.Fprintf(b, `<g class="box %s" data-path="%s" data-nodes="%s" data-count="%d" data-params="%v" data-macs="%v"%s>`,
		i.classes(i.Kind.String()), html.EscapeString(word(i.Path)), html.EscapeString(i.nodes()), i.Count, whole(i.Cost.Params), whole(i.Cost.MACs), i.references())
	fmt.Fprintf(b, "<title>%s</title>", html.EscapeString(i.about()))
	mid := point{x.x + x.w/2, x.y + x.h/2 + 4}
	switch {
	case i.Kind == Circle && x.w == round:
		fmt.Fprintf(b, `<rect %s class="none"/><circle cx="%s" cy="%s" r="%s"%s/>`, x.attributes(0), f(mid.x), f(x.y+x.h/2), f(round/2), colour)
		fmt.Fprintf(b, `<text class="sign" x="%s" y="%s">%s</text>`, f(mid.x), f(mid.y+1), html.EscapeString(i.Text))
	default:
		radius := 4.0
		if i.Kind == Bar || i.Kind == Circle || i.Kind == Act || i.Kind == Input || i.Kind == Output || i.Kind == Tap {
			radius = x.h / 2
		}
		if x.of > 1 {
			fmt.Fprintf(b, `<path class="back" d="%s"/>`, rect{x.x + 3, x.y + 3, x.w, x.h}.outline(radius))
			if colour != "" { // which does not cover what lies behind
				fmt.Fprintf(b, `<path class="under" d="%s"/>`, x.outline(radius))
			}
		}
		fmt.Fprintf(b, `<rect %s%s/>`, x.attributes(radius), colour)
		fmt.Fprintf(b, `<text x="%s" y="%s">%s`, f(mid.x), f(mid.y), html.EscapeString(i.title()))
		if m := i.marks(); m != "" {
			fmt.Fprintf(b, `<tspan class="marks" dx="6">%s</tspan>`, html.EscapeString(strings.TrimSpace(m)))
		}
		if x.of > 1 {
			fmt.Fprintf(b, `<tspan class="count" dx="6">%s</tspan>`, copies(x.of))
		}
		b.WriteString("</text>")
	}
	b.WriteString("</g>\n")
}

func (fr frame) write(b *bufio.Writer) {
	i := fr.item
	class := "frame"
	switch {
	case i.Kind == Head:
		class = "frame head"
	case i.Optional:
		class = "frame head optional"
	case i.Stage:
		class = "frame stage"
	case fr.deep%2 == 1:
		class = "frame odd"
	}
	fmt.Fprintf(b, `<g class="%s" data-block="%s"%s>`, i.classes(class), html.EscapeString(i.Call), i.references())
	if i.copies(fr.of) != "" {
		fmt.Fprintf(b, `<path class="back" d="%s"/>`, rect{fr.x + 4, fr.y + 4, fr.w, fr.h}.outline(8))
	}
	fmt.Fprintf(b, `<rect %s/>`, fr.attributes(8))
	if title := shownTitle(i, fr.of, fr.w); title != "" {
		fmt.Fprintf(b, `<text class="title" x="%s" y="%s">%s</text>`, f(fr.x+titleLeft), f(fr.y+14), html.EscapeString(title))
	}
	if n := i.copies(fr.of); n != "" {
		fmt.Fprintf(b, `<text class="count" x="%s" y="%s">%s</text>`, f(fr.x+fr.w-10), f(fr.y+15), html.EscapeString(n))
	}
	b.WriteString("</g>\n")
}

// shownTitle is as much of the title of a frame as fits its width.
func shownTitle(i *Item, of int, wide float64) string {
	room := wide - 2*pad - width(i.copies(of), textSize)*1.3
	whole := i.title()
	text := whole
	for n := len([]rune(text)); n > leastTitle && width(text, smallSize+1) > room; n-- {
		text = cut(whole, n)
	}
	return text
}

// write draws a line with rounded corners.
func (e edge) write(b *bufio.Writer) {
	class := [...]string{"edge", "edge shortcut", "edge tapped"}[e.kind]
	fmt.Fprintf(b, `<path class="%s" d="M%s %s`, class, f(e.points[0].x), f(e.points[0].y))
	for n := 1; n < len(e.points); n++ {
		p := e.points[n]
		if n+1 < len(e.points) {
			in, out := towards(p, e.points[n-1]), towards(p, e.points[n+1])
			fmt.Fprintf(b, " L%s %s Q%s %s %s %s", f(in.x), f(in.y), f(p.x), f(p.y), f(out.x), f(out.y))
			continue
		}
		fmt.Fprintf(b, " L%s %s", f(p.x), f(p.y))
	}
	b.WriteString(`"`)
	if e.arrow {
		b.WriteString(` marker-end="url(#arrow)"`)
	}
	b.WriteString("/>\n")
}

// towards is a point a little way from p on the way to q.
func towards(p, q point) point {
	const r = 6.0
	step := func(from, to float64) float64 {
		switch d := to - from; {
		case d > 2*r:
			return from + r
		case d < -2*r:
			return from - r
		default:
			return from + d/2
		}
	}
	return point{step(p.x, q.x), step(p.y, q.y)}
}

// nodes are the paths as one attribute.
func (i *Item) nodes() string {
	list := make([]string, len(i.Nodes))
	for n, path := range i.Nodes {
		list[n] = word(path)
	}
	return strings.Join(list, " ")
}

// word is a path without blanks; % is the empty one, of a step that opens no segment in the net's body.
func word(path string) string {
	if path == "" {
		return "%"
	}
	return blanks.Replace(path)
}

var blanks = strings.NewReplacer("%", "%25", " ", "%20")

// about is what a browser shows of a box under the pointer.
func (i *Item) about() string {
	text := i.Path
	if i.Count > 1 {
		text += fmt.Sprintf(" and %d more", i.Count-1)
	}
	if len(i.shape) > 0 {
		text += "\n" + graph.SizesOf(i.shape)
	}
	if p := whole(i.Cost.Params); p != "0" && p != "" {
		text += "\n" + p + " parameters"
	}
	if m := whole(i.Cost.MACs); m != "0" && m != "" {
		text += "\n" + m + " MACs"
	}
	return text
}

// whole is a count, nothing for one that is not known.
func whole(n dim.Size) string {
	if !n.IsValid() {
		return ""
	}
	return n.String()
}
