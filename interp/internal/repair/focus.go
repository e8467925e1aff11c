package repair

import (
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// A focus is what a diagnostic is about: the block, the merge or claim, and the calls that
// may be at fault, the likeliest first.
type focus struct {
	block *ast.Block
	merge *ast.Call // whose branches differ
	claim ast.Expr  // of the signature or of an `is`
	is    *ast.Claim
	calls []*ast.Call
	shown int // how many of them the diagnostic shows
}

// mostCalls bounds how far from its place a mistake is searched for.
const mostCalls = 24

// find finds the place of a diagnostic in the tree. If it is in another file, the innermost
// instantiation in this one is used.
func find(file *ast.File, d *diag.Diagnostic) focus {
	var f focus
	at := d.Span
	if at.Start.Filename != file.Source.Name {
		at = source.Span{}
		for _, frame := range d.Trace {
			if frame.Span.Start.Filename == file.Source.Name {
				at = frame.Span
				break
			}
		}
	}
	if !at.IsValid() {
		return f
	}
	for _, decl := range file.Decls {
		if decl.Block != nil && decl.Block.Span().Contains(at) {
			f.block = decl.Block
		}
	}
	if f.block == nil {
		return f
	}
	f.place(at)
	f.collect(at, d)
	return f
}

// place finds the nodes at the place itself.
func (f *focus) place(at source.Span) {
	ast.Walk(f.block, func(n ast.Node) bool {
		if !n.Span().Contains(at) {
			return false
		}
		switch n := n.(type) {
		case *ast.Call:
			if n.Branches != nil && n.Callee.Span() == at {
				f.merge = n
			}
		case *ast.Sig:
			for _, p := range n.Out {
				for _, x := range p.Shape.Claims() {
					if at.Contains(x.Span()) && f.claim == nil {
						f.claim = x
					}
				}
			}
		case *ast.Claim:
			f.is = n
			for _, x := range n.Is {
				if x.Span() == at {
					f.claim = x
				}
			}
		}
		return true
	})
}

// collect lists the calls: those in the branches of the merge, or the one at the place;
// then those with labels in the diagnostic; then those before the place, backwards.
func (f *focus) collect(at source.Span, d *diag.Diagnostic) {
	seen := map[*ast.Call]bool{}
	add := func(c *ast.Call) {
		if c != f.merge && !seen[c] && len(f.calls) < mostCalls {
			seen[c] = true
			f.calls = append(f.calls, c)
		}
	}
	all := callsIn(f.block)
	for _, l := range d.Labels {
		for _, c := range all {
			if l.Span.Contains(c.Callee.Span()) || c.Callee.Span().Contains(l.Span) {
				add(c)
			}
		}
	}
	if f.merge != nil {
		for _, b := range f.merge.Branches {
			for _, c := range callsIn(b) {
				add(c)
			}
		}
	}
	for _, c := range all {
		if c.Callee.Span().Contains(at) {
			add(c)
		}
	}
	f.shown = len(f.calls)
	for i := len(all) - 1; i >= 0; i-- {
		inSignature := f.claim != nil && f.is == nil
		if inSignature || all[i].Span().Start.Offset < at.Start.Offset {
			add(all[i])
		}
	}
}

// callsIn lists the calls in a node, in the order of the text.
func callsIn(n ast.Node) []*ast.Call {
	var list []*ast.Call
	ast.Walk(n, func(n ast.Node) bool {
		if c, ok := n.(*ast.Call); ok {
			list = append(list, c)
		}
		return true
	})
	return list
}
