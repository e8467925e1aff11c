package prove

import (
	"maps"
	"slices"
	"strings"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// Cases are when something holds that does not hold on all ways through a block, in
// as few words as tell those ways from the others:
//
//	stride == 1, C == 4*c   }
//	stride == 1, C != 4*c   }  the second and third:  C != 4*c or stride >= 2
//	stride >= 2             }

// A literal is one thing that a case supposes: that a variable is a value, or at least
// a bound, that a padding is given in one way, or a fact.
type literal struct {
	x     dim.Variable // or the name of the padding, "" for a fact
	value dim.Size     // that the variable is, where isValue
	low   int64        // that it is at least, where not
	mode  ops.PaddingMode
	fact  fact

	isValue, isFlag, isMode bool
	isRest                  bool // that the input, or the tensor x, has so many axes as low says
}

// literals lists what the case chose, in an order that is the same for all cases. The
// case has been followed to its end.
func (p *Case) literals() []literal {
	if p.chose == nil {
		p.chose = p.told(p.choices)
	}
	return p.chose
}

func (p *Case) told(choices []choice) []literal {
	var modes, values, lows, facts []literal
	if b := p.exploration.base.Block; len(restsOf(b)) > 1 {
		modes = append(modes, literal{x: dim.Variable{Name: "..."}, low: int64(len(b.Sig.Input().Sizes) + p.rest), isRest: true})
	}
	for _, a := range p.exploration.args {
		if a.kind == "tensor" && len(a.ranks()) > 1 {
			modes = append(modes, literal{x: dim.Variable{Name: a.name}, low: int64(p.ranks[a.name]), isRest: true})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.modes)) {
		modes = append(modes, literal{x: dim.Variable{Name: name}, mode: p.modes[name], isMode: true})
	}
	numbers := map[string]dim.Size{} // that were chosen
	for _, c := range choices {
		if c.isChosen() && !c.isFact && !c.isLow && c.value.Known() {
			numbers[c.name] = c.value
		}
	}
	for _, c := range choices {
		l := literal{x: p.exploration.variables[c.name], low: c.low}
		_, isNumber := numbers[c.name]
		switch {
		case !c.isChosen():
		case c.isFact:
			l.fact = c.fact
			l.fact.size = c.fact.size.SubstituteAll(numbers)
			if !l.fact.size.Known() && !l.within(facts) {
				facts = append(facts, l)
			}
		case !c.isLow:
			l.value, l.isValue, l.isFlag = c.value.SubstituteAll(numbers), true, p.isFlag(c.name)
			values = append(values, l)
		case isNumber: // which is not below
		default:
			lows = append(slices.DeleteFunc(lows, func(m literal) bool { return m.x.Name == l.x.Name && m.low <= l.low }), l)
		}
	}
	byName := func(a, b literal) int { return strings.Compare(a.x.Name, b.x.Name) }
	slices.SortStableFunc(values, byName)
	slices.SortStableFunc(lows, byName)
	return append([]literal{}, slices.Concat(modes, values, lows, facts)...)
}

func (l literal) same(m literal) bool {
	switch {
	case l.x.Name != m.x.Name || l.isMode != m.isMode || l.isValue != m.isValue:
		return false
	case l.x.Name == "":
		x, low, ok := l.fact.bound()
		y, other, too := m.fact.bound() // of one bound there are many forms: n >= 1 and 2*n >= 1
		return ok && too && x == y && low == other ||
			l.fact.relation == m.fact.relation && l.fact.holds == m.fact.holds && dim.Equivalent(l.fact.size, m.fact.size)
	}
	return l.mode == m.mode && l.low == m.low && dim.Equivalent(l.value, m.value)
}

// within reports whether a case has the same literal.
func (l literal) within(c []literal) bool { return slices.ContainsFunc(c, l.same) }

// excludes reports whether a literal of another case cannot hold in this one.
func (p *Case) excludes(l literal) bool {
	l = p.reads(l)
	return slices.ContainsFunc(p.literals(), func(m literal) bool { return l.excludes(p.reads(m)) })
}

// reads is a literal whose variables have the bounds that they have in this case. Those of
// the case that it is from say nothing of it once they are left out of a case.
func (p *Case) reads(l literal) literal {
	if l.x.Name == "" {
		by := map[string]dim.Size{}
		for _, x := range l.fact.size.Vars() {
			if _, known := p.exploration.variables[x.Name]; known {
				by[x.Name] = p.itself(x.Name)
			}
		}
		l.fact.size = l.fact.size.SubstituteAll(by)
	}
	return l
}

// excludes reports whether two literals cannot hold at once.
func (l literal) excludes(m literal) bool {
	switch {
	case l.isRest || m.isRest:
		return l.isRest && m.isRest && l.x.Name == m.x.Name && l.low != m.low
	case l.isMode || m.isMode:
		return l.isMode && m.isMode && l.x.Name == m.x.Name && l.mode != m.mode
	case l.x.Name != "" && l.x.Name == m.x.Name && l.isValue && m.isValue:
		a, ok1 := l.value.Int()
		b, ok2 := m.value.Int()
		return ok1 && ok2 && a != b
	case l.x.Name != "" && l.x.Name == m.x.Name && (l.isValue || m.isValue):
		if m.isValue {
			l, m = m, l
		}
		n, ok := l.value.Int()
		return ok && int64(n) < m.low
	case l.isValue && m.x.Name == "":
		return m.denies(l)
	case l.x.Name == "" && m.isValue:
		return l.denies(m)
	case l.x.Name == "" && m.x.Name == "":
		a, b := l.fact, m.fact
		if a.relation == dim.NonNegative && b.relation == dim.NonNegative && a.holds && b.holds {
			return a.size.Add(b.size).Neg().ProvablyPositive()
		}
		return a.relation == b.relation && a.holds != b.holds &&
			(dim.Equivalent(a.size, b.size) || a.relation == dim.Zero && dim.Equivalent(a.size, b.size.Neg()))
	}
	return false
}

// denies reports whether a fact says that a variable is not the value it has in m, or
// something that is not so with that value.
func (l literal) denies(m literal) bool {
	with := l.fact.size.Substitute(m.x.Name, m.value)
	switch {
	case !with.IsValid():
		return false
	case l.fact.relation == dim.Zero && with.IsZero():
		return !l.fact.holds
	case l.fact.relation == dim.NonNegative && with.Known():
		return (with.Cmp(dim.Int(0)) >= 0) != l.fact.holds
	}
	return false
}

// maxTold limits how many cases of one thing are told apart.
const maxTold = 4

// mostTold limits the ways through a block that are told apart.
const mostTold = 64

// SomeCases is when a thing holds that takes more words.
const SomeCases = "some cases"

// having is what a way through a block has to do with a thing that is told.
type having int

const (
	hasNot having = iota
	has
	either // it makes no difference there
)

// when tells the ways through the block that have something from those that have not,
// "" where none has not.
// literals are what a way that has it supposes.
func (v *Verdict) when(of func(Result) having, literals func(Result) []literal) string {
	var cases [][]literal
	var others []*Case
	for _, r := range v.Results {
		switch of(r) {
		case has:
			cases = append(cases, literals(r))
		case hasNot:
			others = append(others, r.of)
		}
	}
	switch {
	case len(others) == 0:
		return ""
	case len(v.Results) > mostTold:
		return SomeCases
	}
	for i, c := range cases {
		cases[i] = shortened(c, others)
	}
	cases = absorbed(joined(different(cases)))
	switch {
	case slices.ContainsFunc(cases, func(c []literal) bool { return len(c) == 0 }):
		return ""
	case len(cases) > maxTold:
		return SomeCases
	}
	return inWords(cases)
}

// shortened leaves out what is not needed to exclude all the others. Where even all of
// it does not exclude them, it stays as it is.
func shortened(c []literal, others []*Case) []literal {
	apart := func(c []literal) bool {
		return !slices.ContainsFunc(others, func(other *Case) bool {
			return !slices.ContainsFunc(c, func(l literal) bool { return other.excludes(l) })
		})
	}
	if !apart(c) {
		return c
	}
	kept := slices.Clone(c)
	for i := 0; i < len(kept); {
		if less := slices.Delete(slices.Clone(kept), i, i+1); len(less) > 0 && apart(less) {
			kept = less
		} else {
			i++
		}
	}
	return kept
}

// different leaves out cases that are like one before.
func different(cases [][]literal) [][]literal {
	var list [][]literal
	for _, c := range cases {
		if !slices.ContainsFunc(list, func(other []literal) bool { return slices.EqualFunc(c, other, literal.same) }) {
			list = append(list, c)
		}
	}
	return list
}

// absorbed leaves out cases that have all of another one and more.
func absorbed(cases [][]literal) [][]literal {
	return slices.DeleteFunc(slices.Clone(cases), func(c []literal) bool {
		return slices.ContainsFunc(cases, func(other []literal) bool {
			return len(other) < len(c) && !slices.ContainsFunc(other, func(l literal) bool { return !l.within(c) })
		})
	})
}

// joined makes one case of x == 1 and x >= 2, all else being equal.
func joined(cases [][]literal) [][]literal {
	for i := 0; i < len(cases); i++ {
		for j := range cases {
			if at := extends(cases[i], cases[j]); i != j && at >= 0 {
				cases[i] = slices.Clone(cases[i])
				cases[i][at].low--
				cases = slices.Delete(cases, j, j+1)
				i = -1
				break
			}
		}
	}
	return cases
}

// extends returns the place at which one case has x >= n + 1 and another, which is the
// same otherwise, x == n; -1 where there is none.
func extends(c, d []literal) int {
	if len(c) != len(d) {
		return -1
	}
	for i, l := range c {
		m := slices.IndexFunc(d, func(m literal) bool { return m.isValue && m.x.Name == l.x.Name })
		if m < 0 || l.isValue || l.isMode || l.isRest {
			continue
		}
		n, ok := d[m].value.Int()
		if ok && int64(n) == l.low-1 && slices.EqualFunc(slices.Delete(slices.Clone(c), i, i+1), slices.Delete(slices.Clone(d), m, m+1), literal.same) {
			return i
		}
	}
	return -1
}
