package diag

import "regexp"

// Numbers in a message are written as in the line it is about: if that has 68_883_240, the
// message does not say 68883240.

var (
	grouped = regexp.MustCompile(`[0-9]_[0-9]`)
	digits  = regexp.MustCompile(`(^|[^-\w.:/"])([0-9]{4,})\b(\.?)`)
)

// asWritten is a copy of d with its numbers grouped if those of its line are.
func (p *printer) asWritten(d *Diagnostic) *Diagnostic {
	p.grouped = false
	if p.files == nil || !d.Span.IsValid() {
		return d
	}
	f := p.files(d.Span.Start.Filename)
	if f == nil || d.Span.Start.Line > f.Lines() {
		return d
	}
	start, end := bytesOfLine(f, d.Span)
	line, _ := clip(f.Line(d.Span.Start.Line), []mark{{start: start, end: end, primary: true}})
	if !grouped.MatchString(line) {
		return d
	}
	p.grouped = true
	copied := *d
	copied.Message, copied.Label, copied.Help = thousands(d.Message), thousands(d.Label), thousands(d.Help)
	copied.Labels, copied.Notes = nil, nil
	for _, l := range d.Labels {
		copied.Labels = append(copied.Labels, Label{l.Span, thousands(l.Text)})
	}
	for _, n := range d.Notes {
		copied.Notes = append(copied.Notes, thousands(n))
	}
	return &copied
}

// thousands writes 25557032 as 25_557_032, but leaves names and fractions alone.
func thousands(text string) string {
	return digits.ReplaceAllStringFunc(text, func(found string) string {
		part := digits.FindStringSubmatch(found)
		if part[3] != "" {
			return found
		}
		return part[1] + Grouped(part[2])
	})
}

// Grouped is a whole number with its digits grouped: 25_557_032.
func Grouped(digits string) string {
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "_" + digits[at:]
	}
	return digits
}
