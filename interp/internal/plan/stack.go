package plan

import (
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec"
	"cnnlang/ops/exec/conv"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
)

// A stack is 1x1 convolutions that read one value, fused into one instruction, such as the
// reductions of an inception block: the value is read once, and more filters divide better
// among threads. Each result is a slice of the stack's result (drawn as a dot), and all but
// the last are whole blocks, so that slices are views:
//
//	    ┌─ 1x1 ───────┐              ┌─ 1x1 ─────────────┐
//	x ──┼─ 1x1 ─ 3x3 ─┼─ …       x ──┤       ┌─ · ─ 3x3 ─┼─ …
//	    └─ 1x1 ─ 5x5 ─┘              └─ 1x1 ─┴─ · ─ 5x5 ─┘
//
// A result is left out where it would have to be copied: where a concatenation places it,
// images are gathered, another op overwrites it, or it is shown.
type stack struct {
	members  []*instruction // in the order of their channels; only the last may not fill its block
	channels int            // of all
	layout   layout.Layout
	made     *instruction
	from     map[*instruction]int // the first channel of a member
}

// A stackable is what all members have in common.
type stackable struct {
	in         *instruction
	side       *graph.Side
	layout     layout.Layout
	precision  layout.Precision
	act        ops.Activation
	norm, bias bool
}

// stack finds stacks and fuses them.
func (l *lowering) stack() {
	taken := l.taken()
	open := map[stackable]*stack{}
	of := map[*instruction]*stack{}
	for _, i := range l.list {
		key, ok := i.stackable()
		if !ok || l.shows(i) || taken[i] {
			continue
		}
		s := open[key]
		if s == nil || !s.fits(i) {
			s = &stack{layout: key.layout}
			open[key] = s
		}
		of[i] = s
		s.push(i)
	}
	slice := map[*instruction]*instruction{}
	l.rewrite(func(i *instruction) {
		for k, in := range i.in {
			if slice[in] != nil {
				i.in[k] = slice[in]
			}
		}
		s := of[i]
		if s == nil || len(s.members) == 1 {
			l.add(i)
			return
		}
		if s.made == nil {
			s.made = l.add(s.make(i, l.precision))
		}
		slice[i] = l.add(s.slice(i))
		l.of[i.node()] = slice[i]
	})
}

// stackable reports whether an instruction may be a member of a stack, and which.
func (i *instruction) stackable() (stackable, bool) {
	c, ok := i.op.(*ops.Conv)
	if !ok || !i.blocked() || !conv.Stackable(c) {
		return stackable{}, false
	}
	e := c.Epilogue()
	return stackable{i.in[0], i.node().Side, i.layout.Bare(), i.algorithm.Precision, e.Act, e.Norm != nil, c.Bias}, true
}

// taken are the values whose memory a reader decides on, or overwrites.
func (l *lowering) taken() map[*instruction]bool {
	taken := map[*instruction]bool{}
	for _, i := range l.list {
		for _, k := range i.algorithm.Overwrites {
			taken[i.in[(k+len(i.in))%len(i.in)]] = true
		}
		if i.kind == gather || i.hosts() {
			for _, in := range i.in {
				taken[in] = true
			}
		}
	}
	return taken
}

// fits reports whether one more member may be added. All results live as long as any of
// them, so together they must be no larger than their input.
func (s *stack) fits(i *instruction) bool {
	whole := func(channels int) bool { return channels%s.layout.Block == 0 }
	return s.channels+i.shape[1] <= i.in[0].shape[1] && (whole(s.channels) || whole(i.shape[1]))
}

// push adds a member, whose readers may want more halo than those of the others.
func (s *stack) push(i *instruction) {
	at := len(s.members)
	if s.channels%s.layout.Block > 0 {
		at--
	}
	s.members = slices.Insert(s.members, at, i)
	s.channels += i.shape[1]
	s.layout.HaloH = max(s.layout.HaloH, i.layout.HaloH)
	s.layout.HaloW = max(s.layout.HaloW, i.layout.HaloW)
}

// make replaces the first member by the fused convolution.
func (s *stack) make(first *instruction, precision layout.Precision) *instruction {
	made := &instruction{in: slices.Clone(first.in), shape: slices.Clone(first.shape), perImage: first.perImage, layout: s.layout}
	made.shape[1] = s.channels
	var convs []*ops.Conv
	var paths []string
	from := 0
	s.from = make(map[*instruction]int, len(s.members))
	for _, m := range s.members {
		convs, paths = append(convs, m.op.(*ops.Conv)), append(paths, m.step())
		made.nodes, made.params = append(made.nodes, m.nodes...), append(made.params, m.params...)
		s.from[m] = from
		from += m.shape[1]
	}
	whole := *convs[0]
	whole.Out = dim.Int(s.channels)
	made.path, made.what = strings.Join(paths, " + "), graph.Describe(&whole)
	made.algorithm = bestOf(conv.Stacked(convs, made.inShapes(), made.shape, precision), func(a task.Algorithm) bool {
		return a.Precision == first.algorithm.Precision && a.Out == first.algorithm.Out
	})
	return made
}

// slice replaces a member by a slice of the result.
func (s *stack) slice(i *instruction) *instruction {
	op := &ops.Slice{From: dim.Int(s.from[i]), To: dim.Int(s.from[i] + i.shape[1])}
	return &instruction{
		nodes: i.nodes, op: op, in: []*instruction{s.made}, shape: i.shape, perImage: i.perImage, layout: s.layout,
		algorithm: exec.SliceOfBlocks(op, s.layout.Element),
	}
}

// bestOf is the first algorithm that may be used.
func bestOf(list []task.Algorithm, may func(task.Algorithm) bool) task.Algorithm {
	return list[slices.IndexFunc(list, may)]
}
