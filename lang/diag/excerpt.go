package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cnnlang/lang/source"
)

// An excerpt is the lines of one file that a diagnostic is about.
type excerpt struct {
	file  *source.File
	at    source.Pos // what the arrow names
	marks []mark
}

// A mark is a run of carets or dashes below a line and what it says.
type mark struct {
	line       int
	start, end int // bytes of the line
	text       string
	primary    bool
	style      style
}

// excerpts sorts the places of a diagnostic by file, its own file first. Places whose text
// is not available are returned separately.
func (p *printer) excerpts(d *Diagnostic) (list []*excerpt, lost []Label) {
	add := func(span source.Span, text string, primary bool, s style) {
		var f *source.File
		if span.IsValid() && p.files != nil {
			f = p.files(span.Start.Filename)
		}
		if f == nil || span.Start.Line > f.Lines() {
			if !primary && text != "" {
				lost = append(lost, Label{span, text})
			}
			return
		}
		i := slices.IndexFunc(list, func(e *excerpt) bool { return e.file == f })
		if i < 0 {
			i = len(list)
			list = append(list, &excerpt{file: f, at: span.Start})
		}
		start, end := bytesOfLine(f, span)
		list[i].marks = append(list[i].marks, mark{span.Start.Line, start, end, text, primary, s})
	}
	add(d.Span, d.Label, true, severityStyle(d.Severity))
	if len(list) == 0 {
		return nil, d.Labels
	}
	for _, l := range d.Labels {
		add(l.Span, l.Text, false, frame)
	}
	for _, e := range list {
		slices.SortStableFunc(e.marks, func(a, b mark) int {
			return cmp.Or(a.line-b.line, a.start-b.start)
		})
	}
	return list, lost
}

// bytesOfLine returns the part of the span that lies on its first line.
func bytesOfLine(f *source.File, span source.Span) (start, end int) {
	first := f.LineStart(span.Start.Line)
	length := len(f.Line(span.Start.Line))
	start = min(max(span.Start.Offset-first, 0), length)
	end = min(max(span.End.Offset-first, start), length)
	return start, end
}

// gutter returns the width of the largest line number.
func (e *excerpt) gutter() int {
	return len(fmt.Sprint(e.marks[len(e.marks)-1].line))
}

// excerpt writes the marked lines. A single line between two of them is shown as well; more
// are replaced by three dots.
func (p *printer) excerpt(e *excerpt) {
	p.margin("")
	last := 0
	for i := 0; i < len(e.marks); {
		line, n := e.marks[i].line, i
		for n < len(e.marks) && e.marks[n].line == line {
			n++
		}
		switch {
		case last > 0 && line == last+2:
			p.marked(e.file, last+1, nil)
		case last > 0 && line > last+2:
			p.margin("...")
		}
		p.marked(e.file, line, e.marks[i:n])
		last, i = line, n
	}
}

// margin writes a line without a number.
func (p *printer) margin(text string) {
	p.line("%s", strings.TrimRight(fmt.Sprintf("%*s %s %s", p.gutter, "", p.paint(frame, "|"), text), " "))
}

// marked writes one line of the file and its marks below: the carets, followed by the text
// of the last mark if there is room, and the other texts below bars, from right to left.
func (p *printer) marked(f *source.File, number int, marks []mark) {
	line, marks := clip(f.Line(number), marks)
	row := cells(line)
	for i := range marks {
		m := &marks[i]
		m.start, m.end = row.column(m.start), row.column(m.end)
		m.end = max(m.end, m.start+1) // a place between two characters is one column
	}
	columns := max(p.opts.Width-p.gutter-3, narrowest)
	shift, text := row.window(marks, columns)
	for i := range marks { // a mark outside goes where the text is cut
		m := &marks[i]
		m.start = min(max(m.start, shift), shift+columns-1)
		m.end = min(max(m.end, m.start+1), shift+columns)
	}
	p.line("%s", strings.TrimRight(p.paint(frame, fmt.Sprintf("%*d |", p.gutter, number))+" "+text, " "))
	if len(marks) > 0 {
		p.under(marks, shift)
	}
}

// under writes the lines below a source line.
func (p *printer) under(marks []mark, shift int) {
	under := &canvas{}
	for _, m := range marks {
		if !m.primary {
			under.put(m.start-shift, strings.Repeat("-", m.end-m.start), m.style)
		}
	}
	for _, m := range marks { // carets over dashes
		if m.primary {
			under.put(m.start-shift, strings.Repeat("^", m.end-m.start), m.style)
		}
	}
	hanging := marks
	if last := marks[len(marks)-1]; aloneAtEnd(marks) {
		under.put(last.end-shift+1, clean(last.text), last.style)
		hanging = marks[:len(marks)-1]
	}
	hanging = slices.DeleteFunc(slices.Clone(hanging), func(m mark) bool { return m.text == "" })
	p.margin(under.String(p))
	bars := func(marks []mark) *canvas {
		c := &canvas{}
		for _, m := range marks {
			c.put(m.start-shift, "|", m.style)
		}
		return c
	}
	if len(hanging) > 0 {
		p.margin(bars(hanging).String(p))
	}
	for n := len(hanging) - 1; n >= 0; n-- {
		c := bars(hanging[:n])
		c.put(hanging[n].start-shift, clean(hanging[n].text), hanging[n].style)
		p.margin(c.String(p))
	}
}

// aloneAtEnd reports whether no other mark reaches to the right of the last
// one's start, so that its text can be on the line of the carets.
func aloneAtEnd(marks []mark) bool {
	last := marks[len(marks)-1]
	for _, m := range marks[:len(marks)-1] {
		if m.end > last.start {
			return false
		}
	}
	return true
}

// clip cuts a line that is far too long to the bytes around its primary mark, or its first
// mark if it has no primary one.
func clip(line string, marks []mark) (string, []mark) {
	const reach = 1000
	marks = slices.Clone(marks)
	if len(line) <= 4*reach {
		return line, marks
	}
	center := 0
	for i, m := range marks {
		if i == 0 || m.primary {
			center = m.start
		}
	}
	from, to := len(head(line, max(center-reach, 0))), len(head(line, min(center+reach, len(line))))
	const cut = "…"
	text, shift := line[from:to], from
	if from > 0 {
		text, shift = cut+text, from-len(cut)
	}
	if to < len(line) {
		text += cut
	}
	for i := range marks {
		marks[i].start = min(max(marks[i].start-shift, 0), len(text))
		marks[i].end = min(max(marks[i].end-shift, 0), len(text))
	}
	return text, marks
}
