package interp

import (
	"fmt"
	"io/fs"

	"cnnlang/lang"
	"cnnlang/lang/resolve"
	"cnnlang/nets"
	"cnnlang/stdlib"
)

// Shelf loads every file of the library: the prelude first, then the other files
// of std, then the nets, each in order of their names.
func Shelf() ([]*resolve.Module, error) {
	var modules []*resolve.Module
	for _, folder := range []struct {
		files  fs.FS
		prefix string
	}{{stdlib.FS, "std/"}, {nets.FS, "nets/"}} {
		entries, err := fs.ReadDir(folder.files, ".")
		if err != nil {
			return nil, fmt.Errorf("interp: %w", err)
		}
		for _, e := range entries {
			p, list, err := lang.Load(folder.files, e.Name(), folder.prefix, std)
			switch {
			case err != nil:
				return nil, fmt.Errorf("interp: %w", err)
			case e.Name() == preludeFile:
				continue
			case list.HasErrors():
				return nil, fmt.Errorf("interp: the library does not load: %w", list.Err())
			}
			if len(modules) == 0 {
				modules = append(modules, p.Prelude)
			}
			modules = append(modules, p.Main)
		}
	}
	return modules, nil
}

const preludeFile = "prelude.cnn"
