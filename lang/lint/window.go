package lint

import (
	"strconv"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
)

// evenHalf finds windows with an even size written beside `pad=half`.
func (l *linter) evenHalf(b *ast.Body) {
	ast.Walk(b, func(n ast.Node) bool {
		if c, ok := n.(*ast.Call); ok {
			l.evenHalfCall(c.Callee.Ref())
		}
		return true
	})
}

func (l *linter) evenHalfCall(r *ast.Ref) {
	o, _ := l.module.LookupPath(r.Path)
	for range 64 { // a preset has the parameters of what it fills in
		if o == nil || o.Block == nil || o.Block.Preset == nil {
			break
		}
		o, _ = o.Module.LookupPath(o.Block.Preset.Ref().Path)
	}
	if r.Args == nil || o == nil || o.Block == nil {
		return
	}
	pad, ok := argument(o, r, "pad").(*ast.Ref)
	window := argument(o, r, "k")
	if ok && pad.Text() == "half" && even(window) {
		l.report(evenHalf(window, pad))
	}
}

// argument is what a call gives for a parameter by its place or name, nil for
// nothing.
func argument(o *resolve.Object, r *ast.Ref, name string) ast.Expr {
	if o.Block.Params == nil {
		return nil
	}
	place := 0
	for _, a := range r.Args.List {
		if a.Name != nil {
			if a.Name.Text == name {
				return a.Value
			}
			continue
		}
		if place < len(o.Block.Params.List) && o.Block.Params.List[place].Name.Text == name {
			return a.Value
		}
		place++
	}
	return nil
}

// even reports whether a size that is written out has an even side.
func even(window ast.Expr) bool {
	var sides []string
	switch x := window.(type) {
	case *ast.DimsLit:
		sides = strings.Split(x.Text, "x")
	case *ast.Number:
		sides = []string{x.Text}
	}
	for _, side := range sides {
		if n, err := strconv.Atoi(side); err == nil && n%2 == 0 {
			return true
		}
	}
	return false
}

func evenHalf(window ast.Expr, pad *ast.Ref) *diag.Diagnostic {
	return diag.New(diag.EvenHalf, pad.Span(), "`half` of an even window does not keep the size: the map grows by one").
		At(window.Span(), "this window is even").
		WithHelp("write `pad=same`, or take an odd window")
}
