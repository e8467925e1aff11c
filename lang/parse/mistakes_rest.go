package parse

import "cnnlang/lang/diag"

// rest is for `...`, the further axes of a signature, where it cannot stand.
func rest(c context) *diag.Diagnostic {
	inShape := c.bracket == "[" && c.beforeBody()
	switch {
	case c.found.Value == "[" && c.next.Value == "..." && c.beforeBody():
		return diag.New(diag.Syntax, spanOf(&c.next), "the batch is an axis of its own").WithHelp("write `[N, ...]`").Write("N, ...")
	case c.found.Value == "..." && inShape && c.before.Type == tokIdent:
		return c.syntax("`...` follows a comma").WithHelp("write `, ...`").Write(", ...")
	case c.found.Value == "...":
		d := c.syntax("`...` stands for the further axes of a signature, and for nothing else")
		if c.has("is") {
			return d.WithHelp("write `_` for each axis of which nothing is stated")
		}
		return d.WithHelp("a block for vectors and maps is declared so: `block act [N, C, ...] -> [N, C, ...]`")
	case c.before.Value == "..." && inShape:
		return c.syntax("`...` stands last, and has no name").WithHelp("write `[N, C, ...]`")
	case inShape && c.before.Value == "," && (c.found.Value == "." || c.found.Value == "*"):
		return c.syntax("expected a size, found %s", describe(c.found)).WithHelp("`...` stands for any further axes, as in `[N, C, ...]`")
	}
	return nil
}
