package lsp

import (
	"context"
	"io"
	"strings"

	"github.com/sourcegraph/jsonrpc2"

	"cnnlang/interp/editor"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

func modified() error {
	return &jsonrpc2.Error{Code: codeContentModified, Message: errModified.Error()}
}

func reader(text string) io.Reader { return strings.NewReader(text) }

// refreshes are what the client wants to be told when answers would be others.
type refreshes struct{ hints, lenses bool }

// show publishes what is wrong with a text, and has the client ask for shapes again.
func (s *server) show(st *state) {
	p := published{URI: st.doc.uri, Version: st.doc.version, Diagnostics: []diagnostic{}}
	switch {
	case st.err != nil:
		p.Diagnostics = append(p.Diagnostics, diagnostic{Range: span{}, Severity: 1, Source: "cnnlang", Message: st.err.Error()})
	case st.check != nil:
		for _, d := range st.check.Problems {
			if d.Span.Start.Filename == st.full.Source.Name {
				p.Diagnostics = append(p.Diagnostics, st.shown(st.full, d))
			}
		}
	}
	ctx := context.Background()
	s.conn.Notify(ctx, "textDocument/publishDiagnostics", p)
	s.mutex.Lock()
	r := s.refresh
	s.mutex.Unlock()
	for method, wanted := range map[string]bool{"workspace/inlayHint/refresh": r.hints, "workspace/codeLens/refresh": r.lenses} {
		if wanted {
			s.conn.DispatchCall(ctx, method, nil) // its answer says nothing
		}
	}
}

// clear takes away what was wrong with a text that is no longer open.
func (s *server) clear(uri string) {
	s.conn.Notify(context.Background(), "textDocument/publishDiagnostics", published{URI: uri, Diagnostics: []diagnostic{}})
}

// shown is a diagnostic as an editor shows it.
func (st *state) shown(v *editor.View, d *diag.Diagnostic) diagnostic {
	text := d.Message
	if d.Label != "" {
		text += "\n" + d.Label
	}
	for _, n := range d.Notes {
		text += "\n= " + n
	}
	if d.Help != "" {
		text += "\nhelp: " + d.Help
	}
	shown := diagnostic{Range: spanIn(&st.doc, d.Span), Severity: 1, Code: string(d.Code), Source: "cnnlang", Message: diag.Visible(text)}
	if d.Severity != diag.Error {
		shown.Severity = 2
	}
	also := func(at source.Span, text string) {
		if doc, ok := st.of(v, at.Start.Filename); ok && at.IsValid() && text != "" {
			shown.Related = append(shown.Related, elsewhere{location{doc.uri, spanIn(doc, at)}, diag.Visible(text)})
		}
	}
	for _, l := range d.Labels {
		also(l.Span, l.Text)
	}
	for _, f := range d.Trace {
		also(f.Span, "in "+f.Path+" "+f.Call)
	}
	return shown
}
