package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"cnnlang/interp"
)

// inFolder lists the .cnn files of a folder and of those below, sorted by name, without
// files and folders whose names begin with a dot. What cannot be listed is a problem, and
// the rest is listed nevertheless.
func inFolder(folder string) (files []string, problems []error) {
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			problems = append(problems, err)
			return nil
		}
		switch hidden := strings.HasPrefix(d.Name(), ".") && path != folder; {
		case hidden && d.IsDir():
			return fs.SkipDir
		case !hidden && !d.IsDir() && strings.HasSuffix(path, ".cnn"):
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		problems = append(problems, err)
	}
	if len(problems)+len(files) == 0 {
		problems = append(problems, usage("there is no .cnn file in %s or below", folder))
	}
	return files, problems
}

// isFolder reports whether an argument is a folder and not a net of the library.
func isFolder(argument string) bool {
	if argument == "-" || !isFile(argument) && interp.Known(argument) == nil {
		return false
	}
	info, err := os.Stat(argument)
	return err == nil && info.IsDir()
}
