package interp

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"cnnlang/interp/internal/elab"
	"cnnlang/interp/internal/regular"
	"cnnlang/interp/internal/weights"
	"cnnlang/lang"
	"cnnlang/lang/diag"
	"cnnlang/lang/parse"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
	"cnnlang/nets"
	"cnnlang/stdlib"
)

// std is the library that every program can import from.
var std = func() *lang.Library {
	l := lang.NewLibrary(stdlib.FS)
	l.Nets = nets.FS
	return l
}()

// A Program is a .cnn file with everything it imports, its names resolved.
type Program struct {
	// Main is the file, and Prelude the one that declares the primitives.
	Main, Prelude *resolve.Module
	// Problems are the mistakes found so far.
	Problems diag.List
	// Named is the library net that Open was asked for, "" for a file. If it was asked for it by
	// another's name, Elsewhere is that name.
	Named, Elsewhere string

	program *lang.Program
	only    *Checkpoint // the file that the name means
	holding holding     // of the file of weights that it is in
	own     Weights     // that come with it
	// again loads the program with another text for its main file.
	again func(text string) (*Program, error)
}

// Text is the text of the main file.
func (p *Program) Text() string { return p.Main.File.Source.Text }

// File finds the text that a diagnostic is about, or nil.
func (p *Program) File(name string) *source.File { return p.program.File(name) }

// filesWith finds the texts of the program and others, which may be nil.
func (p *Program) filesWith(others ...*source.File) func(name string) *source.File {
	return func(name string) *source.File {
		for _, f := range others {
			if f != nil && f.Name == name {
				return f
			}
		}
		return p.File(name)
	}
}

// Open reads a program. A name that ends in .cnn or holds a path separator is a file, which
// may import others from its folder and below; one that ends in .safetensors is a file of weights
// that holds the text of its net, as Net.Carried gives it: then the net, its settings and the
// preparation of pictures are those of the file where Options say nothing, and so are the weights.
// Any other is a net of the library. Its errors are *UnknownNetError and those of reading a file, for
// weights *HoldingError, *WeightsError and *WeightsLimitError; mistakes in the text are in Problems.
func Open(nameOrPath string) (*Program, error) {
	if HoldsNet(nameOrPath) {
		return openHolding(nameOrPath)
	}
	if IsFile(nameOrPath) {
		return openFile(nameOrPath, nil)
	}
	if err := Known(nameOrPath); err != nil {
		return nil, err
	}
	named := nameOrPath
	e, other := elsewhere{}, catalogue()[named] == ""
	if other {
		e, _ = fromElsewhere(named)
		named = e.net
	}
	p, err := load(nets.FS, catalogue()[named], "nets/", named, std)
	if err != nil {
		return nil, err
	}
	if weights.InLibrary(named) {
		p.own = WeightsFile(weights.Library + named)
	}
	if !other {
		return p, nil
	}
	p.Elsewhere = nameOrPath
	if file, ok := e.listedFile(); ok {
		p.only = &file
	}
	return p, nil
}

// OpenEdited reads a file with this text in place of what is in it; the file need not be there.
func OpenEdited(path, text string) (*Program, error) {
	return openFile(path, texts{filepath.Base(path): text})
}

// Read reads a program that is not in a file and can import only the library. The name is
// for diagnostics.
func Read(name string, r io.Reader) (*Program, error) {
	text, err := io.ReadAll(io.LimitReader(r, parse.MaxBytes+1))
	if err != nil {
		return nil, err
	}
	return parseText(name, string(text))
}

func parseText(name, text string) (*Program, error) {
	again := func(text string) (*Program, error) { return load(texts{name: text}, name, "", "", std) }
	p, err := again(text)
	if err == nil {
		p.again = again
	}
	return p, err
}

// IsFile reports whether a name means a file rather than a net of the library, or what others
// call one.
func IsFile(name string) bool {
	if ends := strings.HasSuffix(name, ".cnn") || HoldsNet(name); ends || !strings.ContainsAny(name, `/\`) {
		return ends
	}
	_, elsewhere := fromElsewhere(name)
	return !elsewhere
}

// openFile reads a file and lets it import from its own folder and below, where edited
// texts replace files of the same names.
func openFile(path string, edited texts) (*Program, error) {
	name := filepath.Base(path)
	root, err := regular.Root(filepath.Dir(path))
	if err == nil {
		defer root.Close()
		prefix := strings.TrimSuffix(filepath.ToSlash(path), name)
		if strings.HasPrefix(prefix, "std/") || strings.HasPrefix(prefix, "nets/") {
			prefix = "./" + prefix // those of the library are called so
		}
		var p *Program
		if p, err = load(folder{root, path, edited}, name, prefix, "", std); err == nil {
			p.again = func(text string) (*Program, error) {
				all := texts{}
				maps.Copy(all, edited)
				all[name] = text
				return openFile(path, all)
			}
			return p, nil
		}
	}
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return nil, &fs.PathError{Op: pathError.Op, Path: path, Err: pathError.Err}
	}
	return nil, err
}

func load(files fs.FS, name, prefix, net string, std *lang.Library) (*Program, error) {
	p, list, err := lang.Load(files, name, prefix, std)
	if err != nil {
		return nil, err
	}
	return &Program{Main: p.Main, Prelude: p.Prelude, Problems: list, Named: net, program: p}, nil
}

// chosen is the name of the net to work on, "" where neither it nor what Open was asked for says so.
func (p *Program) chosen(name string) string { return cmp.Or(name, p.Named, p.holding.net) }

// Stands are the names of the nets that the program stands for where none is chosen: those of a .cnn file, or the one that Open
// was asked for, by its name or by that of the file of weights which holds it.
func (p *Program) Stands() (names []string) {
	if name := p.chosen(""); name != "" {
		return []string{name}
	}
	for _, o := range p.Main.Nets() {
		names = append(names, o.Name)
	}
	return names
}

// find returns the net to work on: the one that Open was asked for, the one of this name,
// or else the only one that can be run with these settings.
func (p *Program) find(name string, settings []elab.Setting) (*resolve.Object, error) {
	name = p.chosen(name)
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
		return nets[0], nil // the diagnostic says which parameter is missing
	}
	return nil, &NoNetError{File: p.Main.Name(), Name: name, Nearest: diag.Nearest(name, names), Nets: names, Runnable: len(found)}
}

// Settable lists what Options.Set can set of the net that the name, or Open, chooses: the
// parameters that it leaves open, then the sizes that have a default. It is empty where there is no such net.
func (p *Program) Settable(name string) (names []string) {
	nets := p.Main.Nets()
	name = p.chosen(name)
	for _, o := range nets {
		if o.Name != name && !(name == "" && len(nets) == 1) {
			continue
		}
		open, _ := elab.Open(o)
		for _, param := range open.Params {
			names = append(names, param.Name)
		}
		names = append(names, open.Sizes...)
	}
	return names
}

// Check makes every net of the main file that can be run with opts.Set, or only the one
// that opts.Net names. It returns the nets without a mistake and everything found wrong;
// File finds the texts.
func (p *Program) Check(opts Options) ([]*Net, diag.List, error) {
	asked, files, err := p.asked(opts)
	if err != nil {
		return nil, nil, err
	}
	nets, list, err := p.check(context.Background(), opts.Net, asked, files)
	return p.right(nets, list), list, err
}

func (p *Program) check(ctx context.Context, name string, opts elab.Options, set []*source.File) ([]*Net, diag.List, error) {
	var nets []*Net
	list := diag.Collector{Most: maxFound}
	list.AddAll(p.Problems)
	if opts.Budget == nil {
		opts.Budget = elab.NewBudget() // one for all nets, so that no file takes long
	}
	check := func(o *resolve.Object) {
		if !p.whole(o) || opts.Budget.Spent() || list.Full(diag.Error) || ctx.Err() != nil {
			return
		}
		n, found := p.instantiate(o, opts, set...)
		switch {
		case n != nil:
			nets = append(nets, n)
		case !found.HasErrors() && !p.Problems.HasErrors():
			panic("interp: " + o.Name + " was not made, without a diagnostic")
		}
		list.AddAll(found)
	}
	if name = p.chosen(name); name != "" {
		o, err := p.find(name, opts.Set)
		switch {
		case err == nil:
			check(o)
		case !list.List.HasErrors(): // else the net may be in a part that did not parse
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

// maxFound is how many errors, and how many warnings, of a program are reported before its
// remaining nets are skipped.
const maxFound = 1000

// Known returns an *UnknownNetError if a name is neither a file's nor that of a library
// net, nor another's name of one.
func Known(name string) error {
	if catalogue()[name] != "" || IsFile(name) {
		return nil
	}
	switch e, known := fromElsewhere(name); {
	case known && e.differs != "":
		return &UnknownNetError{Name: name, Near: []string{e.net}, Differs: e.differs}
	case known:
		return nil
	}
	return &UnknownNetError{Name: name, Near: nearNets(name)}
}

// nearNets are the library nets whose names begin with this name, or else the one with the
// most similar name.
func nearNets(name string) []string {
	var list []string
	for _, net := range Library() {
		if len(name) >= leastPrefix && strings.HasPrefix(net, strings.ToLower(name)) && len(list) < mostNear {
			list = append(list, net)
		}
	}
	if near := diag.Nearest(name, Library()); len(list) == 0 && near != "" {
		list = []string{nearInNumber(name, near)}
	}
	return list
}

// nearInNumber is the net of the library that is named as near is, with the number that is closest to the
// name's: resnet50 for resnet49, and not resnet18. It is near where they differ in more than a number.
func nearInNumber(name, near string) string {
	series := strings.TrimRight(near, "0123456789")
	wanted, err := strconv.Atoi(strings.TrimPrefix(strings.ToLower(name), series))
	if err != nil || series == near {
		return near
	}
	least := math.MaxInt
	for _, net := range Library() {
		digits, same := strings.CutPrefix(net, series)
		n, err := strconv.Atoi(digits)
		if away := max(n-wanted, wanted-n); same && err == nil && away < least {
			near, least = net, away
		}
	}
	return near
}

const (
	leastPrefix = 3
	mostNear    = 5
)
