package resolve

import (
	"path"
	"strings"
	"sync"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
)

// An Importer finds the module that an import names. If it cannot, it reports why and
// returns nil.
type Importer func(from *ast.Import) *Module

// Declare makes the module of a parsed file: its own declarations and what it
// imports. A nil prelude makes the prelude itself.
func Declare(file *ast.File, prelude *Module, find Importer, report func(*diag.Diagnostic)) *Module {
	m := &Module{File: file, Prelude: prelude, names: map[string]*Object{}}
	m.sorted = sync.OnceValue(m.sortNames) // called when all are declared
	told := report
	report = func(d *diag.Diagnostic) {
		m.reported++
		told(d)
	}
	for _, d := range file.Decls {
		switch {
		case m.reported >= maxReported: // the module is not used
			return m
		case d.Import != nil:
			m.declareImport(d.Import, find, report)
		case d.Let != nil:
			for i, name := range d.Let.Pattern.All() {
				if !name.Skips() && m.reported < maxReported {
					m.declare(&Object{Name: name.Text, Module: m, Let: d.Let, Item: i, Span: name.Span()}, report)
				}
			}
		case d.Block != nil:
			m.declare(&Object{Name: d.Block.Name.Text, Module: m, Block: d.Block, Span: d.Block.Name.Span()}, report)
			if d.Block.Body == nil && d.Block.Preset == nil && prelude != nil {
				report(missingBody(d.Block))
			}
		}
	}
	for _, o := range m.meant {
		if _, known := m.Lookup(o.Name); !known {
			m.names[o.Name] = o
		}
	}
	return m
}

func (m *Module) declare(o *Object, report func(*diag.Diagnostic)) {
	if old, ok := m.names[o.Name]; ok {
		report(duplicate(o, old))
		return
	}
	m.names[o.Name] = o
	if !o.imported {
		m.order = append(m.order, o)
	}
}

func (m *Module) declareImport(im *ast.Import, find Importer, report func(*diag.Diagnostic)) {
	from := find(im)
	if from == nil {
		// What it declares is unknown; assume that the names exist, so that their uses are
		// not reported as well.
		for _, n := range im.Names {
			m.names[n.Text] = &Object{Name: n.Text, Module: m, Span: n.Span(), imported: true}
		}
		m.names[Namespace(im)] = &Object{Name: Namespace(im), Module: m, Span: im.Span(), imported: true}
		return
	}
	m.Imports = append(m.Imports, from)
	if len(im.Names) == 0 || im.As != nil {
		m.declare(&Object{Name: Namespace(im), Module: m, Namespace: from, Span: im.Span(), imported: true}, report)
	}
	for _, n := range im.Names {
		o, ok := from.names[n.Text]
		switch {
		case m.reported >= maxReported:
		case ok && !o.imported && private(n.Text):
			report(privateName(n, from))
		case !ok || o.imported:
			report(unknownImport(n, from))
			// If the rest of the file spells the name correctly, this is the only mistake.
			if near := diag.Nearest(n.Text, from.Exported()); near != "" {
				m.meant = append(m.meant, &Object{Name: near, Module: m, Span: n.Span(), imported: true})
			}
		default:
			m.declare(&Object{Name: n.Text, Module: o.Module, Block: o.Block, Let: o.Let, Item: o.Item, Span: n.Span(), imported: true}, report)
			continue
		}
		m.names[n.Text] = &Object{Name: n.Text, Module: m, Span: n.Span(), imported: true}
	}
}

// Namespace is the prefix under which an import's names can be reached: what
// follows `as`, or the last part of the import's path.
func Namespace(im *ast.Import) string {
	if im.As != nil {
		return im.As.Text
	}
	if im.File != nil {
		name, _ := im.File.String().Plain()
		return strings.TrimSuffix(path.Base(name), ".cnn")
	}
	return im.Std[len(im.Std)-1].Text
}

// Broken reports whether the object is for something that could not be found, which has been
// reported at its import.
func (o *Object) Broken() bool { return o.Block == nil && o.Let == nil && o.Namespace == nil }
