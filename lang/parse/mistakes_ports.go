package parse

import (
	"slices"

	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/diag"
)

const portsForm = "several values are written with a bar before each: `| [N, C, H, W] as a | [N, D, H, W] as b -> [N, C + D, H, W]`"

// beforeBody reports whether the found token is in the head of a block or net, in brackets or
// not.
func (c context) beforeBody() bool {
	return (c.head.Value == "block" || c.head.Value == "net") &&
		!slices.ContainsFunc(c.all[:min(c.at, len(c.all))], func(t lexer.Token) bool { return t.Value == "{" })
}

// headSoFar is the head up to the found token, its bars included.
func (c context) headSoFar() (list []lexer.Token) {
	for _, t := range c.all[:min(c.at, len(c.all))] {
		if !blank(&t) && t.Type != tokNL {
			list = append(list, t)
		}
	}
	return list
}

// ports is for several values in a signature.
func ports(c context) *diag.Diagnostic {
	if !c.inHead() || !c.beforeBody() {
		return nil
	}
	head := c.headSoFar()
	barred := slices.ContainsFunc(head, func(t lexer.Token) bool { return t.Value == "|" })
	shape := c.before.Value == "]" || len(head) > 2 && head[len(head)-2].Value == "as" && c.before.Type == tokIdent
	switch {
	case c.found.Value == "|" && shape:
		return c.firstBar(head)
	case c.found.Value == "repeat" && c.before.Value == "|":
		return c.syntax("a `repeat` in a signature has its bar behind it").
			WithHelp("leave out the bar before it: `repeat i of n | [N, C, H, W] as xs` is a list of n values").
			Correct("remove the bar before it", diag.Edit{Span: spanOf(&c.before).To(spanOf(&c.found)), Text: "repeat"})
	case c.found.Value == "repeat":
		return c.syntax("`repeat` in a signature is followed by a bar and a shape").
			WithHelp("write `repeat i of n | [N, C, H, W] as xs`, a list of n values")
	case c.found.Value == "if" && (shape || barred || c.before.Value == "->"):
		return c.syntax("`if` does not belong in a signature").
			WithHelp("a value that may be absent is `repeat if c then 1 else 0 | [N, C, H, W] as xs`")
	case c.before.Value == "|":
		return c.syntax("expected a shape in `[ ]` after the bar, found %s", describe(c.found)).WithHelp(portsForm)
	case c.before.Value == "as":
		return c.syntax("expected a name after `as`, found %s", describe(c.found)).
			WithHelp("`| [N, C, H, W] as a` names a value of the signature, and `@a` reads it")
	case c.found.Value == "[" && c.before.Type == tokIdent && shape && !c.manyIn():
		return c.syntax("a name in a signature has no indexes").
			WithHelp("`repeat i of n | [N, C, H, W] as xs` is a list, of which `@xs[0]` reads one")
	case shape && (c.found.Value == "," || c.found.Value == "[" && (barred || c.before.Type == tokIdent || c.hasArrow(head) || c.arrowFollows())):
		d := c.syntax("several values of a signature have a bar before each, and nothing else between them").WithHelp(portsForm)
		if c.found.Value == "," && c.next.Value == "|" {
			d.Correct("remove the comma", diag.Edit{Span: spanOf(&c.found)})
		}
		return d
	}
	return nil
}

// manyIn reports whether the bracket that the found token opens holds several things, as a shape does.
func (c context) manyIn() bool {
	end := closing(c.all, c.at)
	return end > 0 && slices.ContainsFunc(c.all[c.at:end], func(t lexer.Token) bool { return t.Value == "," })
}

// hasArrow reports whether the head so far has an arrow outside its brackets.
func (c context) hasArrow(head []lexer.Token) bool {
	depth := 0
	return slices.ContainsFunc(head, func(t lexer.Token) bool {
		depth += levels[t.Value]
		return depth == 0 && t.Value == "->"
	})
}

// firstBar is for [N, C] | [N, C].
func (c context) firstBar(head []lexer.Token) *diag.Diagnostic {
	d := c.syntax("the first of several values lacks its bar").WithHelp(portsForm)
	depth := 0
	for _, t := range slices.Backward(head) {
		if depth += levels[t.Value]; depth == 0 && t.Value == "[" {
			return d.Correct("write a bar before it", diag.Edit{Span: spanOf(&t), Text: "| ["})
		}
	}
	return d
}
