package regular

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// An Entry is what a folder holds.
type Entry struct {
	Name string
	Info fs.FileInfo // of what it leads to, if it is a link
	Err  error       // why that is not known
}

// IsFolder reports whether the entry is a folder, or a link to one.
func (e Entry) IsFolder() bool { return e.Err == nil && e.Info.IsDir() }

// List reads a folder, to which links are followed: its entries in the order of their names, byte by
// byte. One of more than so many entries is an error.
func List(path string, most int) ([]Entry, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, refusal(path, err)
	}
	if !info.IsDir() {
		return nil, refusal(path, errors.New("is not a directory"))
	}
	f, err := os.OpenFile(path, os.O_RDONLY|unblocked, 0)
	if err != nil {
		return nil, refusal(path, err)
	}
	defer f.Close()
	var entries []Entry
	for {
		found, err := f.ReadDir(1024)
		for _, d := range found {
			entries = append(entries, entry(path, d))
		}
		switch {
		case len(entries) > most:
			return nil, refusal(path, fmt.Errorf("holds more than %d files", most))
		case errors.Is(err, io.EOF):
			slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
			return entries, nil
		case err != nil:
			return nil, refusal(path, err)
		}
	}
}

// entry looks at what a name leads to.
func entry(folder string, d fs.DirEntry) Entry {
	e := Entry{Name: d.Name()}
	if d.Type()&fs.ModeSymlink == 0 {
		e.Info, e.Err = d.Info()
	} else {
		e.Info, e.Err = os.Stat(filepath.Join(folder, d.Name()))
	}
	return e
}

// Same reports whether two are the same file or folder.
func Same(a, b fs.FileInfo) bool { return os.SameFile(a, b) }
