package parse

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// MaxDepth limits the nesting of brackets, and of words that nest without brackets. It is
// enforced here, on tokens, because the parser is recursive.
const MaxDepth = 200

// nest decides which newlines end a statement, by one rule, and turns the others
// into blanks. A newline is blank inside ( ) and [ ]; after -> { | , =;
// before -> as is else where; after another newline; and outside all brackets before
// | and repeat, where the head of a declaration goes on. Braces switch newlines on again.
//
// Along the way it finds everything that takes a stack: unmatched brackets, nesting
// beyond MaxDepth, and the `repeat` that starts branches.
func (p *parser) nest() {
	l := nester{parser: p, tokens: p.tokens, before: -1, after: -1, ended: -1}
	for i := range l.tokens {
		if l.token(i); p.tooDeep {
			return
		}
	}
	l.unclosed(len(l.open))
}

// A nester walks over the tokens with the stack of open brackets.
type nester struct {
	*parser
	tokens  []lexer.Token
	open    []bracket
	words   int   // nesting words in the current statement outside all brackets
	line    int   // the current line
	indent  int   // column of its first token that is not blank
	before  int   // index of the token before that is not blank, -1 for none
	after   int   // index of one that nextWord has found
	guessed bool  // a string without its end may have swallowed brackets
	early   []int // braces of this declaration that close too early, going by indentation
	ended   int   // the brace that closed its body, -1 for none
}

var (
	opener        = map[string]string{")": "(", "]": "[", "}": "{"}
	closer        = map[string]string{"(": ")", "[": "]", "{": "}"}
	levels        = map[string]int{"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1} // what a bracket adds to the depth
	continues     = map[string]bool{"->": true, "{": true, "|": true, ",": true, "=": true}
	continuesNext = map[string]bool{"->": true, "as": true, "is": true, "else": true, "where": true}
	continuesHead = map[string]bool{"|": true, "repeat": true}
	declares      = map[string]bool{"block": true, "net": true, "import": true, "let": true}
	nests         = map[string]bool{"repeat": true, "if": true, "not": true}
	restarts      = map[string]bool{"->": true, "|": true, ",": true}
)

func (l *nester) token(i int) {
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

func (l *nester) keyword(i int) {
	t := &l.tokens[i]
	switch {
	case declares[t.Value] && t.Value != "let" && t.Pos.Column == 1:
		// A declaration at the margin: brackets that are still open were not closed.
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

func (l *nester) nesting() *int {
	if n := len(l.open); n > 0 {
		return &l.open[n-1].words
	}
	return &l.words
}

func (l *nester) newlineIsBlank(i int) bool {
	if n := len(l.open); n > 0 && l.tokens[l.open[n-1].at].Value != "{" {
		return true
	}
	if l.before < 0 || l.tokens[l.before].Type == tokNL || continues[l.tokens[l.before].Value] {
		return true
	}
	next := l.nextWord(i).Value
	return continuesNext[next] || continuesHead[next] && len(l.open) == 0
}

// nextWord returns the first token after i that is neither blank nor newline.
func (l *nester) nextWord(i int) *lexer.Token {
	for l.after = max(l.after, i+1); ; l.after++ {
		if t := &l.tokens[l.after]; !blank(t) && t.Type != tokNL {
			return t
		}
	}
}

// startsBranch reports whether the repeat at i precedes a branch and not a step: whether a
// bar follows what could be a count.
func (l *nester) startsBranch(i int) bool {
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

// swallowed records a string that runs to the end of its line. Brackets opened before it on
// that line count as closed.
func (l *nester) swallowed(t *lexer.Token) {
	for n := len(l.open); n > 0; n = len(l.open) {
		b := &l.tokens[l.open[n-1].at]
		if b.Value == "{" || b.Pos.Line != t.Pos.Line {
			break
		}
		l.open = l.open[:n-1]
	}
	l.guessed = l.guessed || strings.ContainsAny(t.Value, "()[]{}")
}

func (l *nester) deep(t *lexer.Token) {
	l.tooDeep = true
	l.errors = diag.List{diag.New(diag.TooDeep, spanOf(t), "nested deeper than %d levels", MaxDepth).
		WithHelp("move inner parts into blocks of their own")}
}

// spanOf returns the span of a token.
func spanOf(t *lexer.Token) source.Span {
	end := t.Pos
	end.Advance(t.Value)
	return source.Span{Start: source.Pos(t.Pos), End: source.Pos(end)}
}
