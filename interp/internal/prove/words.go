package prove

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp/internal/elab"
	"cnnlang/lang/diag"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// What is known of a block, as people read it.

// String writes a requirement as the language would: H >= 3, C % groups == 0.
func (r Requirement) String() string {
	size, where := placed(r.Size)
	if r.Side != "" {
		where += " for the side head `" + r.Side + "`"
	}
	if _, low, ok := (fact{size: size, relation: r.Relation, holds: r.Holds}).bound(); ok { // c >= 1 for 4*c >= 1
		return fmt.Sprintf("%v >= %d", size.Vars()[0], low) + where
	}
	return r.Relation.Text(size, r.Holds) + where
}

// placed writes a size with the letters of images alone, and where they are: C % e for
// what `act` gives in line 3. Where letters would stand for two sizes, it stays as it is.
func placed(size dim.Size) (plain dim.Size, where string) {
	letters, by := map[string]bool{}, map[string]dim.Size{}
	for _, x := range size.Vars() {
		letters[x.Name] = true
	}
	for _, x := range size.Vars() {
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
			return size, ""
		}
		letters[from.Axis], where = true, place
		x.Sense = &dim.Sense{Label: from.Axis}
		by[x.Name] = x.Size()
	}
	return size.SubstituteAll(by), where
}

// String writes one thing that a case supposes.
func (l literal) String() string {
	switch {
	case l.isRest && l.x.Name != "...":
		return fmt.Sprintf("%s has %d axes", l.x.Name, l.low)
	case l.isRest:
		return fmt.Sprintf("the input has %d axes", l.low)
	case l.isMode && l.mode == ops.Explicit:
		return l.x.Name + " is in numbers"
	case l.isMode:
		return fmt.Sprintf("%s == %v", l.x.Name, ops.Padding{Mode: l.mode})
	case l.isFlag && l.value == dim.Int(0):
		return "not " + l.x.Name
	case l.isFlag:
		return l.x.Name
	case l.isValue:
		return fmt.Sprintf("%v == %v", l.x, l.value)
	case l.x.Name != "":
		return fmt.Sprintf("%v >= %d", l.x, l.low)
	}
	return Requirement{Size: l.fact.size, Relation: l.fact.relation, Holds: l.fact.holds}.String()
}

func texts(c []literal) []string {
	list := make([]string, len(c))
	for i, l := range c {
		list[i] = l.String()
	}
	return list
}

// inWords writes cases as a condition: what they have in common first.
func inWords(cases [][]literal) string {
	common := cases[0]
	for _, c := range cases[1:] {
		common = slices.DeleteFunc(slices.Clone(common), func(l literal) bool { return !l.within(c) })
	}
	var rest []string
	for _, c := range cases {
		own := slices.DeleteFunc(slices.Clone(c), func(l literal) bool { return l.within(common) })
		if len(own) == 0 {
			rest = nil // this case is all that they have in common, which covers the others
			break
		}
		text := strings.Join(texts(own), " and ")
		if len(own) > 1 && len(cases) > 1 {
			text = "(" + text + ")"
		}
		rest = append(rest, text)
	}
	slices.Sort(rest)
	alternatives, all := strings.Join(rest, " or "), texts(common)
	if len(common) > 0 && len(rest) > 1 {
		alternatives = "(" + alternatives + ")"
	}
	if alternatives != "" {
		all = append(all, alternatives)
	}
	return strings.Join(all, " and ")
}

// elsewhere says that there is no formula, or none but for the cases that are listed.
func (v *Verdict) elsewhere(listed bool) string {
	switch {
	case !listed && v.Status != Proved && v.Status != Bounded:
		return "" // what it has not been proved to be, has none
	case !listed:
		return "there is no formula"
	}
	var names []string
	for _, name := range v.openNames() {
		if slices.ContainsFunc(v.Results, func(r Result) bool { return r.of.choseBy(name) }) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "in other cases there is no formula"
	}
	return "for other values of " + strings.Join(names, ", ") + " there is no formula"
}

func (c *Counterexample) String() string {
	var parts []string
	for _, n := range c.Names {
		text, isArgument := c.shown[n]
		if !isArgument {
			text = strconv.FormatInt(c.Values[n], 10)
		}
		parts = append(parts, n+" = "+text)
	}
	return strings.Join(parts, ", ")
}

// varied says what a counterexample chooses: parameters, where the block has any.
func (x *exploration) varied(c *Counterexample) string {
	for _, name := range c.Names {
		if !slices.Contains(signatureNames(x.base.Block), name) {
			return "parameter value"
		}
	}
	return "input size"
}

// refutation is the diagnostic for a block that fails for some values.
func refutation(x *exploration, p *Case, first *diag.Diagnostic, c *Counterexample) *diag.Diagnostic {
	if len(p.failed) > 0 && p.failed[0].Known() && x.verdict.Cases == 1 && len(x.todo) == 0 {
		first.Trace = nil
		return first.WithNote("in `%s`, whatever its parameters and its input", x.object.Block.Name.Text)
	}
	d := diag.New(diag.Refuted, first.Span, "`%s` is not shape-correct for every %s", x.object.Block.Name.Text, x.varied(c)).
		WithLabel("%s", first.Message)
	d.Labels, d.Conflict = first.Labels, first.Conflict
	d.Notes = append(d.Notes, first.Notes...)
	d.WithNote("counterexample: %s", c)
	d.WithNote("there: %s", concretely(first, c.Problem))
	if only := p.only(); only != "" {
		return d.WithHelp("right only for %s: state that with `where`, or correct the block", only)
	}
	return d.WithHelp("add a `where` that excludes it, or correct the block")
}

// concretely is what is wrong at the counterexample: its message or, where that
// has no numbers in it, its notes.
func concretely(first, there *diag.Diagnostic) string {
	if there.Message == first.Message && len(there.Notes) > 0 {
		return strings.Join(there.Notes, ", ")
	}
	return there.Message
}

// only is the one value of a parameter for which the sizes that should be equal
// are, as a condition; "" where there is no such value, or it is of a size that
// comes in.
func (p *Case) only() string {
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
