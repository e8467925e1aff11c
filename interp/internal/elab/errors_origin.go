package elab

import (
	"slices"
	"strings"

	"cnnlang/lang/diag"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// A callSite is a step that applies a block, inside the steps that apply the blocks around it.
type callSite struct {
	span source.Span
	up   *callSite
}

// within is the place of an origin in a text: its own step or the one there that calls for it; none
// for what happened outside of it.
func (o *Origin) within(text source.Span) source.Span {
	if text.Contains(o.Span) {
		return o.Span
	}
	for c := o.calls; c != nil; c = c.up {
		if text.Contains(c.span) {
			return c.span
		}
	}
	return source.Span{}
}

// pointAtOrigin labels the step that gave an axis its size.
func pointAtOrigin(d *diag.Diagnostic, x Tensor, axis int) {
	o := x.Origins[axis]
	switch {
	case o == nil || o.Span == d.Span:
	case o.Before == nil || o.Before.Size.String() == o.Size.String(): // behind a repeat, a name that is new
		d.At(o.Span, "%s %v from here", dim.Axis(axis), o.Size)
	default:
		d.At(o.Span, "%s %v → %v here (%s)", dim.Axis(axis), o.Before.Size, o.Size, o.Because())
	}
}

// mostPlaces is how many steps one message labels, and mostFollowed how many origins are looked at for
// it.
const (
	mostPlaces   = 6
	mostFollowed = 200
)

// pointAtOrigins labels the step that gave an axis its size and those before it in a body on which
// that depends: where a result is not what was meant, any of them may be the one to change. Behind a
// call it labels the call too, and where its argument is written.
func (m *machine) pointAtOrigins(d *diag.Diagnostic, x Tensor, axis int, body source.Span) {
	pointAtOrigin(d, x, axis)
	o := x.Origins[axis]
	if o == nil {
		return
	}
	h := history{body: body, seen: map[*Origin]bool{}}
	h.follow(o)
	for _, p := range h.places[max(0, len(h.places)-mostPlaces):] {
		if p.span == o.Span || p.span == d.Span {
			continue // labelled already
		}
		d.At(p.span, "%s %s here%s", dim.Axis(axis), p.sizes(), p.because)
	}
	m.pointAtArgument(d, o)
}

// pointAtArgument labels the place where the argument is written that an origin has its size from, if
// no label is there.
func (m *machine) pointAtArgument(d *diag.Diagnostic, o *Origin) {
	if o.argument.expr == nil || o.argument.env == nil {
		return
	}
	written, _ := m.writtenAt(o.argument.expr, o.argument.env)
	at := written.Span()
	line := func(s source.Span) bool {
		return s.Start.Filename == at.Start.Filename && s.Start.Line <= at.Start.Line && at.Start.Line <= s.End.Line
	}
	if line(d.Span) || slices.ContainsFunc(d.Labels, func(l diag.Label) bool { return line(l.Span) }) {
		return
	}
	d.At(at, "%s", o.Reason)
}

// A history is the steps in a body that a size depends on, the first one first.
type history struct {
	body   source.Span
	places []changedAt
	seen   map[*Origin]bool
}

// A changedAt is a step with what it made of an axis: more than once where it is repeated.
type changedAt struct {
	span    source.Span
	rows    [][]string // 56, 28, 14: sizes each of which became the next
	because string     // (stride = 2)
}

func (c *changedAt) add(before, after string) {
	for i, row := range c.rows {
		if at := slices.Index(row, before); at >= 0 && at+1 < len(row) && row[at+1] == after {
			return
		}
		if row[len(row)-1] == before {
			c.rows[i] = append(row, after)
			return
		}
	}
	c.rows = append(c.rows, []string{before, after})
}

// sizes are the changes, of many the first and the last.
func (c *changedAt) sizes() string {
	short := func(list []string) []string {
		if len(list) <= 5 {
			return list
		}
		return slices.Concat(list[:2], []string{"…"}, list[len(list)-1:])
	}
	var rows []string
	for _, row := range c.rows {
		rows = append(rows, strings.Join(short(row), " → "))
	}
	return strings.Join(short(rows), ", ")
}

func (h *history) follow(o *Origin) {
	if o == nil || h.seen[o] || len(h.seen) >= mostFollowed {
		return
	}
	h.seen[o] = true
	at := o.within(h.body)
	if !at.IsValid() {
		return
	}
	switch {
	case len(o.Parts) > 0:
		for _, p := range o.Parts {
			h.follow(p)
		}
	case !o.absolute():
		h.follow(o.Before)
	}
	if o.Before == nil || o.Before.Size.String() == o.Size.String() {
		return
	}
	i := slices.IndexFunc(h.places, func(c changedAt) bool { return c.span == at })
	if i < 0 {
		i = len(h.places)
		h.places = append(h.places, changedAt{span: at, because: " (" + o.Because() + ")"})
	}
	h.places[i].add(o.Before.Size.String(), o.Size.String())
}

// absolute reports whether a size is what an argument says, whatever it was before.
func (o *Origin) absolute() bool {
	name, _, _ := strings.Cut(o.Reason, " = ")
	return slices.Contains([]string{"out", "to", "shape", "size"}, name)
}

// innermost is the block or net whose body is being applied.
func (m *machine) innermost() source.Span {
	for _, c := range slices.Backward(m.trace) {
		if c.object != nil && c.object.Block != nil {
			return c.object.Block.Span()
		}
	}
	return source.Span{}
}
