// Package weights moves named tensors between files and networks: it reads and writes
// safetensors files, generates tensors from a seed, and matches a file with the tensors of
// a network, with one error that names every difference.
//
// Files are taken to be hostile: a header is compared with the size of the file before
// anything is allocated or looped over.
package weights

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"cnnlang/interp/internal/regular"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/ops/tensor"
)

// A Store is an open file of named tensors. It is safe for concurrent use until
// it is closed.
type Store interface {
	// Path is the file's name as it was opened.
	Path() string
	// Entries lists the tensors in the order of the file.
	Entries() []Entry
	// Tensor returns a tensor as float32, widened from F16 and BF16 or rounded from F64.
	// Its data may be a view of a read-only mapping: they must not be written to, nor used
	// after Close, and must be read within mapped.Guard. The error is a *FileError.
	Tensor(name string) (tensor.Tensor, error)
	// Unchanged returns a *FileError if the file has changed since it was opened. Only if
	// it returns nil after the last read are the tensors known to be of one version of the
	// file.
	Unchanged() error
	// Forget says that a tensor will not be read again soon, so that a mapped file need not
	// stay in memory.
	Forget(name string)
	// Close releases the file and its mapping.
	Close() error
}

// Entered is what Check needs of a Store.
type Entered interface {
	Path() string
	Entries() []Entry
}

// A FileStore is a Store that reads a file.
type FileStore interface {
	Store
	// Files are the file itself and those that it names; the caller must not close them.
	Files() []*os.File
	// Views reports whether tensors take no memory, because all are views of a mapping.
	Views() bool
}

// An Entry describes one tensor of a Store.
type Entry struct {
	Name  string       `json:"name"`
	DType string       `json:"dtype"` // F32, BF16, I64, ... as the file spells it
	Shape tensor.Shape `json:"shape"`
	// Axes, Layer, Leaf and Changed are what the file's format says of it, as in a weightfile.Tensor.
	Axes        weightfile.Axes `json:"-"`
	Layer, Leaf string          `json:"-"`
	Changed     string          `json:"-"`
}

// Altered refuses a tensor that a file's network changes before its layer takes it.
func (e Entry) Altered(s Store) *FileError {
	return path(s.Path()).corrupt(NameIn(s, e.Name), "is changed %s before its layer takes it, so its numbers are not that layer's; export the model again with its constants folded", e.Changed)
}

// Options are the limits on a file and how it is read. The zero value is the default.
type Options struct {
	// NoMap reads the file instead of mapping it into memory.
	NoMap bool
	// MaxHeader is the largest header in bytes, 16 MiB if 0.
	MaxHeader int64
	// MaxTensors is the largest number of tensors, 65,536 if 0.
	MaxTensors int
	// Key is which of several sets of weights in the file is meant, as in "state_dict.0";
	// formats that hold one set have none.
	Key string
}

func (o Options) maxHeader() int64 { return cmp.Or(o.MaxHeader, 16<<20) }
func (o Options) maxTensors() int  { return cmp.Or(o.MaxTensors, 1<<16) }

// Open opens a file of any format that there is a reader for, or one that comes with the program. Its errors are *FileError, or
// *LimitError if the file exceeds the Options.
func Open(path string, o Options) (Store, error) {
	if strings.HasPrefix(path, Library) {
		return openLibrary(path, o)
	}
	f, info, err := regular.Open(path)
	if err != nil {
		return nil, fileErrorFrom(path, err)
	}
	if info, err = settled(path, info, f.Stat); err != nil {
		f.Close()
		return nil, err
	}
	other, err := openOther(f, path, info, o)
	if other != nil || err != nil {
		if err != nil {
			f.Close()
			return nil, err
		}
		return other, nil
	}
	if err := oneSet(path, o.Key); err != nil {
		f.Close()
		return nil, err
	}
	s, err := readSafetensors(f, path, info.Size(), o)
	if err != nil {
		f.Close()
		return nil, err
	}
	s.info = info
	if !o.NoMap {
		s.mapFile(f, info.Size())
	}
	return s, nil
}

// A FileError says why a file of weights cannot be read or written.
type FileError = weightfile.Error

// A LimitError says that a file exceeds the Options: it may be valid, but it is not read.
type LimitError = weightfile.LimitError

// A path is the name of a file that is read.
type path string

// corrupt says what is wrong with a tensor, or without a name with the whole file.
func (p path) corrupt(tensor, format string, args ...any) *FileError {
	return &FileError{Path: string(p), Tensor: tensor, Problem: fmt.Sprintf(format, args...)}
}

// failed is the error of an operation of the system.
func (p path) failed(err error) *FileError { return fileErrorFrom(string(p), err) }

func fileErrorFrom(path string, err error) *FileError {
	problem := regular.Problem(err)
	switch {
	case errors.Is(err, fs.ErrPermission):
		problem = "permission denied"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		problem = "the file became shorter while it was read"
	}
	return &FileError{Path: path, Problem: problem, Err: err}
}
