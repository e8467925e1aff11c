package packcache

import (
	"bufio"
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"cnnlang/interp/internal/regular"
)

// A Cache is an open folder that only its owner can write to.
type Cache struct {
	folder  string
	root    *os.Root
	settled time.Duration
	hashed  int64 // bytes read to hash files
	problem error
}

// Open opens a folder, creating it if necessary. One that others could have written to is
// not trusted: a planted file would change results.
func Open(folder string) (*Cache, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	root, err := regular.Root(folder)
	if err != nil {
		return nil, err
	}
	info, err := root.Stat(".")
	if err == nil {
		if why := others(info); why != "" {
			err = fmt.Errorf("packcache: the folder %s is not used: it %s; name a folder that only you can write to", folder, why)
		}
	}
	if err != nil {
		root.Close()
		return nil, err
	}
	return &Cache{folder: folder, root: root, settled: settled}, nil
}

// Close closes the folder. What was loaded stays.
func (c *Cache) Close() { c.root.Close() }

// Problem is about the first file that was ignored because others could have written to it;
// nil if there was none.
func (c *Cache) Problem() error { return c.problem }

// open opens a file of the folder.
func (c *Cache) open(name string) (*os.File, fs.FileInfo, error) {
	f, info, err := regular.OpenIn(c.root, name)
	if err == nil {
		if why := others(info); why != "" {
			f.Close()
			err = errors.New("it " + why)
		}
	}
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return f, info, err
	}
	var inner *fs.PathError
	if errors.As(err, &inner) {
		err = inner.Err
	}
	if target, link := c.root.Readlink(name); link == nil {
		err = fmt.Errorf("it is a symbolic link, to %q", target)
	}
	err = fmt.Errorf("packcache: %s is not used, and will be replaced: %w", filepath.Join(c.folder, name), err)
	c.problem = cmp.Or(c.problem, err)
	return nil, nil, err
}

// read returns the contents of a file, or an error if it has more than most bytes.
func (c *Cache) read(name string, most int64) ([]byte, error) {
	f, _, err := c.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("packcache: %s is longer than %d bytes", filepath.Join(c.folder, name), most)
	}
	return text, err
}

// unfinished ends the names of files that are being written.
const unfinished = ".new"

// forgotten is the age at which nobody can still be writing to a file.
const forgotten = time.Hour

// write replaces a file, or leaves things as they are. If the machine stops meanwhile the
// file may be damaged, which reading it detects.
func (c *Cache) write(name string, write func(io.Writer) error) (err error) {
	c.sweep()
	temporary := name + "." + rand.Text() + unfinished
	f, err := c.root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			c.root.Remove(temporary)
		}
	}()
	w := bufio.NewWriterSize(f, 1<<16)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return c.root.Rename(temporary, name)
}

// sweep removes unfinished files of killed programs.
func (c *Cache) sweep() {
	names, _ := fs.Glob(c.root.FS(), "*"+unfinished) // the pattern is valid
	for _, name := range names {
		if info, err := c.root.Lstat(name); err == nil && time.Since(info.ModTime()) > forgotten {
			c.root.Remove(name)
		}
	}
}
