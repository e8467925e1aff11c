package parse

import (
	"regexp"
	"slices"
	"strings"

	"cnnlang/lang/diag"
)

// What people write out of habit: arrows, dots, signs and choices of other
// languages.

// adjoins reports whether the found token follows the one before without a blank.
func (c context) adjoins() bool { return c.before.Pos.Offset+len(c.before.Value) == c.found.Pos.Offset }

// inSteps reports whether the found token stands among steps, after one that is
// complete, and in no value.
func (c context) inSteps() bool {
	ended := c.is(c.before, tokIdent) || slices.Contains([]string{")", "]", "}"}, c.before.Value)
	switch c.first().Value {
	case "let", "expect", "if", "repeat", "meta", "names":
		return false
	}
	return c.inBody() && !c.inNames && c.owner.Value != "meta" && ended && c.want == ""
}

// arrow is for => |> >> and -->.
func arrow(c context) *diag.Diagnostic {
	two := c.found.Value + c.next.Value
	switch {
	case !c.inSteps():
		return nil
	case two == "=>" || two == "|>" || two == ">>" || two == "-->":
		return diag.New(diag.Syntax, spanOf(&c.found).To(spanOf(&c.next)), "`%s` is no arrow", two).WithHelp("write `->`").Write("->")
	case c.found.Value == ">":
		return c.syntax("`>` is no arrow").WithHelp("write `->`").Write("->")
	}
	return nil
}

// chain is for conv(64, 3).relu().
func chain(c context) *diag.Diagnostic {
	if c.found.Value != "." || !c.inSteps() {
		return nil
	}
	return c.syntax("steps are not joined by a dot").WithHelp("write `->` between two steps, or start a new line").Write(" -> ")
}

// arithmetic is for a + b and a * b with the results of steps.
func arithmetic(c context) *diag.Diagnostic {
	if !c.inSteps() {
		return nil
	}
	merge := map[string]string{"+": "add", "*": "mul", "-": "add"}[c.found.Value]
	if merge == "" {
		return nil
	}
	left, right, negative := "a", "b", ""
	if c.beforeStarts() && c.before.Type == tokIdent && c.next.Type == tokIdent {
		left, right = c.before.Value, c.next.Value
	}
	if c.found.Value == "-" {
		negative = " -> scale(-1)"
	}
	return c.syntax("there is no `%s` between steps", c.found.Value).
		WithHelp("name the values with `as %s` and `as %s` after their steps, then write `%s { | @%[1]s | @%[2]s%[4]s }`", left, right, merge, negative)
}

var joinedSizes = regexp.MustCompile(`^[xX](\d+[xX]?)*\d$`)

// sizes is for 3X3 and 1x3x224x224.
func sizes(c context) *diag.Diagnostic {
	if c.before.Type != tokInt || !joinedSizes.MatchString(c.found.Value) || !c.adjoins() {
		return nil
	}
	parts := strings.Split(strings.ToLower(c.before.Value+c.found.Value), "x")
	switch {
	case c.bracket == "[":
		d := c.syntax("sizes in brackets have commas between them").WithHelp("write `%s`", strings.Join(parts, ", "))
		return d.Correct("write commas between the sizes", diag.Edit{Span: spanOf(&c.before).To(spanOf(&c.found)), Text: strings.Join(parts, ", ")})
	case len(parts) > 3:
		return nil
	}
	size := strings.Join(parts, "x")
	return c.syntax("the `x` of a size is a small letter").WithHelp("write `%s`", size).
		Correct("write `"+size+"`", diag.Edit{Span: spanOf(&c.before).To(spanOf(&c.found)), Text: size})
}

// choice is for the choices between values of other languages: a if c else b.
func choice(c context) *diag.Diagnostic {
	if c.found.Value != "if" || c.bracket != "(" && c.bracket != "[" && !c.has("let") || c.want == wantValue {
		return nil
	}
	return c.syntax("a choice starts with its condition").WithHelp("write `if condition then this else that`")
}
