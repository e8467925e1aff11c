// Package atomicfile writes files whole or not at all: whoever opens the path
// sees what was there before or everything that was written, also when the
// program is killed, the disk is full or the machine stops.
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// Write replaces the file at path, or makes it, with what write writes. A new
// file has the permissions that the umask leaves of rw-rw-rw-; a replaced one
// keeps its own. A symbolic link stays, and what it points to is replaced. What
// is there but is no regular file, such as a device, is left alone.
func Write(path string, write func(io.Writer) error) (err error) {
	path, mode, err := destination(path)
	if err != nil {
		return err
	}
	f, err := createBeside(path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if mode != 0 {
		if err := f.Chmod(mode); err != nil {
			return err
		}
	}
	w := bufio.NewWriterSize(f, 1<<16)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	// Without it the rename can reach the disk before the contents do.
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	syncFolder(filepath.Dir(path))
	return nil
}

// destination follows links and returns the permissions of the file that is
// there, 0 for none.
func destination(path string) (string, fs.FileMode, error) {
	real, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return "", 0, fmt.Errorf("%s is a symbolic link to nothing; remove it or write to where it points", path)
		}
		return path, 0, nil
	}
	if err != nil {
		return "", 0, err
	}
	info, err := os.Stat(real)
	if err != nil {
		return "", 0, err
	}
	if info.IsDir() {
		return "", 0, fmt.Errorf("%s is a directory, want a file", path)
	}
	if !info.Mode().IsRegular() {
		return "", 0, fmt.Errorf("%s is not a regular file, and only such can be replaced as a whole", path)
	}
	return real, info.Mode().Perm(), nil
}

// createBeside makes a new file in the folder of path, since a rename does not
// cross file systems. os.CreateTemp would hide it from the group whatever the
// umask says.
func createBeside(path string) (*os.File, error) {
	folder, name := filepath.Split(path)
	if len(name) > 200 { // file systems allow 255 bytes
		name = name[:200]
	}
	for try := 0; ; try++ {
		temporary := filepath.Join(folder, "."+name+"."+strconv.Itoa(os.Getpid())+"-"+strconv.Itoa(try))
		f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) && try < 1000 {
			continue
		}
		return f, err
	}
}

// syncFolder makes the rename itself last. Not every system can; the file is
// whole either way.
func syncFolder(folder string) {
	if d, err := os.Open(folder); err == nil {
		d.Sync()
		d.Close()
	}
}
