package parse

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/diag"
)

const (
	listForm  = "`list { | @a | @b }` makes a list of tensors, and `list { repeat i of n | @xs[i] }` one of so many"
	namesForm = "`step as [a, b]` names the tensors of a list, and `step as xs` the list, of which `@xs[0]` reads one"
)

// lists is for lists of tensors and values with an index as other languages write them.
func lists(c context) *diag.Diagnostic {
	if c.head.Value != "block" && c.head.Value != "net" || c.inNames || c.beforeBody() {
		return nil
	}
	if d := c.listNames(); d != nil {
		return d
	}
	switch {
	case c.bracket == "[" && c.found.Value == ":" && !c.isShape():
		return c.syntax("a list has no slices").WithHelp("write a branch for each tensor that is wanted, as in `list { repeat i of 2 | @xs[i+1] }`, or the values one by one")
	case c.bracket == "[" && c.found.Value == "," && c.indexes():
		return c.syntax("each index has brackets of its own").WithHelp("write `%s[i][j]`", c.owner.Value).Write("][")
	case c.inBody() && c.found.Value == "[" && (c.stepMayStart() || len(c.statement) == 0) && !c.arrowThenShape():
		return c.listOfSteps()
	case c.inBody() && c.found.Value == "[" && c.before.Type == tokIdent && c.first().Value == c.before.Value && c.isTap(c.before.Value):
		return c.syntax("the value of a step is read with `@`").WithHelp("write `@%s[…]`", c.before.Value).
			Correct("write `@`", diag.Edit{Span: spanOf(&c.before), Text: "@" + c.before.Value})
	case c.before.Value == "." && c.found.Type == tokInt && c.inTap() && c.isTap(c.all[c.at-2].Value):
		return c.syntax("an item of a list is read by its index").WithHelp("write `[%s]`, as in `@xs[%[1]s]`", c.found.Value).
			Correct("write `["+c.found.Value+"]`", diag.Edit{Span: spanOf(&c.before).To(spanOf(&c.found)), Text: "[" + c.found.Value + "]"})
	case c.bracket == "[" && c.found.Value == "repeat":
		return c.syntax("expected a value, found the word `repeat`").WithHelp("the items of a list of values are written out; %s", listForm)
	case c.found.Value == "," && c.first().Value == "repeat" && c.has("in") && c.bracket != "(" && c.bracket != "[":
		return c.syntax("a `repeat` has one list").WithHelp("with the index it reads a second: `repeat i, x in @xs | add { | @x | @ys[i] }`")
	}
	return nil
}

// listNames is for names behind `as`.
func (c context) listNames() *diag.Diagnostic {
	n := len(c.statement)
	switch {
	case c.before.Value == "as" && c.found.Value == "(":
		d := c.syntax("the names of a list's tensors go in square brackets").WithHelp(namesForm)
		if end := closing(c.all, c.at); end > 0 {
			d.Correct("write them in square brackets", diag.Edit{Span: spanOf(&c.found), Text: "["}, diag.Edit{Span: spanOf(&c.all[end]), Text: "]"})
		}
		return d
	case c.before.Value == "as" && c.found.Type == tokString && strings.Contains(c.found.Value, "{"):
		return c.syntax("expected a name after `as`, found %s", describe(c.found)).
			WithHelp("values that differ by a number are named `as y[i]`, and `@y[i]` reads one")
	case c.bracket != "[" && n > 1 && c.statement[n-2].Value == "as" && c.found.Value == "," && c.next.Type == tokIdent:
		return c.syntax("the names of a list's tensors go in square brackets").WithHelp(namesForm)
	case c.bracket != "[" && n > 1 && c.statement[n-2].Value == "as" && c.found.Value == "(":
		return c.syntax("an index goes in square brackets").WithHelp("write `as %s[i]`", c.before.Value)
	case c.bracket == "[" && c.found.Value == "[" && c.before.Type == tokIdent && c.behindAs():
		return c.syntax("a name among several has no index").WithHelp("name the list, `as xs`, or each of its tensors by a word")
	}
	return nil
}

// listOfSteps is for [@a, @b] in place of a step.
func (c context) listOfSteps() *diag.Diagnostic {
	d := c.syntax("a list in brackets is no step").WithHelp(listForm)
	end := closing(c.all, c.at)
	if end < 0 {
		return d
	}
	text := "list {"
	for item := range strings.SplitSeq(textOf(c.all[c.at+1:end]), ",") {
		if item = strings.TrimSpace(item); !strings.HasPrefix(item, "@") {
			return d
		}
		text += " | " + item
	}
	return d.Correct("write `"+text+" }`", diag.Edit{Span: spanOf(&c.found).To(spanOf(&c.all[end])), Text: text + " }"})
}

// arrowThenShape reports whether what stands in the brackets is followed by an arrow and others, as
// in a signature.
func (c context) arrowThenShape() bool {
	end := closing(c.all, c.at)
	if end < 0 {
		return false
	}
	arrow := afterBlanks(c.all, end+1)
	shape := afterBlanks(c.all, arrow+1)
	return shape < len(c.all) && c.all[arrow].Value == "->" && c.all[shape].Value == "["
}

// closing is the index of the bracket that closes the one at an index, -1 for none.
func closing(tokens []lexer.Token, open int) int {
	depth := 0
	for i := open; i < len(tokens); i++ {
		if depth += levels[tokens[i].Value]; depth == 0 {
			return i
		}
	}
	return -1
}

// textOf is the text of tokens on one line, without comments.
func textOf(tokens []lexer.Token) string {
	var b strings.Builder
	for _, t := range tokens {
		if blank(&t) {
			b.WriteByte(' ')
		} else {
			b.WriteString(t.Value)
		}
	}
	return b.String()
}

// isTap reports whether the declaration names a value so.
func (c context) isTap(name string) bool {
	as := false
	return slices.ContainsFunc(c.all, func(t lexer.Token) bool {
		was := as
		if !blank(&t) {
			as = t.Value == "as"
		}
		return was && t.Value == name && t.Type == tokIdent
	})
}

// opened is the index of the innermost open bracket, -1 for none.
func (c context) opened() int {
	depth := 0
	for i := min(c.at, len(c.all)) - 1; i >= 0; i-- {
		if depth += levels[c.all[i].Value]; depth > 0 {
			return i
		}
	}
	return -1
}

// ahead is the token before the innermost open bracket, and the one before that.
func (c context) ahead() (near, far lexer.Token) {
	i := c.opened() - 1
	for ; i >= 0 && blank(&c.all[i]); i-- {
	}
	if i < 0 {
		return near, far
	}
	near = c.all[i]
	for i--; i >= 0 && blank(&c.all[i]); i-- {
	}
	if i >= 0 {
		far = c.all[i]
	}
	return near, far
}

// indexes reports whether the found token is between the brackets behind `as name` or `@name`.
func (c context) indexes() bool {
	near, far := c.ahead()
	return near.Type == tokIdent && (far.Value == "as" || far.Value == "@")
}

// isShape reports whether the found token is in the shape behind `is`, or in a signature.
func (c context) isShape() bool {
	near, _ := c.ahead()
	return near.Value == "is" || near.Value == "->" || near.Value == "|" || near.Value == ":"
}

// behindAs reports whether the found token is between the brackets of `as [a, b]`.
func (c context) behindAs() bool {
	near, _ := c.ahead()
	return near.Value == "as"
}
