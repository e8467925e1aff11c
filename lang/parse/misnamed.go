package parse

import (
	"slices"

	"cnnlang/lang/diag"
)

// Reserved words that are evidently used as names, by what follows them.
var toldApart = []string{"stage", "side", "meta", "train", "names"}

// misnamed reports a reserved word that is used as a name, once, and treats it as a name from
// there on, so that its uses are checked as well.
func (p *parser) misnamed() {
	given := map[string]*diag.Diagnostic{}
	for i := range p.tokens {
		t := &p.tokens[i]
		if !slices.Contains(toldApart, t.Value) || t.Type != tokKeyword || i < 2 {
			continue
		}
		switch declares := p.tokens[i-2].Value; {
		case given[t.Value] != nil || p.tokens[i-1].Type != tokSpace || p.tokens[i-2].Type != tokKeyword:
		case declares == "block" || declares == "net" || declares == "let" || declares == "as":
			d := reserved(t, "a name").WithHelp("choose another name, such as `%s_`", t.Value)
			given[t.Value] = d
			p.report(d)
		}
	}
	if len(given) == 0 {
		return
	}
	edits := map[string][]diag.Edit{}
	taken := map[string]bool{}
	for i := range p.tokens {
		t := &p.tokens[i]
		switch next := afterBlanks(p.tokens, i+1); {
		case t.Type == tokIdent:
			taken[t.Value] = true
		case t.Type != tokKeyword || given[t.Value] == nil:
		case p.tokens[next].EOF() || p.tokens[next].Type == tokNL || slices.Contains([]string{"(", ")", "}", "|", "->", ",", "]", "+", "-", "*", "/", "//", "%", "=", "."}, p.tokens[next].Value),
			given[t.Value].Span == spanOf(t):
			t.Type = tokIdent
			edits[t.Value] = append(edits[t.Value], diag.Edit{Span: spanOf(t), Text: t.Value + "_"})
		}
	}
	for word, d := range given {
		if !taken[word+"_"] {
			d.Correct("call it `"+word+"_`", edits[word]...)
		}
	}
}
