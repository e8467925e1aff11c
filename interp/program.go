package interp

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"cnnlang/interp/internal/elab"
	"cnnlang/lang"
	"cnnlang/lang/diag"
	"cnnlang/lang/parse"
	"cnnlang/lang/resolve"
	"cnnlang/nets"
	"cnnlang/stdlib"
)

// std is what every program imports from.
var std = func() *lang.Library {
	l := lang.NewLibrary(stdlib.FS)
	l.IsNet = func(name string) bool {
		_, ok := libraryFile(name)
		return ok
	}
	return l
}()

// A Program is a .cnn file with what it imports, its names resolved.
type Program struct {
	*lang.Program
	// Problems are what was found wrong so far.
	Problems diag.List
	// Named is the net that Open was asked for by name, "" for a file.
	Named string

	// again loads the program with another text of its main file.
	again func(text string) (*Program, error)
}

// Open loads what an argument names. One that ends in .cnn, holds a path
// separator or is "-" (text from in) is a file; any other is a net of the
// library. Its errors are *UnknownNetError and those of reading a file.
func Open(argument string, in io.Reader) (*Program, error) {
	switch {
	case argument == "-":
		return openText(in)
	case IsFile(argument):
		return openFile(argument)
	}
	if err := Known(argument); err != nil {
		return nil, err
	}
	file, _ := libraryFile(argument)
	return load(nets.FS, file, "nets/", argument)
}

// IsFile reports whether an argument means a file rather than a net of the
// library.
func IsFile(argument string) bool {
	return argument == "-" || strings.HasSuffix(argument, ".cnn") || strings.ContainsAny(argument, `/\`)
}

// openFile reads a file and lets it import from its own folder and below.
func openFile(path string) (*Program, error) {
	prefix := strings.TrimSuffix(filepath.ToSlash(path), filepath.Base(path))
	p, err := loadIn(path, prefix, func(f folder) fs.FS { return f })
	if err != nil {
		return nil, err
	}
	p.again = func(text string) (*Program, error) {
		return loadIn(path, prefix, func(f folder) fs.FS { return overlay{memory{filepath.Base(path), []byte(text)}, f} })
	}
	return p, nil
}

// loadIn loads the file of a path from what its folder is made to be.
func loadIn(path, prefix string, files func(folder) fs.FS) (*Program, error) {
	f, err := openFolder(path)
	if err == nil {
		defer f.root.Close()
		var p *Program
		if p, err = load(files(f), filepath.Base(path), prefix, ""); err == nil {
			return p, nil
		}
	}
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return nil, &fs.PathError{Op: pathError.Op, Path: path, Err: pathError.Err}
	}
	return nil, err
}

// openText reads a program that is in no file and can import only the library.
func openText(in io.Reader) (*Program, error) {
	text, err := io.ReadAll(io.LimitReader(in, parse.MaxBytes+1))
	if err != nil {
		return nil, err
	}
	const name = "<stdin>"
	p, err := load(memory{name, text}, name, "", "")
	if err != nil {
		return nil, err
	}
	p.again = func(text string) (*Program, error) { return load(memory{name, []byte(text)}, name, "", "") }
	return p, nil
}

func load(files fs.FS, name, prefix, net string) (*Program, error) {
	p, list, err := lang.Load(files, name, prefix, std)
	if err != nil {
		return nil, err
	}
	return &Program{Program: p, Problems: list, Named: net}, nil
}

// Select returns the net to work on: the one that Open was asked for, the one of
// this name, or where neither says, the only one that can be run with these settings.
func (p *Program) Select(name string, settings ...elab.Setting) (*resolve.Object, error) {
	if name == "" {
		name = p.Named
	}
	var found []*resolve.Object
	var names []string
	for _, o := range p.Main.Nets() {
		if o.Name == name {
			return o, nil
		}
		names = append(names, o.Name)
		if name == "" && elab.Runnable(o, settings) {
			found = append(found, o)
		}
	}
	switch nets := p.Main.Nets(); {
	case len(found) == 1:
		return found[0], nil
	case name == "" && len(nets) == 1 && len(settings) > 0:
		return nets[0], nil // which of its parameters is not set is a diagnostic
	}
	return nil, &NoNetError{File: p.Main.Name(), Name: name, Nearest: diag.Nearest(name, names), Nets: names, Runnable: len(found)}
}

// Check instantiates every net of the main file that can be run with opts.Set, or the
// one with this name. It returns those that could be and everything found wrong.
func (p *Program) Check(name string, opts elab.Options) ([]*Net, diag.List, error) {
	var nets []*Net
	list := diag.Collector{Most: maxFound}
	list.AddAll(p.Problems)
	if opts.Budget == nil {
		opts.Budget = elab.NewBudget() // one for all nets, so that no file takes long
	}
	check := func(o *resolve.Object) {
		if !p.whole(o) || opts.Budget.Spent() || list.Full(diag.Error) {
			return
		}
		n, found := Instantiate(o, opts)
		switch {
		case n != nil:
			nets = append(nets, n)
		case !found.HasErrors() && !p.Problems.HasErrors():
			panic("interp: " + o.Name + " was not made, and nobody said why")
		}
		list.AddAll(found)
	}
	if name == "" {
		name = p.Named
	}
	if name != "" {
		o, err := p.Select(name, opts.Set...)
		switch {
		case err == nil:
			check(o)
		case !list.List.HasErrors(): // else the net may be among what did not parse
			return nil, nil, err
		}
		return nets, list.List, nil
	}
	for _, o := range p.Main.Nets() {
		if elab.Runnable(o, opts.Set) || len(opts.Set) > 0 && len(p.Main.Nets()) == 1 {
			check(o)
		} else if p.whole(o) && !opts.Budget.Spent() && !list.Full(diag.Error) {
			list.AddAll(elab.CheckMeta(o, opts.Budget))
		}
	}
	return nets, list.List, nil
}

// maxFound is how many errors of a program, and how many warnings, are found before
// the rest of its nets are left alone.
const maxFound = 1000

// Known returns an UnknownNetError where argument is neither a file nor a net of
// the library.
func Known(argument string) error {
	if argument == "-" || IsFile(argument) {
		return nil
	}
	if _, ok := libraryFile(argument); !ok {
		return &UnknownNetError{Name: argument, Near: nearNets(argument)}
	}
	return nil
}

// nearNets are the nets of the library whose name begins so, or else the one that
// is spelt most like it.
func nearNets(name string) []string {
	var list []string
	for _, net := range Library() {
		if len(name) >= leastPrefix && strings.HasPrefix(net, strings.ToLower(name)) && len(list) < mostNear {
			list = append(list, net)
		}
	}
	if near := diag.Nearest(name, Library()); len(list) == 0 && near != "" {
		list = []string{near}
	}
	return list
}

const (
	leastPrefix = 3
	mostNear    = 5
)

// UnknownNetError says that the library has no net of this name.
type UnknownNetError struct {
	Name string
	Near []string
}

func (e *UnknownNetError) Error() string {
	text := fmt.Sprintf("there is no net called %q; ", e.Name)
	if len(e.Near) == 0 {
		return text + "`cnnlang list` shows them, and a file of yours ends in .cnn"
	}
	last := len(e.Near) - 1
	if last == 0 {
		return text + "did you mean " + inQuotes(e.Near) + "?"
	}
	return text + "did you mean " + inQuotes(e.Near[:last]) + " or " + inQuotes(e.Near[last:]) + "?"
}

// NoNetError says that a file does not have the one net that is wanted.
type NoNetError struct {
	File, Name, Nearest string
	Nets                []string
	Runnable            int
}

func (e *NoNetError) Error() string {
	switch {
	case len(e.Nets) == 0:
		return fmt.Sprintf("%s declares no net", e.File)
	case e.Name == "" && e.Runnable > 1:
		return fmt.Sprintf("%s declares several nets; choose one with --net: %s", e.File, inQuotes(e.Nets))
	case e.Name == "" && len(e.Nets) == 1:
		return fmt.Sprintf("%s declares one net, %s, and it needs arguments: give them with --set", e.File, inQuotes(e.Nets))
	case e.Name == "":
		return fmt.Sprintf("%s declares no net that runs without arguments; choose one with --net and give its parameters with --set: %s",
			e.File, inQuotes(e.Nets))
	case e.Nearest != "":
		return fmt.Sprintf("%s declares no net %q; did you mean %q?", e.File, e.Name, e.Nearest)
	}
	return fmt.Sprintf("%s declares no net %q; it has %s", e.File, e.Name, inQuotes(e.Nets))
}

// inQuotes lists names as messages outside the language have them.
func inQuotes(names []string) string {
	quotes := make([]string, len(names))
	for i, name := range names {
		quotes[i] = strconv.Quote(name)
	}
	return strings.Join(quotes, ", ")
}
