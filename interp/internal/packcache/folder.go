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

// A Cache is an open folder that nobody but its owner can write to.
type Cache struct {
	folder  string
	root    *os.Root
	settled time.Duration
	hashed  int64 // bytes that were read to be hashed
	problem error
}

// Open opens a folder, or makes it. One that others could have written to is not
// trusted: a planted file would change results.
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

// Problem is the first file that was there and not to be used, as one that others could
// have written to; nil where there was none.
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
	err = fmt.Errorf("packcache: %s is not used, and made anew: %w", filepath.Join(c.folder, name), err)
	c.problem = cmp.Or(c.problem, err)
	return nil, nil, err
}

// read returns what a file holds, or an error where that is more than most bytes.
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

// forgotten is the age at which nobody can be writing to a file any more.
const forgotten = time.Hour

// write makes a file anew, whatever has its name, or leaves things as they are. What a
// stopping machine makes of it is as damaged as any other damaged file.
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

// sweep removes what was being written when a program was killed.
func (c *Cache) sweep() {
	names, _ := fs.Glob(c.root.FS(), "*"+unfinished) // the pattern is a good one
	for _, name := range names {
		if info, err := c.root.Lstat(name); err == nil && time.Since(info.ModTime()) > forgotten {
			c.root.Remove(name)
		}
	}
}
