package blocks

import "slices"

// mostComparisons is how many steps are compared while a net's blocks are sought. Once they are
// used up, blocks are no longer put together of variants.
const mostComparisons = 20_000

// mostVariants is in how many places the variants of one block may differ.
const mostVariants = 3

// A merger puts patterns together that differ in few places:
//
//   - a branch is empty in one: if stride != 1 or C != c { downsample: … },
//   - steps are missing in one: if t > 1 { … },
//   - what one has is in the other beside a shortcut: add { | id | … }.
type merger struct {
	left  *int // comparisons
	n     int  // occurrences of both
	early bool // first steps are missing rather than later ones
	depth int
}

// merge is the pattern of the occurrences of both, those of a first. Where it is not clear which of
// several steps are missing, early decides.
func merge(a, b pattern, na, nb int, early bool, left *int) (pattern, bool) {
	m := &merger{left: left, n: na + nb, early: early}
	p, ok := m.bodies(a.moved(0, na+nb), b.moved(na, na+nb), false)
	if !ok {
		return nil, false
	}
	variants := 0
	p.all(func(it *item) {
		if it.form != plain {
			variants++
		}
	})
	return p, variants <= mostVariants
}

// bodies merges two bodies; in says that they are branches.
func (m *merger) bodies(a, b pattern, in bool) (pattern, bool) {
	if len(a) == 0 && len(b) == 0 {
		return nil, true
	}
	if *m.left--; *m.left < 0 || m.depth > 200 {
		return nil, false
	}
	m.depth++
	defer func() { m.depth-- }()
	if m.early && len(a) != len(b) {
		if p, ok := m.missing(a, b, in); ok {
			return p, ok
		}
		if p, ok := m.missing(b, a, in); ok {
			return p, ok
		}
	}
	if len(a) > 0 && len(b) > 0 {
		if it, ok := m.items(a[0], b[0]); ok {
			if rest, ok := m.bodies(a[1:], b[1:], in); ok {
				return prepend(it, rest), true
			}
		}
	}
	for _, try := range []func(a, b pattern, in bool) (pattern, bool){m.known, m.beside, m.missing} {
		if p, ok := try(a, b, in); ok {
			return p, ok
		}
		if p, ok := try(b, a, in); ok {
			return p, ok
		}
	}
	return nil, false
}

func prepend(it *item, rest pattern) pattern { return append(pattern{it}, rest...) }

// items merges two steps of one form.
func (m *merger) items(a, b *item) (*item, bool) {
	if a.form != b.form || a.form != option && a.first().head() != b.first().head() || len(a.branches) != len(b.branches) {
		return nil, false
	}
	it := &item{form: a.form, at: joined(a.at, b.at), has: joinedHas(a.has, b.has)}
	var ok bool
	for i := range a.branches {
		p, ok := m.bodies(a.branches[i], b.branches[i], true)
		if !ok {
			return nil, false
		}
		it.branches = append(it.branches, p)
	}
	if it.body, ok = m.bodies(a.body, b.body, false); !ok {
		return nil, false
	}
	return it, true
}

// known merges a body that begins with an option or a shortcut with one without.
func (m *merger) known(a, b pattern, in bool) (pattern, bool) {
	if len(a) == 0 || a[0].form == plain {
		return nil, false
	}
	it := *a[0]
	if it.form == option && len(b) < len(a) {
		if rest, ok := m.bodies(a[1:], b, in); ok {
			return prepend(&it, rest), true
		}
	}
	n := len(it.body)
	if it.form == shortcut && len(b) > 0 && b[0].form == plain {
		if at, beside := b[0].shortcut(); at >= 0 && b[0].first().head() == it.first().head() {
			return m.within(it, a[1:], beside, b[1:], b[0].at, in)
		}
	}
	if n > len(b) {
		return nil, false
	}
	return m.within(it, a[1:], b[:n], b[n:], nil, in)
}

// within merges what an option or a shortcut holds with steps of the other pattern, and then the
// rest.
func (m *merger) within(it item, a, inner, b pattern, at []*step, in bool) (pattern, bool) {
	var ok bool
	if it.body, ok = m.bodies(it.body, inner, false); !ok {
		return nil, false
	}
	rest, ok := m.bodies(a, b, in)
	if !ok {
		return nil, false
	}
	it.has = slices.Clone(it.has)
	if it.form == option {
		for i := range it.has {
			it.has[i] = it.has[i] || slices.ContainsFunc(inner, func(x *item) bool { return x.at[i] != nil })
		}
	} else if at != nil {
		it.at = joined(it.at, at)
		for i := range it.has {
			it.has[i] = it.at[i] != nil
		}
	}
	return prepend(&it, rest), true
}

// beside merges a combinator of the identity and a branch with steps that are such a branch.
func (m *merger) beside(a, b pattern, in bool) (pattern, bool) {
	if len(a) == 0 || a[0].form != plain {
		return nil, false
	}
	at, inner := a[0].shortcut()
	if at < 0 || len(inner) == 0 || len(inner) > len(b) {
		return nil, false
	}
	it := item{form: shortcut, at: a[0].at, has: each(a[0].at, func(s *step) bool { return s != nil })}
	it.body = inner
	return m.within(it, a[1:], b[:len(inner)], b[len(inner):], nil, in)
}

// shortcut is the place of the empty branch of a combinator with two, and the other one.
func (it *item) shortcut() (at int, other pattern) {
	s := it.first()
	if s == nil || s.kind != apply || len(it.branches) != 2 || s.name != "add" && s.name != "mul" && s.name != "max" {
		return -1, nil
	}
	for i, branch := range it.branches {
		if len(branch) == 0 && s.heads == nil {
			return i, it.branches[1-i]
		}
	}
	return -1, nil
}

// missing makes an option of the steps that a has more than b.
func (m *merger) missing(a, b pattern, in bool) (pattern, bool) {
	more := len(a) - len(b)
	if more <= 0 || in && len(b) > 0 && more != len(a) && !a[:more].calls() || a[:more].trivial() {
		return nil, false
	}
	for _, it := range a[:more] {
		if it.form != plain {
			return nil, false
		}
	}
	rest, ok := m.bodies(a[more:], b, false)
	if !ok {
		return nil, false
	}
	has := make([]bool, m.n)
	for i, s := range a[0].at {
		has[i] = s != nil
	}
	return prepend(&item{form: option, at: make([]*step, m.n), has: has, body: a[:more]}, rest), true
}

// calls reports whether all steps apply blocks.
func (p pattern) calls() bool {
	return !slices.ContainsFunc(p, func(it *item) bool { return it.form != plain || it.first().block == nil })
}

// trivial reports whether steps have no tensors and no structure, as an activation or a pool.
func (p pattern) trivial() bool {
	trivial := true
	p.all(func(it *item) {
		s := it.first()
		if it.form != plain || s == nil || s.block != nil || s.kind != apply || len(s.branches) > 0 || s.node != nil && len(s.node.Params) > 0 {
			trivial = false
		}
	})
	return trivial
}

func joined(a, b []*step) []*step {
	all := slices.Clone(a)
	for i, s := range b {
		if s != nil {
			all[i] = s
		}
	}
	return all
}

func joinedHas(a, b []bool) []bool {
	if a == nil {
		return nil
	}
	all := slices.Clone(a)
	for i, has := range b {
		all[i] = all[i] || has
	}
	return all
}
