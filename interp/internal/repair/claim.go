package repair

import (
	"fmt"
	"slices"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/ops/dim"
)

// claims are other sizes in a signature or `is`: what the body gives, as a proof finds it
// or, for a net at one size, as computed.
func (p *problem) claims() {
	switch {
	case p.focus.is != nil:
		p.statedShape()
	case p.focus.claim != nil:
		p.signature()
	}
}

// statedShape replaces the shape that an `is` states by the actual one.
func (p *problem) statedShape() {
	c := p.diagnostic.Conflict
	if c == nil || len(c.Got) != len(p.focus.is.Is) {
		return
	}
	var edits []diag.Edit
	for i, x := range p.focus.is.Is {
		_, plain := x.(*ast.Number)
		if (plain || x == p.focus.claim) && p.written(x) != c.Got[i] {
			edits = append(edits, replace(x, c.Got[i]))
		}
	}
	if len(edits) > 0 {
		p.add(stated, 0, "is", "state the actual shape", edits...)
	}
}

// signature replaces what is claimed by what the proof of the body finds.
func (p *problem) signature() {
	sig := p.focus.block.Sig
	if sig == nil || sig.Several() {
		return
	}
	at := slices.Index(sig.Output().Claims(), p.focus.claim)
	if at < 0 {
		return
	}
	found := p.bodyGives(sig)
	var all []diag.Edit
	for i, x := range sig.Output().Claims() {
		size := ""
		if i < len(found) {
			size = found[i]
		}
		if size == "" && i == at {
			p.add(stated, 9, "claim", "claim nothing of this size", replace(x, "_"))
		}
		if size == "" || size == p.written(x) || p.written(x) == "_" {
			continue
		}
		edit := replace(x, size)
		if i == at {
			p.add(stated, 0, "claim", fmt.Sprintf("claim what the body gives: %s", size), edit)
		}
		if i > 0 {
			all = append(all, edit)
		}
	}
	if len(all) > 1 {
		p.add(stated, 0, "claim", "claim what the body gives", all...)
	}
}

// bodyGives is what the body gives for all parameters and sizes, found by proving the block
// without its claims.
func (p *problem) bodyGives(sig *ast.Sig) []string {
	var edits []diag.Edit
	for _, x := range sig.Output().Claims() {
		edits = append(edits, replace(x, "_"))
	}
	text, ok := diag.Apply(p.text, edits)
	if !ok {
		return nil
	}
	return p.infer(text, p.focus.block.Name.Text)
}

// ranks inserts a `flatten` where an image is used as a vector.
func (p *problem) ranks() {
	if c := p.diagnostic.Conflict; c == nil || c.Axis >= 0 && p.diagnostic.Code != diag.WrongRank {
		return
	}
	for i, c := range p.focus.calls {
		const what = "make vectors of the image first"
		switch c.Callee.Ref().Text() {
		case "gap", "avgpool":
			p.add(structure, i, "flatten", what, insert(c.Callee.Span().End, " -> flatten"))
		case "linear":
			if steps, at := p.stepsAround(c); steps != nil {
				p.add(structure, i, "flatten", what, insert(steps[at].Span().Start, "gap -> flatten -> "))
			}
		}
	}
}

// stepsAround are the steps of the pipeline in which one, at, consists of a call; nil for
// the body of a repeat, before which nothing can be inserted.
func (p *problem) stepsAround(c *ast.Call) (steps []*ast.Step, at int) {
	ast.Walk(p.focus.block, func(n ast.Node) bool {
		if pipe, ok := n.(*ast.Pipeline); ok {
			if i := slices.IndexFunc(pipe.Steps, func(s *ast.Step) bool { return s.Call == c }); i >= 0 {
				steps, at = pipe.Steps, i
			}
		}
		return true
	})
	return steps, at
}

// requirement lets a signature take any size instead of a fixed one, or inserts a
// convolution before a call to give it the width it takes.
func (p *problem) requirement() {
	if p.diagnostic.Code != diag.InputMismatch {
		return
	}
	for _, l := range p.diagnostic.Labels {
		for _, d := range p.main.File.Decls {
			if d.Block == nil || d.Block.Sig == nil {
				continue
			}
			for i, in := range d.Block.Sig.Input().Sizes {
				name := dim.Axis(min(i, 3)).Letter()
				if in.Span() == l.Span && in.Default == nil && !mentions(d.Block, name) {
					p.add(stated, 0, "input", fmt.Sprintf("let `%s` take any size here", d.Block.Name.Text), replace(in.Size, name))
				}
			}
		}
	}
}
