package interp

import (
	"maps"
	"slices"

	"cnnlang/interp/prove"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
)

// Prove tries to prove every block and net of the main file, or the one net that
// Open or name asks for, for all parameter values and input sizes. To what Check
// has found already it adds mistakes in blocks that no net uses and refuted
// blocks, one message for each cause. A program whose text or names are wrong is
// not proved.
func (p *Program) Prove(prover *prove.Prover, name string, found diag.List) ([]*prove.Verdict, diag.List) {
	if p.Problems.HasErrors() {
		return nil, nil
	}
	if name == "" {
		name = p.Named
	}
	prover.Allow()
	var verdicts []*prove.Verdict
	var more diag.List
	for _, o := range p.Main.Blocks() {
		if name != "" && o.Name != name || tooLarge(o, found) || o.IsPrimitive() {
			continue // there is nothing in a primitive to prove
		}
		v := prover.Block(o)
		if failed(o, found) {
			// What holds over all sizes is of no interest where its own do not work.
			fails := *v
			fails.Status, fails.Reason = prove.NotProved, "it fails at its own sizes"
			v = &fails
		}
		verdicts = append(verdicts, v)
		for _, d := range append(v.Others[:len(v.Others):len(v.Others)], v.Problem) {
			if d != nil && !explained(o, d, append(found[:len(found):len(found)], more...)) {
				more.Add(d)
			}
		}
	}
	return verdicts, more
}

// StepShapes are the shapes of the steps of all blocks, by the offset in the main
// file where a step ends, as far as verdicts tell them in the blocks' own words. The
// steps of nets are left out: their sizes are numbers.
func StepShapes(verdicts []*prove.Verdict) map[int][]string {
	found := map[int][]string{}
	for _, v := range verdicts {
		if v.Block.Block.Kind == "block" {
			maps.Copy(found, v.StepShapes())
		}
	}
	return found
}

// tooLarge reports whether a limit was hit in a block at its default sizes; a proof
// would only hit it again. Nets behind one that left nothing of what they share have
// not been made, and are not proved either.
func tooLarge(o *resolve.Object, found diag.List) bool {
	return slices.ContainsFunc(found, func(d *diag.Diagnostic) bool {
		shared := d.Code == diag.TooManyNodes || d.Code == diag.TooManySteps
		behind := o.Block.Kind == "net" && d.Span.Start.Filename == o.Span.Start.Filename && d.Span.Start.Offset < o.Span.Start.Offset
		return d.Code.IsLimit() && o.Block.Span().Contains(d.Span) || shared && behind
	})
}

// explained reports whether an error that has been found already lies in the
// same block, or at the same place: then it is the same cause, seen at one size.
func explained(o *resolve.Object, d *diag.Diagnostic, found diag.List) bool {
	for _, e := range found {
		if e.Severity == diag.Error && (e.Span == d.Span || o.Block.Span().Contains(e.Span)) {
			return true
		}
	}
	return false
}

// failed reports whether an error has been found in making this net.
func failed(o *resolve.Object, found diag.List) bool {
	for _, d := range found {
		if n := len(d.Trace); d.Severity == diag.Error && n > 0 && d.Trace[n-1].Span == o.Span {
			return true
		}
	}
	return false
}
