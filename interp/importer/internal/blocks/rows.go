package blocks

import (
	"slices"
	"strings"
)

// Nets without names have no groups. Those that a reader would see are made here by shape alone:
// rows of a convolution, a norm and an activation, and combinators with the activation behind
// them. What is no block in the end is taken apart again.

// leastRows is how often a row must occur.
const leastRows = 3

// rows groups convolutions with the norm and the activation that follow them, where that occurs
// often enough.
func rows(root *body) {
	counts := map[string]int{}
	root.each(func(b *body) {
		for i := range *b {
			if n := (*b)[i:].row(); n > 1 {
				counts[gathered((*b)[i:i+n]).body.shape()]++
			}
		}
	})
	root.each(func(b *body) {
		for i := 0; i < len(*b); i++ {
			if n := (*b)[i:].row(); n > 1 && counts[gathered((*b)[i:i+n]).body.shape()] >= leastRows {
				b.gather(i, n)
			}
		}
	})
	separable(root)
}

// separable groups rows of a depthwise convolution with those of the pointwise one that follows, where that
// occurs often enough.
func separable(root *body) {
	count := 0
	pairs := func(b body, i int) bool {
		return i+1 < len(b) && b[i].made && b[i+1].made && b[i].as == "" && b[i].body[0].depthwise() && b[i+1].body[0].pointwise()
	}
	root.each(func(b *body) {
		for i := range *b {
			if pairs(*b, i) {
				count++
			}
		}
	})
	root.each(func(b *body) {
		for i := 0; i < len(*b) && count >= leastRows; i++ {
			if pairs(*b, i) {
				b.gather(i, 2)
			}
		}
	})
}

// depthwise reports whether a step is a convolution of each channel by itself.
func (s *step) depthwise() bool {
	groups, _ := whole(s.arg("groups"))
	return s.name == "conv" && groups > 1 && groups == channels(s.in) && groups == channels(s.node)
}

// pointwise reports whether a step is a convolution of each pixel by itself.
func (s *step) pointwise() bool {
	k, ok := whole(s.arg("k"))
	groups, _ := whole(s.arg("groups"))
	return s.name == "conv" && ok && k == 1 && groups == 1
}

// row is how many steps at the start of a body are a convolution, a norm if there is one and an
// activation.
func (b body) row() int {
	if !b[0].is("conv", "deconv") {
		return 0
	}
	n := 1
	if n < len(b) && b[n].is(norms...) {
		n++
	}
	if n < len(b) && b[n].applies(activations...) {
		return n + 1
	}
	return 0
}

var (
	norms       = strings.Fields("bn layer_norm group_norm instance_norm")
	activations = strings.Fields("relu relu6 leaky_relu prelu hard_sigmoid hard_swish sigmoid silu gelu tanh elu softplus mish")
)

// is reports whether a step applies one of these operations, and neither it nor its value has a name.
func (s *step) is(names ...string) bool { return s.as == "" && s.applies(names...) }

// applies reports whether a step applies one of these operations and has no label.
func (s *step) applies(names ...string) bool {
	return s.kind == apply && s.block == nil && s.label == "" && slices.Contains(names, s.name)
}

// each calls visit for a body and all within, the innermost first.
func (b *body) each(visit func(*body)) {
	for _, s := range *b {
		for i := range s.branches {
			s.branches[i].each(visit)
		}
		s.body.each(visit)
	}
	visit(b)
}

// gather makes a group of n steps.
func (b *body) gather(i, n int) {
	*b = slices.Replace(*b, i, i+n, gathered((*b)[i:i+n]))
}

// gathered is a group of steps. A name of what they give is that of its value.
func gathered(part body) *step {
	last := *part[len(part)-1]
	g := &step{kind: group, made: true, in: part[0].in, node: last.node, as: last.as, body: slices.Clone(part)}
	if last.as != "" {
		last.as, last.known = "", ""
		g.body[len(part)-1] = &last
	}
	return g
}

// units groups combinators with the activations or the shuffle behind them, those in which others are nested only
// once these have had their turn; and rows that stand in the same body and are equal to what is
// beside a shortcut, since they are units without one. It reports whether there were any.
func units(root *body) bool {
	var ready []*step
	root.all(func(s *step) {
		if s.combines() && !s.tried && !slices.ContainsFunc(s.branches, body.waits) {
			ready = append(ready, s)
		}
	})
	for _, s := range ready {
		s.tried = true
	}
	root.each(func(b *body) {
		rows := b.beside(ready)
		at := map[string][]int{} // the rows that begin with a shape
		shapes := each(rows, body.shapes)
		for i := range rows {
			at[shapes[i][0]] = append(at[shapes[i][0]], i)
		}
		own := b.shapes()
		for i := 0; i < len(*b); i++ {
			n := 0
			if slices.Contains(ready, (*b)[i]) {
				n = b.behind(i)
			} else {
				for _, k := range at[own[i]] {
					if end := i + len(rows[k]); n == 0 && end <= len(*b) && slices.Equal(own[i:end], shapes[k]) && similar((*b)[i:end], rows[k]) {
						n = len(rows[k])
					}
				}
			}
			if n > 0 {
				b.gather(i, n)
				own = slices.Replace(own, i, i+n, "")
			}
		}
	})
	return len(ready) > 0
}

// behind is how many steps a combinator and the activations or the shuffle behind it are.
func (b body) behind(i int) int {
	n := 1
	for i+n < len(b) && b[i+n-1].as == "" && (b[i+n].applies(activations...) || b[i+n].applies("channel_shuffle")) {
		n++
	}
	return n
}

// combines reports whether a step is a combinator without a label.
func (s *step) combines() bool { return s.kind == apply && len(s.branches) > 0 && s.label == "" }

// waits reports whether there are combinators in a body that have not had their turn.
func (b body) waits() bool {
	waits := false
	b.all(func(s *step) { waits = waits || s.combines() && !s.tried })
	return waits
}

// beside are the branches beside shortcuts in a body, and after them what they are without their
// first step, a convolution that makes more channels.
func (b *body) beside(ready []*step) []body {
	var rows, shorter []body
	for _, s := range *b {
		if len(s.branches) != 2 || !s.is("add") || !slices.Contains(ready, s) {
			continue
		}
		for i, branch := range s.branches {
			if row := s.branches[1-i]; len(branch) == 0 && len(row) > 1 {
				rows = append(rows, row)
				if n := row.widening(); n > 0 && n < len(row) {
					shorter = append(shorter, row[n:])
				}
			}
		}
	}
	return append(rows, shorter...)
}

// widening is how many steps at the start of a body are a convolution that makes more channels, with
// its norm and its activation.
func (b body) widening() int {
	if channels(b[0].node) <= channels(b[0].in) || b[0].kind != apply {
		return 0
	}
	if b[0].block != nil {
		return 1
	}
	return b.row()
}

// similar reports whether rows of one shape have the same windows but for their strides.
func similar(a, b body) bool {
	return slices.EqualFunc(a, b, func(x, y *step) bool {
		return slices.EqualFunc(x.args, y.args, func(p, q arg) bool {
			return p.name != "k" && p.name != "pad" && p.name != "bias" || same(p.value, q.value)
		})
	})
}

// dissolve takes groups apart that were made and are no blocks.
func dissolve(root *body) {
	root.each(func(b *body) {
		for i := 0; i < len(*b); {
			if s := (*b)[i]; s.kind == group && s.made {
				if s.as != "" {
					last := *s.body[len(s.body)-1]
					last.as, last.known = s.as, ""
					s.body = append(slices.Clone(s.body[:len(s.body)-1]), &last)
				}
				*b = slices.Replace(*b, i, i+1, s.body...)
				continue
			}
			i++
		}
	})
}

// series groups the row of steps that occurs several times and says most. It reports whether there
// is one.
func series(root *body) bool {
	best, bestSaved := "", 0.0
	lengths := map[string]int{}
	counts := map[string]int{}
	root.each(func(b *body) {
		shapes := b.shapes()
		last := map[string]int{} // where one ends
		for i := range *b {
			for n := 2; n <= mostSeries && i+n <= len(*b); n++ {
				part := (*b)[i : i+n]
				if !part.closedSeries(*b, i) {
					continue
				}
				key := strings.Join(shapes[i:i+n], "")
				if last[key] > i {
					continue
				}
				last[key] = i + n
				counts[key]++
				lengths[key] = n
				saved := float64(counts[key]-1)*part.lines() - headLines
				if counts[key] >= leastRows && (saved > bestSaved || saved == bestSaved && key < best) {
					best, bestSaved = key, saved
				}
			}
		}
	})
	if best == "" {
		return false
	}
	n := lengths[best]
	root.each(func(b *body) {
		shapes := b.shapes()
		for i := 0; i+n <= len(*b); i++ {
			if strings.Join(shapes[i:i+n], "") == best && (*b)[i:i+n].closedSeries(*b, i) {
				b.gather(i, n)
				shapes = slices.Replace(shapes, i, i+n, "")
			}
		}
	})
	return true
}

const (
	mostSeries = 12
	headLines  = 2.5 // what a block costs beside what it holds
)

// closedSeries reports whether steps from the place i of a body may be a block: they are not calls
// alone, which would pair units of different stages, do not begin behind a convolution whose norm or
// activation they are, and hold no end of the net.
func (b body) closedSeries(whole body, i int) bool {
	calls := true
	for _, s := range b {
		if s.label != "" || s.as != "" || s.kind == side || s.kind == read || s.is("gap", "flatten", "linear", "softmax") {
			return false
		}
		calls = calls && (s.block != nil || s.kind == repeat)
	}
	tail := func(s *step) bool { return s.is(norms...) || s.is(activations...) }
	behind := i > 0 && tail(b[0]) && (whole[i-1].is("conv", "deconv") || tail(whole[i-1]) && whole[i-1].is(norms...))
	cut := i+len(b) < len(whole) && tail(whole[i+len(b)])
	return !calls && !behind && !cut
}

// lines is how many lines steps take, about.
func (b body) lines() float64 {
	n := 0.0
	for _, s := range b {
		switch {
		case s.is(norms...), s.is(activations...):
			continue
		}
		n++
		for _, branch := range s.branches {
			n += max(branch.lines(), 1)
		}
		if len(s.branches) > 0 {
			n++
		}
		n += s.body.lines()
	}
	return max(n, 1)
}
