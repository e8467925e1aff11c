package interp

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"strings"

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

// ListedBy is Listed for a reader, which errors call by a name. Empty lines are passed over. If
// the first name ends in a NUL, or those that come with it do, all end so, and may contain
// newlines, as `find -print0` writes them.
func ListedBy(name string, r io.Reader) iter.Seq[Source] {
	return func(yield func(Source) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, mostName)
		var end separator
		lines.Split(end.split)
		number, some := 1, false
		for ; lines.Scan(); number++ {
			line := lines.Text()
			if number == 1 {
				line = strings.TrimPrefix(line, "\ufeff") // which Windows' editors write
			}
			if line == "" {
				continue
			}
			if some = true; !yield(Source{Name: line}) {
				return
			}
		}
		err := lines.Err()
		switch {
		case errors.Is(err, bufio.ErrTooLong):
			err = &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("line %d has more than %d bytes, want the name of a file", number, mostName)}
		case err == nil && !some:
			err = &fs.PathError{Op: "read", Path: name, Err: errors.New("names no image, want one on each line")}
		}
		if err != nil {
			yield(Unreadable(name, err))
		}
	}
}

// A separator finds the ends of names: NULs or newlines, neither while that is not
// known yet.
type separator struct{ nul, newline bool }

func (s *separator) split(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if !s.nul && !s.newline {
		s.nul = bytes.IndexByte(data, 0) >= 0
		s.newline = !s.nul && bytes.IndexByte(data, '\n') >= 0
	}
	if !s.nul {
		return bufio.ScanLines(data, atEOF)
	}
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}
