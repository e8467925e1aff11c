package prove

import (
	"fmt"
	"strings"

	"cnnlang/interp/internal/elab"
	"cnnlang/ops/dim"
)

// only is the one value of a parameter for which the sizes that should be equal
// are, as a condition; "" where there is no such value, or it is of a size that
// comes in.
func (p *path) only() string {
	if len(p.failed) == 0 {
		return ""
	}
	x, value, ok := p.failed[0].InOthers().Solve()
	n, whole := value.Int()
	if !ok || !whole || n < 1 || int64(n) < p.low(x.Name) {
		return ""
	}
	for _, a := range p.exploration.args {
		if a.name == x.Name && a.kind == "int" {
			return fmt.Sprintf("`%s == %d`", x.Name, n)
		}
	}
	return ""
}

// placed writes a text with the letters of images alone, and where they are: C % e == 0
// for what `act` gives in line 3. Where letters would stand for two sizes, the text stays.
func placed(text string, variables []dim.Variable) (plain, where string) {
	plain = text
	letters := map[string]bool{}
	for _, x := range variables {
		letters[x.Name] = true
	}
	for _, x := range variables {
		from, ok := elab.ImageOf(x)
		if !ok {
			continue
		}
		place := " in every iteration of `repeat " + from.Over + "`"
		switch {
		case from.Block != "":
			place = fmt.Sprintf(" for what `%s` gives in line %d", from.Block, from.Line)
		case from.Left:
			place = fmt.Sprintf(" for what `repeat %s` gives", from.Over)
		}
		if letters[from.Axis] || where != "" && where != place {
			return text, ""
		}
		letters[from.Axis], where = true, place
		plain = strings.ReplaceAll(plain, from.String(), from.Axis)
	}
	return plain, where
}
