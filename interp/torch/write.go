// Package torch writes a net as a Python file for PyTorch: its blocks as classes with their
// parameters, as a person would. The names in its state_dict are the net's own, so weights that
// are published by them load into it.
//
// It is written from the net's text as it was applied (graph.Part). All applications of a block are
// followed at once, a view for each (cells.go, flow.go): what is the same in all becomes a number,
// what the text computes from the block's own names that expression (value.go), and anything else
// that differs another parameter of the class. Where applications cannot be one class, they are
// several. Every expression is compared with what it is in each application before it is written.
package torch

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/graph"
)

// A Net is what a file is written from.
type Net struct {
	Self  *graph.Part // the net as it was applied
	Graph *graph.Graph
	From  string // where its text is, for people: resnet.cnn
	// Notes are lines for people, on how pictures are prepared for example.
	Notes []string
	// Again is the net with another value of one of its parameters, nil where that cannot be.
	Again func(parameter string, value int) *Net
}

// Write writes a net as a Python file, and says what its class is called. Its error is a
// *graph.LackingError.
func Write(n Net) (text []byte, class string, err error) {
	open := map[string]bool{}
	for _, p := range openParameters(n) {
		open[p] = true
	}
	f := follow(n, open)
	if lacks := append(flagged(n.Self), f.lacks...); len(lacks) > 0 {
		return nil, "", &graph.LackingError{Net: n.Self.Call, Form: "a module of PyTorch", Steps: slices.Compact(lacks)}
	}
	return f.text(n), f.classes[len(f.classes)-1].name, nil
}

func follow(n Net, open map[string]bool) *file {
	f := newFile(n.Self, n.Graph)
	f.classes[len(f.classes)-1].kept = open
	f.generate()
	return f
}

// text is the file.
func (f *file) text(n Net) []byte {
	w := &writer{}
	f.heading(w, n)
	for _, h := range helperOrder {
		if f.imports[h] {
			w.WriteString("\n\n" + helpers[h].text)
		}
	}
	for _, c := range f.classes {
		w.line("")
		w.line("")
		c.write(w)
	}
	return bytes.TrimLeft([]byte(w.String()), "\n")
}

func (f *file) hasHeads() bool { return len(f.heads) > 0 }

// heading writes what stands above the classes.
func (f *file) heading(w *writer, n Net) {
	c := f.classes[len(f.classes)-1]
	from := ""
	if n.From != "" {
		from = " from " + n.From
	}
	w.line(`"""` + doc(fmt.Sprintf("%s %s -> %s, written by cnnlang%s.", f.net.Call, endsText(inputsOf(f.graph)), endsText(f.graph.Outputs), from)))
	w.line("")
	w.line("The keys of " + c.name + "().state_dict() are the paths of the net's text.")
	for _, line := range n.Notes {
		w.line(doc(line))
	}
	w.line(`"""`)
	for h := range helpers {
		if f.imports[h] {
			for _, need := range helpers[h].needs {
				f.imports[need] = true
			}
		}
	}
	if f.imports["OrderedDict"] {
		w.line("from collections import OrderedDict")
		w.line("")
	}
	w.line("import torch")
	w.line("from torch import nn")
	if f.imports["F"] {
		w.line("from torch.nn import functional as F")
	}
}

// doc is a text in a doc string, which it cannot end.
func doc(text string) string {
	var b strings.Builder
	for _, c := range text {
		switch {
		case c == '\\' || c == '"':
			b.WriteByte('\'')
		case c < ' ' || c > '~':
			b.WriteByte('?')
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// write writes a class.
func (c *class) write(w *writer) {
	base := "nn.Module"
	if c.body.sequential {
		base = "nn.Sequential"
	}
	w.line("class " + c.name + "(" + base + "):")
	w.in(func() {
		if d := c.says(); d != "" {
			w.line(`"""` + doc(d) + `"""`)
			w.line("")
		}
		params := []string{"self"}
		for _, p := range c.params {
			if p.def != nil {
				params = append(params, p.name+"="+literal(p.def).String())
			} else {
				params = append(params, p.name)
			}
		}
		if c.net && c.hasHeads() {
			params = append(params, "side_heads=False")
		}
		if len(c.body.init) > 0 || len(c.params) > 0 || c.body.sequential || c.net {
			w.signature("__init__", params)
			w.in(func() { c.writeInit(w) })
		}
		if c.body.sequential {
			return
		}
		if len(c.body.init) > 0 || len(c.params) > 0 || c.net {
			w.line("")
		}
		w.signature("forward", slices.Insert(append([]string{"self"}, c.body.takes...), 1+c.rows[0].inAt, c.body.in))
		w.in(func() { w.statements(c.body.forward) })
	})
}

func (c *class) writeInit(w *writer) {
	if c.body.sequential {
		w.statements(c.body.init)
		w.put("", &expr{kind: call, args: append([]*expr{name("super().__init__")}, c.body.items...)}, "")
		return
	}
	w.line("super().__init__()")
	if c.net && c.hasHeads() {
		w.line("self.side_heads = side_heads")
	}
	w.statements(c.body.init)
}

// says is the doc string of a class, its signature.
func (c *class) says() string {
	r := c.rows[0]
	if c.net || c.body.sequential || r.part != r.home {
		return ""
	}
	return r.part.Signature
}

// statements writes statements.
func (w *writer) statements(list []*stmt) {
	for _, s := range list {
		after := ""
		if s.comment != "" {
			after = "  # " + s.comment
		}
		switch s.kind {
		case assign:
			before := s.target.String() + " = "
			if s.target.kind == tuple {
				before = strings.Join(written(s.target.args), ", ") + " = "
			}
			w.commented(before, s.value, after)
		case more:
			w.put(s.target.String()+" += ", s.value, "")
		case do:
			w.put("", s.value, "")
		case giveBack:
			if s.value.kind == tuple && s.value.text == "bare" {
				w.line("return " + strings.Join(written(s.value.args), ", "))
				continue
			}
			w.commented("return ", s.value, after)
		case branch:
			w.put("if ", s.value, ":")
			w.in(func() { w.statements(s.body) })
			if len(s.orelse) > 0 {
				w.line("else:")
				w.in(func() { w.statements(s.orelse) })
			}
		case loop:
			w.line("for " + s.index + " in " + s.value.String() + ":")
			w.in(func() { w.statements(s.body) })
		}
	}
}

// commented writes a line with a comment, without it where the line would be too long.
func (w *writer) commented(before string, x *expr, after string) {
	if !w.fits(before + x.String() + after) {
		after = ""
	}
	if after != "" {
		w.line(before + x.String() + after)
		return
	}
	w.put(before, x, "")
}

// openParameters are the parameters of a net that stay open in its class: those with which, at
// another value, the same file is written.
func openParameters(n Net) (open []string) {
	if n.Again == nil {
		return nil
	}
	for _, p := range n.Self.Given {
		size, ok := plain(p.Value).(interface{ Int() (int, bool) })
		if !ok || len(open) == mostOpen {
			continue
		}
		v, whole := size.Int()
		if !whole || v < 2 {
			continue
		}
		keep := map[string]bool{p.Name: true}
		this := follow(n, keep)
		if c := this.classes[len(this.classes)-1]; c.find(p.Name) == nil || !c.plainlyUses(c.find(p.Name).name) {
			continue
		}
		other := n.Again(p.Name, v+1)
		if other == nil {
			continue
		}
		if again := follow(*other, keep); this.bare() == again.bare() {
			open = append(open, p.Name)
		}
	}
	return open
}

// plainlyUses reports whether a parameter is used as it is or in one product: sums over all layers
// are better read as numbers.
func (c *class) plainlyUses(n string) bool {
	var plainly func(x *expr) bool
	plainly = func(x *expr) bool {
		if x == nil {
			return true
		}
		if x.kind == infix && x.uses(n) {
			return x.args[0].kind == atom && x.args[1].kind == atom
		}
		return !slices.ContainsFunc(x.args, func(a *expr) bool { return !plainly(a) })
	}
	var all func(list []*stmt) bool
	all = func(list []*stmt) bool {
		return !slices.ContainsFunc(list, func(s *stmt) bool { return !plainly(s.value) || !all(s.body) || !all(s.orelse) })
	}
	return all(c.body.init) && all(c.body.forward)
}

// mostOpen limits how many parameters of a net are tried.
const mostOpen = 4

// bare is the file without what a parameter's value changes anyway.
func (f *file) bare() string {
	c := f.classes[len(f.classes)-1]
	for _, p := range c.params {
		p.def = nil
	}
	w := &writer{}
	for _, c := range f.classes {
		for _, list := range [][]*stmt{c.body.init, c.body.forward} {
			for _, s := range list {
				s.comment = ""
			}
		}
		c.write(w)
	}
	return w.String()
}
