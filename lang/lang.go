// Package lang is the front end: it loads a program and resolves every name in it.
package lang

import (
	"io/fs"
	"maps"
	"slices"

	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// A Program is a file and everything it imports, the prelude included.
type Program struct {
	Main    *resolve.Module
	Prelude *resolve.Module
	files   map[string]*source.File
}

// File returns a file of the program by the name that diagnostics use, or nil.
func (p *Program) File(name string) *source.File { return p.files[name] }

// Files are the names of all files of the program, sorted: the main one, the prelude, and what they import.
func (p *Program) Files() []string {
	names := map[string]bool{}
	add := func(m *resolve.Module) bool {
		if m == nil || names[m.Name()] {
			return false
		}
		names[m.Name()] = true
		return true
	}
	add(p.Prelude)
	for open := []*resolve.Module{p.Main}; len(open) > 0; {
		m := open[len(open)-1]
		if open = open[:len(open)-1]; add(m) {
			open = append(open, m.Imports...)
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// Load reads the file name from files, follows its imports and resolves every
// name. Imports of std.x and nets.x are files x.cnn of the library; imports of "./x.cnn" are
// relative to the importing file, and cannot leave files. prefix precedes file
// names wherever they are shown to people.
//
// The error says that the main file itself cannot be read; everything else is in the
// list, and the program holds whatever could be understood.
func Load(files fs.FS, name, prefix string, std *Library) (*Program, diag.List, error) {
	l := &loader{
		program: &Program{files: map[string]*source.File{}},
		roots:   map[string]fs.FS{user: files, library: std.files, published: std.Nets},
		prefix:  map[string]string{user: prefix, library: library + "/", published: published + "/"},
		done:    map[place]*resolve.Module{},
		std:     std,
		list:    diag.Collector{Most: maxReported},
	}
	std.lend(l)
	if l.program.Prelude = l.done[prelude]; l.program.Prelude == nil {
		src, err := l.read(prelude)
		if err != nil {
			return nil, nil, err
		}
		l.program.Prelude = l.complete(prelude, src)
	}
	main, err := l.read(place{user, name})
	if err != nil {
		return nil, nil, err
	}
	l.program.Main = l.complete(place{user, name}, main)
	std.keep(l)
	l.list.List.Sort()
	return l.program, l.list.List, nil
}
