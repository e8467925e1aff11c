package repair

import (
	"cmp"
	"slices"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// A candidate is edits that may cure a mistake. Of several candidates for one
// subject, such as the padding of one step, one cure is enough.
type candidate struct {
	rank    rank
	what    string
	subject string
	edits   []diag.Edit
	far     int // how far the place is from those that the diagnostic shows
}

// A rank is how an edit relates to what the author has said. What may have been
// forgotten is tried before what was written is changed, and what was stated of the
// result is changed last: it is what the rest is checked against.
type rank int

const (
	habit     rank = iota // what another framework wants and is evidently meant otherwise
	forgotten             // an argument that is not there
	wrong                 // another value for an argument, or none
	away                  // an argument of a step that the diagnostic does not show
	structure             // a step more or less
	required              // a further requirement of a block
	stated                // another claim
)

// A problem is one diagnostic and where in the tree it points.
type problem struct {
	main       *resolve.Module
	text       string
	diagnostic *diag.Diagnostic
	focus      focus
	values     map[string]int64 // a counterexample's
	infer      func(text, block string) []string
	list       []candidate
}

// candidates lists what may cure a diagnostic: by rank, and of one rank the smallest
// edit first.
func candidates(s State, d *diag.Diagnostic, infer func(text, block string) []string) []candidate {
	p := &problem{main: s.Main, text: s.Main.File.Source.Text, diagnostic: d, infer: infer}
	p.focus = find(s.Main.File, d)
	for _, v := range s.Verdicts {
		if v.Counterexample != nil && v.Problem == d {
			p.values = v.Counterexample.Values
		}
	}
	if p.focus.block == nil {
		return nil
	}
	p.merges()
	p.input()
	for i, c := range p.focus.calls {
		p.pool(c)
		if axis := p.axis(); axis != 1 {
			p.windows(c, i)
		}
		if axis := p.axis(); axis < 2 {
			p.widths(c, i)
			p.groups(c, i)
		}
	}
	p.ranks()
	p.requirement()
	p.claims()
	p.wheres()
	slices.SortStableFunc(p.list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(p.size(a), p.size(b)))
	})
	return p.list
}

// axis is the one that sizes differ on, as far as that is known; it tells which
// arguments cannot matter.
func (p *problem) axis() int {
	if p.diagnostic.Conflict == nil {
		return -1
	}
	return p.diagnostic.Conflict.Axis
}

// size is how much an edit takes away and adds; one far from the place that the
// diagnostic shows counts for more.
func (p *problem) size(c candidate) int {
	n := min(c.far, 8)
	for _, e := range c.edits {
		before, after := p.text[e.Span.Start.Offset:e.Span.End.Offset], e.Text
		for len(before) > 0 && len(after) > 0 && before[0] == after[0] {
			before, after = before[1:], after[1:]
		}
		for len(before) > 0 && len(after) > 0 && before[len(before)-1] == after[len(after)-1] {
			before, after = before[:len(before)-1], after[:len(after)-1]
		}
		n += len(before) + len(after)
	}
	return n
}

func (p *problem) add(r rank, far int, subject, what string, edits ...diag.Edit) {
	p.list = append(p.list, candidate{r, what, subject, edits, far})
}

// argue is add for an argument of a step: of the rank that goes with the edit, and
// behind those of the steps that the diagnostic shows where it is of another.
func (p *problem) argue(far int, subject, what string, edit diag.Edit) {
	r := wrong
	switch {
	case far >= p.focus.shown:
		r = away
	case edit.Span.Start == edit.Span.End || p.text[edit.Span.Start.Offset:edit.Span.End.Offset] == "()":
		r = forgotten
	}
	p.add(r, far, subject, what, edit)
}

// written is the text of a node.
func (p *problem) written(n ast.Node) string {
	s := n.Span()
	return p.text[s.Start.Offset:s.End.Offset]
}

// insert is an edit that takes nothing away.
func insert(at source.Pos, text string) diag.Edit {
	return diag.Edit{Span: source.Span{Start: at, End: at}, Text: text}
}

func replace(n ast.Node, text string) diag.Edit { return diag.Edit{Span: n.Span(), Text: text} }
