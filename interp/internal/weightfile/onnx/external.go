package onnx

import (
	"io"
	"path/filepath"
	"strconv"

	"cnnlang/interp/internal/weightfile"
)

// mostFiles is how many other files may hold numbers; they are open at the same time.
const mostFiles = 512

// An otherFile is an open file of the same folder.
type otherFile struct {
	file  io.ReaderAt
	whole int64 // its size
}

// refer finds the file that holds a tensor's numbers and compares the place with its size.
func (g *Tensors) refer(t *Stored, settings map[string]string) error {
	e, known := elements[t.typ]
	x := &external{location: settings["location"], size: t.count * e.size}
	t.external = x
	if !known || g.Described {
		return nil
	}
	shown := weightfile.Shown(x.location)
	for key, to := range map[string]*int64{"offset": &x.offset, "length": &x.size} {
		text, given := settings[key]
		if !given {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return g.in.Corrupt(t.name, "has the %s %s in %s, want a number of bytes; the file is damaged, fetch it again", key, weightfile.Shown(text), shown)
		}
		*to = n
	}
	if want := t.count * e.size; x.size != want {
		return g.in.Corrupt(t.name, "has %d bytes in %s, want %d for the shape %v of %s; the file is damaged, fetch it again", x.size, shown, want, t.shape, e.typ)
	}
	var err error
	if x.otherFile, err = g.open(t, x.location); err != nil {
		return err
	}
	if x.offset > x.whole || x.size > x.whole-x.offset {
		return g.in.Corrupt(t.name, "would be %d bytes at %d of %s, which has %d; it is another file or was cut short, fetch it again", x.size, x.offset, shown, x.whole)
	}
	return nil
}

// open opens a file of the folder once.
func (g *Tensors) open(t *Stored, location string) (otherFile, error) {
	if f, ok := g.files[location]; ok {
		return f, nil
	}
	switch {
	case location == "":
		return otherFile{}, g.in.Corrupt(t.name, "has its numbers in another file and does not say in which; export the model again")
	case g.in.Sibling == nil:
		return otherFile{}, g.in.Corrupt(t.name, "has its numbers in %s, and there is no folder to look in", weightfile.Shown(location))
	case len(g.files) == mostFiles:
		return otherFile{}, &weightfile.LimitError{Path: g.in.Path, Limit: "files beside the model", Got: mostFiles + 1, Max: mostFiles, Help: "save its numbers in one file: onnx.save(model, FILE, save_as_external_data=True)"}
	}
	r, size, err := g.in.Sibling(location)
	if err != nil && !filepath.IsLocal(location) {
		return otherFile{}, g.in.Corrupt(t.name, "has its numbers in %s, which is not in the folder of the model, and no other is looked into; move that file there and export the model again", weightfile.Shown(location))
	}
	if err != nil {
		return otherFile{}, g.in.Corrupt(t.name, "has its numbers in %s, in the folder of the model, which cannot be read: %s; fetch that file too", weightfile.Shown(location), problem(err))
	}
	g.files[location] = otherFile{r, size}
	g.others += size
	return g.files[location], nil
}

// problem is an error's text without the name of the file.
func problem(err error) string {
	if e, ok := err.(*weightfile.Error); ok {
		return e.Problem
	}
	return err.Error()
}
