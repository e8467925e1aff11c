package parse

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/diag"
)

// ends reports whether the found token ends a statement.
func (c context) ends() bool {
	return c.found.EOF() || c.found.Type == tokNL || c.found.Value == "}" || c.found.Value == "|"
}

func lonelyArrow(c context) *diag.Diagnostic {
	switch {
	case c.before.Value == "->" && !c.inHead() && (c.ends() || c.found.Value == "->"):
		return diag.New(diag.Syntax, spanOf(&c.before), "`->` must be followed by a step, not %s", describe(c.found)).WithHelp("write the next step after it, or remove it")
	case c.found.Value == "->" && c.inBody():
		return c.syntax("`->` must be between two steps").WithHelp("write a step before it, or remove it")
	}
	return nil
}

// combinators are the operations with branches.
var combinators = []string{"add", "concat", "mul", "max", "mean", "matmul", "list"}

func bar(c context) *diag.Diagnostic {
	switch {
	case c.found.Value != "|":
		return nil
	case c.inBody() && slices.Contains(combinators, c.owner.Value):
		return c.syntax("the first branch of `%s` lacks its `|`", c.owner.Value).
			WithHelp("every branch starts with one: `%s { | … | … }`", c.owner.Value)
	case c.bracket == "(" || c.bracket == "[":
		return c.syntax("`|` is not allowed in `%s %s`", c.bracket, closer[c.bracket]).WithHelp("for `or` write `or`; branches go inside braces")
	}
	return c.syntax("`|` is outside a combinator").
		WithHelp("parallel branches go inside `add { | … | … }`, `concat`, `mul`, `max`, `mean`, `matmul` or `list`")
}

// condition is for if and else.
func condition(c context) *diag.Diagnostic {
	if c.before.Value == "else" && c.found.Value != "{" && c.want == "" {
		return c.syntax("expected `{` or `if` after `else`, found %s", describe(c.found)).WithHelp("write `else { … }`")
	}
	if c.first().Value != "if" || c.bracket == "(" || c.bracket == "[" {
		return nil
	}
	switch {
	case c.before.Value == "if":
		return c.syntax("expected a condition after `if`, found %s", describe(c.found)).WithHelp("write `if stride != 1 { … }`")
	case c.found.Value == "then":
		return c.syntax("`then` chooses between values; steps go in braces").WithHelp("write `if … { … } else { … }`")
	case c.has("{") || c.want != "":
		return nil
	}
	return c.syntax("expected `{` after the condition of `if`, found %s", describe(c.found)).
		WithHelp("the steps go in braces: `if … { … }`")
}

// times is for repeat.
func times(c context) *diag.Diagnostic {
	if first := c.first().Value; first != "repeat" || c.has("{") || c.bracket == "(" || c.bracket == "[" {
		return nil
	}
	if c.before.Value == "repeat" || c.before.Value == "of" || c.before.Value == "in" {
		return c.syntax("expected a count after `%s`, found %s", c.before.Value, describe(c.found)).
			WithHelp("write `repeat 3 step`, `repeat i of 3 { … }` or `repeat x in list { … }`")
	}
	if c.want != "" {
		return nil
	}
	return c.syntax("expected a number and a step after `repeat`, found %s", describe(c.found)).
		WithHelp("write `repeat 3 step` or `repeat 3 { … }`")
}

// eachStep is for each.
func eachStep(c context) *diag.Diagnostic {
	i := slices.IndexFunc(c.statement, isEach)
	if i < 0 || !c.inBody() {
		return nil
	}
	switch last := c.statement[len(c.statement)-1].Value; {
	case c.found.Value == ":" && i == len(c.statement)-2:
		return c.syntax("the label of an `each` stands before it").WithHelp("write `%s: each …`", last)
	case c.found.Value == "in" && i <= len(c.statement)-2:
		return c.syntax("`each` has no names").WithHelp("it applies a step to every item of the list that flows in: `each conv(64, 3x3)`; `repeat x in list …` has names")
	case last == "each" && (c.found.Value == "stage" || c.found.Value == "side"):
		return c.syntax("`%s` comes before `each` and its label", c.found.Value)
	case last == "each":
		return c.syntax("expected a step after `each`, found %s", describe(c.found)).
			WithHelp("write `each conv(64, 3x3)` or `each { … }`, after a label if it has one: `head: each { … }`")
	}
	return nil
}

func isEach(t lexer.Token) bool { return t.Value == "each" && t.Type == tokKeyword }

// claim is for as, is and @.
func claim(c context) *diag.Diagnostic {
	if !c.inBody() {
		return nil
	}
	switch c.before.Value {
	case "as", "@":
		return c.syntax("expected a name after `%s`, found %s", c.before.Value, describe(c.found)).
			WithHelp("`step as skip` names a value, `@skip` reads it")
	case "is":
		return c.syntax("expected a shape in `[ ]` after `is`, found %s", describe(c.found)).WithHelp("write `is [N, 64, H, W]`")
	case "expect":
		return c.syntax("expected a condition after `expect`, found %s", describe(c.found)).WithHelp("write `expect params == 25_557_032`")
	case "side":
		return c.syntax("expected a step after `side`, found %s", describe(c.found)).WithHelp("write `side aux: head(classes)`")
	}
	return nil
}

// spacedSize is for 3 x 3.
func spacedSize(c context) *diag.Diagnostic {
	x := c.found.Value
	if (x != "x" && x != "X") || c.before.Type != tokInt || c.next.Type != tokInt {
		return nil
	}
	size := c.before.Value + "x" + c.next.Value
	return c.syntax("a size is written without spaces").WithHelp("write `%s`", size).
		Correct("write `"+size+"`", diag.Edit{Span: spanOf(&c.before).To(spanOf(&c.next)), Text: size})
}

// bareArguments is for conv 64, conv[3] and conv{3}.
func bareArguments(c context) *diag.Diagnostic {
	switch {
	case c.inBody() && c.called && c.before.Value == "{" && c.is(c.found, tokInt, tokFloat, tokDims):
		return argumentsInBraces(c)
	case !c.inBody() || c.before.Type != tokIdent || c.first().Value != c.before.Value:
		return nil
	case c.found.Value == "[" || c.is(c.found, tokInt, tokFloat, tokDims):
		if slices.Contains(combinators, c.before.Value) {
			return c.syntax("branches go in braces").WithHelp("write `%s { | … | … }`", c.before.Value)
		}
		return c.syntax("arguments go in parentheses").WithHelp("write `%s(…)`", c.before.Value)
	}
	return nil
}

func argumentsInBraces(c context) *diag.Diagnostic {
	return c.syntax("arguments go in parentheses, not in braces").WithHelp("write `%s(…)`", c.owner.Value)
}

// lateStatement is for a statement that follows another on its line.
func lateStatement(c context) *diag.Diagnostic {
	if !c.inBody() && c.bracket != "" || c.found.Type != tokKeyword {
		return nil
	}
	switch c.found.Value {
	case "block", "net", "import":
		return c.syntax("`%s` is not allowed inside a body", c.found.Value).
			WithHelp("declare it outside, before or after this one; is a `}` missing above?")
	case "let", "meta", "train", "names", "expect", "side":
		if c.before.Type != tokNL && c.before.Value != "{" {
			return c.syntax("`%s` must start a line", c.found.Value).WithHelp("put it on a line of its own")
		}
	}
	return nil
}

// bareLabel is for a string where only a label is allowed.
func bareLabel(c context) *diag.Diagnostic {
	label := c.found
	if label.Type != tokString {
		label = c.before
	}
	if !c.inBody() || label.Type != tokString || c.first().Type != tokString && len(c.statement) > 0 && !c.stepMayStart() {
		return nil
	}
	if strings.Count(label.Value, "{") > strings.Count(label.Value, "}") {
		return diag.New(diag.Syntax, spanOf(&label), "expected %s", wantBrace).
			WithHelp("a string cannot be nested in the `{ }` of another; name it first: `let name = \"…\"`")
	}
	d := diag.New(diag.Syntax, spanOf(&label), "the string %s is not a step", label.Value)
	return d.WithHelp("a label is followed by `:` and a step, as in `%s: conv(64, 3x3)`", label.Value)
}

// stepMayStart reports whether a step could start at the found token.
func (c context) stepMayStart() bool {
	return c.before.Type == tokNL || slices.Contains([]string{"{", "|", "->", "stage", "side", ":", "each", "}"}, c.before.Value)
}

// twoSteps is for steps on one line without an arrow.
func twoSteps(c context) *diag.Diagnostic {
	starts := c.is(c.found, tokIdent, tokString, tokBranch) ||
		slices.Contains([]string{"@", "{", "if", "repeat", "each", "stage"}, c.found.Value)
	ends := c.is(c.before, tokIdent) || slices.Contains([]string{")", "]", "}"}, c.before.Value)
	if !c.inBody() || !starts || !ends || c.want != "" {
		return nil
	}
	d := diag.New(diag.MissingArrow, c.span(), "%s follows a finished step on the same line", describe(c.found))
	if c.before.Type == tokIdent && c.beforeStarts() {
		if c.before.Value == "map" {
			return d.WithHelp("`each %s` applies a step to every tensor of a list; of a label `map` the colon is missing", c.found.Value)
		}
		return d.WithHelp("write `%[1]s: %[2]s` if `%[1]s` is a label, or `->` between two steps", c.before.Value, c.found.Value)
	}
	if c.bracket == "{" && slices.Contains(combinators, c.owner.Value) {
		return d.WithHelp("write `->` between two steps, and `|` before every branch: `%s { | … | … }`", c.owner.Value)
	}
	if c.before.Type != tokIdent {
		c.insert(d, " ->")
	}
	return d.WithHelp("write `->` between two steps, or start a new line")
}

func comma(c context) *diag.Diagnostic {
	switch {
	case c.found.Value == "," && c.want == "`]`" && c.has("where") && !c.has("->") && !c.has("{"): // in an index of a requirement's end
		return c.syntax("`where` is before the signature").WithHelp("write `[N, C, H, W] -> [N, C, H, W] where …`")
	case c.found.Value == "," && c.want == "`)`":
		d := c.syntax("parentheses hold one value").
			WithHelp("a list goes in square brackets, as in `[3, 3]`; a size may be written `3x3`")
		return c.correctTuple(d)
	case c.found.Value == "//" && c.inBody():
		return c.syntax("`//` divides and rounds down").WithHelp("a comment starts with `#`").Write("#")
	case c.found.Value == "," && c.inBody():
		if c.before.Type == tokInt && c.next.Type == tokInt && len(c.next.Value) == 3 && !c.has("->") {
			d := c.syntax("a number has no `,`").WithHelp("digits are grouped with `_`: `%s_%s`", c.before.Value, c.next.Value)
			return d.Write("_")
		}
		d := c.syntax("steps are not separated by `,`")
		if c.next.Value == "|" {
			return d.WithHelp("leave it out: the bar of the next branch ends this one").Write("")
		}
		if c.bracket == "{" && slices.Contains(combinators, c.owner.Value) {
			return d.WithHelp("every branch starts with a bar: `%s { | … | … }`", c.owner.Value)
		}
		return d.WithHelp("write `->` between two steps, or start a new line").Write(" ->")
	case c.found.Value == "&" || c.found.Value == "!":
		return nil
	case c.bracket != "{" && (c.want == "`,` or `)`" || c.want == "`,` or `]`") && startsValue(&c.found):
		return c.insert(c.syntax("expected %s, found %s", c.want, describe(c.found)).WithHelp("write a comma between two values"), ",")
	}
	return nil
}
