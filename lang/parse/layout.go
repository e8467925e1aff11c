package parse

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// MaxDepth limits how deep brackets, and words that nest without brackets, may
// nest. It is enforced here, on tokens, because the parser behind is recursive.
const MaxDepth = 200

// layout decides which newlines end a statement, by one rule, and turns the
// others into blanks. A newline is blank inside ( ) and [ ]; after -> { | , =;
// before -> as is else where; and after another newline. Braces switch newlines
// on again.
//
// On the way it finds what needs a stack to be found: brackets without
// partners, nesting beyond MaxDepth, and the `repeat` that starts branches.
func (p *parser) layout() {
	l := layouter{parser: p, tokens: p.tokens, before: -1, after: -1, ended: -1}
	for i := range l.tokens {
		if l.token(i); p.tooDeep {
			return
		}
	}
	l.unclosed(len(l.open))
}

type layouter struct {
	*parser
	tokens  []lexer.Token
	open    []bracket
	words   int   // nesting words in the current statement outside all brackets
	line    int   // the current line
	indent  int   // column of its first token that is not blank
	before  int   // index of the token before that is not blank, -1 for none
	after   int   // index of one that nextWord has found
	guessed bool  // a string without its end may have swallowed brackets
	early   []int // braces of this declaration that indentation shows to close too early
	ended   int   // the brace that closed its body, -1 for none
}

var (
	opener        = map[string]string{")": "(", "]": "[", "}": "{"}
	closer        = map[string]string{"(": ")", "[": "]", "{": "}"}
	continues     = map[string]bool{"->": true, "{": true, "|": true, ",": true, "=": true}
	continuesNext = map[string]bool{"->": true, "as": true, "is": true, "else": true, "where": true}
	declares      = map[string]bool{"block": true, "net": true, "import": true, "let": true}
	nests         = map[string]bool{"repeat": true, "if": true, "not": true}
	restarts      = map[string]bool{"->": true, "|": true, ",": true}
)

func (l *layouter) token(i int) {
	t := &l.tokens[i]
	switch {
	case blank(t) || t.EOF():
		return
	case t.Pos.Line != l.line && t.Value != "\n":
		l.line, l.indent = t.Pos.Line, t.Pos.Column
		l.startsLine(t)
	}
	switch {
	case t.Type == tokNL:
		if l.newlineIsBlank(i) {
			t.Type = tokSpace
			return
		}
		*l.nesting() = 0
	case t.Type == tokOpenString:
		l.swallowed(t)
	case t.Type == tokKeyword:
		l.keyword(i)
	case closer[t.Value] != "":
		if len(l.open) >= MaxDepth {
			l.deep(t)
			return
		}
		l.open = append(l.open, bracket{at: i, line: t.Pos.Line, indent: l.indent, suspect: -1})
	case opener[t.Value] != "":
		l.close(i)
	case restarts[t.Value]:
		*l.nesting() = 0
	}
	l.before = i
}

func (l *layouter) keyword(i int) {
	t := &l.tokens[i]
	switch {
	case declares[t.Value] && t.Value != "let" && t.Pos.Column == 1:
		// A declaration at the margin: whatever is still open was forgotten.
		l.unclosed(len(l.open))
		l.guessed, l.early, l.ended = false, nil, -1
	case nests[t.Value]:
		if t.Value == "repeat" && l.startsBranch(i) {
			t.Type = tokBranch
		}
		if *l.nesting()++; *l.nesting() > MaxDepth {
			l.deep(t)
		}
	}
}

func (l *layouter) nesting() *int {
	if n := len(l.open); n > 0 {
		return &l.open[n-1].words
	}
	return &l.words
}

func (l *layouter) newlineIsBlank(i int) bool {
	if n := len(l.open); n > 0 && l.tokens[l.open[n-1].at].Value != "{" {
		return true
	}
	if l.before < 0 || l.tokens[l.before].Type == tokNL || continues[l.tokens[l.before].Value] {
		return true
	}
	return continuesNext[l.nextWord(i).Value]
}

// nextWord returns the first token after i that is neither blank nor newline.
func (l *layouter) nextWord(i int) *lexer.Token {
	for l.after = max(l.after, i+1); ; l.after++ {
		if t := &l.tokens[l.after]; !blank(t) && t.Type != tokNL {
			return t
		}
	}
}

// startsBranch reports whether the repeat at i stands before a branch and not
// before a step: whether a bar follows what could be a number of times.
func (l *layouter) startsBranch(i int) bool {
	depth, complete := 0, false // complete: the tokens so far could be a value
	for j := i + 1; ; j++ {
		t := &l.tokens[j]
		switch {
		case blank(t):
			continue
		case t.EOF():
			return false
		case closer[t.Value] != "" && t.Value != "{":
			depth++
		case opener[t.Value] != "":
			if depth--; depth < 0 {
				return false
			}
			complete = true
			continue
		case depth > 0:
			continue
		case t.Value == "|":
			return true
		case t.Type == tokNL || t.Value == "{" || t.Value == "->" || complete && (startsValue(t) || t.Value == "@"):
			return false
		}
		complete = depth == 0 && startsValue(t) && !nests[t.Value]
	}
}

// startsValue reports whether a token that follows a value cannot belong to it.
func startsValue(t *lexer.Token) bool {
	switch t.Type {
	case tokIdent, tokInt, tokFloat, tokDims, tokString:
		return true
	case tokKeyword:
		return t.Value == "true" || t.Value == "false" || nests[t.Value]
	}
	return false
}

// swallowed takes note of a string that runs to the end of its line. What was
// opened before it on the line counts as closed there.
func (l *layouter) swallowed(t *lexer.Token) {
	for n := len(l.open); n > 0; n = len(l.open) {
		b := &l.tokens[l.open[n-1].at]
		if b.Value == "{" || b.Pos.Line != t.Pos.Line {
			break
		}
		l.open = l.open[:n-1]
	}
	l.guessed = l.guessed || strings.ContainsAny(t.Value, "()[]{}")
}

func (l *layouter) deep(t *lexer.Token) {
	l.tooDeep = true
	l.errors = diag.List{nestedTooDeep(spanOf(t))}
}

// spanOf returns where a token stands.
func spanOf(t *lexer.Token) source.Span {
	end := t.Pos
	end.Advance(t.Value)
	return source.Span{Start: source.Pos(t.Pos), End: source.Pos(end)}
}
