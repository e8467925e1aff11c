package interp

import (
	"path"
	"slices"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
)

// unlessImported drops warnings of unused blocks that another open file uses.
func (w *Workspace) unlessImported(p *Program, list diag.List) diag.List {
	unused := func(d *diag.Diagnostic) bool { return d.Code == diag.UnusedBlock }
	if len(w.open) < 2 || !slices.ContainsFunc(list, unused) {
		return list
	}
	return slices.DeleteFunc(list, func(d *diag.Diagnostic) bool {
		return unused(d) && w.used()[use{path.Clean(p.Main.Name()), p.Text()[d.Span.Start.Offset:d.Span.End.Offset]}]
	})
}

// A use is a name of a file that another file uses.
type use struct{ file, name string }

// used are the names that the open files, and the files they import, use from other files.
// Files that cannot be read are reported where they are checked.
func (w *Workspace) used() map[use]bool {
	if w.uses != nil {
		return w.uses
	}
	w.uses = map[use]bool{}
	seen := map[string]bool{}
	for name, o := range w.open {
		if o.loose || !IsFile(name) || HoldsNet(name) {
			continue
		}
		if p, err := w.program(name); err == nil {
			w.usesOf(p.Main, seen)
		}
	}
	return w.uses
}

// usesOf notes the names that a module, and the modules it imports, use from others.
func (w *Workspace) usesOf(m *resolve.Module, seen map[string]bool) {
	if seen[m.Name()] {
		return
	}
	seen[m.Name()] = true
	ast.Walk(m.File, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Import:
			for _, name := range n.Names {
				if o, ok := m.Lookup(name.Text); ok && o.Module != nil {
					w.uses[use{path.Clean(o.Module.Name()), name.Text}] = true
				}
			}
		case *ast.Ref:
			if o, ok := m.Lookup(n.Path[0].Text); ok && o.Namespace != nil && len(n.Path) > 1 {
				w.uses[use{path.Clean(o.Namespace.Name()), n.Path[1].Text}] = true
			}
		}
		return true
	})
	for _, other := range m.Imports {
		w.usesOf(other, seen)
	}
}
