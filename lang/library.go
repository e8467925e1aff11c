package lang

import (
	"io/fs"
	"maps"
	"regexp"
	"strings"
	"sync"

	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// A Library is the files that programs import as std.x and nets.x. It parses each once,
// however many programs are loaded, and may be used by several goroutines.
type Library struct {
	// Nets has the files that are imported as nets.x, nil where there are none.
	Nets fs.FS

	files   fs.FS
	mu      sync.Mutex
	modules map[place]*resolve.Module
	sources map[string]*source.File
	// declared are the files that declare a name, as they are imported.
	declared func() map[string][]string
}

// NewLibrary returns the library in files, which holds prelude.cnn.
func NewLibrary(files fs.FS) *Library {
	l := &Library{files: files, modules: map[place]*resolve.Module{}, sources: map[string]*source.File{}}
	l.declared = sync.OnceValue(l.declarations)
	return l
}

var declaration = regexp.MustCompile(`(?m)^(?:block|net|let) ([a-zA-Z]\w*)`)

func (l *Library) declarations() map[string][]string {
	in := map[string][]string{}
	for _, root := range []struct {
		name  string
		files fs.FS
	}{{library, l.files}, {published, l.Nets}} {
		if root.files == nil {
			continue
		}
		files, _ := fs.Glob(root.files, "*.cnn")
		for _, file := range files {
			text, err := fs.ReadFile(root.files, file)
			if err != nil || file == prelude.name {
				continue
			}
			for _, m := range declaration.FindAllSubmatch(text, -1) {
				name := string(m[1])
				in[name] = append(in[name], root.name+"."+strings.TrimSuffix(file, ".cnn"))
			}
		}
	}
	return in
}

// declaring lists the files of the library that declare a name.
func (l *Library) declaring(name string) []string { return l.declared()[name] }

// lend gives a loader what has been parsed already.
func (l *Library) lend(to *loader) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.Copy(to.done, l.modules)
	maps.Copy(to.program.files, l.sources)
	to.lent = len(l.modules)
}

// keep stores what a loader parsed of the library, unless there was a mistake in it.
func (l *Library) keep(from *loader) {
	if len(from.list.List) > 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for p, m := range from.done {
		if p.root != user && l.modules[p] == nil {
			l.modules[p] = m
			l.sources[m.Name()] = m.File.Source
		}
	}
}
