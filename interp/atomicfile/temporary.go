package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// A temporary is a file being written. It lies in the folder of its destination, since a
// rename does not cross file systems, and has no name where the system supports that: then
// nothing is left of it if the program is killed.
type temporary struct {
	*os.File
	name string // "" for none
}

func create(path string) (*temporary, error) {
	folder := filepath.Dir(path)
	sweep(folder)
	if f, err := unnamed(folder); err == nil {
		return &temporary{File: f}, nil
	}
	t := new(temporary)
	return t, t.called(path, func(name string) (err error) {
		// os.CreateTemp would hide it from the group whatever the umask is.
		t.File, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		return err
	})
}

// called gives a temporary a free name.
func (t *temporary) called(path string, do func(name string) error) error {
	folder, base := filepath.Split(path)
	if len(base) > 200 { // file systems allow 255 bytes
		base = base[:200]
	}
	for try := 0; ; try++ {
		name := filepath.Join(folder, "."+base+"."+strconv.Itoa(os.Getpid())+"-"+strconv.Itoa(try)+".new")
		err := do(name)
		if errors.Is(err, fs.ErrExist) && try < 1000 {
			continue
		}
		if err == nil {
			t.name = name
		}
		return err
	}
}

// publish moves the file to its place. One without a name gets a temporary one first,
// briefly.
func (t *temporary) publish(path string) error {
	if t.name != "" {
		if err := t.Close(); err != nil { // Windows does not rename open files
			return err
		}
		return rename(t.name, path)
	}
	err := t.called(path, func(name string) error { return link(t.File, name) })
	if err == nil {
		err = rename(t.name, path)
	}
	if err != nil {
		return err
	}
	return t.Close()
}

// rename is os.Rename with the temporary name left out of its error.
func rename(from, to string) error {
	err := os.Rename(from, to)
	var both *os.LinkError
	if errors.As(err, &both) {
		return &fs.PathError{Op: "rename", Path: to, Err: both.Err}
	}
	return err
}

func (t *temporary) discard() {
	t.Close()
	if t.name != "" {
		os.Remove(t.name)
	}
}

var (
	leftover = regexp.MustCompile(`^\..+\.[0-9]+-[0-9]+\.new$`) // see called
	swept    sync.Map                                           // the folders already swept
)

const (
	forgotten = time.Hour // nobody is writing such a file any more
	mostSwept = 4096      // names examined in a folder, which may have millions
)

// sweep removes unfinished files that killed programs left in a folder.
func sweep(folder string) {
	if _, done := swept.LoadOrStore(folder, true); done {
		return
	}
	d, err := os.Open(folder)
	if err != nil {
		return
	}
	defer d.Close()
	entries, _ := d.ReadDir(mostSwept)
	for _, e := range entries {
		if !e.Type().IsRegular() || !leftover.MatchString(e.Name()) {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > forgotten {
			os.Remove(filepath.Join(folder, e.Name()))
		}
	}
}
