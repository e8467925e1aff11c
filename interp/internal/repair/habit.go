package repair

import (
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// Habits from other frameworks: the axes of the input in another order, an input without
// its batch, a pool too many.

// input changes a signature: in a net, channels written after height and width go before
// them; an image without a batch gets one.
func (p *problem) input() {
	sig := p.focus.block.Sig
	if sig == nil {
		return
	}
	switch in := sig.Input().Sizes; {
	case len(in) == 3 && p.diagnostic.Code == diag.WrongRank:
		edits := []diag.Edit{insert(in[0].Span().Start, "N, ")}
		if len(sig.Output().Sizes) == 3 || len(sig.Output().Sizes) == 1 {
			edits = append(edits, insert(sig.Output().Sizes[0].Span().Start, "N, "))
		}
		p.add(habit, 0, "batch", "give the input its batch", edits...)
	case p.focus.block.Kind == "net" && len(in) == 4 && p.picture(in[3]) && !p.picture(in[1]):
		first := []diag.Edit{rotated(p, in)}
		p.add(habit, 0, "channels", "put the channels of the input before its height and width", first...)
		if len(sig.Output().Sizes) == 4 {
			p.add(habit, 0, "channels", "put the channels before height and width", append(first, rotated(p, sig.Output().Sizes))...)
		}
	}
}

// picture reports whether an axis has the size of a picture's channels.
func (p *problem) picture(d *ast.Dim) bool {
	n, ok := wholeNumber(p.written(d))
	return ok && n <= 4
}

// rotated moves the last of four axes to the second place.
func rotated[T ast.Node](p *problem, axes []T) diag.Edit {
	h, w, c := axes[1], axes[2], axes[3]
	return diag.Edit{
		Span: source.Span{Start: h.Span().Start, End: c.Span().End},
		Text: p.written(c) + ", " + p.written(h) + ", " + p.written(w),
	}
}

// pool removes a pool that has nothing left to pool.
func (p *problem) pool(c *ast.Call) {
	if name := c.Callee.Ref().Text(); name != "maxpool" && name != "avgpool" || !p.tooLarge(c) {
		return
	}
	if steps, at := p.stepsAround(c); at > 0 && len(steps[at].Claims) == 0 {
		span := source.Span{Start: steps[at-1].Span().End, End: steps[at].Span().End}
		p.add(habit, 0, "pool", "leave out this pool: nothing is left for it", diag.Edit{Span: span})
	}
}
