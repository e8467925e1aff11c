package lang

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/parse"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// The roots of files; those of the library are called as imports call them.
const (
	user      = "user"
	library   = "std"
	published = "nets"
)

// maxReported limits the errors of a program, and its warnings, in all files together.
const maxReported = 500

// Limits on what a program may import.
const (
	maxFiles  = 256
	maxDepth  = 32
	maxBytes  = 4 * parse.MaxBytes
	maxTokens = 2 * parse.MaxTokens
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
	loading []place // the files being loaded, outermost first
	bytes   int     // of the user's files
	tokens  int     // in them
	list    diag.Collector
	lent    int // files of the library that were parsed before
	std     *Library
}

// shown is what diagnostics call the file.
func (l *loader) shown(p place) string { return l.prefix[p.root] + p.name }

// read returns the text of a file, and no more than one byte beyond what the parser
// accepts, so that no input decides how much is read.
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
	l.loading = append(l.loading, p)
	file, list := parse.File(src)
	if p.root == user {
		l.tokens += file.Tokens
	}
	l.list.AddAll(list)
	report := func(d *diag.Diagnostic) { l.list.Add(d) }
	known := l.program.Prelude
	if known != nil && src.Text == known.File.Source.Text {
		known = nil // the prelude itself, by its path: it may declare without bodies
	}
	m := resolve.Declare(file, known, func(im *ast.Import) *resolve.Module { return l.load(p, im) }, report)
	if !list.HasErrors() {
		m.Library = l.std.declaring
		resolve.Check(m, report)
	}
	l.loading = l.loading[:len(l.loading)-1]
	l.done[p] = m
	return m
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
	if i := slices.Index(l.loading, p); i >= 0 {
		l.list.Add(importCycle(im, l.loading[i:], l.shown))
		return nil
	}
	if len(l.loading) >= maxDepth || len(l.program.files)-l.lent >= maxFiles {
		l.list.Add(diag.New(diag.TooManyFiles, im.Span(), "more than %d files, or imports nested deeper than %d", maxFiles, maxDepth).
			WithHelp("put blocks that belong together into one file"))
		return nil
	}
	if l.list.Full(diag.Error) || p.root == user && l.large(im) {
		return nil
	}
	src, err := l.read(p)
	if err != nil {
		l.list.Add(l.notFound(im, p, err))
		return nil
	}
	if p.root == user {
		if l.bytes += len(src.Text); l.large(im) {
			return nil
		}
	}
	return l.complete(p, src)
}

// large reports whether the user's files exceed what one program may have, and adds the
// diagnostic.
func (l *loader) large(im *ast.Import) bool {
	if l.bytes <= maxBytes && l.tokens <= maxTokens {
		return false
	}
	l.list.Add(diag.New(diag.TooManyFiles, im.Span(), "the files of the program have more than %d bytes or %d tokens in all", maxBytes, maxTokens).
		WithHelp("import only what the nets of this file use"))
	return true
}

// target is the file that an import names.
func (l *loader) target(from place, im *ast.Import) (place, *diag.Diagnostic) {
	if im.File == nil {
		name := (&ast.Ref{Path: im.Std}).Text()
		root, file, dotted := strings.Cut(name, ".")
		if dotted && (root == library || root == published && l.roots[published] != nil) {
			return place{root, fileOf(file)}, nil
		}
		return place{}, l.noPackage(im, name)
	}
	name, plain := im.File.String().Plain()
	at := im.File.Span()
	written := l.program.files[l.shown(from)].Text[at.Start.Offset:at.End.Offset]
	const relative = "write the path relative to this file, with forward slashes: \"./blocks.cnn\""
	switch joined := path.Join(path.Dir(from.name), name); {
	case !plain:
		return place{}, diag.New(diag.ImportNotFound, at, "an import path cannot contain {…}")
	case strings.Contains(written, `\`):
		return place{}, diag.New(diag.ImportNotFound, at, "the path has a backslash").WithHelp(relative)
	case path.IsAbs(name) || strings.Contains(name, ":"):
		return place{}, diag.New(diag.ImportNotFound, at, "the path %s is not relative", written).WithHelp(relative)
	case !fs.ValidPath(joined):
		return place{}, diag.New(diag.ImportNotFound, at, "the path %q leaves the folder of the main file", name).
			WithHelp("imports cannot leave that folder; move the file into it")
	default:
		return place{from.root, joined}, nil
	}
}

// fileOf is the file of a dotted name.
func fileOf(name string) string { return strings.ReplaceAll(name, ".", "/") + ".cnn" }

// noPackage is for an import of a dotted name outside of the library.
func (l *loader) noPackage(im *ast.Import, name string) *diag.Diagnostic {
	d := diag.New(diag.ImportNotFound, im.Span(), "there is no package `%s`", name)
	first := im.Std[0]
	for _, root := range []string{library, published} {
		if files := l.roots[root]; files != nil {
			if _, err := fs.Stat(files, fileOf(name)); err == nil {
				return d.WithHelp("it is part of the library: `import %s.%s`", root, name).
					Correct("write `"+root+"."+name+"`", diag.Edit{Span: first.Span(), Text: root + "." + first.Text})
			}
		}
	}
	if near := diag.Nearest(first.Text, []string{library, published}); near != "" && len(im.Std) > 1 {
		return d.WithHelp("did you mean `%s`?", near).Correct("write `"+near+"`", diag.Edit{Span: first.Span(), Text: near})
	}
	if len(im.Std) == 1 && l.declaredIn(d, im, name) {
		return d
	}
	return d.WithHelp("the library is `std` and `nets`, as in `import std.resnet { bottleneck }`; a file of your own is a path in quotes: `import \"./blocks.cnn\"`")
}

func (l *loader) notFound(im *ast.Import, p place, err error) *diag.Diagnostic {
	d := diag.New(diag.ImportNotFound, im.Span(), "cannot read %s: %s", l.shown(p), reason(err))
	if !errors.Is(err, fs.ErrNotExist) {
		return d
	}
	folder := path.Dir(p.name)
	if p.root != user && folder != "." {
		return l.notFolder(d, im, folder)
	}
	entries, _ := fs.ReadDir(l.roots[p.root], folder)
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".cnn"); ok {
			names = append(names, name)
		}
	}
	got := strings.TrimSuffix(path.Base(p.name), ".cnn")
	if slices.Contains(names, got) && !strings.HasSuffix(p.name, ".cnn") {
		correctPath(d, im, got, got)
		return d.WithHelp("write the whole file name, with .cnn")
	}
	if p.root != user && l.declaredIn(d, im, got) {
		return d
	}
	if near := diag.Nearest(got, names); near != "" {
		if diag.Meant(got, names) == near {
			correctPath(d, im, got, near)
		}
		return d.WithHelp("did you mean `%s`?", near)
	}
	if p.root != user {
		return d.WithHelp("`%s` has %s", p.root, diag.Names(names))
	}
	return d
}

// declaredIn is for the name of a block or net where that of its file belongs; it reports
// whether there is one.
func (l *loader) declaredIn(d *diag.Diagnostic, im *ast.Import, name string) bool {
	files := l.std.declaring(name)
	if len(files) != 1 {
		return false
	}
	d.WithHelp("`%s` is in a file of the library: `import %s { %[1]s }`", name, files[0])
	if im.As == nil && len(im.Names) == 0 {
		d.Correct("name it in braces", diag.Edit{Span: im.Std[0].Span().To(im.Std[len(im.Std)-1].Span()), Text: files[0] + " { " + name + " }"})
	}
	return true
}

// notFolder is for a name from a file of the library written after the name of the file,
// as if that were a folder.
func (l *loader) notFolder(d *diag.Diagnostic, im *ast.Import, file string) *diag.Diagnostic {
	root := im.Std[0].Text
	if _, err := fs.Stat(l.roots[root], file+".cnn"); err != nil {
		return d.WithHelp("the library has no folders: write it as in `import std.resnet { bottleneck }`")
	}
	behind := im.Std[2].Span().To(im.Std[len(im.Std)-1].Span())
	if len(im.Std) == 3 && im.As == nil && len(im.Names) == 0 {
		d.Correct("name it in braces", diag.Edit{Span: source.Span{Start: im.Std[1].Span().End, End: behind.End}, Text: " { " + im.Std[2].Text + " }"})
	}
	return d.WithHelp("names from a file go in braces: `import %s.%s { %s }`", root, file, im.Std[len(im.Std)-1].Text)
}

// correctPath writes another name for the file of an import.
func correctPath(d *diag.Diagnostic, im *ast.Import, got, near string) {
	if im.File == nil {
		d.Correct("write `"+near+"`", diag.Edit{Span: im.Std[len(im.Std)-1].Span(), Text: near})
		return
	}
	name, _ := im.File.String().Plain()
	text := `"` + strings.TrimSuffix(strings.TrimSuffix(name, ".cnn"), got) + near + `.cnn"`
	d.Correct("write `"+text+"`", diag.Edit{Span: im.File.Span(), Text: text})
}

func reason(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "there is no such file"
	}
	text := err.Error()
	if strings.HasPrefix(text, "is ") || strings.HasPrefix(text, "lies ") {
		return "it " + text
	}
	return text
}

func importCycle(im *ast.Import, cycle []place, shown func(place) string) *diag.Diagnostic {
	d := diag.New(diag.ImportCycle, im.Span(), "this import makes an import cycle")
	for i, p := range cycle {
		next := cycle[(i+1)%len(cycle)]
		d.WithNote("%s imports %s", shown(p), shown(next))
	}
	return d.WithHelp("move what both need into a third file")
}
