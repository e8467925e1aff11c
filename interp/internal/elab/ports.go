package elab

import (
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// barred reports whether a block takes or gives several values, and says that it cannot be applied.
func (m *machine) barred(b *ast.Block, at source.Span) bool {
	if b.Sig == nil || !b.Sig.Barred() {
		return false
	}
	if b.Kind == "net" && resolve.Unnamed(b) {
		return true // reported where names are resolved
	}
	m.fail(diag.New(diag.Several, at, "`%s` takes or gives several values, which is not possible yet", b.Name.Text).
		At(b.Sig.Span(), "its signature").
		WithHelp("a block of one value works on each of a list: `list { repeat x in @xs | @x -> … }`"))
	return true
}
