package prove

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"cnnlang/lang/diag"
	"cnnlang/ops/dim"
)

// Where a path puts m*x' + r in place of x, what it says of sizes is in terms of
// x', which nobody has written. This file puts it back into terms of x.

// reword writes what a diagnostic says in the names of the block.
func (p *path) reword(d *diag.Diagnostic) {
	d.Message, d.Label, d.Help = p.words(d.Message), p.words(d.Label), p.words(d.Help)
	for i := range d.Labels {
		d.Labels[i].Text = p.words(d.Labels[i].Text)
	}
	for i := range d.Notes {
		d.Notes[i] = p.words(d.Notes[i])
	}
	if c := d.Conflict; c != nil {
		for _, list := range [][]string{c.Want, c.Got} {
			for i := range list {
				list[i] = p.words(list[i])
			}
		}
	}
}

// words writes a text without the names of parts: 4*H' is H, and H' is (H/4).
func (p *path) words(text string) string {
	for _, name := range slices.Sorted(maps.Keys(p.values)) {
		m, r, ok := p.part(name)
		if !ok {
			continue
		}
		part, rest := regexp.QuoteMeta(name+"'"), name
		replace := func(pattern, by string) {
			text = regexp.MustCompile(pattern).ReplaceAllString(text, by)
		}
		if r != 0 {
			replace(fmt.Sprintf(`\b%d\*%s \+ %d\b`, m, part, r), name)
			rest = fmt.Sprintf("(%s - %d)", name, r)
		}
		replace(fmt.Sprintf(`\b%d\*%s`, m, part), rest)
		if r != 0 {
			replace(`\b`+part, fmt.Sprintf("(%s/%d)", rest, m))
		} else {
			replace(`\b`+part, fmt.Sprintf("(%s/%d)", name, m))
		}
	}
	var variables []string
	for _, f := range p.facts {
		variables = append(variables, f.size.Vars()...)
	}
	return turns(text, variables)
}

// turns writes a text in which the turn of a repeat is called i: rates[i] for
// rates[turn of len(rates)].
func turns(text string, variables []string) string {
	for _, name := range variables {
		_, n, found := strings.Cut(name, turnOf)
		if !found {
			continue
		}
		for strings.Count(n, "]") > strings.Count(n, "[") {
			n = n[:strings.LastIndex(n, "]")] // of the list that the turn chooses from
		}
		text = strings.ReplaceAll(text, turnOf+n, "i")
	}
	return text
}

// part gives m and r where the path put m*x' + r in place of the variable x.
func (p *path) part(name string) (m, r int, ok bool) {
	value, there := p.values[name]
	if !there || !slices.Equal(value.Vars(), []string{name + "'"}) {
		return 0, 0, false
	}
	const at = 1 << 20 // two points of the line give m and r
	y := value.Substitute(name+"'", dim.Int(at))
	slope := value.Substitute(name+"'", dim.Int(at+1)).Sub(y)
	m, ok1 := slope.Int()
	r, ok2 := y.Sub(slope.Mul(dim.Int(at))).Int()
	return m, r, ok1 && ok2 && m > 0 && r >= 0
}

// only is the one value of a parameter for which the sizes that should be equal
// are, as a condition; "" where there is no such value, or it is of a size that
// comes in.
func (p *path) only() string {
	if len(p.failed) == 0 {
		return ""
	}
	name, value, ok := p.unprimed(p.failed[0]).Solve()
	n, whole := value.Int()
	if !ok || !whole || n < 1 || int64(n) < p.low(name) {
		return ""
	}
	for _, a := range p.exploration.args {
		if a.name == name && a.kind == "int" {
			return fmt.Sprintf("`%s == %d`", name, n)
		}
	}
	return ""
}
