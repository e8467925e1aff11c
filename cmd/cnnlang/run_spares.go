package main

import (
	"io/fs"
	"iter"
	"os"

	"cnnlang/interp"
)

// A file in use is one that a run reads, or that has its results on standard output.
type fileInUse struct {
	what string
	info fs.FileInfo
}

// inUse are the regular files that the command line names, beside images of folders, patterns
// and lists, which are seen when they come.
func (f *runFlags) inUse(args []string) (used []fileInUse) {
	add := func(what string, info fs.FileInfo, err error) {
		if err == nil && info.Mode().IsRegular() {
			used = append(used, fileInUse{what, info})
		}
	}
	named := func(what, file string) {
		info, err := os.Stat(file)
		add(what, info, err)
	}
	for _, s := range []struct {
		what string
		file *os.File
	}{{"standard input", os.Stdin}, {"standard output", os.Stdout}, {"standard error", os.Stderr}} {
		info, err := s.file.Stat()
		add(s.what, info, err)
	}
	named("the weights", f.weights.value)
	for _, in := range f.input.value {
		named(in.what(), in.file)
	}
	named("the algorithms", f.tune.value)
	named("the list", f.list.value)
	named("the names of classes", f.labels.value)
	if isFile(args[0]) {
		named("the net", args[0])
	}
	for _, image := range args[1:] {
		named("the image "+image, image)
	}
	return used
}

// spares checks that no file in use would be overwritten.
func (f *runFlags) spares(args []string) error {
	used := f.inUse(args)
	for _, t := range f.output.value {
		target, err := os.Stat(t.file)
		if err != nil {
			continue
		}
		for _, u := range used {
			if os.SameFile(u.info, target) {
				return overwritten(t, u.what)
			}
		}
	}
	return nil
}

// sparesModel is spares for the files that those of the command line name: imported texts, and
// shards of the weights.
func (f *runFlags) sparesModel(m *interp.Model) error {
	for _, t := range f.output.value {
		target, err := os.Stat(t.file)
		if err != nil {
			continue
		}
		for _, name := range m.Files {
			if file, err := os.Stat(name); err == nil && os.SameFile(file, target) {
				return overwritten(t, "a file of the net or its weights")
			}
		}
	}
	return nil
}

func overwritten(t target, what string) error {
	return usage("%v would be written over %s, %s", t, what, t.file).withHelp("name another file")
}

// spared ends the run at an image in whose place a file of --output would be put at the end.
// Files of single images are not among them: these replace nothing.
func (f *runFlags) spared(images iter.Seq[interp.Source]) iter.Seq[interp.Source] {
	return func(yield func(interp.Source) bool) {
		for source := range images {
			for _, image := range append([]interp.Source{source}, source.Beside...) {
				if err := f.sparesImage(image); err != nil {
					yield(interp.Unreadable("", err))
					return
				}
			}
			if !yield(source) {
				return
			}
		}
	}
}

func (f *runFlags) sparesImage(source interp.Source) error {
	if err := f.apartFor(source.Name); err != nil {
		return err
	}
	if source.Open != nil {
		return nil
	}
	var image fs.FileInfo
	for _, t := range f.output.value {
		if t.perImage() {
			continue
		}
		target, err := os.Stat(t.file)
		if err != nil {
			continue
		}
		if image == nil {
			if image, err = os.Stat(source.Name); err != nil {
				return nil
			}
		}
		if os.SameFile(image, target) {
			return overwritten(t, "the image "+source.Name)
		}
	}
	return nil
}
