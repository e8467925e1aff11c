package main

import (
	"path"
	"slices"

	"cnnlang/interp"
	"cnnlang/lang/diag"
)

// unlessImported leaves warnings of unused blocks out where another argument imports
// the file: what is used there is not unused.
func (c *checker) unlessImported(p *interp.Program, list diag.List) diag.List {
	unused := func(d *diag.Diagnostic) bool { return d.Code == diag.UnusedBlock && !privateAt(p, d) }
	if len(c.arguments) < 2 || !slices.ContainsFunc(list, unused) || !c.importedFiles()[path.Clean(p.Main.Name())] {
		return list
	}
	return slices.DeleteFunc(list, unused)
}

// privateAt reports whether a diagnostic is about a name that no other file can use.
func privateAt(p *interp.Program, d *diag.Diagnostic) bool {
	text, at := p.Main.File.Source.Text, d.Span.Start.Offset
	return at < len(text) && text[at] == '_'
}

// importedFiles are the files that the arguments import. Those that cannot be read are
// reported where they are checked.
func (c *checker) importedFiles() map[string]bool {
	if c.imported != nil {
		return c.imported
	}
	c.imported = map[string]bool{}
	for _, argument := range c.arguments {
		if argument == "-" || !interp.IsFile(argument) {
			continue
		}
		p, err := interp.Open(argument, nil)
		if err != nil {
			continue
		}
		for _, m := range p.Main.Imports {
			c.imported[path.Clean(m.Name())] = true
		}
	}
	return c.imported
}
