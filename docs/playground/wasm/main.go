//go:build js && wasm

// Command wasm is the checker for a page: it is asked by JavaScript, and answers with JSON.
package main

import (
	"context"
	"encoding/json"
	"strings"
	"syscall/js"

	"cnnlang/interp"
	"cnnlang/interp/draw"
	"cnnlang/interp/editor"
	"cnnlang/interp/graph"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// file is what the text of the page is called.
const file = "net.cnn"

var workspace interp.Workspace

func main() {
	js.Global().Set("cnnlang", js.ValueOf(map[string]any{
		"check":  function(func(args []js.Value) any { return check(args[0].String(), args[1].String()) }),
		"format": function(func(args []js.Value) any { return format(args[0].String()) }),
		"text":   function(func(args []js.Value) any { return example(args[0].String()) }),
		"names":  function(func([]js.Value) any { return interp.Library() }),
	}))
	js.Global().Call("dispatchEvent", js.Global().Get("Event").New("cnnlang"))
	select {}
}

// function is one whose answer is JSON.
func function(f func(args []js.Value) any) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) any {
		data, err := json.Marshal(f(args))
		if err != nil {
			data, _ = json.Marshal(map[string]string{"error": err.Error()})
		}
		return string(data)
	})
}

// A problem is a mistake or a warning, with its place in bytes of UTF-8.
type problem struct {
	Start    int           `json:"start"`
	End      int           `json:"end"`
	Line     int           `json:"line"`
	Severity diag.Severity `json:"severity"`
	Code     diag.Code     `json:"code"`
	Text     string        `json:"text"` // as the terminal has it
	Repairs  []repair      `json:"repairs"`
}

type repair struct {
	What string `json:"what"`
	Text string `json:"text"` // the whole text afterwards
}

type row struct {
	Path   string `json:"path"`
	Kind   string `json:"kind"`
	Output string `json:"output"`
	Params string `json:"params"`
	MACs   string `json:"macs"`
}

type hint struct {
	Offset int    `json:"offset"`
	Text   string `json:"text"`
}

type answer struct {
	Error    string    `json:"error,omitempty"`
	Problems []problem `json:"problems"`
	Nets     []string  `json:"nets"`
	Net      string    `json:"net"`
	Hints    []hint    `json:"hints"`
	Rows     []row     `json:"rows"`
	Totals   *row      `json:"totals"`
	Picture  string    `json:"picture"` // SVG
}

// check is all that is known of a text, and of one of its nets.
func check(text, net string) (a answer) {
	a = answer{Problems: []problem{}, Nets: []string{}, Hints: []hint{}, Rows: []row{}}
	if err := workspace.Read(file, strings.NewReader(text)); err != nil {
		a.Error = err.Error()
		return a
	}
	c, err := workspace.Check(context.Background(), file, interp.Options{})
	if err != nil {
		a.Error = err.Error()
		return a
	}
	for _, d := range c.Problems {
		a.Problems = append(a.Problems, shown(c, text, d))
	}
	v := editor.New(c)
	if names := v.Nets(); names != nil {
		a.Nets = names
	}
	n := v.Net(net)
	if n == nil {
		return a
	}
	a.Net = n.Name
	for _, h := range v.Hints(n.Name, 0, len(text)) {
		a.Hints = append(a.Hints, hint{h.Offset, h.Text})
	}
	for _, r := range n.Graph.Rows(0) {
		a.Rows = append(a.Rows, rowOf(r))
	}
	a.Totals = &row{Params: n.Main.Params.String(), MACs: n.Main.MACs.String(), Output: n.Graph.Nodes[0].Shape.String()}
	var svg strings.Builder
	if err := draw.Of(n.Graph, n.Outline(), draw.Options{Depth: draw.FitPage}).SVG(&svg); err == nil {
		a.Picture = svg.String()
	}
	return a
}

func rowOf(r graph.Row) row {
	shape := ""
	if r.Output != nil {
		shape = r.Output.String()
	}
	return row{Path: r.Path, Kind: r.Kind, Params: r.Params.String(), MACs: r.MACs.String(), Output: shape}
}

// shown is a diagnostic as the terminal prints it.
func shown(c *interp.Checked, text string, d *diag.Diagnostic) problem {
	p := problem{Start: d.Span.Start.Offset, End: d.Span.End.Offset, Line: d.Span.Start.Line, Severity: d.Severity, Code: d.Code, Repairs: []repair{}}
	var b strings.Builder
	diag.Fprint(&b, diag.List{d}, func(name string) *source.File { return c.File(name) }, diag.Options{}) // a Builder takes all
	p.Text, _, _ = strings.Cut(b.String(), "\n\n1 ")
	repairs := d.Repairs
	if len(repairs) == 0 && d.Correction != nil {
		repairs = []diag.Repair{*d.Correction}
	}
	for _, r := range repairs {
		if after, ok := diag.Apply(text, r.Edits); ok {
			p.Repairs = append(p.Repairs, repair{r.What, after})
		}
	}
	return p
}

func format(text string) map[string]string {
	formatted, err := interp.Format(file, text)
	if err != nil {
		return map[string]string{"error": err.Error()}
	}
	return map[string]string{"text": formatted}
}

// example is the text of a net of the library.
func example(name string) map[string]string {
	p, err := interp.Open(name)
	if err != nil {
		return map[string]string{"error": err.Error()}
	}
	return map[string]string{"text": p.Text()}
}
