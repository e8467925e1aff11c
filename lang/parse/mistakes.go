package parse

import (
	"errors"
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// mistakes are common mistakes, the most specific first. Each returns nil if the mistake is
// a different one.
var mistakes = []func(context) *diag.Diagnostic{
	sideOfSteps, eachStep, pattern, lists, rest, arrow, unit, afterArrow, equals, colon, label, hyphen, reservedWord, foreignWord, misspeltKeyword,
	ports, declarationHead, signatureInside, parameter, importForm, letForm, row,
	lonelyArrow, bar, condition, times, claim,
	chain, arithmetic, sizes, spacedSize, choice, bareArguments, lateStatement, bareLabel, twoSteps, comma,
}

// explain says in the user's words why tokens[at] is not allowed where it is.
func explain(tokens []lexer.Token, at int, err error) *diag.Diagnostic {
	var deep *deepError
	if errors.As(err, &deep) {
		return diag.New(diag.TooDeep, deep.span, "an expression of more than %d levels or %d operators", MaxDepth, maxOperators).
			WithHelp("split it with `let`")
	}
	c := newContext(tokens, at)
	var expect *expectError
	if errors.As(err, &expect) {
		if c.want = expect.want; expect.want == wantBrace || expect.want == wantInner {
			return diag.New(diag.Syntax, spanOf(&expect.token), "expected %s", expect.want).
				WithHelp("`{` in a string starts a value, as in `\"layer{i+1}\"`; for the character itself write `\\{`")
		}
		if expect.want == wantCapture {
			return diag.New(diag.Syntax, spanOf(&expect.token), "expected %s", expect.want).
				WithHelp("the left side names what stands there, `{i}`, a number to compute with, `{i:int}`, or several segments, `{p:path}`; the right side computes: `\"layer{i:int}.\" = \"block{i+1}/\"`")
		}
		if c.found.Type == tokString && expect.token.Type != tokString { // inside the string
			found := "`}`"
			if !expect.token.EOF() {
				found = describe(expect.token)
			}
			return diag.New(diag.Syntax, spanOf(&expect.token), "expected %s in the string, found %s", expect.want, found)
		}
	}
	for _, mistake := range mistakes {
		if d := mistake(c); d != nil {
			return d
		}
	}
	return unexpected(c)
}

// unexpected is for tokens that none of the mistakes explains.
func unexpected(c context) *diag.Diagnostic {
	if c.want != "" {
		return c.syntax("expected %s, found %s", c.want, describe(c.found))
	}
	if c.before.Value == "" || c.before.Type == tokNL {
		return c.syntax("%s is not allowed here", describe(c.found))
	}
	d := c.syntax("%s cannot follow %s", describe(c.found), describe(c.before))
	switch {
	case c.before.Value == ":" && (c.found.Value == "stage" || c.found.Value == "side"):
		return d.WithHelp("`%s` comes before the label", c.found.Value)
	case c.before.Value == "." && c.inTap():
		return d.WithHelp("the path of a stage is words, the labels on the way to it, as in `@body.layer2`; give a step without a label one")
	case c.before.Value == ":":
		return d.WithHelp("a label is followed by a step, as in `conv1: conv(64, 3x3)`")
	case c.before.Value == ")" && c.found.Value == "(" && c.inBody():
		return d.WithHelp("a step takes the value of the step before it; no second parentheses are needed")
	}
	return d
}

// inTap reports whether the found token follows a dot in what an @ begins.
func (c context) inTap() bool {
	at := c.at - 1
	for at > 1 && c.all[at].Value == "." && c.all[at-1].Type == tokIdent {
		at -= 2
	}
	return at >= 0 && c.all[at].Value == "@"
}

func equals(c context) *diag.Diagnostic {
	first := c.first().Value
	switch {
	case c.found.Value != "=":
		return nil
	case c.has("repeat"):
		return c.syntax("`repeat` has no `=`").WithHelp("write `repeat i of 3 …`: i counts from 0")
	case first == "expect" || first == "if" || c.inHead() && c.has("where"):
		return c.syntax("`=` is not a comparison").WithHelp("write `==`").Write("==")
	case c.inBody() && c.before.Type == tokIdent && (c.beforeStarts() || c.dotted()):
		d := diag.New(diag.Assignment, c.span(), "a pipeline has no assignments")
		if word := diag.Nearest(c.owner.Value, []string{"meta", "train"}); word != "" {
			d.Correct("write `"+word+"`", diag.Edit{Span: spanOf(&c.owner), Text: word})
			return d.WithHelp("did you mean `%s` instead of `%s` before the `{`?", word, c.owner.Value)
		}
		if comma := func(t lexer.Token) bool { return t.Value == "," }; c.called && slices.ContainsFunc(c.line, comma) {
			return argumentsInBraces(c)
		}
		c.correctAssignment(d)
		return d.WithHelp("`%[1]s: step` labels a step, `step as %[1]s` names its value for `@%[1]s`, and `let %[1]s = …` names a number", c.before.Value)
	}
	return nil
}

func colon(c context) *diag.Diagnostic {
	switch {
	case c.found.Value != ":":
		return nil
	case c.bracket == "(" && c.before.Type == tokIdent:
		return c.syntax("an argument takes `=`, not `:`").WithHelp("write `%s=…`", c.before.Value).
			Correct("write `=`", diag.Edit{Span: source.Span{Start: c.span().Start, End: source.Pos(c.next.Pos)}, Text: "="})
	case c.inSettings():
		return c.syntax("`%s` takes `=`, not `:`", c.owner.Value).WithHelp("write `%s = …`", c.before.Value).Write(" =")
	case (c.before.Type == tokKeyword || c.before.Type == tokBranch) && c.beforeStarts():
		return reserved(&c.before, "a label").WithHelp("write it as a string: `\"%s\": …`", c.before.Value).Write(`"` + c.before.Value + `"`)
	case c.inBody() && !c.inNames && slices.ContainsFunc(c.statement, func(t lexer.Token) bool { return t.Value == ":" }):
		return c.syntax("a step has one label").WithHelp("to nest names, write a group: `outer: { inner: … }`")
	case c.inBody() && !c.inNames && (c.before.Value == ")" || len(c.statement) > 2 && c.statement[len(c.statement)-2].Value == "as"):
		return c.syntax("a label comes before its step").WithHelp("write `name: step`")
	case c.inHead() && c.before.Value == "]" && c.next.Value == "[":
		return c.syntax("`:` is not an arrow").WithHelp("write `->`").Write("->")
	case c.inHead():
		return c.syntax("a declaration has no `:`").WithHelp("the body follows in braces: `{ … }`")
	}
	return nil
}

// label is for 3x3: and conv.1: and conv-1:, in which the token that does not fit comes
// before the colon. Text with spaces or other symbols was not meant as a name.
func label(c context) *diag.Diagnostic {
	words := c.statement
	for len(words) > 0 && (words[0].Value == "stage" || words[0].Value == "side") {
		words = words[1:]
	}
	if !c.inBody() || c.inNames || len(words) > 3 || c.found.Type == tokIdent && c.want == "" {
		return nil
	}
	words = append(slices.Clip(words), c.line...)
	if len(words) == 0 || words[0].Type == tokKeyword {
		return nil
	}
	var text strings.Builder
	for _, t := range words {
		switch {
		case t.Value == ":" && text.Len() > 0 && t.Pos.Offset >= c.found.Pos.Offset:
			d := c.syntax("a label is one word").WithHelp("write any other label as a string: `\"%s\": …`", text.String())
			return c.replace(d, words[0], t.Pos.Offset, `"`+text.String()+`"`)
		case t.Pos.Offset != words[0].Pos.Offset+text.Len(), !c.is(t, tokIdent, tokKeyword, tokInt, tokFloat, tokDims) && !strings.Contains("+-*/.", t.Value):
			return nil
		}
		text.WriteString(t.Value)
	}
	return nil
}

func reserved(t *lexer.Token, role string) *diag.Diagnostic {
	return diag.New(diag.ReservedWord, spanOf(t), "`%s` is a reserved word and cannot be %s", t.Value, role)
}

func reservedWord(c context) *diag.Diagnostic {
	if c.found.Type != tokKeyword && c.found.Type != tokBranch {
		return nil
	}
	switch c.before.Value {
	case "block", "net", "as", "let", "@", "names", ".", "import":
		return reserved(&c.found, "a name").WithHelp("choose another name, such as `%s_`", c.found.Value)
	}
	switch {
	case c.next.Value == ":" && c.bracket != "(":
		return reserved(&c.found, "a label").WithHelp("write it as a string: `\"%s\": …`", c.found.Value).Write(`"` + c.found.Value + `"`)
	case c.want == wantName, c.bracket == "(" && (c.before.Value == "(" || c.before.Value == ",") && (c.next.Value == ":" || c.next.Value == "="),
		c.bracket == "{" && c.head.Value == "import":
		return reserved(&c.found, "a name").WithHelp("choose another name, such as `%s_`", c.found.Value)
	}
	return nil
}

// foreign has words of other languages, and what to write instead.
var foreign = map[string]string{
	"for": "write `repeat i of 3 …` or `repeat x in list …`", "while": "write `repeat 3 …`",
	"foreach": "write `each step` for every item of the list that flows in, or `repeat x in list …`", "shared": "write `label: each step`: one set of weights for every item of a list",
	"return": "the last step of a body is its result; no word is needed", "elif": "write `else if`",
	"elseif": "write `else if`", "endif": "blocks end with `}`", "end": "blocks end with `}`",
	"def": "write `block`", "func": "write `block`", "function": "write `block`", "fn": "write `block`",
	"class": "write `block`", "module": "write `block`", "model": "write `net`", "network": "write `net`",
	"graph": "write `net`", "var": "write `let`", "const": "write `let`", "input": "the input is declared in the signature: `[N, 3, H = 224, W = 224] -> …`",
	"output": "the last step of a body is its result", "from": "write `import std.resnet { basic }`",
	"include": "write `import`", "use": "write `import`", "using": "write `import`", "require": "write `import`",
	"assert": "write `expect`", "switch": "write `if … { … } else if …`", "not_": "write `not`",
}

func foreignWord(c context) *diag.Diagnostic {
	words := []lexer.Token{c.found, c.before}
	if n := len(c.statement); n > 1 && c.statement[n-2].Value == "as" {
		words = words[:1] // the other is a name
	}
	for _, t := range words {
		if help := foreign[t.Value]; help != "" && t.Type == tokIdent && (c.bracket == "{" || c.bracket == "") {
			d := diag.New(diag.Syntax, spanOf(&t), "`%s` is not a keyword", t.Value).WithHelp("%s", help)
			if word := strings.Trim(strings.TrimPrefix(help, "write "), "`"); help == "write `"+word+"`" {
				d.Write(word)
			}
			return d
		}
	}
	return nil
}

// Words that start a statement, followed by something that cannot follow a step of that
// name.
var statementWords = []string{"repeat", "each", "stage", "side", "meta", "train", "names", "expect"}

func misspeltKeyword(c context) *diag.Diagnostic {
	suggest := func(t lexer.Token, words ...string) *diag.Diagnostic {
		if t.Type != tokIdent {
			return nil
		}
		d := diag.New(diag.Syntax, spanOf(&t), "unknown word `%s`", t.Value)
		if !d.DidYouMean(t.Value, words) {
			return nil
		}
		return d
	}
	if word := strings.Trim(c.want, "`"); isKeyword[word] {
		return suggest(c.found, word)
	}
	switch {
	case c.inHead() && c.before.Type != tokKeyword:
		return suggest(c.found, "where")
	case c.bracket != "{" || c.inSettings() || c.inNames:
		return nil
	case c.before.Value == "}":
		return suggest(c.found, "else")
	case c.beforeStarts() && c.before.Value == c.first().Value:
		if c.found.Type == tokIdent && c.next.Value == "=" {
			if d := suggest(c.before, "let"); d != nil {
				return d
			}
		}
		if c.found.Type == tokIdent && c.next.Value == ":" {
			return suggest(c.before, "stage", "side")
		}
		return suggest(c.before, statementWords...)
	}
	return nil
}

// misspelt reports whether a word was most likely meant to start a declaration.
func misspelt(word string) bool {
	return diag.Nearest(word, []string{"block", "net", "import"}) != ""
}

// missingBrace is for a declaration that begins with these tokens and whose body has no
// braces.
func missingBrace(c context, tokens []lexer.Token) *diag.Diagnostic {
	d := c.syntax("expected `{` before %s", describe(c.found))
	if name := afterBlanks(tokens, 1); name < len(tokens) && tokens[name].Type == tokIdent {
		d.At(spanOf(&tokens[name]), "the body of `%s` goes in braces", tokens[name].Value)
	}
	return d.WithHelp("write `{` at the end of the signature and `}` after the last step")
}

// notADeclaration is for text between declarations; nil for a bracket that has been
// reported.
func notADeclaration(c context) *diag.Diagnostic {
	d := c.syntax("expected `block`, `net`, `import` or `let`, found %s", describe(c.found))
	switch {
	case c.found.Type == tokIdent && foreign[c.found.Value] != "":
		return foreignWord(c)
	case c.found.Type == tokIdent && misspelt(c.found.Value):
		d.DidYouMean(c.found.Value, []string{"block", "net", "import"})
		return d
	case c.found.Type == tokIdent && c.next.Value == "=":
		return d.WithHelp("write `let %s = …`", c.found.Value).Write("let " + c.found.Value)
	case c.found.Value == "//":
		return d.WithHelp("a comment starts with `#`").Write("#")
	}
	return d.WithHelp("steps go inside a block: `net name [N, 3, H = 224, W = 224] -> [N, 10] { … }`")
}
