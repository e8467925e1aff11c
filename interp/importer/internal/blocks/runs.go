package blocks

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// runs puts equal steps that follow each other into a repeat, and those whose labels count up. It
// reports whether there were any.
//
// Blocks with branches are repeated as soon as they are made: they are the units that a net is
// stacked of. Others may belong to rows that differ elsewhere. Steps with several tensors that have no
// names are to be a block first, or their numbers would count on from one time to the next.
func (f *folder) runs(b *body, units bool) bool {
	some := false
	for _, s := range *b {
		for i := range s.branches {
			some = f.runs(&s.branches[i], units) || some
		}
		some = f.runs(&s.body, units) || some
	}
	alike := extents(*b, f.within)
	var made body
	for i := 0; i < len(*b); {
		n, period := longest((*b)[i:], i, alike)
		part := (*b)[i : i+n*period]
		numbered := n > 1 && part[:period].unnamed() > 1
		if n > 1 && (!units || part[:period].units()) && !(numbered && f.named) {
			n = counting(part, n, f.within)
		} else {
			n = 1
		}
		switch {
		case n < 2:
			made = append(made, (*b)[i])
			i++
			continue
		case !numbered:
			made = append(made, repeated(part[:n*period], n))
		default:
			for k := range n {
				made = append(made, gathered(part[k*period:(k+1)*period]))
			}
		}
		i += n * period
		some = true
	}
	*b = made
	return some
}

// unnamed is how many steps of a body have tensors and no label.
func (b body) unnamed() int {
	n := 0
	for _, s := range b {
		switch {
		case s.label != "" || s.called != "":
			continue
		case s.empty && s.block != nil:
			n += s.block.unnamed
		case s.block != nil, s.kind == group && s.numbered, s.node != nil && s.kind == apply && len(s.node.Params) > 0:
			n++
		}
		for _, branch := range s.branches {
			n += branch.unnamed()
		}
		if !s.numbered {
			n += s.body.unnamed()
		}
	}
	return n
}

// units reports whether steps apply blocks that have branches.
func (b body) units() bool {
	return !slices.ContainsFunc(b, func(s *step) bool {
		combines := false
		if s.block != nil {
			s.block.pattern.all(func(it *item) { combines = combines || len(it.branches) > 0 || it.form == shortcut })
		}
		return !combines
	})
}

// mostPeriod is how many steps are repeated together.
const mostPeriod = 8

// extents says of each period p, less one, and each step how many steps from there on are as the ones
// p steps behind them, which have the next number: what is repeated with the period.
func extents(b body, within bool) (all [mostPeriod][]int) {
	for p := range all {
		all[p] = make([]int, len(b)+1)
		for i := len(b) - p - 2; i >= 0; i-- {
			if follows(b[i], b[i+p+1], count{1, within}) {
				all[p][i] = all[p][i+1] + 1
			}
		}
	}
	return all
}

// longest is the run at the start of a part of a body, from step i on, that covers most steps.
func longest(b body, i int, alike [mostPeriod][]int) (n, period int) {
	n, period = 1, 1
	for p := 1; p <= mostPeriod && 2*p <= len(b); p++ {
		if k := 1 + alike[p-1][i]/p; k > 1 && (k-1)*p > (n-1)*period && worthwhile(b[:p], k) {
			n, period = k, p
		}
	}
	return n, period
}

// counting is how many of the n parts of a run have numbers that count up from the first one's, which
// those of neighbours may do at several places in turn; 1 if they are not worth a repeat.
func counting(b body, n int, within bool) int {
	p := len(b) / n
	for k := 1; k < n; k++ {
		if slices.EqualFunc(b[:p], b[k*p:(k+1)*p], func(x, y *step) bool { return follows(x, y, count{k, within}) }) {
			continue
		}
		if n = k; !worthwhile(b[:p], n) {
			return 1
		}
	}
	return n
}

// worthwhile reports whether a repeat says it shorter: calls always, operations from three on.
func worthwhile(b body, n int) bool {
	if len(b) == 1 && (b[0].kind == group || b[0].kind == apply && len(b[0].branches) == 0 && b[0].block == nil) {
		return false
	}
	return n > 2 || len(b) == 1 && b[0].label == "" || b[0].is("conv", "deconv", "linear", "id")
}

// follows reports whether a step is another but for its label, or the name that it gives a block, which
// counts.
func follows(x, y *step, k count) bool {
	if x.as != "" || x.kind == side || x.kind == read || x.numbered && x.kind == group || x.empty && x.block == nil {
		return false
	}
	return succeeds(x.label, y.label, k.by) && succeeds(x.called, y.called, k.by) && x.equal(y, k)
}

// succeeds reports whether there is no label, or label b is a with one number that is k more.
func succeeds(a, b string, k int) bool {
	if a == "" && b == "" {
		return true
	}
	at, n := counts(a, b)
	return at >= 0 && n == k
}

// A count is by how much names count up, and whether also those that steps within a step give blocks do.
type count struct {
	by     int
	within bool
}

// equal reports whether steps are the same but for their labels, and the names that they give a block.
func (s *step) equal(t *step, k count) bool {
	inner := k
	if !k.within {
		inner.by = 0
	}
	return s.kind == t.kind && s.numbered == t.numbered && s.name == t.name && s.block == t.block && s.count == t.count && s.counter == t.counter &&
		s.empty == t.empty && s.as == t.as && slices.Equal(s.heads, t.heads) &&
		slices.EqualFunc(s.args, t.args, func(x, y arg) bool {
			if roleOf(s, x.name) == called && k.by > 0 {
				return k.names(x.value.(string), y.value.(string))
			}
			return x.name == y.name && same(x.value, y.value)
		}) &&
		slices.EqualFunc(s.branches, t.branches, func(a, b body) bool { return equal(a, b, inner) }) && equal(s.body, t.body, inner)
}

func equal(a, b body, k count) bool {
	return slices.EqualFunc(a, b, func(x, y *step) bool { return x.label == y.label && x.called == y.called && x.equal(y, k) })
}

// names reports whether a name counts up, or where steps within count stays. One with the counter of a repeat in it
// does not count.
func (k count) names(a, b string) bool {
	return k.within && a == b || !strings.Contains(a, "{") && succeeds(a, b, k.by)
}

var number = regexp.MustCompile(`[0-9]+`)

// counts is the place of the number in which two labels differ, and by how much.
func counts(a, b string) (at, by int) {
	x, y := number.FindAllStringIndex(a, -1), number.FindAllStringIndex(b, -1)
	if len(x) != len(y) {
		return -1, 0
	}
	for i := range x {
		m, err1 := strconv.Atoi(a[x[i][0]:x[i][1]])
		n, err2 := strconv.Atoi(b[y[i][0]:y[i][1]])
		if err1 != nil || err2 != nil || m == n {
			continue
		}
		if rest := a[:x[i][0]] + b[y[i][0]:y[i][1]] + a[x[i][1]:]; rest != b || strconv.Itoa(m) != a[x[i][0]:x[i][1]] || strconv.Itoa(n) != b[y[i][0]:y[i][1]] {
			return -1, 0
		}
		return x[i][0], n - m
	}
	return -1, 0
}

// repeated is the repeat of n equal parts of a body.
func repeated(b body, n int) *step {
	period := len(b) / n
	r := &step{kind: repeat, count: n, in: b[0].in, node: b[len(b)-1].node, body: slices.Clone(b[:period])}
	for i, s := range r.body {
		r.body[i] = r.time(s, b[period+i])
	}
	return r
}

// time is a step of a repeat, of which the next time has another.
func (r *step) time(s, next *step) *step {
	t := *s
	t.known, t.args = "", slices.Clone(s.args)
	t.label, t.called = r.counting(s.label, next.label), r.counting(s.called, next.called)
	for k, a := range s.args {
		if text, ok := a.value.(string); ok {
			t.args[k].value = r.counting(text, next.args[k].value.(string))
		}
	}
	t.branches, t.body = slices.Clone(s.branches), r.times(s.body, next.body)
	for i := range t.branches {
		t.branches[i] = r.times(s.branches[i], next.branches[i])
	}
	return &t
}

func (r *step) times(b, next body) body {
	if b == nil {
		return nil
	}
	all := make(body, len(b))
	for i := range b {
		all[i] = r.time(b[i], next[i])
	}
	return all
}

// counting is a label with the counter of a repeat in place of the number in which the next time's differs,
// if it does.
func (s *step) counting(label, next string) string {
	if label == next {
		return label
	}
	if s.counter == "" {
		s.counter = counterFor(s.body)
	}
	at, _ := counts(label, next)
	digits := number.FindString(label[at:])
	word := "{" + s.counter + "}"
	if digits != "0" {
		word = "{" + s.counter + " + " + digits + "}"
	}
	return label[:at] + word + label[at+len(digits):]
}

// counterFor is a letter that no repeat within has.
func counterFor(b body) string {
	taken := ""
	b.all(func(s *step) { taken += s.counter })
	for _, letter := range "ijklmnopqrstuvwxyz" {
		if !strings.ContainsRune(taken, letter) {
			return string(letter)
		}
	}
	return "i_"
}
