package lang

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"cnnlang/lang/resolve"
)

// Replace returns a library in which one file has another text. Files that do not
// import it are shared with l and not parsed again.
func (l *Library) Replace(name, text string) *Library {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := NewLibrary(replaced{l.files, name, text})
	r.Nets = l.Nets
	changed := l.modules[place{library, name}]
	for p, m := range l.modules {
		if m != changed && !imports(m, changed) {
			r.modules[p] = m
			r.sources[m.Name()] = m.File.Source
		}
	}
	return r
}

// imports reports whether a module imports another one, directly or indirectly.
func imports(m, other *resolve.Module) bool {
	return slices.ContainsFunc(m.Imports, func(im *resolve.Module) bool { return im == other || imports(im, other) })
}

// replaced is a file system in which one file has another text.
type replaced struct {
	fs.FS
	name, text string
}

// Open opens a file.
func (r replaced) Open(name string) (fs.File, error) {
	if name != r.name {
		return r.FS.Open(name)
	}
	return TextFile(name, r.text), nil
}

// TextFile is a text as a file of this name.
func TextFile(name, text string) fs.File { return &textFile{strings.NewReader(text), name} }

// textFile is a text as a file, and what Stat says of it.
type textFile struct {
	*strings.Reader
	name string
}

func (f *textFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *textFile) Close() error               { return nil }
func (f *textFile) Name() string               { return path.Base(f.name) }
func (f *textFile) Mode() fs.FileMode          { return 0o444 }
func (f *textFile) ModTime() time.Time         { return time.Time{} }
func (f *textFile) IsDir() bool                { return false }
func (f *textFile) Sys() any                   { return nil }
