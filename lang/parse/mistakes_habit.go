package parse

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/diag"
)

// Habits of other languages: their arrows, dots, operators and conditional values.

// adjoins reports whether the found token follows the one before without a space.
func (c context) adjoins() bool { return c.before.Pos.Offset+len(c.before.Value) == c.found.Pos.Offset }

// inSteps reports whether the found token follows a complete step, and is not in a value.
func (c context) inSteps() bool {
	ended := c.is(c.before, tokIdent) || slices.Contains([]string{")", "]", "}"}, c.before.Value)
	switch c.first().Value {
	case "let", "expect", "if", "repeat", "meta", "train", "names":
		return false
	}
	return c.inBody() && !c.inNames && !c.inSettings() && ended && c.want == ""
}

// arrow is for => |> >> and -->.
func arrow(c context) *diag.Diagnostic {
	two := c.found.Value + c.next.Value
	switch {
	case !c.inSteps():
		return nil
	case two == "=>" || two == "|>" || two == ">>" || two == "-->":
		return diag.New(diag.Syntax, spanOf(&c.found).To(spanOf(&c.next)), "`%s` is not an arrow", two).WithHelp("write `->`").Write("->")
	case c.found.Value == ">":
		return c.syntax("`>` is not an arrow").WithHelp("write `->`").Write("->")
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
		d := c.syntax("sizes in brackets are separated by commas").WithHelp("write `%s`", strings.Join(parts, ", "))
		return d.Correct("write commas between the sizes", diag.Edit{Span: spanOf(&c.before).To(spanOf(&c.found)), Text: strings.Join(parts, ", ")})
	case len(parts) > 3:
		return nil
	}
	size := strings.Join(parts, "x")
	return c.syntax("the `x` in a size is lower case").WithHelp("write `%s`", size).
		Correct("write `"+size+"`", diag.Edit{Span: spanOf(&c.before).To(spanOf(&c.found)), Text: size})
}

// choice is for conditional values of other languages: a if c else b.
func choice(c context) *diag.Diagnostic {
	if c.found.Value != "if" || c.bracket != "(" && c.bracket != "[" && !c.has("let") || c.want == wantValue {
		return nil
	}
	return c.syntax("a conditional value starts with its condition").WithHelp("write `if condition then this else that`")
}

// meantUnits are units that people write, and the language's.
var meantUnits = map[string]string{
	"k": "K", "m": "M", "b": "G", "B": "G", "g": "G", "t": "T",
	"KB": "KiB", "kB": "KiB", "kb": "KiB", "kib": "KiB", "MB": "MiB", "mb": "MiB", "mib": "MiB",
	"GB": "GiB", "gb": "GiB", "gib": "GiB", "TB": "TiB", "tb": "TiB", "tib": "TiB",
}

// unit is for 10k, 100MB and 50%.
func unit(c context) *diag.Diagnostic {
	meant := meantUnits[c.found.Value]
	switch {
	case c.is(c.before, tokInt, tokFloat) && meant != "" && c.adjoins() && !strings.ContainsAny(c.before.Value, "eE"):
		text := c.before.Value + meant
		return diag.New(diag.Syntax, spanOf(&c.before).To(spanOf(&c.found)), "a number cannot have the unit `%s`", c.found.Value).
			WithHelp("write `%s`: the units are K, M, G and T, and of bytes KiB, MiB, GiB and TiB", text).Write(text)
	case c.before.Value == "%" && len(c.statement) > 1 && c.want != "":
		n := c.statement[len(c.statement)-2]
		percent, err := strconv.ParseFloat(n.Value, 64)
		if err != nil || !c.is(n, tokInt, tokFloat) || n.Pos.Offset+len(n.Value) != c.before.Pos.Offset {
			return nil
		}
		share := strconv.FormatFloat(percent/100, 'g', -1, 64)
		return diag.New(diag.Syntax, spanOf(&c.before), "`%%` is the remainder of a division, not a percentage").WithHelp("write `%s`", share).
			Correct("write `"+share+"`", diag.Edit{Span: spanOf(&n).To(spanOf(&c.before)), Text: share})
	}
	return nil
}

// hyphen is for my-net and res-block(16): the name of what is declared or called.
func hyphen(c context) *diag.Diagnostic {
	declares := c.inHead() && len(c.statement) == 2 && c.statement[0].Value == c.head.Value || len(c.statement) == 2 && c.statement[0].Value == "let"
	if c.found.Value != "-" || !c.is(c.before, tokIdent) || !c.adjoins() || !declares && !(c.inSteps() && c.beforeStarts()) {
		return nil
	}
	name, end := c.before.Value, spanOf(&c.before)
	for i := c.at; i+1 < len(c.all) && c.all[i].Value == "-" && c.is(c.all[i+1], tokIdent, tokKeyword, tokInt); i += 2 {
		name += "_" + c.all[i+1].Value
		end = spanOf(&c.all[i+1])
	}
	if name == c.before.Value {
		return nil
	}
	d := c.syntax("a name cannot contain `-`").WithHelp("write `%s`", name)
	return d.Correct("write `"+name+"`", diag.Edit{Span: spanOf(&c.before).To(end), Text: name})
}

// afterArrow is for words that start a statement or follow a step, in place of a step.
func afterArrow(c context) *diag.Diagnostic {
	if c.before.Value != "->" || !c.inBody() {
		return nil
	}
	switch c.found.Value {
	case "side":
		d := c.syntax("a side head is a separate statement")
		if len(c.statement) == 3 && c.statement[0].Value == "@" {
			name := "name"
			if c.next.Type == tokIdent {
				name = c.next.Value
			}
			return d.WithHelp("write `side %s: { @%s -> … }` on a line of its own", name, c.statement[1].Value)
		}
		return d.WithHelp("start a new line with `side`: it takes the value of the step before it, which goes on after it")
	case "as", "is":
		return c.syntax("`%s` follows a step without an arrow", c.found.Value).
			WithHelp("`step as name` names a value, and `is [N, 64, H, W]` on a line of its own states the shape there")
	}
	return nil
}

// sideOfSteps is for side aux: gap -> flatten and side @x -> aux: gap.
func sideOfSteps(c context) *diag.Diagnostic {
	if c.found.Value != "->" || len(c.statement) < 2 || c.statement[0].Value != "side" || c.before.Value == ":" {
		return nil
	}
	step, name := c.statement[1:], "name"
	if len(step) > 2 && step[1].Value == ":" {
		name, step = step[0].Value, step[2:]
	} else if i := slices.IndexFunc(c.line, func(t lexer.Token) bool { return t.Value == ":" }); i > 0 && c.line[i-1].Type == tokIdent {
		name = c.line[i-1].Value
	}
	first := step[0].Value
	if first == "@" && len(step) > 1 {
		first += step[1].Value
	}
	return c.syntax("a side head is one step").WithHelp("braces make several steps one: `side %s: { %s -> … }`", name, first)
}
