package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cnnlang/interp"
)

// inFolder lists the .cnn files of a folder and of those below, in the order of their
// names, but for what begins with a dot: .git is nobody's text.
func inFolder(folder string) (files []string, err error) {
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch hidden := strings.HasPrefix(d.Name(), ".") && path != folder; {
		case hidden && d.IsDir():
			return fs.SkipDir
		case !hidden && !d.IsDir() && strings.HasSuffix(path, ".cnn"):
			files = append(files, path)
		}
		return nil
	})
	if err == nil && len(files) == 0 {
		return nil, usage("there is no .cnn file in %s or below", folder)
	}
	return files, err
}

// isFolder reports whether an argument is a folder, rather than a net of the library.
func isFolder(argument string) bool {
	if argument == "-" || !interp.IsFile(argument) && slices.Contains(interp.Library(), argument) {
		return false
	}
	info, err := os.Stat(argument)
	return err == nil && info.IsDir()
}
