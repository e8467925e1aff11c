package dataset

import (
	"cmp"
	"context"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"cnnlang/interp/internal/regular"
)

// valNames are the folders of pictures to check with, the first that there is.
var valNames = []string{"val", "valid", "validation", "test"}

// passedOver reports whether a file or folder has nothing to do with the pictures.
func passedOver(name string) bool {
	return strings.HasPrefix(name, ".") || slices.Contains([]string{"Thumbs.db", "desktop.ini", "__MACOSX"}, name)
}

// openFolder reads folders whose folders are classes.
func openFolder(ctx context.Context, path string, o Options) (*Data, error) {
	if err := o.checkPictures(); err != nil {
		return nil, err
	}
	d := &Data{path: path, o: o}
	from := &files{o: &d.o}
	roots, err := d.roots(path)
	if err != nil {
		return nil, err
	}
	from.roots = roots
	lists := [2][]class{}
	for side, root := range roots {
		if root == "" {
			continue
		}
		if lists[side], err = d.classes(root); err != nil {
			return nil, err
		}
	}
	if err := d.name(roots, lists); err != nil {
		return nil, err
	}
	for side, classes := range lists {
		w := walk{d: d, root: roots[side], val: side == 1}
		for _, c := range classes {
			w.label = slices.Index(d.Classes, c.name)
			if err := w.folder(ctx, c.name, []fs.FileInfo{c.info}); err != nil {
				return nil, err
			}
		}
		from.list = append(from.list, w.found...)
	}
	if err := d.scan(ctx, from); err != nil {
		return nil, err
	}
	return d, d.finish(ctx)
}

// roots finds the folders of both sides; "" where one has none of its own.
func (d *Data) roots(top string) (roots [2]string, err error) {
	entries, err := regular.List(top, d.o.limits.entries)
	if err != nil {
		return roots, systemError(top, err)
	}
	below := func(names ...string) string {
		for _, name := range names {
			if slices.ContainsFunc(entries, func(e regular.Entry) bool { return e.Name == name && e.IsFolder() }) {
				return filepath.Join(top, name)
			}
		}
		return ""
	}
	train, val := below("train"), below(valNames...)
	switch {
	case d.o.Val != "":
		roots = [2]string{top, d.o.Val}
		if train != "" {
			roots[0] = train
		}
	case train != "":
		roots = [2]string{train, val}
	default:
		roots = [2]string{top, ""}
	}
	if !d.o.Whole {
		return roots, nil
	}
	if roots[1] == "" {
		return [2]string{"", roots[0]}, nil
	}
	switch d.Part = cmp.Or(d.o.Part, ValPart); d.Part {
	case ValPart:
		roots[0] = ""
	case TrainPart:
		roots = [2]string{"", roots[0]}
	}
	return roots, nil
}

// A class is a folder of pictures.
type class struct {
	name string
	info fs.FileInfo
}

// classes are the folders of a side, in the order of their names.
func (d *Data) classes(root string) (classes []class, err error) {
	entries, err := regular.List(root, d.o.limits.entries)
	if err != nil {
		return nil, systemError(root, err)
	}
	for _, e := range entries {
		switch {
		case passedOver(e.Name):
		case !e.IsFolder():
			d.Others.add(filepath.Join(root, e.Name))
		case len(classes) == d.o.limits.classes:
			return nil, beyond(root, "holds more than %d folders, each of which is a class", d.o.limits.classes)
		default:
			if wrong := plain(e.Name); wrong != "" {
				return nil, problem(filepath.Join(root, e.Name), "is a class and %s", wrong)
			}
			classes = append(classes, class{e.Name, e.Info})
		}
	}
	return classes, nil
}

// A walk goes through the folder of a class.
type walk struct {
	d     *Data
	root  string
	val   bool
	label int
	found []file
	seen  int // folders
}

// folder lists what is in a folder and below, which lies in these. Links are followed, but not back
// into a folder that holds them.
func (w *walk) folder(ctx context.Context, below string, in []fs.FileInfo) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	here := filepath.Join(w.root, filepath.FromSlash(below))
	most := w.d.o.limits
	if w.seen++; w.seen > most.folders {
		return beyond(w.root, "holds more than %d folders, counting those that links lead to each time", most.folders)
	}
	entries, err := regular.List(here, most.entries)
	if err != nil {
		return systemError(here, err)
	}
	for _, e := range entries {
		inside := path.Join(below, e.Name)
		switch {
		case passedOver(e.Name):
		case !e.IsFolder():
			w.found = append(w.found, file{inside, w.val, w.label})
			if len(w.found) > most.entries {
				return beyond(w.root, "holds more than %d files", most.entries)
			}
		case slices.ContainsFunc(in, func(outer fs.FileInfo) bool { return regular.Same(outer, e.Info) }):
			return problem(filepath.Join(here, e.Name), "is a link to a folder that it lies in, which would never end; remove it")
		case len(in) == most.depth:
			return beyond(filepath.Join(here, e.Name), "lies in more than %d folders", most.depth)
		default:
			if err := w.folder(ctx, inside, append(in[:len(in):len(in)], e.Info)); err != nil {
				return err
			}
		}
	}
	return nil
}
