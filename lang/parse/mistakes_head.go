package parse

import (
	"slices"

	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/diag"
)

const (
	signatureForm = "a signature is written `[N, C, H, W] -> [N, 64, H, W]`: what goes in, what comes out"
	importForms   = "imports are written `import std.resnet { basic, bottleneck }`, `import std.resnet as r` or `import \"./my.cnn\"`"
)

// declarationHead is for mistakes between `block` or `net` and its body, and after the
// body.
func declarationHead(c context) *diag.Diagnostic {
	if !c.inHead() {
		return nil
	}
	kind := c.head.Value
	_, arrow := c.has("{"), c.has("->")
	switch {
	case c.found.Value == "=" && c.next.Value == ">":
		return diag.New(diag.Syntax, spanOf(&c.found).To(spanOf(&c.next)), "`=>` is not an arrow").WithHelp("write `->`").Write("->")
	case c.found.Value == "(" && c.before.Value == ")":
		return c.syntax("a signature goes in square brackets").WithHelp(signatureForm)
	case c.before.Value == kind && len(c.statement) == 1:
		return c.syntax("expected the name of the %s, found %s", kind, describe(c.found)).
			WithHelp("write `%s name [N, C, H, W] -> [N, C, H, W] { … }`", kind)
	case c.before.Value == "}" || c.before.Value == ")" && len(c.statement) > 3 && c.statement[2].Value == "=":
		return c.syntax("%s follows the end of the %s", describe(c.found), kind).
			WithHelp("start a new line for the next declaration; or does a `}` end the %s too early?", kind)
	case c.before.Value == "]" && !arrow && c.found.Value == "[":
		return c.syntax("the signature lacks its `->`").WithHelp(signatureForm)
	case c.before.Value == "]" && !arrow:
		return c.syntax("the signature lacks its output").WithHelp(signatureForm)
	case c.found.Value == "->" && c.before.Value != "]":
		d := c.syntax("the signature lacks its input")
		if slices.ContainsFunc(c.all[:c.at], func(t lexer.Token) bool { return t.Value == "[" }) { // of parameters that are tensors
			return d.WithHelp("what flows in is in the signature, several values with a bar before each: `| [N, C, H, W] as a | [N, D, H, W] as b -> [N, C + D, H, W]`")
		}
		return d.WithHelp(signatureForm)
	case c.before.Value == "->":
		return c.syntax("expected the output shape in `[ ]`, found %s", describe(c.found)).WithHelp(signatureForm)
	case c.before.Value == "where":
		return c.syntax("expected a requirement after `where`, found %s", describe(c.found)).WithHelp("write a condition, as in `where c > 0`")
	case c.found.Value == "where":
		return c.syntax("`where` is in the wrong place").WithHelp("it follows the signature: `block f(c: int) [N, C, H, W] -> [N, c, H, W] where c > 0 { … }`")
	case c.before.Value == "=" && len(c.statement) == 3:
		return c.syntax("expected a net or block after `=`, found %s", describe(c.found)).WithHelp("write `%s name = resnet(basic, [2, 2, 2, 2])`", kind)
	}
	return nil
}

// arrowFollows reports whether there is an arrow between the found token and the body.
func (c context) arrowFollows() bool {
	for i := c.at; i < len(c.all) && c.all[i].Value != "{"; i++ {
		if c.all[i].Value == "->" {
			return true
		}
	}
	return false
}

// signatureInside is for a signature after the brace.
func signatureInside(c context) *diag.Diagnostic {
	if c.found.Value != "[" || c.before.Value != "{" || !c.inBody() || c.called {
		return nil
	}
	return c.syntax("the signature comes before the `{`").
		WithHelp("write `%s %s [N, C, H, W] -> [N, C, H, W] { … }`", c.head.Value, c.owner.Value)
}

// parameter is for the list of parameters of a block or net.
func parameter(c context) *diag.Diagnostic {
	declared := c.bracket == "(" && (c.head.Value == "block" || c.head.Value == "net") && len(c.statement) > 0 &&
		c.statement[0].Value == c.head.Value && c.owner.Type == tokIdent && !c.has("[") && !c.has("=")
	switch {
	case !declared && !(c.bracket == "(" && c.statement[0].Value == c.head.Value && c.before.Value == ":"):
		return nil
	case c.before.Value == ":":
		d := c.syntax("expected a type after `:`, found %s", describe(c.found))
		if c.is(c.found, tokInt, tokFloat, tokDims, tokString) || c.found.Value == "true" || c.found.Value == "false" {
			colon := c.statement[len(c.statement)-1]
			c.replace(d, colon, spanOf(&colon).End.Offset, " =")
		}
		return d.WithHelp("the types are `int`, `float`, `bool`, `string`, `dims`, `pad`, `block`, lists such as `list[int]`, and the shape of a tensor, as in `[N, C, H, W]`; a default follows `=`")
	case typeWords[c.before.Value] != "" && c.found.Type == tokIdent && c.startsParameter():
		text := c.found.Value + ": " + typeWords[c.before.Value]
		return c.syntax("a type comes after the name of its parameter").WithHelp("write `%s`", text).
			Correct("write `"+text+"`", diag.Edit{Span: spanOf(&c.before).To(spanOf(&c.found)), Text: text})
	case c.before.Type == tokIdent && (c.found.Type == tokIdent || c.found.Type == tokKeyword):
		return c.syntax("the parameter `%s` is followed by %s", c.before.Value, describe(c.found)).
			WithHelp("write `%s: %s` for its type, or `,` before the next parameter", c.before.Value, c.found.Value)
	case c.before.Value == "(" || c.before.Value == ",":
		return c.syntax("expected the name of a parameter, found %s", describe(c.found)).
			WithHelp("parameters are written `(c: int, stride = 1)`")
	}
	return nil
}

// typeWords are other words for types, and the types.
var typeWords = map[string]string{
	"int": "int", "integer": "int", "float": "float", "double": "float", "bool": "bool", "string": "string", "str": "string",
	"dims": "dims", "pad": "pad", "tensor": "tensor", "list": "list",
}

// startsParameter reports whether the token before the found one is the first of a
// parameter.
func (c context) startsParameter() bool {
	n := len(c.statement)
	return n > 1 && (c.statement[n-2].Value == "(" || c.statement[n-2].Value == ",")
}

func importForm(c context) *diag.Diagnostic {
	if c.head.Value != "import" {
		return nil
	}
	switch {
	case c.before.Value == "import" && c.found.Value == ".":
		return c.syntax("a path goes in quotes").WithHelp("write `import \"./my.cnn\"`")
	case c.found.Value == "/" || c.found.Value == "//":
		return c.syntax("the parts of a name are joined by `.`").WithHelp("write `import std.resnet`, or a path in quotes: `import \"./my.cnn\"`")
	case c.found.Value == "*":
		return c.syntax("an import cannot use `*`").WithHelp("%s", importForms)
	case c.before.Value == "import":
		return c.syntax("expected what to import, found %s", describe(c.found)).WithHelp(importForms)
	case c.bracket == "{":
		return c.syntax("expected a name in the list of imported names, found %s", describe(c.found)).WithHelp(importForms)
	}
	return c.syntax("%s does not belong to an import", describe(c.found)).WithHelp(importForms)
}

func letForm(c context) *diag.Diagnostic {
	n := len(c.statement)
	if n == 0 || c.statement[0].Value != "let" {
		return nil
	}
	switch {
	case n == 1:
		return c.syntax("expected a name after `let`, found %s", describe(c.found)).WithHelp("write `let name = value`")
	case n == 2:
		return c.syntax("expected `=` after `let %s`, found %s", c.before.Value, describe(c.found)).
			WithHelp("write `let %s = …`", c.before.Value)
	case c.before.Value == "=" && c.bracket == "" || c.before.Value == "=" && c.inBody():
		return c.syntax("expected a value after `=`, found %s", describe(c.found))
	case c.found.Value == "->" || c.found.Value == "{":
		return c.syntax("`let` names numbers, lists and blocks, not the result of steps").
			WithHelp("write `step as name` after a step and read it with `@name`")
	}
	return nil
}

// row is for the lines inside meta, train and names.
func row(c context) *diag.Diagnostic {
	if !c.inBody() {
		return nil
	}
	switch {
	case c.inSettings() && c.before.Type == tokIdent && len(c.statement) == 1:
		return c.syntax("expected `=` after `%s`, found %s", c.before.Value, describe(c.found)).
			WithHelp("write `%s = …`", c.before.Value)
	case c.before.Value == "meta":
		return c.syntax("expected `{` after `meta`, found %s", describe(c.found)).WithHelp("write `meta { key = value }`")
	case c.before.Value == "train":
		return c.syntax("expected `{` or a name after `train`, found %s", describe(c.found)).WithHelp("write `train { key = value }`, or `train name { … }` for one of several recipes")
	case len(c.statement) == 2 && c.statement[0].Value == "train":
		return c.syntax("expected `{` after `train %s`, found %s", c.before.Value, describe(c.found)).WithHelp("write `train %s { key = value }`", c.before.Value)
	case c.inSettings():
		return inKeys(c)
	case c.before.Value == "names" || c.owner.Value == "names":
		return c.syntax("%s cannot follow `names`", describe(c.found)).
			WithHelp("write `names keras { \"name here.\" = \"name there/\" }`")
	case c.inNames:
		return inRows(c)
	case c.has("names") && c.before.Value == "in":
		return c.syntax("expected a layout after `in`, found %s", describe(c.found)).
			WithHelp("write `names keras { … }`, or `names mine in keras { … }` where the map has a name of its own")
	case c.has("names") && c.before.Value != "{":
		return c.syntax("expected `{` after `names …`, found %s", describe(c.found)).
			WithHelp("write `names keras { … }`, or `names mine in keras { … }` where the map has a name of its own")
	}
	return nil
}

// inKeys is for what is no key of meta or train and no value of one.
func inKeys(c context) *diag.Diagnostic {
	if c.before.Value == "=" {
		return c.syntax("expected a value after `=`, found %s", describe(c.found))
	}
	d := c.syntax("%s does not belong in `%s`", describe(c.found), c.owner.Value)
	if c.found.Value == "," {
		return d.WithHelp("two keys on one line have `;` between them")
	}
	return d.WithHelp("write a line `key = value` for each fact")
}

// inRows is for what is no row of a map of names.
func inRows(c context) *diag.Diagnostic {
	d := c.syntax("%s does not belong in `names`", describe(c.found))
	switch {
	case c.found.Value == ":" || c.found.Value == "->" || c.found.Value == "==":
		return d.WithHelp("write `=` between the two names")
	case c.found.Value == ",":
		return d.WithHelp("each row is a line of its own; rows on one line have `;` between them")
	case c.before.Value == "=" && c.found.Type == tokIdent || c.found.Type == tokIdent:
		return d.WithHelp("names of weights stand in quotation marks: `\"fc.\" = \"predictions/\"`")
	}
	return d.WithHelp("write a line `\"name here\" = \"name there\"` for each rule")
}
