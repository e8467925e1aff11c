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
		case d.Let != nil && (program || private(d.Let.Name)) && !all.beyond(d.Let, d.Let.Name):
			l.report(unusedLet(d.Let))
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
	b := o.Block
	return b.Preset != nil ||
		!slices.ContainsFunc(b.Params.All(), func(p *ast.Param) bool { return p.Default == nil })
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
		if all[p.Name.Text] == 0 {
			l.report(diag.New(diag.UnusedParameter, p.Name.Span(), "`%s` does not use its parameter `%s`", b.Name.Text, p.Name.Text).
				WithHelp("remove it, or write `%s` where its value is written out", p.Name.Text))
		}
	}
	ast.Walk(b.Body, func(n ast.Node) bool {
		if let, ok := n.(*ast.Let); ok && !all.beyond(let, let.Name) {
			l.report(unusedLet(let))
		}
		return true
	})
}

// uses counts how often each name refers to a value, a block or a tap.
type uses map[string]int

// usesIn counts the uses in n and below it.
func usesIn(n ast.Node) uses {
	count := uses{}
	ast.Walk(n, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.Ref:
			count[x.Path[0].Text]++
		case *ast.TapRef:
			count[x.Name.Text]++
		case *ast.TapExpr:
			count[x.Name.Text]++
		}
		return true
	})
	return count
}

// beyond reports whether a name is used outside its own definition.
func (u uses) beyond(definition ast.Node, name *ast.Name) bool {
	return u[name.Text] > usesIn(definition)[name.Text]
}

func unusedLet(let *ast.Let) *diag.Diagnostic {
	return diag.New(diag.UnusedLet, let.Name.Span(), "nothing uses `%s`", let.Name.Text).
		WithHelp("remove the line, or write `%s` where its value is written out", let.Name.Text)
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
