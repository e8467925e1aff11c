// Package regular opens regular files for reading, and nothing else: opening a named pipe
// waits for a writer, reading a device may never end, and opening some devices has side
// effects.
package regular

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Open opens a file and returns its status. Links are followed. Its error is a
// *fs.PathError, and fs.ErrNotExist only if the path itself does not exist: a dangling link
// does exist.
func Open(path string) (*os.File, fs.FileInfo, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if target, none := os.Readlink(path); none == nil {
			return nil, nil, refusal(path, fmt.Errorf("is a symbolic link to %q, and there is no such file", target))
		}
	}
	return opened(path, info, err, func() (*os.File, error) { return os.OpenFile(path, os.O_RDONLY|unblocked, 0) })
}

// OpenIn is Open for a path in a folder, which it may not leave, not even through links.
func OpenIn(folder *os.Root, path string) (*os.File, fs.FileInfo, error) {
	info, err := folder.Stat(path)
	return opened(path, info, err, func() (*os.File, error) { return folder.OpenFile(path, os.O_RDONLY|unblocked, 0) })
}

// Root opens a folder.
func Root(path string) (*os.Root, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, refusal(path, err)
	}
	if !info.IsDir() {
		return nil, refusal(path, errors.New("is not a directory"))
	}
	return os.OpenRoot(path)
}

// Names are the names in a folder that end so, of the first thousand that the system lists.
func Names(folder *os.Root, ending string) (names []string) {
	const most = 1000
	f, err := folder.Open(".")
	if err != nil {
		return nil
	}
	defer f.Close()
	all, _ := f.Readdirnames(most)
	for _, name := range all {
		if strings.HasSuffix(name, ending) {
			names = append(names, name)
		}
	}
	return names
}

// opened checks a file before it is opened, and again once it is open and cannot be
// replaced any more.
func opened(path string, info fs.FileInfo, err error, open func() (*os.File, error)) (*os.File, fs.FileInfo, error) {
	if err == nil {
		err = irregular(info.Mode())
	}
	if err != nil {
		return nil, nil, refusal(path, err)
	}
	f, err := open()
	if err != nil {
		return nil, nil, refusal(path, err)
	}
	if info, err = f.Stat(); err == nil {
		err = irregular(info.Mode())
	}
	if err != nil {
		f.Close()
		return nil, nil, refusal(path, err)
	}
	return f, info, nil
}

// refusal is a reason with the path as the caller knows it.
func refusal(path string, err error) *fs.PathError {
	var inner *fs.PathError
	if errors.As(err, &inner) {
		err = inner.Err
	}
	return &fs.PathError{Op: "open", Path: path, Err: err}
}

// Problem puts the error of a system into words, without the path.
func Problem(err error) string {
	var inner *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file"
	case errors.As(err, &inner):
		return inner.Err.Error()
	}
	return err.Error()
}

// irregular says what a file is if not a regular one.
func irregular(mode fs.FileMode) error {
	kind := "is of a special kind"
	switch {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		return errors.New("is a directory, want a file")
	case mode&fs.ModeNamedPipe != 0:
		kind = "is a pipe"
	case mode&fs.ModeSocket != 0:
		kind = "is a socket"
	case mode&fs.ModeDevice != 0:
		kind = "is a device"
	}
	return errors.New(kind + ", want a regular file; copy what it gives to one first")
}
