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
	return len(broken) == 0 || reads(o, within(broken), map[*ast.Block]bool{})
}

// right keeps the nets without a mistake of their own: none in the text that they are made of,
// and none found when they were made or proved.
func (p *Program) right(nets []*Net, found diag.List) []*Net {
	var text []source.Span
	for _, d := range p.Problems {
		if d.Severity == diag.Error {
			text = append(text, d.Span)
		}
	}
	broken, objects := within(text), map[string]*resolve.Object{}
	for _, o := range p.Main.Nets() {
		objects[o.Name] = o
	}
	return slices.DeleteFunc(slices.Clone(nets), func(n *Net) bool {
		o := objects[n.Name]
		return len(text) > 0 && !reads(o, broken, map[*ast.Block]bool{}) || slices.ContainsFunc(found, func(d *diag.Diagnostic) bool { return isOf(o, d) })
	})
}

// within returns a function that reports whether one of several places is in a block.
func within(places []source.Span) func(*ast.Block) bool {
	known := map[*ast.Block]bool{}
	return func(b *ast.Block) bool {
		is, ok := known[b]
		if !ok {
			is = slices.ContainsFunc(places, b.Span().Contains)
			known[b] = is
		}
		return is
	}
}

// isOf reports whether an error was found when a net was made, or in its own text.
func isOf(o *resolve.Object, d *diag.Diagnostic) bool {
	switch {
	case d.Severity != diag.Error:
		return false
	case len(d.Trace) > 0:
		return d.Trace[len(d.Trace)-1].Span == o.Span
	}
	return o.Block.Span().Contains(d.Span)
}

// reads follows a block through everything it names and reports whether none of it is
// broken.
func reads(o *resolve.Object, broken func(*ast.Block) bool, seen map[*ast.Block]bool) bool {
	if seen[o.Block] {
		return true
	}
	seen[o.Block] = true
	if broken(o.Block) {
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
