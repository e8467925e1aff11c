package interp

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"cnnlang/interp/internal/regular"
)

// A folder is the part of the file system that a .cnn file may read: the file itself, even
// if the name the user gave is a link to elsewhere, and everything in its folder and below.
type folder struct {
	root   *os.Root
	main   string // the path of the file, as the user named it
	edited texts  // in place of files
}

// Open opens a file. Unlike other file systems it takes names that are not UTF-8.
func (f folder) Open(name string) (fs.File, error) {
	if _, ok := f.edited[name]; ok {
		return f.edited.Open(name)
	}
	if name == filepath.Base(f.main) {
		return file(regular.Open(f.main))
	}
	opened, _, err := regular.OpenIn(f.root, name)
	if err == nil {
		return opened, nil
	}
	link := f.blockedLink(name)
	if link == "" {
		return nil, err
	}
	if inside, ok := f.inside(name); ok {
		return file(regular.OpenIn(f.root, inside))
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: f.linkError(name, link)}
}

// blockedLink is the first link in a file's path that leads out of the folder, "" for none.
func (f folder) blockedLink(name string) string {
	parts := strings.Split(name, "/")
	for i := range parts {
		way := path.Join(parts[:i+1]...)
		info, err := f.root.Lstat(way)
		if err != nil {
			return ""
		}
		if _, err := f.root.Stat(way); err != nil && info.Mode()&fs.ModeSymlink != 0 {
			return way
		}
	}
	return ""
}

// inside is where a file lies in the folder once all links are followed: a link with an
// absolute target may still lead back into it.
func (f folder) inside(name string) (string, bool) {
	top, err := filepath.Abs(f.root.Name())
	if err == nil {
		top, err = filepath.EvalSymlinks(top)
	}
	if err != nil {
		return "", false
	}
	real, err := filepath.EvalSymlinks(filepath.Join(top, name))
	if err != nil {
		return "", false
	}
	relative, err := filepath.Rel(top, real)
	return filepath.ToSlash(relative), err == nil && filepath.IsLocal(relative)
}

// linkError says where a link leads, and why it is not followed.
func (f folder) linkError(name, link string) error {
	what := "is"
	if link != name {
		what = "lies behind " + strconv.Quote(link) + ","
	}
	target, err := f.root.Readlink(link)
	if err != nil {
		return err
	}
	var reason *fs.PathError
	switch _, err := os.Stat(filepath.Join(f.root.Name(), link)); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s a symbolic link to %q, and there is no such file", what, target)
	case errors.As(err, &reason):
		return fmt.Errorf("%s a symbolic link to %q, which cannot be followed: %w", what, target, reason.Err)
	}
	return fmt.Errorf("%s a symbolic link out of the main file's folder, to %q; copy the file into the folder", what, target)
}

func file(f *os.File, _ fs.FileInfo, err error) (fs.File, error) {
	if err != nil {
		return nil, err
	}
	return f, nil
}

// mostListed is how many names of a folder are compared with a name that was not found.
const mostListed = 4096

// ReadDir implements fs.ReadDirFS.
func (f folder) ReadDir(name string) ([]fs.DirEntry, error) {
	if info, err := f.root.Stat(name); err != nil || !info.IsDir() {
		return nil, fs.ErrNotExist
	}
	d, err := f.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.ReadDir(mostListed)
}
