package curves

import (
	"bufio"
	"fmt"
	"math"
	"slices"
	"strconv"

	"cnnlang/interp/chart"
)

// write writes a panel.
func (p *plot) write(b *bufio.Writer, d *drawing) {
	title := p.title
	if unit := p.y.Unit(); unit != "" {
		title += " (" + unit + ")"
	}
	if p.y.Logarithmic() {
		title += ", logarithmic"
	}
	fmt.Fprintf(b, `<text class="panel" x="%s" y="%s">%s</text>`+"\n", f(left), f(p.top-8), chart.Escaped(title))
	for _, v := range d.ticks {
		fmt.Fprintf(b, `<path class="grid" d="M%s %s v%s"/>`, f(d.x.At(v)), f(p.top), f(p.height))
	}
	for _, v := range p.ticks() {
		y := f(p.y.At(v))
		fmt.Fprintf(b, `<path class="grid" d="M%s %s h%s"/><text class="tick y" data-value="%s" x="%s" y="%[2]s" dy="4">%[6]s</text>`+"\n",
			f(left), y, f(wide), number(v), f(left-7), p.y.Text(v))
	}
	fmt.Fprintf(b, `<rect class="rim" x="%s" y="%s" width="%s" height="%s"/>`+"\n", f(left), f(p.top), f(wide), f(p.height))
	for i := range p.lines {
		p.curve(b, &p.lines[i], d.runs[p.lines[i].run].Name)
	}
	for _, l := range p.labels {
		line := &p.lines[l.line]
		name, class, end := chart.Escaped(d.runs[line.run].Name), classOf(line.run), line.end()
		if x := left + wide + 8; math.Abs(l.y-end.y) > 1 || x-end.x > room+12 {
			fmt.Fprintf(b, `<path class="lead" d="M%s %sL%s %sh8"/>`+"\n", f(end.x+5), f(end.y), f(x), f(l.y))
		}
		fmt.Fprintf(b, `<text class="label %s" data-run="%s" x="%s" y="%s" dy="4">%s</text>`+"\n", class, name, f(left+wide+20), f(l.y), chart.Escaped(l.text))
	}
}

// ticks are those of the vertical axis that a low panel has room for, and that a share can be.
func (p *plot) ticks() []float64 {
	all := slices.DeleteFunc(p.y.Ticks(), func(v float64) bool { return p.share && (v < 0 || v > 100) })
	const each = 22 // pixels
	step := 1 + (len(all)-1)/max(1, int(p.height/each))
	var some []float64
	for i := 0; i < len(all); i += step {
		some = append(some, all[i])
	}
	return some
}

// curve writes a line with its marks.
func (p *plot) curve(b *bufio.Writer, l *line, name string) {
	title := name
	if l.about.name != "" {
		title += ", " + l.about.name
	}
	class, dashed := classOf(l.run), ""
	if l.about.training {
		dashed = " training"
	}
	fmt.Fprintf(b, `<path class="line%s %s" data-run="%s" data-panel="%s" d="%s"><title>%s</title></path>`+"\n",
		dashed, class, chart.Escaped(name), chart.Escaped(p.title), l.path(), chart.Escaped(title))
	for _, at := range l.alone() {
		fmt.Fprintf(b, `<circle class="dot %s" cx="%s" cy="%s" r="2.5"/>`+"\n", class, f(at.x), f(at.y))
	}
	for _, at := range l.lost[:min(len(l.lost), 100)] {
		fmt.Fprintf(b, `<path class="lost %s" d="M%s %sl6 6m0 -6l-6 6"/>`+"\n", class, f(at.x-3), f(at.y-3))
	}
	if l.best != nil && l.about.marked {
		fmt.Fprintf(b, `<circle class="best %s" cx="%s" cy="%s" r="4"/>`+"\n", class, f(l.best.x), f(l.best.y))
	}
}

// rounded is a value to three digits.
func rounded(v float64) float64 {
	text := strconv.FormatFloat(v, 'g', 3, 64)
	short, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return v
	}
	return short
}
