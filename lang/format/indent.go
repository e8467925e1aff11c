package format

import (
	"cnnlang/lang/diag"
	"cnnlang/lang/parse"
)

const (
	indentation  = 2   // columns that braces and bars indent
	continuation = 4   // columns that the next lines of a statement are indented
	maxColumn    = 160 // beyond it nothing is aligned
)

// A frame is an open bracket; the outermost is the file.
type frame struct {
	bracket   string // "" for the file
	outer     *frame
	base      int    // column of the text of the line that opened it
	inner     int    // column of the lines inside
	params    bool   // declares parameters
	signature bool   // of a block parameter
	branch    bool   // a bar has been seen
	owner     string // the word before a brace: meta, names, add
}

// An indenter walks over the lines with the stack of open brackets.
type indenter struct {
	frame *frame
	last  *token // of the line before, nil at the start
	// closed is the bracket that was closed last.
	closed *frame
	// About the declaration's head that is being read:
	head  string // block or net, "" outside of heads
	where bool   // its where has been seen
	words int    // tokens of it
	ports int    // column of its lines that start with a value of the signature
}

// indent decides the column of every line and the spaces between tokens.
func indent(lines []line) {
	in := &indenter{frame: &frame{}}
	for i := range lines {
		if len(lines[i].tokens) > 0 {
			in.line(&lines[i])
		}
	}
	for i := range lines { // whole statements
		l := &lines[i]
		if len(l.tokens) == 0 {
			continue
		}
		l.whole = l.whole && l.tokens[len(l.tokens)-1].frame == l.frame
		next := following(lines[i+1:])
		if next != nil && (next.frame.continues(&l.tokens[len(l.tokens)-1], &next.tokens[0]) || next.tokens[0].is("else")) {
			l.whole = false
		}
	}
	comments(lines)
}

func following(lines []line) *line {
	for i := range lines {
		if len(lines[i].tokens) > 0 {
			return &lines[i]
		}
	}
	return nil
}

// comments puts comments on lines of their own where the next line starts, or inside the
// brackets that it closes.
func comments(lines []line) {
	column := 0
	for i := len(lines) - 1; i >= 0; i-- {
		l := &lines[i]
		if len(l.tokens) == 0 {
			l.indent = column
			continue
		}
		if column = l.indent; l.tokens[0].closes() {
			column = l.frame.inner
			if l.frame.branch {
				column += indentation
			}
		}
	}
}

// continues reports whether a statement continues after a newline between two tokens. A comma
// in braces separates imported names, and continues nothing.
func (f *frame) continues(last, first *token) bool {
	return last.is("->") || last.is(",") && f.bracket == "" || last.is("=") ||
		first.is("->") || first.is("as") || first.is("is") || first.is("where")
}

func (in *indenter) line(l *line) {
	first := &l.tokens[0]
	l.frame, l.toplevel = in.frame, in.frame.bracket == ""
	if l.toplevel && first.Kind == parse.Keyword && (first.is("block") || first.is("net")) {
		in.head, in.where, in.words, in.ports = first.Text, false, 0, continuation
	}
	l.indent, l.whole = in.column(first)
	column := l.indent
	text := column // where the text of the line starts, after its bar
	for i := range l.tokens {
		t := &l.tokens[i]
		if i > 0 {
			t.blanks = in.blanks(l.tokens, i)
		}
		column += t.blanks + diag.Width(t.Text)
		if t.is("|") && i == 0 && !in.signature() {
			text = l.indent + indentation
		}
		in.token(l, i, column, text)
		t.frame = in.frame
	}
	in.last = &l.tokens[len(l.tokens)-1]
}

// column returns where a line starts, and whether a statement starts there.
func (in *indenter) column(first *token) (column int, starts bool) {
	f := in.frame
	switch {
	case first.closes() && f.bracket != "":
		return f.base, false
	case f.bracket == "(" || f.bracket == "[":
		return f.inner, false
	case first.port() && in.signature():
		return in.ports, false
	case first.port():
		return f.inner, true
	}
	column = f.inner
	if f.branch {
		column += indentation
	}
	head := f.bracket == "" && in.head != "" && in.words > 0 && (first.is("[") || first.is("("))
	if head || in.last != nil && f.continues(in.last, first) {
		return column + continuation, false
	}
	return column, true
}

// token records a token that ends at a column, in a line whose text starts at another.
func (in *indenter) token(l *line, i, column, text int) {
	t := &l.tokens[i]
	in.words++
	switch {
	case t.opens():
		f := &frame{bracket: t.Text, outer: in.frame, base: text}
		switch {
		case t.is("{"):
			f.base = in.statement(l, text)
			f.inner, f.owner = f.base+indentation, owner(l.tokens[:i])
		case i+1 < len(l.tokens) && column <= maxColumn:
			f.inner = column
		default:
			f.inner = text + continuation
		}
		f.params = t.is("(") && in.frame.bracket == "" && in.head != "" && in.words == 3
		f.signature = t.is("(") && in.frame.params && i > 0 && l.tokens[i-1].is("block")
		f.params = f.params || f.signature
		if in.frame.bracket == "" && t.is("{") {
			in.head = ""
		}
		in.frame = f
	case t.closes() && in.frame.bracket != "":
		in.closed, in.frame = in.frame, in.frame.outer
	case t.is("->") && in.signature():
		in.ports = continuation
		if next := i + 1; i == 0 && next < len(l.tokens) && l.tokens[next].port() { // the others stand below it
			in.ports = column + 1
		}
	case t.is("|") && !in.signature():
		in.frame.branch = true
	case t.is("where"):
		in.where = true
	}
}

// statement is the column of the statement that goes on in a line, whose text starts at a column: that of an earlier
// line, if the line starts inside brackets that are closed by now.
func (in *indenter) statement(l *line, text int) int {
	column := text
	for f := l.frame; f != in.frame; f = f.outer {
		if f == nil {
			return text
		}
		column = f.base
	}
	return column
}

// signature reports whether the head of a declaration is being read, outside its brackets.
func (in *indenter) signature() bool { return in.frame.bracket == "" && in.head != "" }

// owner returns the word that a brace after these tokens belongs to.
func owner(tokens []token) string {
	for i := len(tokens) - 1; i >= 0; i-- {
		if i > 0 && tokens[i-1].is("train") {
			return "train"
		}
		if k := tokens[i].Kind; k == parse.Keyword || i > 0 && tokens[i-1].is("names") {
			return tokens[i].Text
		}
		if tokens[i].Kind != parse.Word {
			break
		}
	}
	return ""
}
