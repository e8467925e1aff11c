package lint

import (
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
)

// channelsLast finds a net whose input is written as [N, H, W, C]: its default sizes end in
// the channels of an image, after far larger ones.
func (l *linter) channelsLast(b *ast.Block) {
	const channels, large = 4, 16
	if b.Kind != "net" || b.Sig == nil || len(b.Sig.Input().Sizes) != 4 {
		return
	}
	h, w, c := standing(b.Sig.Input().Sizes[1]), standing(b.Sig.Input().Sizes[2]), standing(b.Sig.Input().Sizes[3])
	if c >= 1 && c <= channels && h >= large && w >= large {
		l.report(diag.New(diag.ChannelsLast, b.Sig.Input().Sizes[1].Span().To(b.Sig.Input().Sizes[3].Span()),
			"this is an image of %d channels, %d high and %d wide", h, w, c).
			WithHelp("channels come before height and width: `[N, %d, H = %d, W = %d]`", c, h, w))
	}
}

// standing is the default size of an axis, 0 if that is not a literal number.
func standing(d *ast.Dim) int {
	x := d.Default
	if x == nil {
		x = d.Size
	}
	if number, ok := x.(*ast.Number); ok {
		if n, whole := number.Int(); whole {
			return n
		}
	}
	return 0
}
