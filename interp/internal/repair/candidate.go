package repair

import (
	"cmp"
	"slices"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// A candidate is edits that may cure a mistake. Of several candidates for one subject, such
// as the padding of one step, one cure is enough.
type candidate struct {
	rank    rank
	what    string
	subject string
	edits   []diag.Edit
	far     int // distance of the place from those that the diagnostic shows
}

// A rank orders edits by how they relate to what the author wrote. Adding what may have
// been forgotten is tried before changing what was written, and claims about the result are
// changed last: the rest is checked against them.
type rank int

const (
	habit     rank = iota // usual in another framework, with an evident meaning here
	forgotten             // a missing argument
	wrong                 // another value for an argument, or none
	away                  // an argument of a step that the diagnostic does not show
	structure             // one step more or less
	required              // a further requirement of a block
	stated                // another claim
)

// A problem is one diagnostic and where in the tree it points.
type problem struct {
	main       *resolve.Module
	text       string
	diagnostic *diag.Diagnostic
	focus      focus
	values     map[string]int64 // of a counterexample
	infer      func(text, block string) []string
	list       []candidate
}

// candidates lists what may cure a diagnostic: by rank, and within a rank the smallest edit
// first.
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

// axis is the one on which sizes differ, if known; it excludes arguments of the other axis.
func (p *problem) axis() int {
	if p.diagnostic.Conflict == nil {
		return -1
	}
	return p.diagnostic.Conflict.Axis
}

// size is how much text an edit removes and adds; one far from the diagnostic's place
// counts for more.
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

// argue is add for an argument of a step, with the rank that fits the edit; steps that the
// diagnostic does not show rank lower.
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

// insert is an edit that only adds text.
func insert(at source.Pos, text string) diag.Edit {
	return diag.Edit{Span: source.Span{Start: at, End: at}, Text: text}
}

func replace(n ast.Node, text string) diag.Edit { return diag.Edit{Span: n.Span(), Text: text} }
