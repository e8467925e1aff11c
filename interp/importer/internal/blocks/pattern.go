package blocks

// A pattern is a body as it occurs in several places: what each has in a place of the text, and
// where they differ.
type pattern []*item

// An item is a step of a pattern.
type item struct {
	form form
	at   []*step // by occurrence; nil in one without it
	// Of an option and a shortcut, which occurrences have it.
	has      []bool
	branches []pattern
	body     pattern // of a group or a repeat, of an option, of the branch beside a shortcut

	// What solve finds.
	label string // of a step whose name was set aside
	args  []expr // of the step, in the order of its args
	count expr   // of a repeat
	cond  string // of an option and a shortcut
}

type form int

const (
	plain    form = iota
	option        // steps that are in some occurrences
	shortcut      // steps that in some occurrences are the branch of a combinator whose other is the identity
)

// first is the step in the first occurrence that has it.
func (it *item) first() *step {
	for _, s := range it.at {
		if s != nil {
			return s
		}
	}
	return nil
}

// patternOf is the pattern of bodies of one shape.
func patternOf(bodies []body) pattern {
	var p pattern
	for i, s := range bodies[0] {
		it := &item{}
		for _, b := range bodies {
			it.at = append(it.at, b[i])
		}
		for j := range s.branches {
			it.branches = append(it.branches, patternOf(each(it.at, func(s *step) body { return s.branches[j] })))
		}
		if s.body != nil {
			it.body = patternOf(each(it.at, func(s *step) body { return s.body }))
		}
		p = append(p, it)
	}
	return p
}

func each[A, B any](list []A, do func(A) B) []B {
	all := make([]B, len(list))
	for i, x := range list {
		all[i] = do(x)
	}
	return all
}

// moved is the pattern among n occurrences, its own being those from the index at.
func (p pattern) moved(at, n int) pattern {
	return each(p, func(it *item) *item {
		m := &item{form: it.form, at: make([]*step, n), body: it.body.moved(at, n)}
		copy(m.at[at:], it.at)
		if it.form != plain {
			m.has = make([]bool, n)
			copy(m.has[at:], it.has)
		}
		for _, branch := range it.branches {
			m.branches = append(m.branches, branch.moved(at, n))
		}
		return m
	})
}

// all calls visit for every item, those that hold others before them.
func (p pattern) all(visit func(*item)) {
	for _, it := range p {
		visit(it)
		for _, branch := range it.branches {
			branch.all(visit)
		}
		it.body.all(visit)
	}
}
