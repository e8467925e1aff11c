package resolve

import (
	"maps"
	"slices"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// Count is the name of the number that a row's right side may use: how many steps, this one
// included, rows with the same right side have named, in the order of the net.
const Count = "count"

// Counts reports whether the right side of a row uses Count.
func Counts(row *ast.NameRow) bool {
	counts := false
	ast.Walk(row.There, func(n ast.Node) bool {
		r, ok := n.(*ast.Ref)
		counts = counts || ok && r.Text() == Count
		return true
	})
	for _, p := range row.Here.Pattern().Parts {
		if x, ok := p.Expr.(*ast.Capture); ok && x.Name.Text == Count {
			return false
		}
	}
	return counts
}

// nameMap checks the rows of a map: the right side of each sees what the left captures, Count
// and the values of the file, but nothing of the net.
func (c *checker) nameMap(names *ast.NameMap, s *scope) {
	for _, row := range names.Rows {
		if c.reported >= maxReported {
			return
		}
		captured := c.captures(row)
		for _, p := range row.There.String().Parts {
			if p.Expr != nil {
				c.fromCaptures(p.Expr, captured)
			}
		}
		for _, x := range row.Axes {
			c.expr(x, s)
		}
	}
}

// captures are those of the left side of a row, by name.
func (c *checker) captures(row *ast.NameRow) map[string]*ast.Capture {
	captured := map[string]*ast.Capture{}
	for _, p := range row.Here.Pattern().Parts {
		x, ok := p.Expr.(*ast.Capture)
		if !ok {
			continue
		}
		if first := captured[x.Name.Text]; first != nil {
			c.report(diag.New(diag.DuplicateName, x.Span(), "`%s` stands for two parts of one name", x.Name.Text).
				At(first.Span(), "first here").WithHelp("give each part a name of its own"))
			continue
		}
		captured[x.Name.Text] = x
	}
	return captured
}

// fromCaptures checks an expression in the right side of a row.
func (c *checker) fromCaptures(x ast.Expr, captured map[string]*ast.Capture) {
	ast.Walk(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.TapExpr:
			c.report(outsideRow(n.Span(), "@"+n.TapRef.Text(), captured))
			return false
		case *ast.Ref:
			from := captured[n.Text()]
			switch {
			case n.Args != nil && len(n.Path) == 1 && slices.Contains(Functions, n.Text()), from == nil && c.isFileValue(n):
				c.path(n)
				return true
			case from == nil || n.Args != nil:
				c.report(outsideRow(n.Span(), n.Text(), captured))
			case from.Type != ast.CaptureInt && ast.Expr(n) != x:
				c.report(textInRow(n, from))
			}
			return false
		case *ast.Name:
			return false
		}
		return true
	})
}

// isFileValue reports whether the right side of a row may use a name that it does not capture.
func (c *checker) isFileValue(r *ast.Ref) bool {
	if r.Args != nil {
		return false
	}
	o, _ := c.module.LookupPath(r.Path)
	return r.Text() == Count || o != nil && o.Let != nil
}

// outsideRow is about a name that the right side of a row does not see.
func outsideRow(at source.Span, name string, captured map[string]*ast.Capture) *diag.Diagnostic {
	known := slices.Sorted(maps.Keys(captured))
	d := diag.New(diag.UnknownName, at, "`%s` is not captured by the left side of this row", name)
	switch {
	case d.DidYouMean(name, append(known, Count)):
		return d
	case len(known) == 0:
		return d.WithHelp("the right side sees what the left names in braces, as in `\"layer{i}.\" = \"block{i}/\"`, `count` and values of the file, and no names of the net; for the character itself write `\\{`")
	}
	return d.WithHelp("the right side sees what the left names in braces, here %s, `count` and values of the file, and no names of the net", diag.Names(known))
}

// textInRow is about a capture that is computed with and not marked as a number.
func textInRow(r *ast.Ref, from *ast.Capture) *diag.Diagnostic {
	name := r.Text()
	return diag.New(diag.WrongType, r.Span(), "`%s` stands for text, and this computes with it", name).
		At(from.Span(), "captured here").
		WithHelp("write `{%s:int}` on the left where it stands for a number", name).
		Correct("mark it as a number", diag.Edit{Span: from.Span(), Text: name + ":int"})
}
