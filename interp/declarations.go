package interp

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"cnnlang/lang"
	"cnnlang/lang/ast"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
	"cnnlang/nets"
	"cnnlang/stdlib"
)

// A Declaration describes one primitive, block or net as its text declares it, or a key or a form of `train`.
type Declaration struct {
	Name      string      `json:"name"`
	Kind      string      `json:"kind"`    // primitive, value, block, net, setting or form
	Package   string      `json:"package"` // what to import it from, "" for what is known everywhere
	File      string      `json:"file"`
	Line      int         `json:"line"`
	Signature string      `json:"signature"`      // as it is written
	Of        string      `json:"of,omitempty"`   // for a preset, what is filled in
	Base      string      `json:"base,omitempty"` // and the signature of that
	Params    []Parameter `json:"params"`
	Input     []string    `json:"input"`             // the sizes of what it takes, of a list those of the first
	Output    []string    `json:"output"`            // the same of what it gives
	Inputs    []Port      `json:"inputs,omitempty"`  // if it takes a list: all of it
	Outputs   []Port      `json:"outputs,omitempty"` // if it gives a list
	Where     []string    `json:"where,omitempty"`
	Doc       string      `json:"doc"`
}

// A Parameter is a parameter of a declaration.
type Parameter struct {
	Name    string `json:"name"`
	Type    string `json:"type,omitempty"`    // "" if only the default has it
	Default string `json:"default,omitempty"` // "" if it has to be given
}

// A Port is one value of a signature, or with Repeat several, as they are written.
type Port struct {
	Name   string   `json:"name,omitempty"`
	Repeat string   `json:"repeat,omitempty"` // as in: i of n
	Shape  []string `json:"shape"`
}

// Declarations describes the library: the primitives first, then the blocks of std, then
// the nets as Families has them, each in order of their files, and last the keys and the forms of `train`.
func Declarations() ([]Declaration, error) {
	modules, err := LibraryModules()
	place := map[string]int{} // of a file of nets among the families
	for i, f := range Families() {
		place["nets/"+f.Name+".cnn"] = i + 1
	}
	slices.SortStableFunc(modules, func(a, b *resolve.Module) int { return place[a.Name()] - place[b.Name()] })
	var all []Declaration
	for _, m := range modules {
		all = append(all, declarations(m)...)
	}
	return append(all, forms()...), err
}

// Declarations describes the blocks and nets of the main file.
func (p *Program) Declarations() []Declaration { return declarations(p.Main) }

func declarations(m *resolve.Module) (all []Declaration) {
	for _, o := range m.Blocks() {
		if !strings.HasPrefix(o.Name, "_") {
			all = append(all, Describe(o))
		}
	}
	return all
}

// Describe describes what a top-level name refers to, if that is a block or net.
func Describe(o *resolve.Object) Declaration {
	b, text := o.Block, o.Module.File.Source
	e := Declaration{
		Name: o.Name, Kind: b.Kind, File: text.Name, Line: o.Span.Start.Line,
		Signature: signature(b, text), Params: []Parameter{}, Input: []string{}, Output: []string{}, Doc: b.Doc,
	}
	if o.IsPrimitive() {
		if e.Kind = "primitive"; o.IsValue() {
			e.Kind = "value"
		}
	} else if folder, file := path.Split(text.Name); folder == "std/" || folder == "nets/" {
		e.Package = strings.TrimSuffix(folder, "/") + "." + strings.TrimSuffix(file, ".cnn")
	}
	if b.Preset != nil {
		e.Of = written(b.Preset, text)
		if base, _ := o.Module.LookupPath(b.Preset.Ref().Path); base != nil && base.Block != nil {
			e.Base = signature(base.Block, base.Module.File.Source)
		}
	}
	for _, p := range b.Params.All() {
		d := Parameter{Name: p.Name.Text}
		if p.Type != nil {
			d.Type = written(p.Type, text)
		}
		if p.Default != nil {
			d.Default = written(p.Default, text)
		}
		e.Params = append(e.Params, d)
	}
	if b.Sig != nil {
		e.Input, e.Output = axesOf(b.Sig.Input(), text), axesOf(b.Sig.Output(), text)
		if b.Sig.TakesList() {
			e.Inputs = portsOf(b.Sig.In, text)
		}
		if b.Sig.GivesList() {
			e.Outputs = portsOf(b.Sig.Out, text)
		}
	}
	for _, x := range b.Where {
		e.Where = append(e.Where, written(x, text))
	}
	return e
}

// axesOf are the sizes of a shape as they are written.
func axesOf(shape *ast.Shape, text *source.File) []string {
	list := []string{}
	for _, d := range shape.Sizes {
		list = append(list, written(d, text))
	}
	if shape.Rest != nil {
		list = append(list, shape.Rest.Dots)
	}
	return list
}

func portsOf(list []*ast.Port, text *source.File) (ports []Port) {
	for _, p := range list {
		d := Port{Shape: axesOf(p.Shape, text)}
		if p.Shape.As != nil {
			d.Name = p.Shape.As.Text
		}
		if p.Repeat != nil {
			d.Repeat = written(p.Repeat, text)
		}
		ports = append(ports, d)
	}
	return ports
}

// signature is the text of a declaration up to its opening brace.
func signature(b *ast.Block, text *source.File) string {
	end := b.Span().End.Offset
	for _, body := range []*ast.Body{b.Body, b.Extra} {
		if body != nil {
			end = body.Span().Start.Offset
		}
	}
	return strings.TrimSpace(openingBrace.ReplaceAllString(text.Text[b.Span().Start.Offset:end], ""))
}

// openingBrace is a brace at the end of a text, with comments behind it.
var openingBrace = regexp.MustCompile(`\{\s*(#[^\n]*\s*)*$`)

// written is the source text of a node.
func written(n ast.Node, text *source.File) string {
	span := n.Span()
	return strings.TrimSpace(text.Text[span.Start.Offset:span.End.Offset])
}

// LibraryModules loads every file of the library: the prelude, the other files of std, then the
// nets, each sorted by name.
func LibraryModules() ([]*resolve.Module, error) {
	var modules []*resolve.Module
	for _, folder := range []struct {
		files  fs.FS
		prefix string
	}{{stdlib.FS, "std/"}, {nets.FS, "nets/"}} {
		entries, err := fs.ReadDir(folder.files, ".")
		if err != nil {
			return nil, fmt.Errorf("interp: %w", err)
		}
		for _, e := range entries {
			p, list, err := lang.Load(folder.files, e.Name(), folder.prefix, std)
			switch {
			case err != nil:
				return nil, fmt.Errorf("interp: %w", err)
			case e.Name() == preludeFile:
				continue
			case list.HasErrors():
				return nil, fmt.Errorf("interp: the library does not load: %w", list.Err())
			}
			if len(modules) == 0 {
				modules = append(modules, p.Prelude)
			}
			modules = append(modules, p.Main)
		}
	}
	return modules, nil
}

const preludeFile = "prelude.cnn"
