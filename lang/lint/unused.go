package lint

import (
	"slices"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// unused finds names that are not used in their scope. If a name is bound again in an inner
// scope, a use of the inner one counts for both.
func (l *linter) unused() {
	file := l.module.File
	all := usesIn(file)
	program := len(l.module.Nets()) > 0 // otherwise others import its values
	standing := slices.ContainsFunc(l.module.Nets(), standsAlone)
	for _, d := range file.Decls {
		switch {
		case d.Import != nil:
			l.unusedImport(d.Import, all)
		case d.Let != nil:
			l.unusedLet(d.Let, all, func(n *ast.Name) bool { return program || private(n) })
		case d.Block != nil:
			open := standing && d.Block.Kind != "net"
			if (open || private(d.Block.Name)) && !all.beyond(d.Block, d.Block.Name) {
				l.report(unusedBlock(d.Block))
			}
			l.unusedInside(d.Block)
		}
	}
}

// standsAlone reports whether a net needs no arguments. A file with such a net is for that
// net; one of blocks, and of nets that need arguments, is for others to import.
func standsAlone(o *resolve.Object) bool {
	return !slices.ContainsFunc(open(o), func(p *ast.Param) bool { return p.Default == nil })
}

// open lists the parameters that presets leave open.
func open(o *resolve.Object) []*ast.Param {
	if o == nil || o.Block == nil {
		return nil // a value, of which only its use tells
	}
	if o.Block.Preset == nil {
		return slices.Clone(o.Block.Params.All())
	}
	base, _ := o.Module.LookupPath(o.Block.Preset.Ref().Path)
	left := open(base)
	if args := o.Block.Preset.Ref().Args; args != nil {
		given := func(p *ast.Param) bool {
			return slices.ContainsFunc(args.List, func(a *ast.Arg) bool { return a.Name != nil && a.Name.Text == p.Name.Text })
		}
		left = slices.DeleteFunc(left, given)
		for _, a := range args.List {
			if a.Name == nil && len(left) > 0 {
				left = left[1:]
			}
		}
	}
	return left
}

func private(n *ast.Name) bool { return strings.HasPrefix(n.Text, "_") }

func (l *linter) unusedImport(im *ast.Import, all uses) {
	if len(im.Names) == 0 || im.As != nil {
		name, at := resolve.Namespace(im), im.Span()
		if im.As != nil {
			at = im.As.Span()
		}
		if all[name] == 0 {
			l.report(unusedImport(name, at))
		}
	}
	for _, n := range im.Names {
		if all[n.Text] == 0 {
			l.report(unusedImport(n.Text, n.Span()))
		}
	}
}

// unusedInside looks at the parameters and values of a block.
func (l *linter) unusedInside(b *ast.Block) {
	if b.Body == nil {
		return
	}
	all := usesIn(b)
	for _, p := range b.Params.All() {
		if all[p.Name.Text] == 0 && !givesSizes(p, all) {
			l.report(diag.New(diag.UnusedParameter, p.Name.Span(), "`%s` does not use its parameter `%s`", b.Name.Text, p.Name.Text).
				WithHelp("remove it, or write `%s` where its value is written out", p.Name.Text))
		}
	}
	ast.Walk(b.Body, func(n ast.Node) bool {
		if let, ok := n.(*ast.Let); ok {
			l.unusedLet(let, all, func(*ast.Name) bool { return true })
		}
		return true
	})
	l.unusedItems(b)
}

// givesSizes reports whether a parameter is a tensor with sizes whose names are used elsewhere.
func givesSizes(p *ast.Param, all uses) bool {
	if p.Type == nil || p.Type.Shape == nil {
		return false
	}
	own := usesIn(p)
	for name, n := range own {
		if all[name] > n {
			return true
		}
	}
	return false
}

// unusedLet looks at those names of a let that are meant to be used here.
func (l *linter) unusedLet(let *ast.Let, all uses, here func(*ast.Name) bool) {
	if n := let.Pattern.Name; n != nil {
		if here(n) && !all.beyond(let, n) {
			l.report(diag.New(diag.UnusedLet, n.Span(), "nothing uses `%s`", n.Text).
				WithHelp("remove the line, or write `%s` where its value is written out", n.Text))
		}
		return
	}
	inside := usesIn(let)
	for _, n := range let.Pattern.Items {
		if !n.Skips() && here(n) && all[n.Text] <= inside[n.Text] {
			l.report(unusedItem(n))
		}
	}
}

// unusedItems looks at the names that a repeat gives to the items of a row.
func (l *linter) unusedItems(b *ast.Block) {
	at := map[string][]int{} // where each name is used, in the order of the text
	ast.Walk(b.Body, func(n ast.Node) bool {
		if name := used(n); name != nil {
			at[name.Text] = append(at[name.Text], name.Pos.Offset)
		}
		return true
	})
	look := func(h *ast.RepeatHead, repeat ast.Node) {
		if h == nil || h.Each == nil {
			return
		}
		for _, n := range h.Each.Items {
			next, _ := slices.BinarySearch(at[n.Text], h.EndPos.Offset)
			if !n.Skips() && (next == len(at[n.Text]) || at[n.Text][next] >= repeat.Span().End.Offset) {
				l.report(unusedItem(n))
			}
		}
	}
	ast.Walk(b.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Repeat:
			look(n.Head, n)
		case *ast.Branch:
			look(n.Repeat, n)
		}
		return true
	})
}

func unusedItem(n *ast.Name) *diag.Diagnostic {
	return diag.New(diag.UnusedLet, n.Span(), "nothing uses `%s`", n.Text).
		WithHelp("write `_` for an item that is not used").Write("_")
}

// uses counts how often each name refers to a value, a block or a tap.
type uses map[string]int

// usesIn counts the uses in n and below it.
func usesIn(n ast.Node) uses {
	count := uses{}
	ast.Walk(n, func(n ast.Node) bool {
		if name := used(n); name != nil {
			count[name.Text]++
		}
		return true
	})
	return count
}

// used is the name that a node uses, nil for none.
func used(n ast.Node) *ast.Name {
	switch x := n.(type) {
	case *ast.Ref:
		return x.Path[0]
	case *ast.TapRef:
		return x.Path[0]
	case *ast.TapExpr:
		return x.Path[0]
	}
	return nil
}

// beyond reports whether a name is used outside its own definition.
func (u uses) beyond(definition ast.Node, name *ast.Name) bool {
	return u[name.Text] > usesIn(definition)[name.Text]
}

func unusedBlock(b *ast.Block) *diag.Diagnostic {
	if !private(b.Name) {
		return diag.New(diag.UnusedBlock, b.Name.Span(), "nothing here uses `%s`", b.Name.Text).
			WithHelp("remove it; a block for other files to import goes into a file without a net")
	}
	return diag.New(diag.UnusedBlock, b.Name.Span(), "nothing uses `%s`, and no other file can", b.Name.Text).
		WithHelp("remove it, or call it `%s` for other files to import", strings.TrimLeft(b.Name.Text, "_"))
}

func unusedImport(name string, at source.Span) *diag.Diagnostic {
	return diag.New(diag.UnusedImport, at, "nothing uses the import `%s`", name).WithHelp("remove it")
}
