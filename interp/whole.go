package interp

import (
	"slices"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// whole reports whether all the text that a net depends on could be parsed. Otherwise its
// errors may only be consequences of the missing parts.
func (p *Program) whole(o *resolve.Object) bool {
	var broken []source.Span
	for _, d := range p.Problems {
		if d.Code.IsText() || d.Code == diag.PresetCycle || d.Code == diag.Branches || d.Code == diag.MissingBody {
			broken = append(broken, d.Span)
		}
	}
	return len(broken) == 0 || reads(o, broken, map[*ast.Block]bool{})
}

// reads follows a block through everything it names and reports whether none of it contains
// a syntax error.
func reads(o *resolve.Object, broken []source.Span, seen map[*ast.Block]bool) bool {
	if seen[o.Block] {
		return true
	}
	seen[o.Block] = true
	if slices.ContainsFunc(broken, o.Block.Span().Contains) {
		return false
	}
	good := true
	ast.Walk(o.Block, func(n ast.Node) bool {
		if r, ok := n.(*ast.Ref); ok && good {
			next, _ := o.Module.LookupPath(r.Path)
			good = next == nil || next.Block == nil || reads(next, broken, seen)
		}
		return good
	})
	return good
}
