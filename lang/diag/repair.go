package diag

import (
	"fmt"
	"slices"
	"strings"
)

// Apply returns a text with edits made to it. Edits may not overlap; ok is false
// where they do, or lie outside the text.
func Apply(text string, edits []Edit) (edited string, ok bool) {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b Edit) int { return a.Span.Start.Offset - b.Span.Start.Offset })
	var b strings.Builder
	at := 0
	for _, e := range edits {
		start, end := e.Span.Start.Offset, e.Span.End.Offset
		if start < at || end < start || end > len(text) {
			return "", false
		}
		b.WriteString(text[at:start])
		b.WriteString(e.Text)
		at = end
	}
	b.WriteString(text[at:])
	return b.String(), true
}

// repairs writes each repair as the lines it takes away and those it puts in
// their place.
func (p *printer) repairs(list []Repair) {
	for i, r := range list {
		if len(r.Edits) == 0 || p.files == nil {
			continue
		}
		f := p.files(r.Edits[0].Span.Start.Filename)
		if f == nil {
			continue
		}
		edited, ok := Apply(f.Text, r.Edits)
		if !ok {
			continue
		}
		lead := "with this the program checks"
		switch {
		case i > 0:
			lead = "or"
		case r.Together:
			lead = "with this and the repairs of the other errors the program checks"
		}
		p.line("%s%s", p.paint(help, "help"), p.paint(plain, fmt.Sprintf(": %s: %s", lead, clean(r.What))))
		p.difference(f.Text, edited)
	}
}

// difference writes the changed lines as they are and as they would be.
func (p *printer) difference(text, edited string) {
	before, after := strings.Split(text, "\n"), strings.Split(edited, "\n")
	head := 0
	for head < min(len(before), len(after)) && before[head] == after[head] {
		head++
	}
	tail := 0
	for tail < min(len(before), len(after))-head && before[len(before)-1-tail] == after[len(after)-1-tail] {
		tail++
	}
	before, after = before[head:len(before)-tail], after[head:len(after)-tail]
	p.gutter = len(fmt.Sprint(head + max(len(before), len(after))))
	p.margin("")
	if len(before) == len(after) {
		for i := range before {
			if before[i] != after[i] {
				p.changed(head+i+1, before[i:i+1], after[i:i+1])
			}
		}
		return
	}
	p.changed(head+1, before, after)
}

func (p *printer) changed(number int, before, after []string) {
	for i, l := range before {
		p.line("%s", p.paint(severityStyle(Error), fmt.Sprintf("%*d - ", p.gutter, number+i)+p.whole(l)))
	}
	for i, l := range after {
		p.line("%s", p.paint(help, fmt.Sprintf("%*d + ", p.gutter, number+i)+p.whole(l)))
	}
}

// whole is a line with its tabs expanded, cut where it is far too long.
func (p *printer) whole(line string) string {
	line, _ = clip(strings.TrimSuffix(line, "\r"), nil)
	row := cells(line)
	_, text := row.window(nil, max(p.opts.Width-p.gutter-3, narrowest))
	return strings.TrimRight(text, " ")
}
