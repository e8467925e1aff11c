// Package resolve finds what the names of a file mean: which declaration each block, value
// and import refers to. The primitives are declarations of the prelude, so this package
// knows none of them.
package resolve

import (
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"cnnlang/lang/ast"
	"cnnlang/lang/source"
)

// A Module is one file with its top-level names.
type Module struct {
	File    *ast.File
	Prelude *Module // nil for the prelude itself
	names   map[string]*Object
	sorted  func() []string // the names that Lookup finds
	// reported counts the errors in the declarations.
	reported int
	order    []*Object // declared here, in order
	meant    []*Object // what misspelt names in imports may mean
	// Imports are the modules this one imports, in order.
	Imports []*Module
	// Library lists the files of the library that declare a name, as they are imported;
	// nil if there is no library.
	Library func(name string) []string
}

// An Object is what a top-level name refers to; exactly one of the pointers Block, Let and
// Namespace is set.
type Object struct {
	Name      string
	Module    *Module // where it is declared
	Block     *ast.Block
	Let       *ast.Let
	Item      int     // of a let with several names, which of them it is
	Namespace *Module // a module under the name it was imported as
	Span      source.Span
	// Least is for package elab: one more than the least number of operations that the
	// block makes, 0 if they have not been counted.
	Least    atomic.Int32
	imported bool
}

// Same reports whether two modules are equivalent: whether they have the same text and import
// the same modules.
func Same(a, b *Module) bool {
	return a == b || a.File.Source.Text == b.File.Source.Text && a.Prelude == b.Prelude && slices.Equal(a.Imports, b.Imports)
}

// Name returns the module's file name.
func (m *Module) Name() string { return m.File.Source.Name }

// Lookup finds a top-level name: declared here, imported, or in the prelude, in this order.
func (m *Module) Lookup(name string) (*Object, bool) {
	if o, ok := m.names[name]; ok {
		return o, true
	}
	if m.Prelude != nil {
		return m.Prelude.Lookup(name)
	}
	return nil, false
}

// text is what stands in the file at a place.
func (m *Module) text(at source.Span) string {
	return m.File.Source.Text[at.Start.Offset:at.End.Offset]
}

// LookupPath finds a dotted name. known is how many of its parts were found.
func (m *Module) LookupPath(path []*ast.Name) (o *Object, known int) {
	for i, part := range path {
		var ok bool
		if i == 0 {
			o, ok = m.Lookup(part.Text)
		} else {
			o, ok = o.Namespace.names[part.Text]
			ok = ok && !o.imported && !private(part.Text)
		}
		if !ok {
			return nil, i
		}
		if i < len(path)-1 && o.Namespace == nil {
			return nil, i + 1
		}
	}
	return o, len(path)
}

// Exported lists the names that other files may import, in order.
func (m *Module) Exported() []string {
	var names []string
	for _, o := range m.order {
		if !private(o.Name) {
			names = append(names, o.Name)
		}
	}
	return names
}

// Blocks lists the blocks and nets declared here, in order.
func (m *Module) Blocks() []*Object {
	return slices.DeleteFunc(slices.Clone(m.order), func(o *Object) bool { return o.Block == nil })
}

// Nets lists the nets declared here, in order.
func (m *Module) Nets() []*Object {
	return slices.DeleteFunc(m.Blocks(), func(o *Object) bool { return o.Block.Kind != "net" })
}

// Names lists every name that Lookup would find, sorted, for suggestions. The caller
// may not change the list.
func (m *Module) Names() []string { return m.sorted() }

func (m *Module) sortNames() []string {
	names := slices.Collect(maps.Keys(m.names))
	if m.Prelude != nil {
		names = append(names, m.Prelude.Names()...)
	}
	slices.Sort(names)
	return names
}

// IsPrimitive reports whether the object is a primitive of the prelude, which has no body.
func (o *Object) IsPrimitive() bool {
	return o.Block != nil && o.Module.Prelude == nil && o.Block.Body == nil
}

// IsValue reports whether the object is a value that the prelude declares, which no step
// can be: it has no signature.
func (o *Object) IsValue() bool { return o.IsPrimitive() && o.Block.Sig == nil && !o.IsCombinator() }

// IsList reports whether the object is the combinator that keeps what its branches give apart.
func (o *Object) IsList() bool { return o.IsCombinator() && o.Name == "list" }

// IsCombinator reports whether the object is a primitive that takes branches.
func (o *Object) IsCombinator() bool {
	return o.IsPrimitive() && len(o.Block.Params.All()) > 0 &&
		o.Block.Params.List[0].Type != nil && o.Block.Params.List[0].Type.Name == "branches"
}

func private(name string) bool { return strings.HasPrefix(name, "_") }
