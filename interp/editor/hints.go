package editor

import (
	"fmt"
	"slices"

	"cnnlang/interp/graph"
)

// A Hint is what a line gives, to be shown behind it.
type Hint struct {
	Offset int    // the end of the line's text
	Text   string // the shape, or the first and the last of several
	More   string // how often the line is applied, "" for once
}

// Hints are the shapes that the lines between two offsets give in a net, or in the first if there
// is none of that name. A line that the net does not use has none.
func (v *View) Hints(net string, start, end int) (hints []Hint) {
	n := v.net(net)
	if n == nil {
		return nil
	}
	// The last step that ends on a line gives what the line does. Of two that end there, as `add { … }`
	// and its last branch do on one line, the one that starts first is around the other.
	type line struct {
		first, last *graph.Part
		times       int
	}
	lines := map[int]*line{}
	graph.Walk(n.Outline(), func(p *graph.Part) {
		at := p.Span
		if at.Start.Filename != v.Source.Name || p.Node == nil || at.End.Offset < start || at.Start.Offset > end || p.Kind == graph.Head {
			return
		}
		l := lines[at.End.Line]
		if l == nil {
			l = &line{}
			lines[at.End.Line] = l
		}
		switch {
		case l.first == nil || after(p, l.first):
			*l = line{p, p, 1}
		case p.Span == l.first.Span:
			l.last = p
			l.times++
		}
	})
	for number, l := range lines {
		h := Hint{Offset: v.lineEnd(number), Text: shapes(l.first, l.last)}
		if l.times > 1 {
			h.More = fmt.Sprintf("applied %d times", l.times)
		}
		hints = append(hints, h)
	}
	slices.SortFunc(hints, func(a, b Hint) int { return a.Offset - b.Offset })
	return hints
}

// after reports whether p gives the value of a line on which q ends as well.
func after(p, q *graph.Part) bool {
	a, b := p.Span, q.Span
	if a.End.Offset != b.End.Offset {
		return a.End.Offset > b.End.Offset && a.Start.Offset >= b.End.Offset || a.Contains(b) && a != b
	}
	return a.Start.Offset < b.Start.Offset
}

func shapes(first, last *graph.Part) string {
	if a, b := first.Node.Shape.String(), last.Node.Shape.String(); a != b {
		return a + " … " + b
	}
	return first.Node.Shape.String()
}

// lineEnd is where the text of a line ends, without a comment.
func (v *View) lineEnd(number int) int {
	start := v.Source.LineStart(number)
	return start + len(v.Source.Line(number))
}
