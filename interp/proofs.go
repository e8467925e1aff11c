package interp

import (
	"context"
	"maps"
	"math"
	"sort"

	"cnnlang/interp/internal/prove"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// prove tries to prove every block and net of the main file, or the one net that Open or
// name asks for, for all parameter values and input sizes. To the mistakes that check has
// found it adds those in blocks that no net uses, and refuted blocks, with one message for
// each cause. A program with mistakes in its text or names is not proved.
func (p *Program) prove(ctx context.Context, prover *prove.Prover, name string, found diag.List) ([]*prove.Verdict, diag.List) {
	prover.Allow()
	if p.Problems.HasErrors() {
		return nil, nil
	}
	name = p.chosen(name)
	var verdicts []*prove.Verdict
	more := diag.Collector{Most: maxMistakes}
	known := newMistakes(p.Main.Blocks(), found)
	for _, o := range p.Main.Blocks() {
		if name != "" && o.Name != name || known.tooLarge(o) || o.IsPrimitive() || ctx.Err() != nil {
			continue // a primitive has no body to prove
		}
		v := prover.Block(o)
		if known.fails[o.Span] {
			// A net that fails at its own sizes is not proved for others.
			fails := *v
			fails.Status, fails.Reason = prove.NotProved, "it fails at its own sizes"
			v = &fails
		}
		verdicts = append(verdicts, v)
		for _, d := range append(v.Others[:len(v.Others):len(v.Others)], v.Problem) {
			if d != nil && !known.explain(o, d) {
				more.Add(d)
				known.add(d)
			}
		}
	}
	return verdicts, more.List
}

// maxMistakes is how many refuted blocks are reported.
const maxMistakes = 200

// stepShapes are the shapes of the steps of all blocks, as formulas of the block's own
// names, by the offset in the main file where a step ends. The steps of nets are left out:
// their sizes are numbers.
func stepShapes(verdicts []*prove.Verdict) map[int][]string {
	found := map[int][]string{}
	for _, v := range verdicts {
		if v.Block.Block.Kind == "block" {
			maps.Copy(found, v.StepShapes())
		}
	}
	return found
}

// mistakes are the errors found, by the block that they are in: an index, since a file may
// have as many errors and blocks as it has lines.
type mistakes struct {
	blocks []*resolve.Object // in the order of the text
	wrong  map[*resolve.Object]bool
	limit  map[*resolve.Object]bool // a limit was hit in it
	places map[source.Span]bool     // of errors
	fails  map[source.Span]bool     // nets with an error found while they were made
	shared int                      // offset of the first limit hit that all nets share
}

func newMistakes(blocks []*resolve.Object, found diag.List) *mistakes {
	m := &mistakes{
		blocks: blocks, wrong: map[*resolve.Object]bool{}, limit: map[*resolve.Object]bool{},
		places: map[source.Span]bool{}, fails: map[source.Span]bool{}, shared: math.MaxInt,
	}
	for _, d := range found {
		m.add(d)
	}
	return m
}

func (m *mistakes) add(d *diag.Diagnostic) {
	o := m.around(d.Span)
	if d.Code.IsLimit() && o != nil {
		m.limit[o] = true
	}
	if d.Code == diag.TooManyNodes || d.Code == diag.TooManySteps {
		if len(m.blocks) > 0 && d.Span.Start.Filename == m.blocks[0].Span.Start.Filename {
			m.shared = min(m.shared, d.Span.Start.Offset)
		}
	}
	if d.Severity != diag.Error {
		return
	}
	m.places[d.Span] = true
	if o != nil {
		m.wrong[o] = true
	}
	if n := len(d.Trace); n > 0 {
		m.fails[d.Trace[n-1].Span] = true
	}
}

// around is the block that contains a place, nil for none.
func (m *mistakes) around(at source.Span) *resolve.Object {
	i := sort.Search(len(m.blocks), func(i int) bool { return m.blocks[i].Block.Span().Start.Offset > at.Start.Offset })
	if i == 0 || !m.blocks[i-1].Block.Span().Contains(at) {
		return nil
	}
	return m.blocks[i-1]
}

// tooLarge reports whether a limit was hit in a block at its default sizes; a proof would
// only hit it again. Nets after the one that used up a shared limit have not been made, and
// are not proved either.
func (m *mistakes) tooLarge(o *resolve.Object) bool {
	return m.limit[o] || o.Block.Kind == "net" && m.shared < o.Span.Start.Offset
}

// explain reports whether an error found already lies in the same block or at the same
// place: then it is the same cause, seen at one size.
func (m *mistakes) explain(o *resolve.Object, d *diag.Diagnostic) bool {
	return m.wrong[o] || m.places[d.Span]
}
