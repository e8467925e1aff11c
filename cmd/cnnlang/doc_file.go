package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp"
)

// aboutFile finds the blocks and nets of a file, or one of them, and what is proved about them. A file with mistakes is an error
// that lists them.
func (a *app) aboutFile(ctx context.Context, file string, names []string) (docDocument, error) {
	var w interp.Workspace
	if file == "-" {
		file = stdinName
		if err := w.Read(file, a.stdin); err != nil {
			return docDocument{}, err
		}
	}
	found, err := w.Check(ctx, file, interp.Options{})
	if err == nil {
		err = found.Err()
	}
	if err != nil {
		return docDocument{}, err
	}
	d := docDocument{Comment: found.Program.Main.File.Doc, Entries: found.Program.Declarations(), Contracts: found.Contracts()}
	if len(names) == 0 {
		return d, nil
	}
	name, all := names[0], []string{}
	for _, e := range d.Entries {
		all = append(all, e.Name)
	}
	if !slices.Contains(all, name) {
		return d, usage("%s has no block or net called %q", visibleName(file), name).
			near(name, all, "did you mean %q?", "it has "+strings.Join(all, ", "))
	}
	d.Comment = ""
	d.Entries = slices.DeleteFunc(d.Entries, func(e interp.Declaration) bool { return e.Name != name })
	d.Contracts = slices.DeleteFunc(d.Contracts, func(k interp.Contract) bool { return k.Name != name })
	return d, nil
}

// docFile writes the comments and contracts of a file.
func (a *app) docFile(d docDocument) error {
	if d.Comment != "" {
		fmt.Fprintf(a.stdout, "%s\n\n", visible(strings.TrimSpace(d.Comment)))
	}
	for i, e := range d.Entries {
		if i > 0 {
			fmt.Fprintln(a.stdout)
		}
		fmt.Fprintf(a.stdout, "%s\n", visible(e.Signature))
		if e.Base != "" {
			fmt.Fprintf(a.stdout, "  = %s\n", visible(e.Base))
		}
		for line := range strings.Lines(strings.TrimSpace(e.Doc)) {
			fmt.Fprintf(a.stdout, "  %s\n", visible(strings.TrimRight(line, "\n")))
		}
		for _, k := range d.Contracts {
			if k.Name == e.Name {
				a.proof(k)
			}
		}
	}
	return nil
}
