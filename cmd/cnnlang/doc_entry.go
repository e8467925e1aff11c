package main

import (
	"fmt"
	"path"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// A docEntry explains one primitive, block or net.
type docEntry struct {
	Name      string     `json:"name"`
	Kind      string     `json:"kind"`    // primitive, block or net
	Package   string     `json:"package"` // what to import it from, "" for primitives and library nets
	File      string     `json:"file"`
	Line      int        `json:"line"`
	Signature string     `json:"signature"`      // as it is written
	Of        string     `json:"of,omitempty"`   // for a preset, what is filled in
	Base      string     `json:"base,omitempty"` // and the signature of that
	Params    []docParam `json:"params"`
	Input     []string   `json:"input"`
	Output    []string   `json:"output"`
	Where     []string   `json:"where,omitempty"`
	Doc       string     `json:"doc"`
}

type docParam struct {
	Name    string `json:"name"`
	Type    string `json:"type,omitempty"`    // "" if only the default has it
	Default string `json:"default,omitempty"` // "" if it has to be given
}

func (e docEntry) qualified() string {
	if e.Package == "" {
		return e.Name
	}
	return e.Package + "." + e.Name
}

// title is the heading of a file's entries.
func (e docEntry) title() string {
	switch {
	case e.Kind == "primitive":
		return "primitives"
	case e.Package != "":
		return e.Package
	}
	return e.File
}

// String is the entry for people.
func (e docEntry) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", e.Signature)
	if e.Base != "" {
		fmt.Fprintf(&b, "%s\n\n", e.Base)
	}
	if e.Doc != "" {
		fmt.Fprintf(&b, "%s\n\n", strings.TrimSpace(e.Doc))
	}
	switch {
	case e.Kind == "primitive":
		fmt.Fprintln(&b, "a primitive of the language")
	case e.Package != "":
		fmt.Fprintf(&b, "import %s { %s }  (%s:%d)\n", e.Package, e.Name, e.File, e.Line)
	default:
		fmt.Fprintf(&b, "cnnlang params %s  (%s:%d)\n", e.Name, e.File, e.Line)
	}
	return b.String()
}

// describe makes an entry from the tree.
func describe(o *resolve.Object) docEntry {
	b, text := o.Block, o.Module.File.Source
	e := docEntry{
		Name: o.Name, Kind: b.Kind, File: text.Name, Line: o.Span.Start.Line,
		Signature: signature(b, text), Params: []docParam{}, Input: []string{}, Output: []string{}, Doc: b.Doc,
	}
	if o.IsPrimitive() {
		e.Kind = "primitive"
	} else if folder, file := path.Split(text.Name); folder == "std/" {
		e.Package = "std." + strings.TrimSuffix(file, ".cnn")
	}
	if b.Preset != nil {
		e.Of = written(b.Preset, text)
		if base, _ := o.Module.LookupPath(b.Preset.Ref().Path); base != nil && base.Block != nil {
			e.Base = signature(base.Block, base.Module.File.Source)
		}
	}
	if b.Params != nil {
		for _, p := range b.Params.List {
			d := docParam{Name: p.Name.Text}
			if p.Type != nil {
				d.Type = written(p.Type, text)
			}
			if p.Default != nil {
				d.Default = written(p.Default, text)
			}
			e.Params = append(e.Params, d)
		}
	}
	if b.Sig != nil {
		for _, d := range b.Sig.In {
			e.Input = append(e.Input, written(d, text))
		}
		for _, x := range b.Sig.Out {
			e.Output = append(e.Output, written(x, text))
		}
	}
	for _, x := range b.Where {
		e.Where = append(e.Where, written(x, text))
	}
	return e
}

// signature is a declaration up to its braces.
func signature(b *ast.Block, text *source.File) string {
	end := b.Span().End.Offset
	for _, body := range []*ast.Body{b.Body, b.Extra} {
		if body != nil {
			end = body.Span().Start.Offset
		}
	}
	written := strings.TrimSpace(text.Text[b.Span().Start.Offset:end])
	return strings.TrimSpace(strings.TrimSuffix(written, "{"))
}

// written is the text of a part of the tree.
func written(n ast.Node, text *source.File) string {
	span := n.Span()
	return strings.TrimSpace(text.Text[span.Start.Offset:span.End.Offset])
}
