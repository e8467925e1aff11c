package lsp

import (
	"fmt"
	"sort"
	"strings"
	"sync"

	"cnnlang/lang/source"
)

// A document is the text of a file as the editor has it.
type document struct {
	uri     string
	name    string // what the checker calls it: the path of the file, or the URI of none
	loose   bool   // it is not in a file
	version int
	text    string
	lines   []int // where each starts
	marks   func() []int

	unopened bool // it is read from its file
}

func newDocument(uri string, version int, text string) *document {
	d := &document{uri: uri, version: version}
	d.name, d.loose = nameOf(uri)
	d.set(text)
	return d
}

func (d *document) set(text string) {
	d.lines = append(make([]int, 0, len(text)/40+1), 0)
	d.lines = addLines(d.lines, text, 0)
	d.have(text)
}

func addLines(lines []int, text string, at int) []int {
	for {
		i := strings.IndexByte(text, '\n')
		if i < 0 {
			return lines
		}
		at += i + 1
		lines, text = append(lines, at), text[i+1:]
	}
}

// have is set, where lines is right already.
func (d *document) have(text string) {
	d.text = text
	d.marks = sync.OnceValue(func() []int { return marksOf(text) })
}

// apply makes changes in their order.
func (d *document) apply(changes []change) error {
	for _, c := range changes {
		if c.Range == nil {
			d.set(c.Text)
			continue
		}
		start, end := d.offset(c.Range.Start), d.offset(c.Range.End)
		if start > end {
			return fmt.Errorf("a change of %s ends before it starts", d.uri)
		}
		d.splice(start, end, c.Text)
	}
	return nil
}

// splice puts a text in the place of a part. Other documents may share the old lines.
func (d *document) splice(start, end int, text string) {
	first, last := d.line(start), d.line(end)
	lines := make([]int, 0, len(d.lines)+4)
	lines = addLines(append(lines, d.lines[:first+1]...), text, start)
	for _, at := range d.lines[last+1:] {
		lines = append(lines, at+len(text)-(end-start))
	}
	d.lines = lines
	d.have(d.text[:start] + text + d.text[end:])
}

// line is the one that a byte is in, from 0.
func (d *document) line(offset int) int {
	return sort.SearchInts(d.lines, offset+1) - 1
}

// offset is the byte at a position; beyond the end of a line, or of the text, that end.
func (d *document) offset(p position) int {
	switch {
	case p.Line < 0:
		return 0
	case p.Line >= len(d.lines):
		return len(d.text)
	}
	start, end := d.lines[p.Line], len(d.text)
	if p.Line+1 < len(d.lines) {
		end = d.lines[p.Line+1] - 1
	}
	line := strings.TrimSuffix(d.text[start:end], "\r")
	n := 0
	for i := range len(line) {
		if n >= p.Character && line[i]&0xC0 != 0x80 {
			return start + i
		}
		n += unitsOf(line[i])
	}
	return start + len(line)
}

// position is that of a byte.
func (d *document) position(offset int) position {
	offset = max(0, min(offset, len(d.text)))
	line := d.line(offset)
	return position{line, d.before(offset) - d.before(d.lines[line])}
}

func (d *document) span(start, end int) span { return span{d.position(start), d.position(end)} }

func spanIn(d *document, s source.Span) span { return d.span(s.Start.Offset, s.End.Offset) }

// The protocol counts in units of UTF-16. So that a place in a long line, of which there may be as many as it has
// bytes, is not counted from the beginning of the line, every so many bytes there is a mark.
const markEvery = 512

// marksOf are the units before every mark, nil for a text of which each byte is one.
func marksOf(text string) []int {
	n := 0
	marks := make([]int, 0, len(text)/markEvery+1)
	for i := range len(text) {
		if i%markEvery == 0 {
			marks = append(marks, n)
		}
		n += unitsOf(text[i])
	}
	if n == len(text) {
		return nil
	}
	return marks
}

// before is how many units are before a byte.
func (d *document) before(offset int) int {
	marks := d.marks()
	if marks == nil || offset == 0 {
		return offset
	}
	i := (offset - 1) / markEvery
	return marks[i] + units(d.text[i*markEvery:offset])
}

// units are how many units of UTF-16 a text takes.
func units(text string) (n int) {
	for i := range len(text) {
		n += unitsOf(text[i])
	}
	return n
}

// unitsOf are those that a byte of UTF-8 begins: two where four bytes do, none where it goes on with one.
func unitsOf(b byte) int {
	switch {
	case b >= 0xF0:
		return 2
	case b&0xC0 == 0x80:
		return 0
	}
	return 1
}
