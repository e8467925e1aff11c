package lsp

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A document is the text of a file as the editor has it.
type document struct {
	uri     string
	name    string // what the checker calls it: the path of the file, or the URI of none
	loose   bool   // it is not in a file
	version int
	text    string
	lines   []int // where each starts
}

func newDocument(uri string, version int, text string) *document {
	d := &document{uri: uri, version: version}
	d.name, d.loose = nameOf(uri)
	d.set(text)
	return d
}

func (d *document) set(text string) {
	d.text, d.lines = text, []int{0}
	for i := range len(text) {
		if text[i] == '\n' {
			d.lines = append(d.lines, i+1)
		}
	}
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
		d.set(d.text[:start] + c.Text + d.text[end:])
	}
	return nil
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
	units := 0
	for i, r := range line {
		if units >= p.Character {
			return start + i
		}
		units += max(1, utf16.RuneLen(r))
	}
	return start + len(line)
}

// position is that of a byte.
func (d *document) position(offset int) position {
	offset = max(0, min(offset, len(d.text)))
	low, high := 0, len(d.lines)
	for high-low > 1 {
		if middle := (low + high) / 2; d.lines[middle] <= offset {
			low = middle
		} else {
			high = middle
		}
	}
	return position{low, units(d.text[d.lines[low]:offset])}
}

// units are how many units of UTF-16 a text takes.
func units(text string) (n int) {
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		n += max(1, utf16.RuneLen(r))
		text = text[size:]
	}
	return n
}

func (d *document) span(start, end int) span { return span{d.position(start), d.position(end)} }
