package lsp

import (
	"context"
	"io"
	"strings"

	"github.com/sourcegraph/jsonrpc2"

	"cnnlang/interp"
	"cnnlang/interp/editor"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

func modified() error {
	return &jsonrpc2.Error{Code: codeContentModified, Message: errModified.Error()}
}

func reader(text string) io.Reader { return strings.NewReader(text) }

// show publishes what is wrong with a text, and has the client ask for shapes again.
func (s *server) show(st *state, v *editor.View, c *interp.Checked) {
	list := []diagnostic{}
	for _, d := range c.Problems {
		if d.Span.Start.Filename == v.Source.Name {
			list = append(list, st.shown(v, d))
		}
	}
	s.publish(st, list)
}

// refuse publishes why nothing can be said of a text.
func (s *server) refuse(st *state, err error) {
	s.publish(st, []diagnostic{{Severity: 1, Source: "cnnlang", Message: diag.Visible(err.Error())}})
}

func (s *server) publish(st *state, list []diagnostic) {
	s.conn.Notify(context.Background(), "textDocument/publishDiagnostics", published{URI: st.doc.uri, Version: st.doc.version, Diagnostics: list})
	s.refresh.ask(s.conn)
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
