package lsp

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"cnnlang/interp/editor"
	"cnnlang/lang/diag"
)

func (s *server) hover(ctx context.Context, p place) (any, error) {
	st, v, err := s.texts.at(ctx, p.TextDocument.URI, shaped, judged)
	if err != nil {
		return nil, err
	}
	h, ok := v.Hover(s.texts.net(st.doc.uri), st.doc.offset(p.Position))
	if !ok {
		return nil, nil
	}
	return hover{markup{"markdown", h.Text}, spanIn(&st.doc, h.Span)}, nil
}

func (s *server) hints(ctx context.Context, p ranged) (any, error) {
	st, v, err := s.texts.at(ctx, p.TextDocument.URI, shaped, shaped)
	if err != nil {
		return nil, err
	}
	hints := []inlayHint{}
	for _, h := range v.Hints(s.texts.net(st.doc.uri), st.doc.offset(p.Range.Start), st.doc.offset(p.Range.End)) {
		hints = append(hints, inlayHint{st.doc.position(h.Offset), h.Text, h.More, true})
	}
	return hints, nil
}

// The protocol's numbers for kinds of completions.
var completionKinds = map[string]int{
	"block": 7, "net": 7, "primitive": 3, "combinator": 3, "value": 21, "parameter": 6, "argument": 5, "size": 6, "local value": 6,
	"tap": 6, "label": 5, "word": 21, "keyword": 14, "key": 10, "file": 9, "declaration": 7,
}

func (s *server) complete(ctx context.Context, p place) (any, error) {
	st, v, err := s.texts.at(ctx, p.TextDocument.URI, named, named)
	if err != nil {
		return nil, err
	}
	const most = 200
	list := completions{Items: []completionItem{}}
	if written, start, ok := v.ImportAt(st.doc.offset(p.Position)); ok && !st.doc.loose {
		list.Items = append(list.Items, importable(&st.doc, written, start)...)
		return list, nil
	}
	for i, item := range v.Complete(st.doc.offset(p.Position)) {
		if i == most {
			list.Incomplete = true
			break
		}
		c := completionItem{
			Label: item.Name, Kind: completionKinds[item.Kind], Detail: item.Detail, SortText: fmt.Sprintf("%04d", i),
			Edit: textEdit{spanIn(&st.doc, item.Span), item.Insert},
		}
		if item.Doc != "" {
			c.Doc = &markup{"markdown", item.Doc}
		}
		for _, e := range item.Edits {
			c.Others = append(c.Others, textEdit{spanIn(&st.doc, e.Span), e.Text})
		}
		list.Items = append(list.Items, c)
	}
	return list, nil
}

func (s *server) signature(ctx context.Context, p place) (any, error) {
	st, v, err := s.texts.at(ctx, p.TextDocument.URI, named, named)
	if err != nil {
		return nil, err
	}
	g, ok := v.Signature(st.doc.offset(p.Position))
	if !ok {
		return nil, nil
	}
	one := signatureInformation{Label: g.Text, Parameters: []parameterInformation{}}
	if g.Doc != "" {
		one.Doc = &markup{"markdown", g.Doc}
	}
	for _, text := range g.Params {
		one.Parameters = append(one.Parameters, parameterInformation{text})
	}
	active := g.Active
	if active < 0 {
		active = len(g.Params) // beyond the last: none
	}
	return signatureHelp{[]signatureInformation{one}, 0, active}, nil
}

// The protocol's numbers for kinds of symbols.
var symbolKinds = map[string]int{"block": 12, "net": 5, "let": 14, "label": 8}

func (s *server) symbols(ctx context.Context, p about) (any, error) {
	st, v, err := s.texts.at(ctx, p.TextDocument.URI, named, named)
	if err != nil {
		return nil, err
	}
	return symbolsOf(&st.doc, v.Symbols()), nil
}

func symbolsOf(d *document, list []editor.Symbol) []documentSymbol {
	all := []documentSymbol{}
	for _, y := range list {
		all = append(all, documentSymbol{y.Name, y.Detail, symbolKinds[y.Kind], spanIn(d, y.Span), spanIn(d, y.At), symbolsOf(d, y.Parts)})
	}
	return all
}

// allSymbols are the declarations of the texts that are open, and of the files in the client's folders.
func (s *server) allSymbols(ctx context.Context, p struct {
	Query string `json:"query"`
}) (any, error) {
	found := []workspaceSymbol{}
	add := func(name, kind string, d *document, start, end int) {
		if strings.Contains(strings.ToLower(name), strings.ToLower(p.Query)) {
			found = append(found, workspaceSymbol{name, symbolKinds[kind], location{d.uri, d.span(start, end)}})
		}
	}
	all, _ := s.texts.all(ctx)
	open := map[string]string{}
	for _, t := range all {
		open[t.doc.name] = t.doc.text
		for _, y := range t.view.Symbols() {
			add(y.Name, y.Kind, t.doc, y.At.Start.Offset, y.At.End.Offset)
		}
	}
	for path, text := range s.folders.texts(ctx, open) {
		d := &document{uri: uriOf(path)}
		d.set(text)
		for _, m := range declaring.FindAllStringSubmatchIndex(text, -1) {
			add(text[m[4]:m[5]], text[m[2]:m[3]], d, m[4], m[5])
		}
	}
	return found, nil
}

var declaring = regexp.MustCompile(`(?m)^(block|net|let) +([\pL_][\pL\d_]*)`)

func (s *server) folds(ctx context.Context, p about) (any, error) {
	_, v, err := s.texts.at(ctx, p.TextDocument.URI, named, named)
	if err != nil {
		return nil, err
	}
	list := []foldingRange{}
	for _, f := range v.Folds() {
		r := foldingRange{StartLine: f.First - 1, EndLine: f.Last - 1}
		if f.Comment {
			r.Kind = "comment"
		}
		list = append(list, r)
	}
	return list, nil
}

func (s *server) tokens(ctx context.Context, p about) (any, error) {
	st, v, err := s.texts.at(ctx, p.TextDocument.URI, named, named)
	if err != nil {
		return nil, err
	}
	return relative(&st.doc, v.Tokens(0, len(st.doc.text))), nil
}

func (s *server) tokensIn(ctx context.Context, p ranged) (any, error) {
	st, v, err := s.texts.at(ctx, p.TextDocument.URI, named, named)
	if err != nil {
		return nil, err
	}
	return relative(&st.doc, v.Tokens(st.doc.offset(p.Range.Start), st.doc.offset(p.Range.End))), nil
}

// relative are tokens as the protocol has them: five numbers each, the place as the distance from the one before.
func relative(d *document, list []editor.Token) semanticTokens {
	data := make([]int, 0, 5*len(list))
	var last position
	for _, t := range list {
		at := d.position(t.Offset)
		column := at.Character
		if at.Line == last.Line {
			column -= last.Character
		}
		modifiers := 0
		if t.Defined {
			modifiers |= 1
		}
		if t.Standard {
			modifiers |= 2
		}
		data = append(data, at.Line-last.Line, column, units(d.text[t.Offset:t.Offset+t.Length]), t.Kind, modifiers)
		last = at
	}
	return semanticTokens{data}
}

// editsOf are edits of one text.
func editsOf(d *document, edits []diag.Edit) []textEdit {
	list := []textEdit{}
	for _, e := range edits {
		list = append(list, textEdit{spanIn(d, e.Span), e.Text})
	}
	return list
}
