package diag

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/lang/source"
)

// Apply returns a text with edits made to it; ok is false if edits overlap or lie outside
// the text.
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

// repairs writes each repair as the lines it removes and those it adds in their place.
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

// difference writes the changed lines before and after.
func (p *printer) difference(text, edited string) {
	before := strings.Split(strings.TrimPrefix(text, source.ByteOrderMark), "\n")
	after := strings.Split(strings.TrimPrefix(edited, source.ByteOrderMark), "\n")
	head, tail := Common(before, after)
	before, after = before[head:len(before)-tail], after[head:len(after)-tail]
	p.gutter = len(fmt.Sprint(head + max(len(before), len(after))))
	p.margin("")
	if len(before) == len(after) {
		changed := 0
		for i := range before {
			if before[i] == after[i] {
				continue
			}
			if changed++; changed <= mostChanged {
				p.changed(head+i+1, before[i:i+1], after[i:i+1])
			}
		}
		p.left(changed)
		return
	}
	p.changed(head+1, before[:min(len(before), mostChanged)], after[:min(len(after), mostChanged)])
	p.left(max(len(before), len(after)))
}

// Common counts what two lists have in common at their start and, behind that, at their end.
func Common[T comparable](a, b []T) (head, tail int) {
	for head < min(len(a), len(b)) && a[head] == b[head] {
		head++
	}
	for tail < min(len(a), len(b))-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	return head, tail
}

// mostChanged is how many of the lines that a repair changes are shown.
const mostChanged = 20

// left writes how many changed lines are not shown.
func (p *printer) left(changed int) {
	if n := changed - mostChanged; n > 0 {
		p.line("%*s … and %d more", p.gutter, "", n)
	}
}

func (p *printer) changed(number int, before, after []string) {
	head, tail := 0, 0 // what the line has in common before and after
	if len(before) == 1 && len(after) == 1 {
		head, tail = Common([]byte(before[0]), []byte(after[0]))
	}
	for i, l := range before {
		p.wrapped(severityStyle(Error), number+i, "-", l, head, len(l)-tail)
	}
	for i, l := range after {
		p.wrapped(help, number+i, "+", l, head, len(l)-tail)
	}
}

// mostRows is how many rows of a terminal a changed line may take.
const mostRows = 8

// wrapped writes a line in as many rows as it needs, those after the first indented. A line
// that is far too long is cut around the bytes that differ.
func (p *printer) wrapped(s style, number int, sign, line string, from, to int) {
	const indent = 4
	line, marks := clip(strings.TrimSuffix(line, "\r"), []mark{{start: from, end: to, primary: true}})
	whole := cells(line)
	marks[0].start, marks[0].end = whole.column(marks[0].start), whole.column(marks[0].end)
	columns := max(p.opts.Width-p.gutter-3, narrowest)
	_, text := whole.window(marks, mostRows*(columns-indent))
	lead := fmt.Sprintf("%*d %s ", p.gutter, number, sign)
	for rest := cells(strings.TrimRight(text, " ")); ; {
		end := rest.fitting(columns)
		p.line("%s", p.paint(s, strings.TrimRight(lead+rest.slice(0, end), " ")))
		if end == rest.width {
			return
		}
		rest = cells(rest.slice(end, rest.width))
		lead = fmt.Sprintf("%*s %s %*s", p.gutter, "", sign, indent, "")
		columns = max(p.opts.Width-p.gutter-3, narrowest) - indent
	}
}

// fitting is how many columns fit into a row of n, broken after a space if one is near
// enough.
func (r row) fitting(n int) int {
	if r.width <= n {
		return r.width
	}
	end, whole := 0, 0
	for _, c := range r.cells {
		if c.column+c.width > n {
			break
		}
		whole = c.column + c.width
		if c.text == " " {
			end = whole
		}
	}
	if end > n/2 {
		return end
	}
	return max(whole, 1)
}
