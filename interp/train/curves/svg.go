package curves

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"cnnlang/interp/chart"
	"cnnlang/interp/draw"
)

// Sizes of the picture, in pixels.
const (
	left, wide, right = 74.0, 720.0, 210.0 // of the ticks, the plots and the labels
	top, between      = 66.0, 40.0         // the heading, and the title of a panel
	below             = 50.0               // the ticks and the name of the horizontal axis
	room              = 10.0               // in a plot, between its rim and its lines
	noteHeight        = 15.0
)

// SVG writes the curves of runs; there must be something to draw of one at least. A line is
//
//	<path class="line training run-a" data-run="NAME" data-panel="Loss"/>
//
// and its name is a <text class="label run-a" data-run="NAME">; a tick is a <text class="tick x" data-value="…">.
func SVG(w io.Writer, title string, runs []Run) error {
	return (&drawing{runs: runs, axis: "Epoch", ring: "the best epoch", unit: chart.PerCent, panels: panels}).write(w, title)
}

// write writes the picture.
func (d *drawing) write(w io.Writer, title string) error {
	d.arrange()
	b := bufio.NewWriter(w)
	whole, height := left+wide+right, d.bottom+below+noteHeight*float64(len(d.notes))+8
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %[1]s %[2]s" role="img" aria-label="%[3]s">`+"\n",
		f(whole), f(height), chart.Escaped(title))
	b.WriteString("<style>" + style + "</style>\n")
	fmt.Fprintf(b, `<rect class="paper" width="%s" height="%s"/>`+"\n", f(whole), f(height))
	fmt.Fprintf(b, `<text class="heading" x="%s" y="30">%s</text>`+"\n", f(left), chart.Escaped(clipped(title)))
	for i := range d.plots {
		d.plots[i].write(b, d)
	}
	for _, v := range d.ticks {
		fmt.Fprintf(b, `<text class="tick x" data-value="%s" x="%s" y="%s">%s</text>`+"\n", number(v), f(d.x.At(v)), f(d.bottom+16), d.x.Text(v))
	}
	fmt.Fprintf(b, `<text class="axis" x="%s" y="%s">%s</text>`+"\n", f(left+wide/2), f(d.bottom+36), d.axis)
	for n, note := range d.notes {
		fmt.Fprintf(b, `<text class="note" x="%s" y="%s">%s</text>`+"\n", f(left), f(d.bottom+below+noteHeight*float64(n+1)-6), chart.Escaped(note))
	}
	b.WriteString("</svg>\n")
	return b.Flush()
}

// clipped is a title that fits the picture.
func clipped(title string) string {
	const size = 15.0 // of a heading, which is bold and so about an eighth wider
	return fitted(title, (left+wide+right-left-20)*labelSize/size/1.125)
}

func f(x float64) string { return chart.Length(x) }

// number writes a value exactly.
func number(v float64) string { return fmt.Sprintf("%g", v) }

// A drawing is the runs with the places of everything.
type drawing struct {
	runs   []Run
	axis   string
	ring   string     // what it marks
	unit   chart.Unit // of the axis; per cent are never on a logarithmic scale
	panels []panel
	x      chart.Scale
	ticks  []float64 // of it
	plots  []plot
	bottom float64 // of the last plot
	notes  []string
}

// A plot is a panel with its lines.
type plot struct {
	panel
	y           chart.Scale
	top, bottom float64
	lines       []line
	labels      []label
}

// arrange gives everything its place. Panels without values are left out.
func (d *drawing) arrange() {
	var epochs []float64
	for _, r := range d.runs {
		for _, rec := range r.Records {
			epochs = append(epochs, rec.Epoch)
		}
	}
	d.x = chart.NewScale(epochs, d.unit, left, left+wide, room)
	d.ticks = d.x.Ticks()
	if !slices.ContainsFunc(epochs, func(e float64) bool { return e != math.Floor(e) }) { // there are no halves between them
		d.ticks = slices.DeleteFunc(d.ticks, func(v float64) bool { return v != math.Floor(v) })
	}
	d.bottom = top - between
	for _, p := range d.panels {
		if y, ok := d.plot(p, d.bottom+between); ok {
			d.plots, d.bottom = append(d.plots, y), y.bottom
		}
	}
	d.note()
}

// plot is a panel from this height on, and false without values.
func (d *drawing) plot(p panel, from float64) (plot, bool) {
	out := plot{panel: p, top: from, bottom: from + p.height}
	var values []float64
	for _, r := range d.runs {
		for _, rec := range r.Records {
			for _, q := range p.lines {
				if v, ok := q.value(rec); ok {
					values = append(values, v)
				}
			}
		}
	}
	if len(values) == 0 {
		return out, false
	}
	unit := chart.Count
	if p.share {
		unit = chart.PerCent
	}
	out.y = chart.NewScale(values, unit, out.bottom, out.top, room)
	for n, r := range d.runs {
		for _, q := range p.lines {
			if l, any := lineOf(n, r.Records, q, d.x, out.y, out.top+6); any {
				out.lines = append(out.lines, l)
			}
		}
	}
	out.name(d.runs)
	return out, true
}

// name gives the lines their labels.
func (p *plot) name(runs []Run) {
	for i, l := range p.lines {
		value := p.y.Text(rounded(l.last)) + " " + p.y.Unit()
		words := []string{l.about.name, strings.TrimSpace(value)}
		if len(runs) > 1 {
			words[0] = runs[l.run].Name
			if l.about.training && p.validated(l.run) {
				continue // the line of the same colour that is not dashed has the name
			}
		}
		text := strings.TrimSpace(fitted(words[0], right-40-draw.TextWidth(words[1], labelSize)) + " " + words[1])
		p.labels = append(p.labels, label{i, text, l.end().y})
	}
	p.labels = placed(p.labels, p.top-8, p.bottom+8)
}

// validated reports whether a run has a line that is not of training.
func (p *plot) validated(run int) bool {
	return slices.ContainsFunc(p.lines, func(l line) bool { return l.run == run && !l.about.training })
}

// note says what lines and marks mean, those that there are.
func (d *drawing) note() {
	var training, best, lost bool
	missing := 0
	for _, p := range d.plots {
		named := map[int]bool{}
		for _, l := range p.labels {
			named[p.lines[l.line].run] = true
		}
		all := map[int]bool{}
		for _, l := range p.lines {
			training = training || l.about.training
			best, lost = best || l.best != nil && l.about.marked, lost || len(l.lost) > 0
			all[l.run] = true
		}
		missing = max(missing, len(all)-len(named))
	}
	if training && len(d.runs) > 1 {
		d.notes = append(d.notes, "Dashed: training. Solid: validation.")
	}
	if best {
		d.notes = append(d.notes, "Ring: "+d.ring+".")
	}
	if lost {
		d.notes = append(d.notes, "Cross: a value that is not finite.")
	}
	if missing > 0 {
		d.notes = append(d.notes, fmt.Sprintf("Without room for a name: %d of %d runs. The pointer shows it.", missing, len(d.runs)))
	}
	if text := strings.Join(d.notes, " "); text != "" {
		d.notes = []string{text}
	}
}
