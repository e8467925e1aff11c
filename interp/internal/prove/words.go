package prove

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"cnnlang/lang/diag"
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
		of, slope, offset, ok := p.part(name)
		m, whole1 := slope.Int()
		r, whole2 := offset.Int()
		if !ok || !whole1 || !whole2 || m <= 0 || r < 0 {
			continue
		}
		part, rest := regexp.QuoteMeta(of), name
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

// anImage is the name of a size of an image that nothing else is known of: C of what act
// gives in line 3, H of repeat depths.
var anImage = regexp.MustCompile(`^(\w+) of (?:what (\S+) gives in (line \d+)|repeat (\S+))$`)

// placed writes a text with the letters of such images alone, and where they are: C % e
// == 0 for what `act` gives in line 3. Where letters would stand for two sizes, the text
// stays.
func placed(text string, variables []string) (plain, where string) {
	plain = text
	letters := map[string]bool{}
	for _, v := range variables {
		letters[v] = true
	}
	for _, v := range variables {
		m := anImage.FindStringSubmatch(v)
		if m == nil {
			continue
		}
		place := " in every iteration of `repeat " + m[4] + "`"
		if m[2] != "" {
			place = " for what `" + m[2] + "` gives in " + m[3]
		}
		if letters[m[1]] || where != "" && where != place {
			return text, ""
		}
		letters[m[1]], where = true, place
		plain = strings.ReplaceAll(plain, v, m[1])
	}
	return plain, where
}
