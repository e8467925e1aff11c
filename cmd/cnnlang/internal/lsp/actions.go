package lsp

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"cnnlang/interp/draw"
	"cnnlang/interp/editor"
	"cnnlang/lang/diag"
)

// The commands that a client can have executed: which net is in view, and its page.
const (
	chooseCommand = "cnnlang.choose"
	pageCommand   = "cnnlang.page"
)

// actions are the repairs of what is wrong in a range, and all of them together.
func (s *server) actions(ctx context.Context, p struct {
	ranged
	Context struct {
		Only []string `json:"only"`
	} `json:"context"`
}) (any, error) {
	st, v, err := s.texts.at(ctx, p.TextDocument.URI, repaired, repaired)
	if err != nil {
		return nil, err
	}
	list := []codeAction{}
	found := s.texts.problems(st)
	if found == nil {
		return list, nil
	}
	start, end := st.doc.offset(p.Range.Start), st.doc.offset(p.Range.End)
	if wanted(p.Context.Only, "quickfix") {
		for _, d := range found.Problems {
			if d.Span.Start.Filename != v.Source.Name || d.Span.End.Offset < start || d.Span.Start.Offset > end {
				continue
			}
			repairs := d.Repairs
			if len(repairs) == 0 && d.Correction != nil {
				repairs = []diag.Repair{*d.Correction}
			}
			for i, r := range repairs {
				if edit := s.edit(st, v, r.Edits); edit != nil {
					list = append(list, codeAction{Title: title(r.What), Kind: "quickfix", Diagnostics: []diagnostic{st.shown(v, d)}, Preferred: i == 0, Edit: edit})
				}
			}
		}
	}
	if wanted(p.Context.Only, "source.fixAll") {
		if text, made := found.Fixed(); len(made) > 0 && text != st.doc.text {
			all := s.workspaceEdit(map[*document][]diag.Edit{&st.doc: {{Span: v.Source.Span(0, len(st.doc.text)), Text: text}}})
			list = append(list, codeAction{Title: "Fix all that has one evident repair", Kind: "source.fixAll", Edit: all})
		}
	}
	return list, nil
}

// title begins with a capital, as editors list them.
func title(what string) string {
	if what == "" {
		return "Repair"
	}
	return strings.ToUpper(what[:1]) + what[1:]
}

// wanted reports whether a client asks for a kind of actions.
func wanted(only []string, kind string) bool {
	for _, o := range only {
		if o == kind || strings.HasPrefix(kind, o+".") || o == "" {
			return true
		}
	}
	return len(only) == 0
}

// edit are edits as a client makes them, nil if one is in a file of the library.
func (s *server) edit(st *state, v *editor.View, edits []diag.Edit) *workspaceEdit {
	all, byFile := map[*document][]diag.Edit{}, map[string]*document{}
	for _, e := range edits {
		file := e.Span.Start.Filename
		d := byFile[file]
		if d == nil {
			var ok bool
			if d, ok = st.of(v, file); !ok || isOfLibrary(v, file) {
				return nil
			}
			byFile[file] = d
		}
		all[d] = append(all[d], e)
	}
	return s.workspaceEdit(all)
}

// workspaceEdit are edits of documents, about the versions that they are of.
func (s *server) workspaceEdit(all map[*document][]diag.Edit) *workspaceEdit {
	edit := &workspaceEdit{}
	if !s.versions {
		edit.Changes = map[string][]textEdit{}
	}
	for d, list := range all {
		if !s.versions {
			edit.Changes[d.uri] = editsOf(d, list)
			continue
		}
		one := documentEdit{Edits: editsOf(d, list)}
		if one.TextDocument.URI = d.uri; !d.unopened {
			one.TextDocument.Version = &d.version
		}
		edit.Documents = append(edit.Documents, one)
	}
	return edit
}

// lenses are a line above each net: what it is at its size, and whether it is the one in view.
func (s *server) lenses(ctx context.Context, p about) (any, error) {
	st, v, err := s.texts.at(ctx, p.TextDocument.URI, made, made)
	if err != nil {
		return nil, err
	}
	list := []codeLens{}
	chosen := s.texts.net(st.doc.uri)
	for i, n := range v.Summaries() {
		text := n.Text
		if n.Name == chosen || chosen == "" && i == 0 {
			text += " · in view"
		} else {
			text += " · choose"
		}
		list = append(list, codeLens{spanIn(&st.doc, n.Span), command{text, chooseCommand, []any{st.doc.uri, n.Name}}})
	}
	return list, nil
}

func (s *server) execute(ctx context.Context, p struct {
	Command   string            `json:"command"`
	Arguments []json.RawMessage `json:"arguments"`
}) (any, error) {
	var uri, net string
	if len(p.Arguments) > 0 {
		json.Unmarshal(p.Arguments[0], &uri) // what is no string is not open
	}
	switch p.Command {
	case chooseCommand:
		if len(p.Arguments) > 1 {
			json.Unmarshal(p.Arguments[1], &net)
		}
		_, v, err := s.texts.at(ctx, uri, made, made)
		if err != nil {
			return nil, err
		}
		for _, n := range v.Nets() {
			if n == net {
				s.texts.choose(uri, net)
				s.refresh.ask(s.conn)
				return nil, nil
			}
		}
		return nil, fmt.Errorf("%q is no net of %s without a mistake", net, uri)
	case pageCommand:
		var at position
		if len(p.Arguments) > 1 {
			json.Unmarshal(p.Arguments[1], &at)
		}
		return s.page(ctx, uri, at)
	}
	return nil, fmt.Errorf("there is no command %q", p.Command)
}

// page is the picture of the net in view, and the part of it that a place in the text gives.
func (s *server) page(ctx context.Context, uri string, at position) (any, error) {
	st, v, err := s.texts.at(ctx, uri, shaped, shaped)
	if err != nil {
		return nil, err
	}
	n := v.Net(s.texts.net(uri))
	if n == nil {
		return nil, fmt.Errorf("%s has no net without a mistake", uri)
	}
	var html strings.Builder
	texts := func(file string) string { return n.File(file).Text }
	if err := draw.Page(&html, n.Graph, n.Outline(), draw.Options{Depth: draw.FitPage}, texts); err != nil {
		return nil, err
	}
	return map[string]any{"net": n.Name, "html": html.String(), "path": v.PathAt(n, st.doc.offset(at))}, nil
}
