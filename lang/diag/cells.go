package diag

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

const tabStop = 4

// terminal measures runes without consulting the environment.
var terminal = runewidth.Condition{StrictEmojiNeutral: true}

// A row is a line of text as it appears: every rune with the columns it takes.
type row struct {
	cells []cell
	width int
}

type cell struct {
	offset int // byte of the line
	column int // where it starts, from 0
	text   string
	width  int
}

// cells returns a line as it appears: tabs expanded, control characters made visible.
func cells(line string) row {
	var r row
	for i, c := range line {
		text := visible(c)
		switch c {
		case '\t':
			text = strings.Repeat(" ", tabStop-r.width%tabStop)
		case utf8.RuneError:
			text = "\uFFFD"
		}
		w := Width(text)
		r.cells = append(r.cells, cell{i, r.width, text, w})
		r.width += w
	}
	return r
}

// column returns where the rune at a byte of the line starts, the end for a
// byte beyond it.
func (r row) column(offset int) int {
	for _, c := range r.cells {
		if c.offset >= offset {
			return c.column
		}
	}
	return r.width
}

// window returns the part of the text that fits into n columns, and how many columns it
// begins further right. If it must be cut, all marks stay visible if possible, otherwise
// the primary one, with some columns around it.
func (r row) window(marks []mark, n int) (shift int, text string) {
	if r.width <= n {
		return 0, r.slice(0, r.width)
	}
	const around = 12
	from, to := reach(marks)
	for _, m := range marks {
		if m.primary && to-from > n-2*around {
			from, to = m.start, m.end
		}
	}
	shift = min(max(to+around-n, 0), max(from-around, 0))
	if shift = min(shift, r.width-n); shift == 0 {
		return 0, r.slice(0, n-1) + "…"
	}
	if shift+n == r.width {
		return shift, "…" + r.slice(shift+1, r.width)
	}
	return shift, "…" + r.slice(shift+1, shift+n-1) + "…"
}

// reach returns the columns from the first mark to the end of the last.
func reach(marks []mark) (from, to int) {
	for i, m := range marks {
		if i == 0 || m.start < from {
			from = m.start
		}
		to = max(to, m.end)
	}
	return from, to
}

// slice returns the columns from start to end; a wide rune cut in two leaves a
// space.
func (r row) slice(start, end int) string {
	var b strings.Builder
	for _, c := range r.cells {
		switch {
		case c.column >= start && c.column+c.width <= end:
			b.WriteString(c.text)
		case c.column < end && c.column+c.width > start:
			b.WriteString(strings.Repeat(" ", min(end, c.column+c.width)-max(start, c.column)))
		}
	}
	return b.String()
}

// visible returns a rune as it may be printed: control characters, invisible ones and
// those that reorder text are written out.
func visible(c rune) string {
	switch {
	case unicode.IsGraphic(c):
		return string(c)
	case c < ' ':
		return string('\u2400' + c) // the picture of the control character
	case c == 0x7f:
		return "\u2421"
	}
	return fmt.Sprintf("<U+%04X>", c)
}

// clean makes untrusted text safe for one line of a terminal. Bytes that are not UTF-8,
// which file names may contain, are written out.
func clean(s string) string {
	var b strings.Builder
	for i, c := range s {
		if _, size := utf8.DecodeRuneInString(s[i:]); c == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, "<%02X>", s[i])
			continue
		}
		b.WriteString(visible(c))
	}
	return b.String()
}

// Visible makes untrusted text, which may have several lines, safe for a terminal: control
// characters, invisible ones and those that reorder text are written out.
func Visible(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = clean(lines[i])
	}
	return strings.Join(lines, "\n")
}

// Width is how many columns of a terminal a text takes.
func Width(s string) int {
	n := 0
	for _, c := range s {
		n += terminal.RuneWidth(c)
	}
	return n
}

// pad appends spaces up to n columns.
func pad(s string, n int) string {
	return s + strings.Repeat(" ", max(n-Width(s), 0))
}
