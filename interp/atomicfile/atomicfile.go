// Package atomicfile writes files whole or not at all: whoever opens the path sees either
// the old contents or the new, even if the program is killed, the disk is full or the
// machine stops.
package atomicfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Write replaces the file at path, or creates it, with what write writes. A new file has
// the permissions that the umask leaves of rw-rw-rw-; a replaced one keeps its permissions
// and owner, or is not replaced. Where path is a symbolic link, its target is replaced.
// Anything but a regular file, such as a device, is left alone.
func Write(path string, write func(io.Writer) error) error {
	path, old, err := destination(path)
	if err != nil {
		return err
	}
	return replace(path, old, write)
}

// ErrTaken is the error of WriteNew where another file is.
var ErrTaken = errors.New("is there already, with other content")

// WriteNew writes a file where none is. What is there is left as it is, whatever it is; a regular
// file with the same content is as good as a new one.
func WriteNew(path string, content []byte) error {
	switch info, err := os.Lstat(path); {
	case err == nil:
		if info.Mode().IsRegular() && info.Size() == int64(len(content)) {
			if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
				return nil
			}
		}
		return ErrTaken
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return Write(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// Edit is Write for a file that its author keeps working on: a file with further hard
// links, which would keep the old text, is left alone.
func Edit(path string, write func(io.Writer) error) error {
	path, old, err := destination(path)
	if err == nil && old != nil {
		if n := names(old); n > 1 {
			err = fmt.Errorf("it has %d hard links, and only this one would change; copy it to a new file first", n)
		}
	}
	if err != nil {
		return err
	}
	return replace(path, old, write)
}

func replace(path string, old fs.FileInfo, write func(io.Writer) error) error {
	f, err := begin(path, old)
	if err != nil {
		return err
	}
	defer f.Discard()
	w := bufio.NewWriterSize(f, 1<<16)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Commit()
}

// A File is written step by step, and nobody sees it before Commit.
type File struct {
	*temporary
	path string
	over bool
}

// Create begins a file, which replaces that at path under the conditions of Write.
func Create(path string) (*File, error) {
	path, old, err := destination(path)
	if err != nil {
		return nil, err
	}
	return begin(path, old)
}

func begin(path string, old fs.FileInfo) (*File, error) {
	t, err := create(path)
	if err != nil {
		return nil, err
	}
	f := &File{temporary: t, path: path}
	if old != nil {
		if err := keep(t.File, old); err != nil {
			f.Discard()
			return nil, err
		}
	}
	return f, nil
}

// Commit puts the file in its place.
func (f *File) Commit() error {
	// Without Sync the rename can reach the disk before the contents do.
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.publish(f.path); err != nil {
		return err
	}
	f.over = true
	syncFolder(filepath.Dir(f.path))
	return nil
}

// Discard leaves everything as it was, unless Commit has succeeded.
func (f *File) Discard() {
	if !f.over {
		f.over = true
		f.discard()
	}
}

// destination follows links and returns the status of the file that is there, nil for none.
func destination(path string) (string, fs.FileInfo, error) {
	real, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return "", nil, fmt.Errorf("%s is a symbolic link to nothing; remove it or write to where it points", path)
		}
		return path, nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	info, err := os.Stat(real)
	if err != nil {
		return "", nil, err
	}
	if info.IsDir() {
		return "", nil, fmt.Errorf("%s is a directory, want a file", path)
	}
	if !info.Mode().IsRegular() {
		return "", nil, fmt.Errorf("%s is not a regular file, and only regular files can be replaced", path)
	}
	return real, info, nil
}

// syncFolder makes the rename itself durable. Not every system can; the file is whole
// either way.
func syncFolder(folder string) {
	if d, err := os.Open(folder); err == nil {
		d.Sync()
		d.Close()
	}
}
