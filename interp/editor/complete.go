package editor

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"cnnlang/interp"
	"cnnlang/interp/internal/elab"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/parse"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// An Item is something that can be written at a place.
type Item struct {
	Name   string
	Kind   string // block, net, primitive, combinator, value, parameter, argument, size, local, tap, label, word, keyword, key, file
	Detail string // how it is called, or what it is
	Doc    string
	Insert string // what to write, in place of Span
	Span   source.Span
	Edits  []diag.Edit // to be made elsewhere, as an import
	rank   int         // the nearer, the lower
}

// Complete lists what can be written at an offset, what is nearest first.
func (v *View) Complete(offset int) []Item {
	p := v.around(offset)
	c := &completer{View: v, place: p, span: v.Source.Span(p.start, offset), seen: map[string]bool{}}
	if p.quoted {
		c.quotes(offset)
		return c.sorted()
	}
	switch in := p.inside(); {
	case p.before.Text == "@":
		c.scope(offset, resolve.Tap, resolve.Label)
	case p.before.Text == ".":
		c.members()
	case p.before.Text == "import":
		c.files()
	case in.head == "import":
		c.exported()
	case in.head == "meta" && p.begins():
		c.keys(elab.MetaKeys())
	case in.head == "train" && p.begins():
		c.keys(resolve.TrainKeys)
	case in.bracket == "(":
		if len(in.name) == 1 && in.name[0] == "shape" {
			c.scope(offset, resolve.Label)
		}
		c.arguments(in)
		c.values(offset)
	case in.head == "meta" && p.before.Text == "=":
		c.settings(p.last[0].Text)
		c.values(offset)
	case in.bracket == "[" || in.head == "meta" || in.head == "train" || p.before.Text == "=":
		c.values(offset)
	case len(p.open) == 0 && v.block(offset) != nil: // in a head
		c.values(offset)
		c.words("where", "as", "and", "or", "not")
	case len(p.open) == 0:
		c.words("block", "net", "import", "let")
	case p.computes():
		c.values(offset)
		c.words("if", "then", "else", "and", "or", "not")
	default:
		c.steps(offset)
	}
	return c.sorted()
}

// sorted are the items with what is nearest first.
func (c *completer) sorted() []Item {
	slices.SortStableFunc(c.items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), strings.Compare(a.Name, b.Name))
	})
	return c.items
}

// begins reports whether the word is the first of a statement.
func (p *place) begins() bool {
	return p.before.Text == "{" || p.before.Kind != parse.Operator && p.before.Text != "="
}

// computes reports whether a value is being written in a body: a condition, or how often.
func (p *place) computes() bool {
	switch p.before.Text {
	case "if", "repeat", "of", "in", "then", "else", "and", "or", "not", "expect", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "//", "%", "**":
		return true
	}
	return false
}

type completer struct {
	*View
	place
	span  source.Span
	items []Item
	seen  map[string]bool
}

func (c *completer) add(i Item) {
	if c.seen[i.Name] || !strings.HasPrefix(strings.ToLower(i.Name), strings.ToLower(c.word)) && !strings.Contains(strings.ToLower(i.Name), strings.ToLower(c.word)) {
		return
	}
	c.seen[i.Name] = true
	if i.Insert == "" {
		i.Insert = i.Name
	}
	i.Span = c.span
	c.items = append(c.items, i)
}

// scope adds the names of some kinds that the declaration around an offset gives before it.
func (c *completer) scope(offset int, kinds ...resolve.Kind) {
	b := c.block(offset)
	if b == nil {
		c.broken(offset, kinds)
		return
	}
	for _, u := range c.uses {
		if u.At == u.Def && slices.Contains(kinds, u.Kind) && b.Span().Contains(u.At) && u.At.End.Offset < c.start {
			i := Item{Name: c.text(u.At), Kind: u.Kind.String()}
			if u.Param != nil {
				i.Detail = c.Source.OneLine(u.Param.Span())
			}
			c.add(i)
		}
	}
}

// declared adds top-level names that are blocks, or values.
func (c *completer) declared(values bool) {
	m := c.Program.Main
	for _, name := range m.Names() {
		o, ok := m.Lookup(name)
		if !ok || o.Broken() || strings.HasPrefix(name, "_") && o.Module != m {
			continue
		}
		i := Item{Name: name, rank: 1}
		if o.Module != m {
			i.rank = 2
		}
		switch {
		case o.Namespace != nil:
			i.Kind = "file"
		case o.Let != nil:
			if !values && o.Called() == nil {
				continue
			}
			i.Kind, i.Detail = "value", o.Module.File.Source.OneLine(o.Let.Span())
		default:
			d := interp.Describe(o)
			i.Kind, i.Detail, i.Doc = d.Kind, d.Signature, d.Doc
			if o.IsCombinator() {
				i.Kind = "combinator"
			}
			if o.IsValue() && !values {
				continue
			}
		}
		c.add(i)
	}
}

// library adds the blocks of std that are not imported, each with the edit that imports it.
func (c *completer) library() {
	m := c.Program.Main
	if len(m.File.Decls) == 0 || c.word == "" {
		return
	}
	for _, file := range libraryModules() {
		if !strings.HasPrefix(file.Name(), "std/") {
			continue
		}
		for _, o := range file.Blocks() {
			if d := interp.Describe(o); d.Input != nil && strings.HasPrefix(o.Name, c.word) && !strings.HasPrefix(o.Name, "_") {
				if called, edits := m.Importing(d.Package, o.Name); called != "" {
					c.add(Item{Name: o.Name, Kind: d.Kind, Detail: d.Package + ": " + d.Signature, Doc: d.Doc, Insert: called, Edits: edits, rank: 3})
				}
			}
		}
	}
}

func (c *completer) steps(offset int) {
	c.scope(offset, resolve.Parameter, resolve.Local)
	c.declared(false)
	c.library()
	c.words("if", "else", "repeat", "each", "stage", "side", "let", "as", "is")
	if b := c.block(offset); b != nil && b.Kind == "net" && len(c.open) == 1 {
		c.words("meta", "train", "names", "expect")
	}
}

func (c *completer) values(offset int) {
	c.scope(offset, resolve.Parameter, resolve.Size, resolve.Local)
	for _, list := range [][]string{resolve.Constants, resolve.Functions, {"true", "false"}} {
		for _, name := range list {
			c.add(Item{Name: name, Kind: "word", rank: 2})
		}
	}
	c.declared(true)
}

func (c *completer) words(list ...string) {
	for _, w := range list {
		c.add(Item{Name: w, Kind: "keyword", rank: 4})
	}
}

func (c *completer) keys(list []string) {
	for _, k := range list {
		c.add(Item{Name: k, Kind: "key", Insert: k + " = "})
	}
}

// arguments adds the parameters of what is called that have not been given, those without a default first.
func (c *completer) arguments(in opened) {
	if in.value != "" {
		return
	}
	params, source := c.paramsOf(in.name)
	for i, p := range params {
		if slices.Contains(in.given, p.Name.Text) || i < in.commas-len(in.given) {
			continue
		}
		c.add(Item{Name: p.Name.Text, Kind: "argument", Insert: p.Name.Text + "=", Detail: source.OneLine(p.Span()), rank: -1})
	}
	b, _ := c.called(in.name)
	if b == nil || b.Sig == nil {
		return
	}
	for _, port := range b.Sig.In { // sizes with a default are given like parameters
		for _, d := range port.Shape.Sizes {
			if name := port.Binds(d); name != "" && d.Default != nil && !slices.Contains(in.given, name) {
				c.add(Item{Name: name, Kind: "argument", Insert: name + "=", Detail: source.OneLine(d.Span())})
			}
		}
	}
}

// paramsOf are the parameters of what a dotted name calls, and the text that declares them.
func (v *View) paramsOf(name []string) ([]*ast.Param, *source.File) {
	b, m := v.called(name)
	if b == nil {
		return nil, nil
	}
	return b.Params.All(), m.File.Source
}

// called is the block that a dotted name calls; of a preset what it fills in.
func (v *View) called(name []string) (*ast.Block, *resolve.Module) {
	var path []*ast.Name
	for _, part := range name {
		path = append(path, &ast.Name{Text: part})
	}
	if len(path) == 0 {
		return nil, nil
	}
	o, _ := v.Program.Main.LookupPath(path)
	if o = o.Called(); o == nil {
		return nil, nil
	}
	return o.Block, o.Module
}

// members adds what an imported file exports behind its name and a dot, and the files of the library
// behind std in an import.
func (c *completer) members() {
	if len(c.last) == 0 {
		return
	}
	switch before := c.last[0].Text; {
	case len(c.last) > 1 && c.last[1].Text == "import":
		c.filesOf(before)
	default:
		if o, ok := c.Program.Main.Lookup(before); ok && o.Namespace != nil {
			c.of(o.Namespace)
		}
	}
}

func (c *completer) files() {
	for _, name := range []string{"std", "nets"} {
		c.add(Item{Name: name, Kind: "file"})
	}
}

func (c *completer) filesOf(folder string) {
	for _, m := range libraryModules() {
		if file, ok := strings.CutPrefix(m.Name(), folder+"/"); ok {
			c.add(Item{Name: strings.TrimSuffix(file, ".cnn"), Kind: "file", Doc: m.File.Doc})
		}
	}
}

// exported adds the names of the file whose import is being written.
func (c *completer) exported() {
	line := c.Source.Text[:c.start]
	line = line[strings.LastIndex(line, "import")+len("import"):]
	file, _, _ := strings.Cut(line, "{")
	file = strings.ReplaceAll(strings.TrimSpace(file), ".", "/") + ".cnn"
	for _, m := range slices.Concat(libraryModules(), c.Program.Main.Imports) {
		if m.Name() == file || `"./`+path.Base(m.Name())+`".cnn` == file {
			c.of(m)
		}
	}
}

// of adds what a file exports.
func (c *completer) of(m *resolve.Module) {
	for _, name := range m.Exported() {
		switch o, _ := m.Lookup(name); {
		case o.Block != nil:
			d := interp.Describe(o)
			c.add(Item{Name: name, Kind: d.Kind, Detail: d.Signature, Doc: d.Doc})
		default:
			c.add(Item{Name: name, Kind: "value", Detail: m.File.Source.OneLine(o.Let.Span())})
		}
	}
}
