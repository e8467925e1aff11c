package lsp

import (
	"context"

	"cnnlang/interp/editor"
	"cnnlang/lang/source"
)

func (s *server) definition(ctx context.Context, p place) (any, error) {
	st, v, err := s.texts.at(ctx, p.TextDocument.URI, named, named)
	if err != nil {
		return nil, err
	}
	def, ok := v.Definition(st.doc.offset(p.Position))
	if !ok {
		return nil, nil
	}
	return s.place(st, v, def)
}

// place is where a span of a view is for the client; of the library in a copy of its file.
func (s *server) place(st *state, v *editor.View, at source.Span) (any, error) {
	d, ok := st.of(v, at.Start.Filename)
	if !ok {
		return nil, nil
	}
	if isOfLibrary(v, at.Start.Filename) {
		path, err := s.shownFile(at.Start.Filename, d.text)
		if err != nil {
			return nil, err
		}
		return location{uriOf(path), spanIn(d, at)}, nil
	}
	return location{d.uri, spanIn(d, at)}, nil
}

func (s *server) references(ctx context.Context, p struct {
	place
	Context struct {
		Declaration bool `json:"includeDeclaration"`
	} `json:"context"`
}) (any, error) {
	st, v, err := s.texts.at(ctx, p.TextDocument.URI, named, named)
	if err != nil {
		return nil, err
	}
	def, ok := v.Definition(st.doc.offset(p.Position))
	list := []location{}
	if !ok {
		return list, nil
	}
	all, _ := s.texts.all(ctx)
	for _, other := range all { // of the same name, others import it
		for _, at := range other.view.References(def) {
			if at != def || p.Context.Declaration {
				list = append(list, location{other.doc.uri, spanIn(other.doc, at)})
			}
		}
	}
	return list, nil
}

func (s *server) highlight(ctx context.Context, p place) (any, error) {
	st, v, err := s.texts.at(ctx, p.TextDocument.URI, named, named)
	if err != nil {
		return nil, err
	}
	list := []map[string]any{}
	if def, ok := v.Definition(st.doc.offset(p.Position)); ok {
		for _, at := range v.References(def) {
			kind := 2 // it is read
			if at == def {
				kind = 3
			}
			list = append(list, map[string]any{"range": spanIn(&st.doc, at), "kind": kind})
		}
	}
	return list, nil
}
