package lsp

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"cnnlang/interp"
)

// Limits on the search of folders for files that import another.
const (
	mostFiles   = 2000
	mostFolders = 20_000
	searchTime  = 800 * time.Millisecond
)

// folders are those that the client works in.
type folders struct {
	mutex sync.Mutex
	paths []string
}

type workspaceFolder struct {
	URI string `json:"uri"`
}

func (f *folders) change(added, removed []workspaceFolder) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	kept := f.paths[:0:0]
	for _, path := range f.paths {
		gone := false
		for _, r := range removed {
			gone = gone || pathOf(r.URI) == path
		}
		if !gone {
			kept = append(kept, path)
		}
	}
	for _, a := range added {
		if path := pathOf(a.URI); path != "" {
			kept = append(kept, path)
		}
	}
	f.paths = kept
}

// searched are the folders in which there may be files that import one: those of the client that it is in, or its own.
// Imports reach into folders below, and not up.
func (f *folders) searched(file string) (list []string) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for _, path := range f.paths {
		if rest, err := filepath.Rel(path, file); err == nil && filepath.IsLocal(rest) {
			list = append(list, path)
		}
	}
	return list
}

var importing = regexp.MustCompile(`(?m)^\s*import\s+"([^"{}\n]+)"`)

// importers are the files that import one, directly or not, by their paths; the texts of those that are open come before
// what is in their files. A file that cannot be read imports nothing.
func (s *server) importers(ctx context.Context, file string, open map[string]string) ([]string, error) {
	search := search{ctx: ctx, until: time.Now().Add(searchTime), open: open, imports: map[string][]string{}}
	for path, text := range open {
		search.note(path, text)
	}
	folders := s.folders.searched(file)
	for _, folder := range folders {
		if err := search.walk(folder); err != nil {
			return nil, err
		}
	}
	if len(folders) == 0 {
		if err := search.list(filepath.Dir(file)); err != nil {
			return nil, err
		}
	}
	found, last := []string{}, []string{file}
	seen := map[string]bool{file: true}
	for len(last) > 0 {
		var next []string
		for path, imports := range search.imports {
			for _, other := range imports {
				for _, wanted := range last {
					if other == wanted && !seen[path] {
						seen[path] = true
						next = append(next, path)
					}
				}
			}
		}
		found, last = append(found, next...), next
	}
	return found, nil
}

// texts are those of the files in all folders that are not open, as many as are read within a second.
func (f *folders) texts(ctx context.Context, open map[string]string) map[string]string {
	f.mutex.Lock()
	paths := f.paths
	f.mutex.Unlock()
	search := search{ctx: ctx, until: time.Now().Add(searchTime), open: open, texts: map[string]string{}}
	for _, path := range paths {
		search.walk(path) // what was found before a limit is shown
	}
	return search.texts
}

// A search is one through folders.
type search struct {
	ctx            context.Context
	until          time.Time
	open           map[string]string
	texts          map[string]string   // of files that are not open, if they are wanted
	imports        map[string][]string // of each file, the paths of others
	files, folders int
}

func (s *search) note(path, text string) {
	for _, m := range importing.FindAllStringSubmatch(text, -1) {
		s.imports[path] = append(s.imports[path], filepath.Join(filepath.Dir(path), filepath.FromSlash(m[1])))
	}
}

// file notes what a file imports that is not open.
func (s *search) file(path string) error {
	if s.files++; s.files > mostFiles || time.Now().After(s.until) || s.ctx.Err() != nil {
		return fmt.Errorf("%s is in a folder with too many files to know which of them import it: more than %d, or more than are read within a second; open a smaller folder", filepath.Base(path), mostFiles)
	}
	if _, open := s.open[path]; open {
		return nil
	}
	text, err := interp.ReadText(path)
	switch {
	case err != nil:
	case s.texts != nil:
		s.texts[path] = text
	default:
		s.note(path, text)
	}
	return nil
}

func (s *search) list(folder string) error {
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		if e.Type().IsRegular() && strings.HasSuffix(e.Name(), ".cnn") {
			if err := s.file(filepath.Join(folder, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// walk is list for a folder with those below, but for hidden ones and those of packages.
func (s *search) walk(folder string) error {
	return filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			if e != nil && e.IsDir() {
				return fs.SkipDir // it cannot be read
			}
			return nil
		case e.IsDir():
			if s.folders++; s.folders > mostFolders || time.Now().After(s.until) || s.ctx.Err() != nil {
				return fmt.Errorf("%s has too many folders to know which of its files import this one: more than %d, or more than are read within a second; open a smaller folder", folder, mostFolders)
			}
			if name := e.Name(); path != folder && (strings.HasPrefix(name, ".") || name == "node_modules") {
				return fs.SkipDir
			}
		case e.Type().IsRegular() && strings.HasSuffix(path, ".cnn"):
			return s.file(path)
		}
		return nil
	})
}

// scratch is a workspace with texts in place of files.
func scratch(lists ...map[string]string) *interp.Workspace {
	w := &interp.Workspace{Plain: true}
	for _, texts := range lists {
		for name, text := range texts {
			w.Edit(name, text)
		}
	}
	return w
}

// importable are the files and folders that an import can go on with, which a place in a text has the beginning of.
func importable(d *document, written string, start int) (list []completionItem) {
	top := filepath.Dir(d.name)
	relative := filepath.FromSlash(strings.TrimPrefix(written, "./"))
	folder, begun := filepath.Split(relative)
	if folder != "" && !filepath.IsLocal(folder) {
		return nil
	}
	entries, _ := os.ReadDir(filepath.Join(top, folder))
	for _, e := range entries {
		name, kind := e.Name(), completionKinds["file"]
		switch {
		case len(list) == mostOffered:
			return list
		case strings.HasPrefix(name, ".") || !strings.HasPrefix(name, begun):
			continue
		case e.IsDir():
			name, kind = name+"/", 19
		case !strings.HasSuffix(name, ".cnn") || filepath.Join(top, folder, name) == d.name:
			continue
		}
		path := "./" + filepath.ToSlash(folder) + name
		list = append(list, completionItem{Label: path, Kind: kind, SortText: path, Edit: textEdit{d.span(start, start+len(written)), path}})
	}
	return list
}

// mostOffered is how many files are offered for an import.
const mostOffered = 200
