package parse

import (
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
func layout(file *source.File, tokens []lexer.Token) diag.List {
	l := layouter{file: file, tokens: tokens}
	for i := range tokens {
		l.token(i)
		if len(l.errors) > 0 && l.errors[len(l.errors)-1].Code == diag.TooDeep {
			break
		}
	}
	l.unclosed(len(l.open))
	return l.errors
}

type layouter struct {
	file   *source.File
	tokens []lexer.Token
	open   []int // indices of the brackets that wait for a partner
	chain  []int // per open bracket: nesting words in the current statement
	words  int   // the same outside all brackets
	last   *lexer.Token
	errors diag.List
}

var (
	opener        = map[string]string{")": "(", "]": "[", "}": "{"}
	closer        = map[string]string{"(": ")", "[": "]", "{": "}"}
	continues     = map[string]bool{"->": true, "{": true, "|": true, ",": true, "=": true}
	continuesNext = map[string]bool{"->": true, "as": true, "is": true, "else": true, "where": true}
	declares      = map[string]bool{"block": true, "net": true, "import": true, "let": true}
)

func (l *layouter) token(i int) {
	t := &l.tokens[i]
	switch {
	case blank(t) || t.EOF():
		return
	case t.Type == tokNL:
		if l.newlineIsBlank(i) {
			t.Type = tokSpace
			return
		}
		*l.nesting() = 0
	case t.Type == tokKeyword && declares[t.Value] && t.Value != "let" && t.Pos.Column == 1 && len(l.open) > 0:
		// A declaration at the margin: whatever is still open was forgotten.
		l.unclosed(len(l.open))
	case t.Type == tokKeyword && (t.Value == "repeat" || t.Value == "if" || t.Value == "not"):
		if t.Value == "repeat" && l.startsBranch(i) {
			t.Type = tokBranch
		}
		if n := l.nesting(); *n >= MaxDepth {
			l.tooDeep(t)
		} else {
			*n++
		}
	case closer[t.Value] != "" && t.Type != tokString:
		if len(l.open) >= MaxDepth {
			l.tooDeep(t)
			return
		}
		l.open, l.chain = append(l.open, i), append(l.chain, 0)
	case opener[t.Value] != "" && t.Type != tokString:
		l.close(t)
	case t.Value == "->" || t.Value == "|":
		*l.nesting() = 0
	}
	l.last = t
}

func (l *layouter) nesting() *int {
	if n := len(l.chain); n > 0 {
		return &l.chain[n-1]
	}
	return &l.words
}

func (l *layouter) newlineIsBlank(i int) bool {
	if n := len(l.open); n > 0 && l.tokens[l.open[n-1]].Value != "{" {
		return true
	}
	if l.last == nil || l.last.Type == tokNL || continues[l.last.Value] {
		return true
	}
	for _, t := range l.tokens[i+1:] {
		if !blank(&t) && t.Type != tokNL {
			return continuesNext[t.Value]
		}
	}
	return false
}

// startsBranch reports whether the repeat at i is followed, on its line and at
// its depth, by the bar of a branch.
func (l *layouter) startsBranch(i int) bool {
	depth := 0
	for _, t := range l.tokens[i+1:] {
		switch {
		case t.Value == "(" || t.Value == "[":
			depth++
		case t.Value == ")" || t.Value == "]":
			depth--
		case t.EOF() || t.Type == tokNL || depth == 0 && (t.Value == "{" || t.Value == "->"):
			return false
		case depth == 0 && t.Value == "|":
			return true
		}
	}
	return false
}

func (l *layouter) close(t *lexer.Token) {
	n := len(l.open)
	if n == 0 {
		l.errors.Add(diag.New(diag.Bracket, spanOf(t), "`%s` closes nothing", t.Value).
			WithHelp("remove it, or add the `%s` it belongs to", opener[t.Value]))
		t.Type = tokSpace
		return
	}
	// A bracket that an outer one's partner shows to be forgotten.
	for k := n - 1; k >= 0; k-- {
		if l.tokens[l.open[k]].Value == opener[t.Value] {
			l.unclosed(n - 1 - k)
			l.open, l.chain = l.open[:k], l.chain[:k]
			return
		}
	}
	l.errors.Add(diag.New(diag.Bracket, spanOf(t), "`%s` does not close `%s`", t.Value, l.tokens[l.open[n-1]].Value).
		At(spanOf(&l.tokens[l.open[n-1]]), "opened here"))
	t.Type = tokSpace
}

// unclosed reports the innermost n open brackets and forgets them.
func (l *layouter) unclosed(n int) {
	for ; n > 0; n-- {
		k := len(l.open) - 1
		t := &l.tokens[l.open[k]]
		l.errors.Add(diag.New(diag.Bracket, spanOf(t), "`%s` is never closed", t.Value).
			WithLabel("opened here").WithHelp("add the missing `%s`", closer[t.Value]))
		l.open, l.chain = l.open[:k], l.chain[:k]
	}
}

func (l *layouter) tooDeep(t *lexer.Token) {
	l.errors = nil
	l.open, l.chain = nil, nil
	l.errors.Add(diag.New(diag.TooDeep, spanOf(t), "nested deeper than %d levels", MaxDepth).
		WithHelp("move inner parts into blocks of their own"))
}

// spanOf returns where a token stands.
func spanOf(t *lexer.Token) source.Span {
	start := source.Pos(t.Pos)
	end := t.Pos
	end.Advance(t.Value)
	return source.Span{Start: start, End: source.Pos(end)}
}
