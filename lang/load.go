package lang

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/parse"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// The two places files come from.
const (
	user    = "user"
	library = "library"
)

// Limits on what a program may import.
const (
	maxFiles = 256
	maxDepth = 32
)

// A place is a file in one of the roots.
type place struct{ root, name string }

// prelude declares the primitives.
var prelude = place{library, "prelude.cnn"}

type loader struct {
	program *Program
	roots   map[string]fs.FS
	prefix  map[string]string
	done    map[place]*resolve.Module
	ring    []place // the files being loaded, outermost first
	list    diag.List
	lent    int // files of the library that were parsed before
	isNet   func(name string) bool
}

// shown is what diagnostics call the file.
func (l *loader) shown(p place) string { return l.prefix[p.root] + p.name }

// read returns the text of a file. A file longer than the parser takes is cut
// one byte beyond that, so that no input decides how much is read.
func (l *loader) read(p place) (*source.File, error) {
	f, err := l.roots[p.root].Open(p.name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, &fs.PathError{Op: "read", Path: p.name, Err: errors.New("is a directory")}
	}
	text, err := io.ReadAll(io.LimitReader(f, parse.MaxBytes+1))
	if err != nil {
		return nil, err
	}
	return source.NewFile(l.shown(p), string(text)), nil
}

// complete parses a file, loads its imports and resolves its names.
func (l *loader) complete(p place, src *source.File) *resolve.Module {
	l.program.files[src.Name] = src
	l.ring = append(l.ring, p)
	file, list := parse.File(src)
	l.list.AddAll(list)
	report := func(d *diag.Diagnostic) { l.list.Add(d) }
	known := l.program.Prelude
	if known != nil && src.Text == known.File.Source.Text {
		known = nil // the prelude itself, by its path: it may declare without bodies
	}
	m := resolve.Declare(file, known, func(im *ast.Import) *resolve.Module { return l.load(p, im) }, report)
	if !list.HasErrors() {
		m.Library, m.IsNet = l.declaring, l.isNet
		resolve.Check(m, report)
	}
	l.ring = l.ring[:len(l.ring)-1]
	l.done[p] = m
	return m
}

// declaring looks for a block or net of this name in the library.
func (l *loader) declaring(name string) string {
	files, _ := fs.Glob(l.roots[library], "*.cnn")
	declares := regexp.MustCompile(`(?m)^(block|net) ` + regexp.QuoteMeta(name) + `\b`)
	for _, file := range files {
		if text, err := fs.ReadFile(l.roots[library], file); err == nil && file != prelude.name && declares.Match(text) {
			return "std." + strings.TrimSuffix(file, ".cnn")
		}
	}
	return ""
}

// load returns the module an import names, nil where it had to report.
func (l *loader) load(from place, im *ast.Import) *resolve.Module {
	p, problem := l.target(from, im)
	if problem != nil {
		l.list.Add(problem)
		return nil
	}
	if m := l.done[p]; m != nil {
		return m
	}
	for i, q := range l.ring {
		if q == p {
			l.list.Add(importCycle(im, l.ring[i:], l.shown))
			return nil
		}
	}
	if len(l.ring) >= maxDepth || len(l.program.files)-l.lent >= maxFiles {
		l.list.Add(diag.New(diag.TooManyFiles, im.Span(), "more than %d files, or imports nested deeper than %d", maxFiles, maxDepth).
			WithHelp("put blocks that belong together into one file"))
		return nil
	}
	src, err := l.read(p)
	if err != nil {
		l.list.Add(l.notFound(im, p, err))
		return nil
	}
	return l.complete(p, src)
}

// target is the file an import means.
func (l *loader) target(from place, im *ast.Import) (place, *diag.Diagnostic) {
	if im.File == nil {
		var parts []string
		for _, n := range im.Std {
			parts = append(parts, n.Text)
		}
		if parts[0] != "std" || len(parts) < 2 {
			if _, err := fs.Stat(l.roots[library], path.Join(parts...)+".cnn"); err == nil {
				return place{}, diag.New(diag.ImportNotFound, im.Span(), "there is no package `%s`", strings.Join(parts, ".")).
					WithHelp("it is part of the library: `import std.%s`", strings.Join(parts, "."))
			}
			return place{}, diag.New(diag.ImportNotFound, im.Span(), "there is no package `%s`", strings.Join(parts, ".")).
				WithHelp("the library is `std`, as in `import std.resnet { bottleneck }`; a file of yours is a string: `import \"./blocks.cnn\"`")
		}
		return place{library, path.Join(parts[1:]...) + ".cnn"}, nil
	}
	name, plain := im.File.String().Plain()
	at := im.File.Span()
	written := l.program.files[l.shown(from)].Text[at.Start.Offset:at.End.Offset]
	switch joined := path.Join(path.Dir(from.name), name); {
	case !plain:
		return place{}, diag.New(diag.ImportNotFound, im.File.Span(), "an import's path cannot hold {…}")
	case strings.Contains(written, `\`):
		return place{}, diag.New(diag.ImportNotFound, im.File.Span(), "the path has a backslash").
			WithHelp("write it from this file's folder, with forward slashes: \"./blocks.cnn\"")
	case path.IsAbs(name) || strings.Contains(name, ":"):
		return place{}, diag.New(diag.ImportNotFound, im.File.Span(), "the path %s is not relative", written).
			WithHelp("write it from this file's folder, with forward slashes: \"./blocks.cnn\"")
	case !fs.ValidPath(joined):
		return place{}, diag.New(diag.ImportNotFound, im.File.Span(), "the path %q leaves the folder of the main file", name).
			WithHelp("imports stay in and below that folder; move the file there")
	default:
		return place{from.root, joined}, nil
	}
}

func (l *loader) notFound(im *ast.Import, p place, err error) *diag.Diagnostic {
	d := diag.New(diag.ImportNotFound, im.Span(), "cannot read %s: %s", l.shown(p), reason(err))
	if !errors.Is(err, fs.ErrNotExist) {
		return d
	}
	entries, _ := fs.ReadDir(l.roots[p.root], path.Dir(p.name))
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".cnn") {
			names = append(names, strings.TrimSuffix(e.Name(), ".cnn"))
		}
	}
	if near := diag.Nearest(strings.TrimSuffix(path.Base(p.name), ".cnn"), names); near != "" {
		return d.WithHelp("did you mean `%s`?", near)
	}
	if p.root == library {
		return d.WithHelp("the library has %s", strings.Join(names, ", "))
	}
	return d
}

func reason(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "there is no such file"
	}
	if text := err.Error(); strings.HasPrefix(text, "is ") || strings.HasPrefix(text, "lies ") {
		return "it " + text
	}
	return err.Error()
}

func importCycle(im *ast.Import, ring []place, shown func(place) string) *diag.Diagnostic {
	d := diag.New(diag.ImportCycle, im.Span(), "this import closes a circle")
	for i, p := range ring {
		next := ring[(i+1)%len(ring)]
		d.WithNote("%s imports %s", shown(p), shown(next))
	}
	return d.WithHelp("move what both need into a third file")
}
