package lint

import (
	"fmt"
	"strconv"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
)

// A halved window is one that is written beside `pad=half`: the window and the stride along height
// and width, 0 for a number that is not written out.
type halved struct {
	k, stride [2]int
}

// evenHalf finds a window with an even size written beside `pad=half`. What it makes of the size
// depends on the stride, and so does what to write instead. With a dilation the window that is
// padded for is not the one that is written.
func (l *linter) evenHalf(r *ast.Ref) {
	o, _ := l.module.LookupPath(r.Path)
	end := base(o) // a preset has the parameters of what it fills in
	if r.Args == nil || end == nil {
		return
	}
	pad, ok := argument(end, r, "pad").(*ast.Ref)
	window := argument(end, r, "k")
	if !ok || pad.Text() != "half" || window == nil || filled(o, r, "dilation") != nil {
		return
	}
	h := halved{sides(window), strides(end, filled(o, r, "stride"), window)}
	if !h.even(0) && !h.even(1) {
		return
	}
	d := diag.New(diag.EvenHalf, pad.Span(), "").At(window.Span(), "this window is even")
	if end.Name.Text == "deconv" {
		h.transposed(d, filled(o, r, "output_pad") != nil)
	} else {
		h.plain(d)
	}
	l.report(d)
}

// plain is about a convolution or a pool.
func (h halved) plain(d *diag.Diagnostic) {
	s, known := h.both()
	switch {
	case s == "1":
		d.Message = "`half` of an even window does not keep the size: the map grows by one"
		d.WithHelp("write `pad=same`, or take an odd window")
		return
	case known:
		d.Message = fmt.Sprintf("`half` of an even window with stride %s makes size//%[1]s + 1, an odd one ceil(size/%[1]s)", s)
	default:
		d.Message = "`half` of an even window makes size//stride + 1, an odd one ceil(size/stride)"
	}
	if k := h.k[0]; s == "2" && h.k == [2]int{k, k} {
		d.WithHelp("write `pad=%d` for size//2 or `pad=same` for ceil(size/2), or take an odd window", k/2-1)
		return
	}
	d.WithHelp("write `pad=same` for ceil(size/%s), or take an odd window", s)
}

// transposed is about a transposed convolution, which `half` crops; with `same` it has no other size
// to add.
func (h halved) transposed(d *diag.Diagnostic, more bool) {
	s, known := h.both()
	switch {
	case s == "1":
		d.Message = "`half` of an even window does not keep the size: the map shrinks by one"
		d.WithHelp("write `pad=same`, or take an odd window")
		return
	case known:
		d.Message = fmt.Sprintf("`half` of an even window crops the map to %s*(size - 1)", s)
	default:
		d.Message = "`half` of an even window crops the map to stride*(size - 1)"
	}
	switch n := h.stride[0]; {
	case h.k[0] > 0 && h.k[0] < n || h.k[1] > 0 && h.k[1] < h.stride[1]:
		d.WithHelp("take a window of at least the stride, and `pad=same` for %s*size", s)
	case more:
		d.WithHelp("leave `output_pad` out, and write `pad=same` for %s*size", s)
	default:
		d.WithHelp("write `pad=same` for %s*size", s)
	}
}

// both is the stride along the even sides, as a number where it is one.
func (h halved) both() (stride string, known bool) {
	n := -1
	for i := range h.k {
		if !h.even(i) {
			continue
		}
		if h.stride[i] == 0 || n >= 0 && n != h.stride[i] {
			return "stride", false
		}
		n = h.stride[i]
	}
	return strconv.Itoa(n), true
}

func (h halved) even(i int) bool { return h.k[i] > 0 && h.k[i]%2 == 0 }

// filled is what a call passes for a parameter, or what a preset that it calls has filled in, or nil.
func filled(o *resolve.Object, r *ast.Ref, name string) ast.Expr {
	end := base(o)
	for range 64 {
		if x := argument(end, r, name); x != nil {
			return x
		}
		if o == nil || o.Block == nil || o.Block.Preset == nil {
			break
		}
		r = o.Block.Preset.Ref()
		if r.Args == nil {
			break
		}
		o, _ = o.Module.LookupPath(r.Path)
	}
	return nil
}

// strides are what is given for them, or what is the parameter's default: a number, or the window's
// size as that of a pool is. A block without strides has 1.
func strides(end *ast.Block, given, window ast.Expr) [2]int {
	for _, p := range end.Params.All() {
		if given != nil || p.Name.Text != "stride" {
			continue
		}
		if given = p.Default; given == nil {
			return [2]int{}
		}
		if ref, ok := given.(*ast.Ref); ok && ref.Text() == "k" {
			given = window
		}
	}
	if given == nil {
		return [2]int{1, 1}
	}
	return sides(given)
}

// sides are the height and width that an expression writes out, 0 for what it does not.
func sides(x ast.Expr) (list [2]int) {
	number := func(text string) int {
		n, _ := strconv.Atoi(text)
		return n
	}
	switch x := x.(type) {
	case *ast.Number:
		n := number(x.Text)
		return [2]int{n, n}
	case *ast.DimsLit:
		for i, side := range strings.Split(x.Text, "x") {
			if i < len(list) {
				list[i] = number(side)
			}
		}
	case *ast.List:
		for i, item := range x.Items {
			if n, ok := item.(*ast.Number); ok && i < len(list) {
				list[i] = number(n.Text)
			}
		}
	}
	return list
}
