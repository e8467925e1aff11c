package interp

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"

	"cnnlang/interp/internal/regular"
)

// Unreadable is a source in place of a picture, or of several, that could not be found; its
// answer is a *PictureError.
func Unreadable(name string, err error) Source {
	return Source{Name: name, Open: func() (io.ReadCloser, error) { return nil, err }}
}

// Listed are the pictures that a file names, one a line. They are read as they are asked for.
func Listed(path string) iter.Seq[Source] {
	return func(yield func(Source) bool) {
		f, _, err := regular.Open(path)
		if err != nil {
			yield(Unreadable(path, err))
			return
		}
		defer f.Close()
		ListedBy(path, f)(yield)
	}
}

// mostName is the longest line of a list, in bytes; systems allow names of 4096.
const mostName = 1 << 16

// ListedBy is Listed for a reader, which errors call by a name. Empty lines are passed over.
func ListedBy(name string, r io.Reader) iter.Seq[Source] {
	return func(yield func(Source) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, mostName)
		number := 1
		for ; lines.Scan(); number++ {
			if line := lines.Text(); line != "" && !yield(Source{Name: line}) {
				return
			}
		}
		err := lines.Err()
		if errors.Is(err, bufio.ErrTooLong) {
			err = &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("line %d has more than %d bytes, want the name of a file", number, mostName)}
		}
		if err != nil {
			yield(Unreadable(name, err))
		}
	}
}
