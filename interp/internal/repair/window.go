package repair

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
)

// windows are other paddings, strides and kernels of a step, and rounding up.
func (p *problem) windows(c *ast.Call, far int) {
	name := c.Callee.Ref().Text()
	p.paddings(c, name, far)
	p.strides(c, name, far)
	p.kernels(c, name, far)
	p.fits(c, name)
}

// kernel is the kernel of a call where it is written as a literal, nil elsewhere.
func (p *problem) kernel(c *ast.Call) *ast.DimsLit {
	k := p.argument(c, "k")
	if k == nil {
		return nil
	}
	x, _ := k.Value.(*ast.DimsLit)
	return x
}

// fits shrinks a window that is larger than its input.
func (p *problem) fits(c *ast.Call, name string) {
	d, x := p.diagnostic, p.kernel(c)
	if x == nil || !p.tooLarge(c) || d.Conflict == nil || len(d.Conflict.Got) != 4 {
		return
	}
	var kh, kw, h, w int
	if _, err := fmt.Sscanf(x.Text, "%dx%d", &kh, &kw); err != nil {
		return
	}
	if _, err := fmt.Sscan(d.Conflict.Got[2]+" "+d.Conflict.Got[3], &h, &w); err != nil {
		return // sizes that are unknown
	}
	text := fmt.Sprintf("%dx%d", min(kh, h), min(kw, w))
	p.add(habit, 0, fmt.Sprint("window ", c.Span().Start.Offset), fmt.Sprintf("let the window of `%s` fit", name), replace(x, text))
}

func (p *problem) paddings(c *ast.Call, name string, far int) {
	if !p.takes(c, "pad") {
		return
	}
	if name == "avgpool" && p.argument(c, "k") != nil {
		r := structure
		if p.tooLarge(c) {
			r = habit
		}
		p.add(r, far, fmt.Sprint("gap ", c.Span().Start.Offset), "average over the whole image, whatever its size", replace(c.Callee, "gap"))
	}
	given := p.argument(c, "pad")
	if p.tooLarge(c) && p.takes(c, "ceil") || given != nil && !p.plain(given.Value) {
		return // no padding makes an image; a computed kernel is meant
	}
	subject := fmt.Sprint("pad ", c.Span().Start.Offset)
	for _, pad := range p.likelyPaddings(c) {
		if pad != "0" || given != nil && given.Name == nil {
			p.argue(far, subject, fmt.Sprintf("pad `%s` with %s", name, pad), p.set(c, "pad", pad))
			p.list[len(p.list)-1].far -= p.custom(pad)
		}
	}
	if given != nil && given.Name != nil {
		p.argue(far, subject, fmt.Sprintf("leave out the padding of `%s`", name), remove(c, given))
	}
	if p.takes(c, "ceil") && p.argument(c, "ceil") == nil {
		p.argue(far, subject, fmt.Sprintf("let `%s` round its size up", name), p.set(c, "ceil", "true"))
	}
}

// tooLarge reports whether the window of a call does not fit its image.
func (p *problem) tooLarge(c *ast.Call) bool {
	return p.diagnostic.Code == diag.WindowTooBig && c.Span().Contains(p.diagnostic.Span)
}

// plain reports whether an argument is a literal.
func (p *problem) plain(x ast.Expr) bool {
	if r, ok := x.(*ast.Ref); ok {
		return slices.Contains(resolve.Constants, r.Text())
	}
	written := true
	ast.Walk(x, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.Number, *ast.DimsLit, *ast.List:
		default:
			written = false
		}
		return written
	})
	return written
}

// custom prefers a padding that neighbouring steps use.
func (p *problem) custom(pad string) int {
	for _, c := range p.focus.calls {
		if a := p.argument(c, "pad"); a != nil && p.written(a.Value) == pad {
			return 8
		}
	}
	return 0
}

// likelyPaddings are 0, 1, 2, the one that keeps the size for the kernel as written, and
// the words.
func (p *problem) likelyPaddings(c *ast.Call) []string {
	list := []string{"1", "2", "0", "half", "same"}
	k := p.argument(c, "k")
	if k == nil {
		return list
	}
	switch x := k.Value.(type) {
	case *ast.DimsLit:
		h, w, _ := strings.Cut(x.Text, "x")
		var kh, kw int
		if _, err := fmt.Sscanf(h+" "+w, "%d %d", &kh, &kw); err == nil {
			if kh != kw {
				list = append(list, fmt.Sprintf("[%d, %d]", kh/2, kw/2))
			} else if kh/2 > 2 {
				list = append(list, fmt.Sprint(kh/2))
			}
		}
	case *ast.Ref:
		list = append(list, p.written(x)+"//2")
	}
	return list
}

func (p *problem) strides(c *ast.Call, name string, far int) {
	if !p.takes(c, "stride") {
		return
	}
	subject := fmt.Sprint("stride ", c.Span().Start.Offset)
	values := []string{"2"}
	a := p.argument(c, "stride")
	if a != nil && !p.plain(a.Value) {
		return
	}
	if a != nil && a.Name != nil && !p.takes(c, "ceil") {
		p.argue(far, subject, fmt.Sprintf("leave out the stride of `%s`", name), remove(c, a))
	} else {
		values = append(values, "1") // a pool's stride is its kernel by default
	}
	if p.inScope("stride") {
		values = append(values, "stride")
	}
	for _, v := range values {
		p.argue(far, subject, fmt.Sprintf("give `%s` the stride %s", name, v), p.set(c, "stride", v))
	}
}

// kernels are a kernel with its sides swapped, and for an even one the next odd ones, with
// which padding can keep the size.
func (p *problem) kernels(c *ast.Call, name string, far int) {
	x := p.kernel(c)
	if x == nil {
		return
	}
	h, w, _ := strings.Cut(x.Text, "x")
	subject := fmt.Sprint("kernel ", c.Span().Start.Offset)
	if h != w {
		p.argue(far, subject, fmt.Sprintf("swap the sides of the kernel of `%s`", name), replace(x, w+"x"+h))
		return
	}
	var n int
	if _, err := fmt.Sscan(h, &n); err == nil && n%2 == 0 && n > 0 {
		for _, odd := range []int{n + 1, n - 1} {
			if odd == 1 {
				continue // not a window
			}
			p.argue(far, subject, fmt.Sprintf("give `%s` an odd kernel", name), replace(x, fmt.Sprintf("%dx%d", odd, odd)))
		}
	}
}

// inScope reports whether the block has a parameter or size of this name.
func (p *problem) inScope(name string) bool {
	return p.focus.block.Param(name) != nil || p.focus.block.Binds(name)
}
