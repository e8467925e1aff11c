package interp

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"cnnlang/interp/internal/elab"
	"cnnlang/interp/internal/prove"
	"cnnlang/interp/internal/repair"
	"cnnlang/lang/diag"
	"cnnlang/lang/parse"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// A Workspace holds texts that are being edited. Each is checked together with the current
// state of the others, edited or not; proofs are remembered. Any number of goroutines may
// use it; their calls wait for each other. The zero Workspace is empty.
type Workspace struct {
	// Thorough searches for repairs of every mistake, and for longer; Plain searches for none.
	Thorough, Plain bool

	mutex    sync.Mutex
	open     map[string]openText
	uses     map[use]bool // what the open files use of others; nil until needed
	prover   *prove.Prover
	provided int // bytes of text given to the prover
}

// An openText is a name that was opened.
type openText struct {
	text   string
	edited bool // else the text is the file's
	loose  bool // not in a file
}

// Open adds a file or a library net, without an edit. It is read when it is needed.
func (w *Workspace) Open(nameOrPath string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.change(nameOrPath, openText{})
}

// Read adds a text that is not in a file and can import only the library.
func (w *Workspace) Read(name string, r io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(r, parse.MaxBytes+1))
	if err != nil {
		return err
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.change(name, openText{string(text), true, true})
	return nil
}

// Edit replaces the text of a file, or one that Read has read, without writing it.
func (w *Workspace) Edit(name, text string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.change(name, openText{text, true, w.open[name].loose})
}

// Close removes a name and its edits.
func (w *Workspace) Close(name string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	delete(w.open, name)
	w.uses = nil
}

func (w *Workspace) change(name string, o openText) {
	if w.open == nil {
		w.open = map[string]openText{}
	}
	if old, known := w.open[name]; !known || old != o {
		w.open[name], w.uses = o, nil
	}
}

// Program loads the current text of a name. Its errors are those of Open.
func (w *Workspace) Program(name string) (*Program, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.program(name)
}

func (w *Workspace) program(name string) (*Program, error) {
	switch o := w.open[name]; {
	case o.loose:
		return parseText(name, o.text)
	case IsFile(name) && !HoldsNet(name):
		p, err := openFile(name, w.beside(name))
		var folder *fs.PathError
		if o.edited && errors.As(err, &folder) {
			return parseText(name, o.text) // it is to be in a folder that is not there yet, or not for us
		}
		return p, err
	}
	return Open(name)
}

// beside are the edited texts in a file's folder and below, by their names in it.
func (w *Workspace) beside(path string) texts {
	edited := texts{}
	top, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return edited
	}
	for name, o := range w.open {
		if !o.edited || o.loose {
			continue
		}
		if full, err := filepath.Abs(name); err == nil {
			if relative, err := filepath.Rel(top, full); err == nil && filepath.IsLocal(relative) {
				edited[filepath.ToSlash(relative)] = o.text
			}
		}
	}
	return edited
}

// Check makes the nets of a text as Program.Check does, proves its blocks for all parameter
// values and input sizes, searches for repairs of mistakes, and warns of what is seldom
// meant. It returns soon after ctx has ended, with its error; its other errors are those of
// Open, and a *NoNetError.
func (w *Workspace) Check(ctx context.Context, name string, opts Options) (*Checked, error) {
	return w.CheckTelling(ctx, name, opts, Early{})
}

// Early is told what a check knows before it ends, for those who cannot wait. Each function may be nil.
type Early struct {
	// Net is made before the others; where there is none of that name, the first.
	Net string
	// Program gets the text, its names resolved.
	Program func(*Program)
	// First gets the net that is made first, if it has no mistake, and Nets all that have none. The other
	// fields of what they get are empty, but for the program.
	First, Nets func(*Checked)
	// Problems gets all but repairs.
	Problems func(*Checked)
}

// CheckTelling is Check with something to be told on the way. What is told stays as it is afterwards; other calls of
// the workspace wait meanwhile.
func (w *Workspace) CheckTelling(ctx context.Context, name string, opts Options, early Early) (*Checked, error) {
	if err := ended(ctx); err != nil {
		return nil, err
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	p, err := w.program(name)
	if err != nil {
		return nil, err
	}
	if early.Program != nil {
		early.Program(p)
	}
	asked, files, err := p.asked(opts)
	if err != nil {
		return nil, err
	}
	if early.First != nil && opts.Net == "" {
		p.first(ctx, asked, files, early)
	}
	c := &Checked{Program: p, set: files}
	if c.Nets, c.Problems, err = p.check(ctx, opts.Net, asked, files); err != nil {
		return nil, err
	}
	if early.Nets != nil && ctx.Err() == nil {
		early.Nets(&Checked{Program: p, Nets: p.right(c.Nets, c.Problems), set: files})
	}
	refuted := diag.List(nil)
	c.verdicts, refuted = p.prove(ctx, w.proverFor(p), opts.Net, c.Problems)
	c.Problems.AddAll(refuted)
	c.Nets = p.right(c.Nets, c.Problems)
	found := slices.Clone(c.Problems)                                              // repairs are of errors
	c.Problems.AddAll(w.unlessImported(p, p.lint(c.verdicts)).Without(c.Problems)) // no warnings about errors
	c.Problems.Sort()
	if early.Problems != nil && ctx.Err() == nil {
		told := *c
		told.Problems = copies(c.Problems)
		early.Problems(&told)
	}
	limits := repair.Usual
	if w.Thorough {
		limits.Work, limits.Time, limits.Errors = thoroughWork, thoroughTime, math.MaxInt
	}
	if !w.Plain {
		p.repair(ctx, opts.Net, asked, found, c.verdicts, limits)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return c, nil
}

// first makes the net that early asks for, where there are several.
func (p *Program) first(ctx context.Context, asked elab.Options, files []*source.File, early Early) {
	nets := p.Main.Nets()
	i := max(0, slices.IndexFunc(nets, func(o *resolve.Object) bool { return o.Name == early.Net }))
	if len(nets) < 2 || !elab.Runnable(nets[i], asked.Set) {
		return
	}
	made, found, err := p.check(ctx, nets[i].Name, asked, files)
	if made = p.right(made, found); err == nil && ctx.Err() == nil && len(made) > 0 {
		early.First(&Checked{Program: p, Nets: made, set: files})
	}
}

// copies are diagnostics that get no repairs when others do.
func copies(list diag.List) (all diag.List) {
	for _, d := range list {
		c := *d
		all = append(all, &c)
	}
	return all
}

// The budget of a thorough search for repairs.
const (
	thoroughWork = 18_000_000
	thoroughTime = 3 * time.Second
)

// proverFor returns the prover that remembers earlier proofs, replaced once it holds much
// text.
func (w *Workspace) proverFor(p *Program) *prove.Prover {
	if w.provided += len(p.Text()); w.prover == nil || w.provided > renewal {
		w.prover, w.provided = prove.New(), len(p.Text())
	}
	return w.prover
}

// Checked is everything known about a text.
type Checked struct {
	Program *Program
	Nets    []*Net // those without a mistake
	// Problems are errors and warnings in the order of the text. Errors of shape come with
	// edits that cure them, where some were found.
	Problems diag.List

	set      []*source.File
	verdicts []*prove.Verdict
}

// File finds the text that a problem is about.
func (c *Checked) File(name string) *source.File { return c.Program.filesWith(c.set...)(name) }

// Err is a *ProgramError if the text has mistakes.
func (c *Checked) Err() error {
	if !c.Problems.HasErrors() {
		return nil
	}
	return &ProgramError{c.Problems, c.File}
}

// Contracts are what is proved about each block.
func (c *Checked) Contracts() []Contract {
	var all []Contract
	for _, v := range c.verdicts {
		all = append(all, v.Contract())
	}
	return all
}

// A Contract is what is proved about a block or net for all its parameter values and input
// sizes: its Status, the Signature with every `_` filled in, what it Requires, its
// Parameters as formulas, and the sizes of its Output.
type Contract = prove.Contract

// A Clause is a requirement or formula of a contract: Text, and When it holds, SomeCases if
// that condition has no short name.
type Clause = prove.Clause

// SomeCases is the When of a clause whose condition has no short name.
const SomeCases = prove.SomeCases

// Fixed is the text with the first repair of every error that has one; made lists those
// repairs, and is empty if there are none.
func (c *Checked) Fixed() (text string, made []diag.Repair) { return c.Program.fixed(c.Problems) }
