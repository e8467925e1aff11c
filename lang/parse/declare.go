package parse

import (
	"errors"
	"slices"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// A run is tokens[start:end], one declaration.
type run struct{ start, end int }

// declarations splits the tokens where a declaration starts: at block, net, import or let
// outside all brackets, or at one of the first three at the margin regardless of brackets.
// Each stretch of text between declarations is reported once.
func (p *parser) declarations() []run {
	var runs []run
	inside := false   // a declaration, else between two
	reported := false // the text between two
	depth, fresh := 0, true
	finish := func(i int) {
		if inside {
			runs[len(runs)-1].end = i
			inside = false
		}
	}
	for i := range p.tokens {
		t := &p.tokens[i]
		switch {
		case t.EOF():
			finish(i)
			return runs
		case blank(t):
			continue
		case t.Type == tokNL:
			fresh = fresh || depth == 0
			continue
		case t.Type == tokKeyword && declares[t.Value] && (depth == 0 && fresh || t.Pos.Column == 1 && t.Value != "let"):
			finish(i)
			runs = append(runs, run{start: i})
			inside, reported, depth = true, false, 0
		case fresh && depth == 0 && !(inside && closer[t.Value] != ""): // a signature or body may start a line
			if finish(i); !reported && p.lacksBrace(runs) {
				p.report(missingBrace(newContext(p.tokens[i:], 0), p.tokens[runs[len(runs)-1].start:]))
				runs, reported = runs[:len(runs)-1], true
			}
			if (!reported || misspelt(t.Value)) && !p.endedEarly(i) && !p.afterColon(i) {
				p.report(notADeclaration(newContext(p.tokens[i:], 0)))
			}
			reported = true
		}
		depth, fresh = max(depth+levels[t.Value], 0), false
	}
	return runs
}

// afterColon reports whether the line before tokens[i] ends in a colon, as before a body in
// other languages: then the colon is reported.
func (p *parser) afterColon(i int) bool {
	for i--; i >= 0 && (blank(&p.tokens[i]) || p.tokens[i].Type == tokNL); i-- {
	}
	return i >= 0 && p.tokens[i].Value == ":"
}

// lacksBrace reports whether what follows the last declaration is most likely its body:
// whether the declaration has neither braces nor the value of a preset.
func (p *parser) lacksBrace(runs []run) bool {
	if len(runs) == 0 {
		return false
	}
	last := runs[len(runs)-1]
	first := &p.tokens[last.start]
	if first.Value != "block" && first.Value != "net" {
		return false
	}
	depth, arrow := 0, false
	for _, t := range p.tokens[last.start:last.end] {
		if t.Value == "{" || depth == 0 && (t.Value == "=" || t.Value == ":") {
			return false
		}
		depth += levels[t.Value]
		arrow = arrow || t.Value == "->"
	}
	return arrow
}

// endedEarly reports whether tokens[i] most likely belongs to the declaration before it:
// whether there is one brace too many before the next.
func (p *parser) endedEarly(i int) bool {
	offset := p.tokens[i].Pos.Offset
	if offset < p.knownUntil {
		return p.early
	}
	at, _ := slices.BinarySearch(p.extra, offset)
	if at == len(p.extra) {
		return false
	}
	p.knownUntil, p.early = p.extra[at], true
	for ; p.early && p.tokens[i].Pos.Offset < p.extra[at]; i++ {
		if t := &p.tokens[i]; t.Type == tokKeyword && declares[t.Value] && t.Pos.Column == 1 {
			p.knownUntil, p.early = t.Pos.Offset, false
		}
	}
	return p.early
}

// declaration parses one run, and again after blanking out what did not parse.
func (p *parser) declaration(r run) {
	tokens := p.tokens[r.start:r.end]
	for len(tokens) > 1 && (blank(&tokens[len(tokens)-1]) || tokens[len(tokens)-1].Type == tokNL) {
		tokens = tokens[:len(tokens)-1]
	}
	if within(p.broken, tokens) {
		return // its brackets are the reason
	}
	for range maxErrors {
		decl, err := parseTokens(tokens)
		if err == nil {
			decl.Doc = p.docAbove(r.start)
			if decl.Block != nil {
				decl.Block.Doc = decl.Doc
			}
			p.file.Decls = append(p.file.Decls, decl)
			return
		}
		at := offender(tokens, err)
		start, end := statement(tokens, at)
		if newContext(tokens, at).beforeBody() {
			start = 0 // a bar or a line of it is no part that can be left out
		}
		if bar := afterBlanks(tokens, end); strayBar(tokens, bar) { // lines of them are one mistake
			for ; bar < len(tokens) && tokens[bar].Value == "|"; bar = afterBlanks(tokens, end) {
				end = endOfStatement(tokens, bar+1, "{") // in the same braces as the first bar
			}
		}
		if opensSettings(tokens[start:at]) {
			end = afterSettings(tokens, end)
		}
		if !within(p.strange, tokens[start:end]) {
			p.report(explain(tokens, at, err))
		}
		p.reparsed += len(tokens)
		if start == 0 || tokens[0].Value == "import" || p.reparsed > maxReparsed || !blankOut(tokens, start, end) {
			return
		}
	}
}

// offender returns the index of the token that an error complains about,
// len(tokens) for the end.
func offender(tokens []lexer.Token, err error) int {
	var pos lexer.Position
	var expect *expectError
	var deep *deepError
	var parse participle.Error
	switch {
	case errors.As(err, &expect):
		pos = expect.token.Pos
	case errors.As(err, &deep):
		pos = lexer.Position(deep.span.Start)
	case errors.As(err, &parse):
		pos = parse.Position()
	default:
		panic("parse: error without a place: " + err.Error())
	}
	for i := range tokens {
		if t := &tokens[i]; !blank(t) && t.Pos.Offset+len(t.Value) > pos.Offset {
			return i
		}
	}
	return len(tokens)
}

// afterBlanks returns the index of the first token from i on that is not blank.
func afterBlanks(tokens []lexer.Token, i int) int {
	for i < len(tokens) && blank(&tokens[i]) {
		i++
	}
	return i
}

// strayBar reports whether the token at an index is a bar outside of a combinator.
func strayBar(tokens []lexer.Token, at int) bool {
	if at >= len(tokens) || tokens[at].Value != "|" {
		return false
	}
	c := newContext(tokens, at)
	return c.bracket == "{" && !slices.Contains(combinators, c.owner.Value)
}

// statement returns the ends of the statement around tokens[at], its newline
// included; start is 0 in the declaration's head.
func statement(tokens []lexer.Token, at int) (start, end int) {
	start, depth := at, 0
	for ; start > 0; start-- {
		t := &tokens[start-1]
		if depth == 0 && (t.Value == erasedNewline || t.Value == "{" || t.Value == "|" || t.Type == tokNL && start != at) {
			break
		}
		depth = max(depth-levels[t.Value], 0)
	}
	return start, endOfStatement(tokens, at, newContext(tokens, at).bracket)
}

// endOfStatement is where the statement around tokens[at] ends, which stands in that bracket.
func endOfStatement(tokens []lexer.Token, at int, bracket string) int {
	end, depth := at, 0
	inValue, open := bracket == "(" || bracket == "[", 0 // where a bar ends nothing
	for ; end < len(tokens); end++ {
		t := &tokens[end]
		if depth == 0 && (t.Value == "}" || t.Value == "|" && !inValue || t.Type == tokNL) {
			break
		}
		depth = max(depth+levels[t.Value], 0)
		open += levels[t.Value]
		inValue = inValue && open >= 0
	}
	if end < len(tokens) && tokens[end].Type == tokNL {
		end++ // the grammar has no empty statement between two newlines
	}
	return end
}

// opensSettings reports whether a statement so far is the head of meta or train, whose keys then
// belong to no step.
func opensSettings(tokens []lexer.Token) bool {
	first := afterBlanks(tokens, 0)
	return first < len(tokens) && (tokens[first].Value == "meta" || tokens[first].Value == "train") && tokens[first].Type == tokKeyword &&
		!slices.ContainsFunc(tokens, func(t lexer.Token) bool { return t.Value == "{" })
}

// afterSettings returns the index behind the lines `key = value` from i on.
func afterSettings(tokens []lexer.Token, i int) int {
	bracket := newContext(tokens, i).bracket
	for {
		key := afterBlanks(tokens, i)
		is := afterBlanks(tokens, key+1)
		if is >= len(tokens) || tokens[key].Type != tokIdent || tokens[is].Value != "=" {
			return i
		}
		i = endOfStatement(tokens, is, bracket)
	}
}

// erasedNewline is the value of a blank that ended a statement.
const erasedNewline = "\n;"

// blankOut turns tokens into blanks, and reports false if they all were already.
func blankOut(tokens []lexer.Token, start, end int) bool {
	changed := false
	for i := start; i < end; i++ {
		t := &tokens[i]
		if blank(t) {
			continue
		}
		newline := t.Type == tokNL
		if erase(t); newline {
			t.Value = erasedNewline
		}
		changed = true
	}
	return changed
}
