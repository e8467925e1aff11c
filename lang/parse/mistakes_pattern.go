package parse

import "cnnlang/lang/diag"

// pattern is for names that take a list apart: let [a, b] = …, repeat i, [a, b] in ….
func pattern(c context) *diag.Diagnostic {
	s := c.statement
	switch {
	case len(s) == 0 || c.has("="):
	case s[0].Value == "let":
		return letPattern(c)
	case s[0].Value == "repeat":
		return repeatPattern(c)
	}
	return nil
}

func letPattern(c context) *diag.Diagnostic {
	switch s := c.statement; {
	case len(s) == 1 && c.found.Value == "(", len(s) == 2 && c.is(s[1], tokIdent) && c.found.Value == ",":
		return c.syntax("names for the items of a list go in square brackets").WithHelp("write `let [a, b] = …`")
	case len(s) > 1 && s[1].Value == "[" && c.bracket == "[":
		return insidePattern(c)
	case len(s) > 1 && s[1].Value == "[" && c.before.Value == "]":
		return c.syntax("expected `=` after the names, found %s", describe(c.found)).WithHelp("write `let [a, b] = …`")
	}
	return nil
}

func repeatPattern(c context) *diag.Diagnostic {
	s := c.statement
	if c.has("in") || c.has("of") || len(s) < 2 {
		return nil
	}
	outside := c.bracket != "(" && c.bracket != "["
	switch indexed := len(s) > 2 && s[2].Value == ","; {
	case indexed && len(s) > 3 && s[3].Value == "[" && !outside:
		return insidePattern(c)
	case indexed && len(s) == 3 && c.found.Value == "(", indexed && len(s) == 4 && c.found.Value == ",":
		return c.syntax("names for the items of a row go in square brackets").
			WithHelp("write `repeat [a, b] in …`, or with the index `repeat i, [a, b] in …`")
	case s[1].Value != "[" || !outside || c.before.Value != "]":
	case c.found.Value == ",":
		return c.syntax("the index comes before the names of the items").WithHelp("write `repeat i, [a, b] in …`")
	case c.found.Value == "in" || c.found.Value == "of":
		return diag.New(diag.Syntax, spanOf(&s[1]).To(spanOf(&c.before)), "a row is taken apart by names alone").
			WithHelp("write a name for each of its items, and `_` for one that needs none: `repeat [a, _] in …`")
	}
	return nil
}

// insidePattern is for what is no name between the brackets.
func insidePattern(c context) *diag.Diagnostic {
	switch {
	case c.found.Value == "[" || c.found.Value == "(":
		return c.syntax("names in brackets do not nest").WithHelp("give the inner list a name, and take it apart by a `let`")
	case c.found.Value == "*" || c.found.Value == ".":
		return c.syntax("a name stands for one item").WithHelp("write a name for each item, and `_` for one that needs none")
	case c.found.Value == "]" && c.before.Value == ",":
		return diag.New(diag.Syntax, spanOf(&c.before), "no `,` follows the last name").WithHelp("remove it").Write("")
	case c.is(c.found, tokKeyword, tokBranch):
		return reserved(&c.found, "a name").WithHelp("choose another name, such as `%s_`", c.found.Value)
	case c.before.Type == tokIdent:
		return c.syntax("expected `,` or `]` after `%s`, found %s", c.before.Value, describe(c.found))
	}
	return c.syntax("expected a name, found %s", describe(c.found)).WithHelp("`_` stands for an item that needs none")
}
