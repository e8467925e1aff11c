package lsp

import (
	"context"
	"path/filepath"

	"cnnlang/interp"
	"cnnlang/interp/editor"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

func (s *server) prepareRename(ctx context.Context, p place) (any, error) {
	st, v, err := s.texts.at(ctx, p.TextDocument.URI, named, named)
	if err != nil {
		return nil, err
	}
	at, _, ok := v.Renamable(st.doc.offset(p.Position))
	if !ok {
		return nil, nil
	}
	return map[string]any{"range": spanIn(&st.doc, at), "placeholder": st.doc.text[at.Start.Offset:at.End.Offset]}, nil
}

// rename changes a name in the file that gives it, and in all that import this one, open or not.
func (s *server) rename(ctx context.Context, p struct {
	place
	NewName string `json:"newName"`
}) (any, error) {
	st, v, err := s.texts.at(ctx, p.TextDocument.URI, named, made)
	if err != nil {
		return nil, err
	}
	r := renaming{server: s, documents: map[string]*document{}, open: map[string]string{}}
	_, def, ok := v.Renamable(st.doc.offset(p.Position))
	if !ok {
		return nil, &editor.RenameError{Reason: "there is no name here that this file, or one that it imports, gives"}
	}
	if st.doc.loose || v.Local(def) && def.Start.Filename == v.Source.Name {
		r.documents[v.Source.Name] = &st.doc
		return r.edits(v, def, nil, p.NewName)
	}
	all, whole := s.texts.all(ctx)
	if !whole {
		return nil, modified()
	}
	for _, t := range all {
		if !t.doc.loose {
			r.documents[t.view.Source.Name], r.open[t.doc.name] = t.doc, t.doc.text
		}
	}
	giving := v
	if def.Start.Filename != v.Source.Name {
		if giving, err = r.view(filepath.FromSlash(def.Start.Filename), all); err != nil {
			return nil, err
		}
	}
	files, err := s.importers(ctx, filepath.FromSlash(def.Start.Filename), r.open)
	if err != nil {
		return nil, err
	}
	var others []*editor.View
	for _, file := range files {
		other, err := r.view(file, all)
		if err != nil {
			return nil, err
		}
		if other.Program.File(def.Start.Filename) != nil {
			others = append(others, other)
		}
	}
	return r.edits(giving, def, others, p.NewName)
}

// A renaming is one while its files are read.
type renaming struct {
	server    *server
	documents map[string]*document // by the names of their sources
	open      map[string]string    // the texts that are open, by their paths
}

// view is that of a file, as it is open or else as it is.
func (r *renaming) view(file string, all []text) (*editor.View, error) {
	for _, t := range all {
		if t.doc.name == file {
			return t.view, nil
		}
	}
	p, err := scratch(r.open).Program(file)
	if err != nil {
		return nil, err
	}
	v := editor.Of(p)
	d := &document{uri: uriOf(file), name: file, unopened: true}
	d.set(v.Source.Text)
	r.documents[v.Source.Name] = d
	return v, nil
}

// edits are those of the view that gives a name, and of others.
func (r *renaming) edits(v *editor.View, def source.Span, others []*editor.View, name string) (any, error) {
	read := func(file string, texts map[string]string) (*interp.Program, error) {
		if r.documents[file].loose {
			return v.Program.Revise(texts[file])
		}
		edited := map[string]string{}
		for name, text := range texts {
			edited[filepath.FromSlash(name)] = text
		}
		return scratch(r.open, edited).Program(filepath.FromSlash(file))
	}
	all, err := v.Rename(def.Start.Offset, name, others, read)
	if err != nil {
		return nil, err
	}
	edits := map[*document][]diag.Edit{}
	for file, list := range all {
		edits[r.documents[file]] = list
	}
	return r.server.workspaceEdit(edits), nil
}
