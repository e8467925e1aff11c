package lang

import (
	"io/fs"
	"maps"
	"sync"

	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// A Library is the files that programs import as std.x. It parses each once,
// however many programs are loaded, and may be used by several goroutines.
type Library struct {
	// IsNet reports whether a name is that of a published network, which no file
	// can import; nil where there are none.
	IsNet func(name string) bool

	files   fs.FS
	mu      sync.Mutex
	modules map[place]*resolve.Module
	sources map[string]*source.File
}

// NewLibrary returns the library in files, which holds prelude.cnn.
func NewLibrary(files fs.FS) *Library {
	return &Library{files: files, modules: map[place]*resolve.Module{}, sources: map[string]*source.File{}}
}

// lend gives a loader what is parsed already.
func (l *Library) lend(to *loader) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.Copy(to.done, l.modules)
	maps.Copy(to.program.files, l.sources)
	to.lent = len(l.modules)
}

// keep takes what a loader parsed of the library, unless anything was wrong
// with it.
func (l *Library) keep(from *loader) {
	if len(from.list) > 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for p, m := range from.done {
		if p.root == library && l.modules[p] == nil {
			l.modules[p] = m
			l.sources[m.Name()] = m.File.Source
		}
	}
}
