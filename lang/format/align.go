package format

import (
	"slices"

	"cnnlang/lang/diag"
	"cnnlang/lang/parse"
)

const far = 3 // spaces before what is set apart at the end of a line

// align aligns neighbouring lines.
func align(lines []line) {
	for _, p := range declarations(lines) {
		keepColumns(p)
		for start := 0; start < len(p); {
			end := start + 1
			for end < len(p) && neighbours(p[end-1], p[end]) {
				end++
			}
			table(p[start:end])
			start = end
		}
		endings(p)
	}
}

// declarations splits the lines into declarations, but keeps neighbouring ones of a single
// line together.
func declarations(lines []line) [][]*line {
	var list [][]*line
	for i := range lines {
		l := &lines[i]
		starts := l.toplevel && len(l.tokens) > 0 && l.tokens[0].Kind == parse.Keyword && !l.tokens[0].is("where")
		if i == 0 || starts && !(l.whole && lines[i-1].whole && lines[i-1].toplevel) {
			list = append(list, nil)
		}
		list[len(list)-1] = append(list[len(list)-1], l)
	}
	return list
}

// A shape is how a line starts, which decides whether it is part of a table.
type shape struct {
	kind  string // label, let, meta, names, preset, expect; "" for none
	name  string // of the call behind the label
	first int    // index of the first token behind the label, or of the = sign
	after int    // index of the `->` or `as` behind the call, 0 for none
}

func (l *line) shape() shape {
	if !l.whole || len(l.tokens) < 3 {
		return shape{}
	}
	t, s := l.tokens, 0
	if t[0].is("|") {
		s = 1
	}
	is := func(i int, text string) bool { return i < len(t) && t[i].is(text) }
	word := func(i int) bool { return i < len(t) && t[i].Kind == parse.Word }
	switch {
	case t[0].is("let") && is(2, "="):
		return shape{kind: "let", first: 2}
	case (t[0].is("block") || t[0].is("net")) && is(2, "="):
		return shape{kind: "preset", first: 2}
	case t[0].is("expect"):
		// Not with a call on the left, which would push all others away.
		for i := 1; i < len(t) && !t[i].opens(); i++ {
			if comparison[t[i].Text] {
				return shape{kind: "expect", first: i}
			}
		}
	case ((l.frame.owner == "meta" || l.frame.owner == "train") && word(0) || t[0].Kind == parse.String) && is(1, "="):
		return shape{kind: "row", first: 1}
	case s+2 < len(t) && (word(s) || t[s].Kind == parse.String) && is(s+1, ":") && word(s+2):
		end := s + 3
		name := t[s+2].Text
		for is(end, ".") && word(end+1) {
			name += "." + t[end+1].Text
			end += 2
		}
		if is(end, "(") {
			end = closing(t, end) + 1
		}
		after := 0
		if is(end, "->") || is(end, "as") {
			after = end
		}
		return shape{"label", name, s + 2, after}
	}
	return shape{}
}

// closing returns the index of the partner of the bracket at i, the last index if it is
// unmatched.
func closing(t []token, i int) int {
	depth := 0
	for ; i < len(t)-1; i++ {
		if t[i].opens() {
			depth++
		} else if t[i].closes() {
			if depth--; depth == 0 {
				break
			}
		}
	}
	return i
}

func neighbours(a, b *line) bool {
	x, y := a.shape(), b.shape()
	return x.kind != "" && x.kind == y.kind && x.name == y.name && a.frame == b.frame && !b.gap
}

// table aligns neighbouring lines of one shape.
func table(lines []*line) {
	if len(lines) < 2 {
		return
	}
	stops := make([][2]int, len(lines))
	for i, l := range lines {
		s := l.shape()
		stops[i] = [2]int{s.first, s.after}
	}
	for k := range 2 {
		column := 0
		for i, l := range lines {
			if end := l.end(stops[i][k]) + 1; end > maxColumn {
				stops[i][k] = 0
			} else if stops[i][k] > 0 {
				column = max(column, end)
			}
		}
		for i, l := range lines {
			if n := stops[i][k]; n > 0 {
				l.tokens[n].blanks = column - l.end(n)
			}
		}
	}
}

// endings aligns what is set apart at the ends of lines: an `is`, a comment, and in another
// column the comments after an `is`.
func endings(lines []*line) {
	column, n := 0, 0
	for _, l := range lines {
		if end := l.end(l.ending()) + far; l.ending() > 0 && end <= maxColumn {
			column, n = max(column, end), n+1
		}
	}
	behind := 0
	for _, l := range lines {
		if l.far = column; l.fact() > 0 {
			l.tokens[l.fact()].blanks = 1
			if n > 1 {
				l.tokens[l.fact()].blanks = max(column-l.end(l.fact()), 1)
			}
			if end := l.end(len(l.tokens)) + far; l.comment != "" && end <= maxColumn {
				behind = max(behind, end)
			}
		}
	}
	for _, l := range lines {
		if l.fact() > 0 {
			l.far = behind
		}
	}
}

// ending returns how many tokens precede what is set apart, 0 if nothing is.
func (l *line) ending() int {
	if i := l.fact(); i > 0 {
		return i
	}
	if l.comment != "" {
		return len(l.tokens)
	}
	return 0
}

// fact returns the index of the `is` whose shape ends the line, 0 for none.
func (l *line) fact() int {
	n := len(l.tokens)
	for i := n - 2; i > 0; i-- {
		if l.tokens[i].is("is") && l.tokens[i+1].is("[") && closing(l.tokens, i+1) == n-1 && l.tokens[n-1].is("]") {
			return i
		}
	}
	return 0
}

// A cell list is the brackets of one call or row with what they hold.
type cellList struct {
	line       *line
	start, end int // indices of the brackets
}

// keepColumns keeps the spaces of arguments that the author has aligned: if the commas and
// closing brackets of all calls of one name, or of all rows of a list, are equally far from
// their opening bracket.
func keepColumns(lines []*line) {
	type key struct {
		frame *frame
		name  string
		cells int
	}
	var order []key
	groups := map[key][]cellList{}
	put := func(k key, c cellList) {
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], c)
	}
	for _, l := range lines {
		if s := l.shape(); s.kind == "label" {
			if open := slices.IndexFunc(l.tokens[s.first:], func(t token) bool { return t.is("(") }); open >= 0 && open < 4 {
				open += s.first
				c := cellList{l, open, closing(l.tokens, open)}
				put(key{l.frame, s.name, len(c.columns())}, c)
			}
		}
		for i := range l.tokens {
			if t := &l.tokens[i]; t.is("[") && t.frame.outer.bracket == "[" {
				if end := closing(l.tokens, i); l.tokens[end].is("]") {
					c := cellList{l, i, end}
					put(key{t.frame.outer, "", len(c.columns())}, c)
				}
			}
		}
	}
	for _, k := range order {
		if list := groups[k]; len(list) > 1 && inColumns(list) {
			for _, c := range list {
				for i := c.start + 1; i <= c.end; i++ {
					c.line.tokens[i].blanks = c.set(i)
				}
			}
		}
	}
}

// set returns the spaces before token i if the author's columns are kept: those after commas
// and after the opening bracket are the author's.
func (c cellList) set(i int) int {
	t, last := &c.line.tokens[i], &c.line.tokens[i-1]
	switch {
	case t.closes() || t.opens() && i-1 != c.start && !last.is(","):
		return t.blanks
	case last.is(","):
		return max(t.given, t.blanks)
	case i-1 == c.start:
		return t.given
	}
	return t.blanks
}

func inColumns(list []cellList) bool {
	first := list[0].columns()
	for _, c := range list[1:] {
		if !slices.Equal(c.columns(), first) {
			return false
		}
	}
	return len(first) > 1
}

// columns returns how far from the opening bracket the commas and the closing bracket would
// be.
func (c cellList) columns() []int {
	var list []int
	column := 0
	for i := c.start + 1; i <= c.end; i++ {
		t := &c.line.tokens[i]
		column += c.set(i) + diag.Width(t.Text)
		if t.is(",") || i == c.end {
			list = append(list, column)
		}
	}
	return list
}
