package weights

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"cnnlang/interp/internal/regular"
	"cnnlang/interp/internal/weightfile"
)

// held is an open file of which others beside it are opened as it names them.
type held struct {
	path
	file     *os.File
	info     fs.FileInfo
	siblings []sibling
	folder   *os.Root
}

// A sibling is an open file that another one names.
type sibling struct {
	path
	file *os.File
	info fs.FileInfo
}

// A Described is an open file that is read for more than its tensors: what it says of a network.
type Described struct {
	held
	// Input is what readers of formats are given.
	Input weightfile.Input
}

// OpenDescribed opens a file. Its errors are those of Open.
func OpenDescribed(name string, o Options) (*Described, error) {
	f, info, err := regular.Open(name)
	if err != nil {
		return nil, fileErrorFrom(name, err)
	}
	if info, err = settled(name, info, f.Stat); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	d := &Described{held: held{path: path(name), file: f, info: info}}
	d.Input = d.input(o)
	return d, nil
}

// input is what readers of formats are given.
func (h *held) input(o Options) weightfile.Input {
	return weightfile.Input{ReaderAt: h.file, Size: h.info.Size(), Path: h.Path(), Sibling: h.sibling, Names: h.names,
		Limits: weightfile.Limits{Header: o.MaxHeader, Tensors: o.MaxTensors}, Key: o.Key}
}

// Path is the file's name as it was opened.
func (h *held) Path() string { return string(h.path) }

// enter opens the file's folder.
func (h *held) enter() (err error) {
	if h.folder == nil {
		h.folder, err = regular.Root(filepath.Dir(h.Path()))
	}
	return err
}

// names are those of files beside this one that end so.
func (h *held) names(ending string) []string {
	if h.enter() != nil {
		return nil
	}
	return regular.Names(h.folder, ending)
}

// sibling opens a file that this one names, in its folder and not elsewhere.
func (h *held) sibling(name string) (io.ReaderAt, int64, error) {
	if err := h.enter(); err != nil {
		return nil, 0, h.failed(err)
	}
	f, info, err := regular.OpenIn(h.folder, name)
	full := filepath.Join(filepath.Dir(h.Path()), name)
	if err != nil {
		return nil, 0, fileErrorFrom(full, err)
	}
	if info, err = settled(full, info, f.Stat); err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	h.siblings = append(h.siblings, sibling{path(full), f, info})
	return f, info.Size(), nil
}

// Files are the file itself and those that it names; the caller must not close them.
func (h *held) Files() []*os.File {
	files := []*os.File{h.file}
	for _, sibling := range h.siblings {
		files = append(files, sibling.file)
	}
	return files
}

// Unchanged returns a *FileError if a file has changed since it was opened.
func (h *held) Unchanged() error {
	err := h.unchanged(h.file, h.info)
	for _, sibling := range h.siblings {
		if err == nil {
			err = sibling.unchanged(sibling.file, sibling.info)
		}
	}
	return err
}

// Close closes all of them.
func (h *held) Close() error { return errors.Join(h.file.Close(), h.closeSiblings()) }

func (h *held) closeSiblings() error {
	var err error
	for _, f := range h.siblings {
		err = errors.Join(err, f.file.Close())
	}
	if h.folder != nil {
		err = errors.Join(err, h.folder.Close())
	}
	return err
}
