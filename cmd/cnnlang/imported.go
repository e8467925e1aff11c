package main

import (
	"path"
	"slices"

	"cnnlang/interp"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
)

// unlessImported leaves warnings of unused blocks out where another argument uses the
// block: what is used there is not unused.
func (c *checker) unlessImported(p *interp.Program, list diag.List) diag.List {
	unused := func(d *diag.Diagnostic) bool { return d.Code == diag.UnusedBlock }
	if len(c.arguments) < 2 || !slices.ContainsFunc(list, unused) {
		return list
	}
	text := p.Main.File.Source.Text
	return slices.DeleteFunc(list, func(d *diag.Diagnostic) bool {
		return unused(d) && c.importedNames()[imported{path.Clean(p.Main.Name()), text[d.Span.Start.Offset:d.Span.End.Offset]}]
	})
}

// An imported is a name of a file that another file uses.
type imported struct{ file, name string }

// importedNames are the names that the arguments, and what they import, take from
// other files. Those that cannot be read are reported where they are checked.
func (c *checker) importedNames() map[imported]bool {
	if c.imported != nil {
		return c.imported
	}
	c.imported = map[imported]bool{}
	seen := map[string]bool{}
	for _, argument := range c.arguments {
		if argument == "-" || !interp.IsFile(argument) {
			continue
		}
		if p, err := interp.Open(argument, nil); err == nil {
			c.importsOf(p.Main, seen)
		}
	}
	return c.imported
}

// importsOf notes what a module takes from those that it imports, and they from others.
func (c *checker) importsOf(m *resolve.Module, seen map[string]bool) {
	if seen[m.Name()] {
		return
	}
	seen[m.Name()] = true
	ast.Walk(m.File, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Import:
			for _, name := range n.Names {
				if o, ok := m.Lookup(name.Text); ok && o.Module != nil {
					c.imported[imported{path.Clean(o.Module.Name()), name.Text}] = true
				}
			}
		case *ast.Ref:
			if o, ok := m.Lookup(n.Path[0].Text); ok && o.Namespace != nil && len(n.Path) > 1 {
				c.imported[imported{path.Clean(o.Namespace.Name()), n.Path[1].Text}] = true
			}
		}
		return true
	})
	for _, other := range m.Imports {
		c.importsOf(other, seen)
	}
}
