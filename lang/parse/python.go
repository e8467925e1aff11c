package parse

import (
	"regexp"

	"cnnlang/lang/diag"
)

// Lines that only occur in Python, and lines that only occur in this language.
var (
	pythonLine = regexp.MustCompile(`(?m)^(#!.*python.*|from (torch|tensorflow|keras|jax|flax|numpy|timm|typing|collections|functools|__future__)\b.* import .*|` +
		`(class|(async )?def) \w+ *(\(.*)?:[ \t\r]*(#.*)?|(class|def) \w+\([^\[{)]*|` +
		`import (torch|tensorflow|keras|jax|flax|numpy|timm)\b.*|\w+ = (\w+\.)*(nn|keras|layers|models|tf)\.\w.*)$`)
	ourLine = regexp.MustCompile(`(?m)^(net|block) +\w+ *([\[({=]|$)`)
)

// python is for a network that is written in Python: one message for all of it, since no
// line has an equivalent by itself.
func (p *parser) python() *diag.Diagnostic {
	src := p.file.Source
	at := pythonLine.FindStringIndex(src.Text)
	if at == nil || ourLine.MatchString(src.Text) {
		return nil
	}
	return diag.New(diag.Syntax, src.Span(at[0], at[1]), "this is a Python program, not a network in this language").
		WithHelp("only the network is described here, as in `net k [N, 3, 32, 32] -> [N, 10] { conv(16, 3x3, pad=1) -> relu -> gap -> flatten -> linear(10) }`")
}
