// Package source describes where text came from: files, positions and spans. It knows
// nothing of what the text means.
package source

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// ByteOrderMark is what some editors put before the text of a file; it is not part of the
// text.
const ByteOrderMark = "\uFEFF"

// A Pos is a place in a file. Its fields are those of participle's position, so that one
// converts to the other. Line and Column count from 1, Column in
// runes, not counting a byte order mark; the zero Pos is not a place.
type Pos struct {
	Filename string
	Offset   int // bytes from the start of the file
	Line     int
	Column   int
}

// IsValid reports whether p is a place.
func (p Pos) IsValid() bool { return p.Line > 0 }

// A Span is the text from Start up to, not including, End.
type Span struct{ Start, End Pos }

// IsValid reports whether s is a place.
func (s Span) IsValid() bool { return s.Start.IsValid() }

// Contains reports whether t lies within s.
func (s Span) Contains(t Span) bool {
	return s.Start.Filename == t.Start.Filename &&
		s.Start.Offset <= t.Start.Offset && t.End.Offset <= s.End.Offset
}

// To returns the span from the start of s to the end of t.
func (s Span) To(t Span) Span { return Span{s.Start, t.End} }

// A File is a name and its text.
type File struct {
	Name  string
	Text  string
	lines []int // offset of each line's first byte
}

// NewFile returns the file and finds its lines.
func NewFile(name, text string) *File {
	f := &File{Name: name, Text: text, lines: []int{0}}
	for i := 0; i < len(text); i++ {
		if text[i] == '\n' {
			f.lines = append(f.lines, i+1)
		}
	}
	return f
}

// Pos returns the place of a byte offset, clamped to the text.
func (f *File) Pos(offset int) Pos {
	offset = min(max(offset, 0), len(f.Text))
	line := sort.SearchInts(f.lines, offset+1)
	start := min(f.LineStart(line), offset)
	return Pos{f.Name, offset, line, utf8.RuneCountInString(f.Text[start:offset]) + 1}
}

// Span returns the span between two byte offsets.
func (f *File) Span(start, end int) Span { return Span{f.Pos(start), f.Pos(end)} }

// Line returns the text of a line, counted from 1, without its newline and without a byte
// order mark; "" if there is no such line.
func (f *File) Line(n int) string {
	if n < 1 || n > len(f.lines) {
		return ""
	}
	end := len(f.Text)
	if n < len(f.lines) {
		end = f.lines[n] - 1
	}
	return strings.TrimSuffix(f.Text[f.LineStart(n):end], "\r")
}

// LineStart returns the offset of a line's first byte, after a byte order mark, or the end
// of the text for a line beyond the last.
func (f *File) LineStart(n int) int {
	if n > len(f.lines) {
		return len(f.Text)
	}
	if n <= 1 && strings.HasPrefix(f.Text, ByteOrderMark) {
		return len(ByteOrderMark)
	}
	return f.lines[max(n, 1)-1]
}

// Lines returns how many lines the file has.
func (f *File) Lines() int { return len(f.lines) }

// OneLine returns the text of a span on one line, without comments.
func (f *File) OneLine(s Span) string {
	var b strings.Builder
	text, quoted, space := f.Text[s.Start.Offset:s.End.Offset], false, false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quoted && c == '\\' && i+1 < len(text):
			b.WriteByte(c)
			i++
			c = text[i]
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '#':
			for i+1 < len(text) && text[i+1] != '\n' {
				i++
			}
			continue
		case strings.IndexByte(" \t\r\n", c) >= 0:
			space = true
			continue
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteByte(c)
	}
	return b.String()
}
