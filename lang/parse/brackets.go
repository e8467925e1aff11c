package parse

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// Unmatched brackets: which one it most likely is, going by indentation, and where its
// partner belongs.

// A bracket is an open bracket.
type bracket struct {
	at     int // index of its token
	line   int
	indent int // column of the first token of its line
	words  int // nesting words in the current statement inside it
	// The index of a brace inside it that is closed further down than its indentation
	// suggests, -1 for none: if this bracket turns out to be unmatched, that brace is
	// most likely the one that was not closed.
	suspect int
	deeper  bool // the lines in it are indented more than its own line
	left    bool // and a line that is not has followed them
}

// startsLine records how a line is indented relative to the brace it is in.
func (l *nester) startsLine(t *lexer.Token) {
	n := len(l.open)
	if n == 0 || l.open[n-1].line == t.Pos.Line {
		return
	}
	switch b := &l.open[n-1]; {
	case t.Pos.Column > b.indent:
		b.deeper = true
	case b.deeper && opener[t.Value] == "":
		b.left = true
	}
}

func (l *nester) close(i int) {
	t := &l.tokens[i]
	n := len(l.open)
	match := func(b bracket) bool { return l.tokens[b.at].Value == opener[t.Value] }
	switch {
	case n > 0 && match(l.open[n-1]):
		l.pop(i)
	case n > 0 && slices.ContainsFunc(l.open, match):
		// The inner ones were not closed: this is the partner of an outer one.
		for !match(l.open[len(l.open)-1]) {
			l.unclosed(1)
		}
		l.pop(i)
	case n > 0 && t.Value != "}" && l.tokens[l.open[n-1].at].Value != "{" && l.nextWord(i).Value != closer[l.tokens[l.open[n-1].at].Value]:
		open := &l.tokens[l.open[n-1].at]
		l.report(diag.New(diag.Bracket, spanOf(t), "`%s` does not close `%s`", t.Value, open.Value).
			At(spanOf(open), "opened here").WithHelp("write `%s` here", closer[open.Value]).Write(closer[open.Value]))
		t.Value = closer[open.Value]
		l.pop(i)
	default:
		if !l.guessed {
			l.report(l.surplus(i))
		}
		l.extra = append(l.extra, t.Pos.Offset)
		erase(t)
	}
}

// pop removes the innermost bracket, whose partner is at i.
func (l *nester) pop(i int) {
	n := len(l.open) - 1
	b := l.open[n]
	l.open = l.open[:n]
	t := &l.tokens[i]
	if t.Value != "}" {
		return
	}
	suspect := b.suspect
	if suspect < 0 && (b.left || t.Pos.Column == l.indent && l.indent < b.indent) {
		suspect = b.at
	}
	if n > 0 && l.open[n-1].suspect < 0 {
		l.open[n-1].suspect = suspect
	}
	if l.indent > b.indent && t.Pos.Line != b.line {
		l.early = append(l.early, i)
	}
	if n == 0 {
		l.ended = i
	}
}

// unclosed reports and removes the innermost n open brackets.
func (l *nester) unclosed(n int) {
	for first := true; n > 0; n-- {
		b := l.open[len(l.open)-1]
		l.open = l.open[:len(l.open)-1]
		at := b.at
		if b.suspect >= 0 && l.tokens[b.at].Value == "{" {
			at = b.suspect
		}
		l.broken = append(l.broken, l.tokens[b.at].Pos.Offset)
		if l.guessed || len(l.errors) >= maxReported {
			continue
		}
		t := &l.tokens[at]
		d := diag.New(diag.Bracket, spanOf(t), "`%s` is never closed", t.Value).
			WithLabel("opened here").WithHelp("add the missing `%s`", closer[t.Value])
		if first { // the next attempt knows more of those around it
			l.addPartner(d, at)
		}
		l.report(d)
		first = false
	}
}

// surplus is for a bracket that closes nothing because an earlier one closes what it was
// meant to close.
func (l *nester) surplus(i int) *diag.Diagnostic {
	t := &l.tokens[i]
	early, ended := l.early, l.ended
	l.early, l.ended = nil, -1
	switch {
	case t.Value == "}" && len(early) > 0:
		d := tooEarly(&l.tokens[early[0]], t)
		if len(early) == 1 {
			l.takeOut(d, early[0])
		}
		return d
	case t.Value == "}" && ended >= 0 && slices.ContainsFunc(l.tokens[ended+1:i], func(t lexer.Token) bool { return !blank(&t) && t.Type != tokNL }):
		return tooEarly(&l.tokens[ended], t)
	}
	d := diag.New(diag.Bracket, spanOf(t), "`%s` closes nothing", t.Value).
		WithHelp("remove it, or add the `%s` it belongs to", opener[t.Value])
	if t.Value == "}" && ended >= 0 || t.Value != "}" && len(l.open) > 0 {
		l.takeOut(d, i)
	}
	return d
}

// takeOut corrects by removing a token, and its whole line if nothing else is on it.
func (l *nester) takeOut(d *diag.Diagnostic, i int) {
	src, span := l.file.Source, spanOf(&l.tokens[i])
	if line := span.Start.Line; strings.TrimSpace(src.Line(line)) == l.tokens[i].Value {
		span = src.Span(src.LineStart(line), src.LineStart(line+1))
	} else if before := src.Text[:span.Start.Offset]; strings.TrimSpace(src.Text[span.End.Offset:src.LineStart(line+1)]) == "" {
		span = src.Span(len(strings.TrimRight(before, " \t")), span.End.Offset)
	}
	d.Correct("leave out one `"+l.tokens[i].Value+"`", diag.Edit{Span: span})
}

// addPartner corrects an unmatched bracket if it is clear where its partner belongs.
func (l *nester) addPartner(d *diag.Diagnostic, at int) {
	edit, ok := l.endOfCall(at)
	if l.tokens[at].Value == "{" {
		edit, ok = l.endOfBody(at)
	}
	if ok {
		d.Correct("add the missing `"+closer[l.tokens[at].Value]+"`", edit)
	}
}

// arguments is how many a function of expressions takes, for those that take no more.
var arguments = map[string]int{"ceil": 1, "floor": 1, "round": 1, "abs": 1, "len": 1, "divisible": 2, "make_divisible": 2}

// endOfCall is where a ( or [ has to be closed at the latest: before something that can only
// come after it. The place is not clear if there are others of its kind inside, if it is
// neither a list nor a call, or if a value goes on there; but a function that takes so many
// arguments ends before the comma behind the last.
func (l *nester) endOfCall(at int) (e diag.Edit, ok bool) {
	open := l.tokens[at].Value
	called := at > 0 && l.tokens[at-1].Type == tokIdent
	if called != (open == "(") {
		return e, false
	}
	step := open == "[" || l.startsStep(at-1)
	left := 0 // arguments of such a function
	if called && !step {
		left = arguments[l.tokens[at-1].Value]
	}
	counted := left > 0
	depth, last := 0, at
	for i := at + 1; ; i++ {
		t := &l.tokens[i]
		if counted && depth == 0 && t.Value == "," {
			left--
		}
		afterValue := startsValue(&l.tokens[last]) || opener[l.tokens[last].Value] != ""
		switch {
		case t.EOF(), counted && left == 0, depth == 0 && (t.Value == "->" || t.Value == "|" || opener[t.Value] != "" || continuesNext[t.Value]),
			depth == 0 && afterValue && (t.Value == ";" || strings.Contains(t.Value, "\n")),
			depth == 0 && afterValue && i > last+1 && closer[t.Value] != "" && t.Value != "(":
			end := spanOf(&l.tokens[last]).End
			return diag.Edit{Span: source.Span{Start: end, End: end}, Text: closer[open]}, last > at
		case blank(t):
			continue
		case counted:
		case t.Value == open, depth == 0 && !step && t.Value != "=" && strings.Contains("+-*/%<>==!=**", t.Value):
			return e, false
		}
		depth += levels[t.Value]
		last = i
	}
}

// startsStep reports whether a word is the last one of the name of a step or declaration.
func (l *nester) startsStep(i int) bool {
	for ; i >= 0; i-- {
		switch t := &l.tokens[i]; {
		case t.Type == tokIdent || t.Value == "." || t.Type == tokSpace && !strings.Contains(t.Value, "\n"):
		default:
			return t.Type == tokNL || t.Type == tokSpace || strings.Contains("->|{}:", t.Value) || t.Value == "block" || t.Value == "net"
		}
	}
	return false
}

// endOfBody is where a body ends by its indentation: before the first line that is not
// indented more than its own. A body that starts on a line of its own ends there only if
// nothing but its steps can follow.
func (l *nester) endOfBody(at int) (e diag.Edit, ok bool) {
	src := l.file.Source
	line := l.tokens[at].Pos.Line
	text := src.Line(line)
	indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]
	last, goesOn := at, false // the last token of the body
	for i := at + 1; ; i++ {
		t := &l.tokens[i]
		if blank(t) || strings.Contains(t.Value, "\n") {
			continue
		}
		before := &l.tokens[last]
		if t.EOF() || t.Pos.Line > before.Pos.Line && t.Pos.Column <= len(indent)+1 && (t.Value != "|" || t.Pos.Column <= len(indent)) {
			if before.Pos.Line == line {
				end := spanOf(before).End
				alone := strings.HasPrefix(text, "net ") || strings.HasPrefix(text, "block ")
				return diag.Edit{Span: source.Span{Start: end, End: end}, Text: " }"}, alone || !goesOn
			}
			if t.Value == "}" && t.Pos.Column == len(indent)+1 {
				return e, false // its partner, going by indentation
			}
			start := src.LineStart(before.Pos.Line + 1)
			brace := indent + "}\n"
			if !strings.HasSuffix(src.Text[:start], "\n") {
				brace = "\n" + brace
			}
			return diag.Edit{Span: src.Span(start, start), Text: brace}, true
		}
		goesOn = goesOn || continuesNext[t.Value]
		last = i
	}
}
