package lint

import (
	"strconv"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
)

// products finds heights and widths written as 3*3, which is the number 9 for both.
func (l *linter) products(r *ast.Ref) {
	o, _ := l.module.LookupPath(r.Path)
	end := base(o)
	if r.Args == nil || end == nil || end.Params == nil || o.IsCombinator() {
		return
	}
	place, given := 0, map[string]bool{}
	for _, a := range r.Args.List {
		switch {
		case a.Name != nil:
			given[a.Name.Text] = true
			if isProduct(a.Value) {
				l.product(l.parameter(end, a.Name.Text), a.Value)
			}
		case end == o.Block: // otherwise a preset has filled in some
			for place < len(end.Params.List) && given[end.Params.List[place].Name.Text] {
				place++
			}
			if place < len(end.Params.List) {
				l.product(end.Params.List[place], a.Value)
			}
			place++
		}
	}
}

// parameter is the parameter of a block with this name, or nil.
func (l *linter) parameter(b *ast.Block, name string) *ast.Param {
	if l.params[b] == nil {
		l.params[b] = map[string]*ast.Param{}
		for _, p := range b.Params.List {
			l.params[b][p.Name.Text] = p
		}
	}
	return l.params[b][name]
}

// productDefaults does the same in the defaults of parameters.
func (l *linter) productDefaults(b *ast.Block) {
	for _, p := range b.Params.All() {
		l.product(p, p.Default)
	}
}

func isProduct(x ast.Expr) bool {
	b, ok := x.(*ast.Binary)
	return ok && b.Op == "*"
}

func (l *linter) product(p *ast.Param, x ast.Expr) {
	if p == nil || !isProduct(x) || !isDims(p) {
		return
	}
	b := x.(*ast.Binary)
	h, w := factor(b.L), factor(b.R)
	high, err1 := strconv.Atoi(h)
	wide, err2 := strconv.Atoi(w)
	const largest = 1 << 16
	switch {
	case err1 == nil && err2 == nil && high > 0 && wide > 0 && high < largest && wide < largest:
		dims, number := h+"x"+w, high*wide
		l.report(diag.New(diag.ProductAsDims, b.Span(), "this is the number %d, so `%s` is %[1]dx%[1]d", number, p.Name.Text).
			WithHelp("write `%s` for a height and a width, or `%d` if that is meant", dims, number).Write(dims))
	case h != "" && h == w:
		l.report(diag.New(diag.ProductAsDims, b.Span(), "`%s` is the square of `%s` in height and in width", p.Name.Text, h).
			WithHelp("write `%s`, which means both, or `%[1]s**2` if the square is meant", h).Write(h))
	}
}

// isDims reports whether a parameter takes a height and a width.
func isDims(p *ast.Param) bool {
	if p.Type != nil {
		return p.Type.Name == "dims" && p.Type.Elem == nil
	}
	_, written := p.Default.(*ast.DimsLit)
	return written
}

// factor is the text of a number or name, "" for anything else.
func factor(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Number:
		return x.Text
	case *ast.Ref:
		if x.Args == nil {
			return x.Text()
		}
	}
	return ""
}

// base is the block with a body, or the primitive, that a block or its presets fill in.
func base(o *resolve.Object) *ast.Block {
	for range 64 {
		if o == nil || o.Block == nil {
			return nil
		}
		if o.Block.Preset == nil {
			return o.Block
		}
		o, _ = o.Module.LookupPath(o.Block.Preset.Ref().Path)
	}
	return nil
}
