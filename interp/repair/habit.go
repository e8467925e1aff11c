package repair

import (
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// What people who come from other frameworks write: the channels that come in as an
// argument, the axes of the input in another order, an input without its batch.

// largestWindow is a side beyond which a number after the first of a convolution is
// most likely one of channels.
const largestWindow = 11

// foreignOrder takes the channels that come in out of conv(3, 64, 3x3), where 64 stands
// for the window. It reports whether that is what the call is.
func (p *problem) foreignOrder(c *ast.Call) bool {
	r := c.Callee.Ref()
	if name := r.Text(); name != "conv" && name != "deconv" || r.Args == nil || len(r.Args.List) < 3 {
		return false
	}
	for _, a := range r.Args.List[:3] {
		if a.Name != nil {
			return false
		}
	}
	n, ok := wholeNumber(p.written(r.Args.List[1].Value))
	if !ok || n <= largestWindow {
		return false
	}
	p.add(habit, 0, "order", "leave out the channels that come in, which are no argument", remove(c, r.Args.List[0]))
	return true
}

// input changes a signature: the channels of a picture behind its height
// and width go before them in a net, and a batch comes before an image without one.
func (p *problem) input() {
	sig := p.focus.block.Sig
	if sig == nil {
		return
	}
	switch in := sig.In; {
	case len(in) == 3 && p.diagnostic.Code == diag.WrongRank:
		edits := []diag.Edit{insert(in[0].Span().Start, "N, ")}
		if len(sig.Out) == 3 || len(sig.Out) == 1 {
			edits = append(edits, insert(sig.Out[0].Span().Start, "N, "))
		}
		p.add(habit, 0, "batch", "give the input its batch", edits...)
	case p.focus.block.Kind == "net" && len(in) == 4 && p.picture(in[3]) && !p.picture(in[1]):
		first := []diag.Edit{rotated(p, in)}
		p.add(habit, 0, "channels", "put the channels of the input before its height and width", first...)
		if len(sig.Out) == 4 {
			p.add(habit, 0, "channels", "put the channels before height and width", append(first, rotated(p, sig.Out))...)
		}
	}
}

// picture reports whether an axis is as large as a picture has channels.
func (p *problem) picture(d *ast.Dim) bool {
	n, ok := wholeNumber(p.written(d))
	return ok && n <= 4
}

// rotated puts the last of four axes into the second place.
func rotated[T ast.Node](p *problem, axes []T) diag.Edit {
	h, w, c := axes[1], axes[2], axes[3]
	return diag.Edit{
		Span: source.Span{Start: h.Span().Start, End: c.Span().End},
		Text: p.written(c) + ", " + p.written(h) + ", " + p.written(w),
	}
}

// pool leaves out a pool that has nothing left to pool.
func (p *problem) pool(c *ast.Call) {
	if name := c.Callee.Ref().Text(); name != "maxpool" && name != "avgpool" ||
		!p.tooLarge(c) {
		return
	}
	ast.Walk(p.focus.block, func(n ast.Node) bool {
		pipe, ok := n.(*ast.Pipeline)
		if !ok {
			return true
		}
		for i, s := range pipe.Steps {
			if s.Call == c && i > 0 && len(s.Claims) == 0 {
				span := source.Span{Start: pipe.Steps[i-1].Span().End, End: s.Span().End}
				p.add(habit, 0, "pool", "leave out this pool: nothing is left for it", diag.Edit{Span: span})
			}
		}
		return true
	})
}
