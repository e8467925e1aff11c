package editor

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
)

// What speaks of steps by their paths changes with a label.

// An affected net is one in which a label stands that gets another name.
type affected struct {
	view    *View
	net     *interp.Net
	label   map[string]bool // the paths that end with it
	old     string
	name    string
	tensors []string            // by their paths
	maps    map[string][]string // what each map calls them, "" for those of which no row speaks
}

// paths adds the edits of rows of maps, facts and recipes that speak of steps with the label.
func (r *renaming) paths(v *View) error {
	var step *ast.Step
	for _, d := range v.Program.Main.File.Decls {
		ast.Walk(d, func(n ast.Node) bool {
			if s, ok := n.(*ast.Step); ok && s.Label != nil && s.Label.Span() == r.def {
				step = s
			}
			return step == nil
		})
	}
	if step == nil {
		return nil
	}
	for _, w := range r.views {
		nets := w.nets
		if nets == nil {
			nets, _, _ = w.Program.Check(interp.Options{}) // those with a mistake give no tensors
		}
		for _, n := range nets {
			a := &affected{view: w, net: n, label: map[string]bool{}, old: r.old, name: r.name, maps: map[string][]string{}}
			graph.Walk(n.Outline(), func(p *graph.Part) {
				if p.Span == step.Span() && p.Path != "" {
					a.label[item.ReplaceAllString(p.Path, "")] = true
				}
			})
			if len(a.label) == 0 {
				continue
			}
			for _, node := range n.Graph.Nodes {
				for _, p := range node.Own() {
					a.tensors = append(a.tensors, p.Path)
				}
			}
			r.nets = append(r.nets, a)
		}
		for _, d := range w.Program.Main.File.Decls {
			if d.Block != nil && d.Block.Kind == "net" {
				if err := r.spoken(w, d.Block); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// of is the net of a view with a name, nil where it has not the label.
func (r *renaming) of(w *View, name string) *affected {
	for _, a := range r.nets {
		if a.view == w && a.net.Name == name {
			return a
		}
	}
	return nil
}

// from are the nets that are a block, or fill it in.
func (r *renaming) from(b *ast.Block) (list []*affected) {
	for _, a := range r.nets {
		o, _ := a.view.Program.Main.Lookup(a.net.Name)
		if o.Block != nil && o.Block.Span() == b.Span() {
			list = append(list, a)
		} else if o = o.Called(); o != nil && o.Block.Span() == b.Span() {
			list = append(list, a)
		}
	}
	return list
}

// spoken adds the edits of what a net says of its own paths.
func (r *renaming) spoken(w *View, b *ast.Block) error {
	a := r.of(w, b.Name.Text)
	for _, st := range statements(b) {
		switch {
		case st.Names != nil:
			if err := r.rows(w, b, st.Names); err != nil {
				return err
			}
		case a == nil:
		case st.Expect != nil:
			r.strings(a, st.Expect)
		case st.Train != nil:
			r.strings(a, st.Train)
		}
	}
	return nil
}

// unknown is nil if a net has not the label, and an error if that is not known, as it could not be made.
func (r *renaming) unknown(w *View, b *ast.Block) error {
	for _, n := range w.nets {
		if n.Name == b.Name.Text {
			return nil
		}
	}
	if nets, _, err := w.Program.Check(interp.Options{Net: b.Name.Text}); err == nil && len(nets) > 0 {
		return nil
	}
	return &RenameError{fmt.Sprintf("`names` of `%s` may speak of `%s`; which tensors its rows are for cannot be known, as the net has a mistake or needs arguments", b.Name.Text, r.old)}
}

// strings adds the edits of texts that are the path of a step or tensor, and of names in shape(…) that a net which is
// filled in does not declare itself.
func (r *renaming) strings(a *affected, n ast.Node) {
	paths := a.paths()
	ast.Walk(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.String:
			if text, ok := n.Plain(); ok && paths[text] && a.moved(text) != text {
				r.add(a.view, n.Span(), `"`+a.moved(text)+`"`)
			}
		case *ast.Ref:
			if n.Text() != "shape" || n.Args == nil {
				return true
			}
			for _, arg := range n.Args.List {
				if x, ok := arg.Value.(*ast.Ref); ok && x.Args == nil && paths[x.Text()] && a.moved(x.Text()) != x.Text() {
					r.add(a.view, x.Span(), a.moved(x.Text()))
				}
			}
		}
		return true
	})
}

// paths are those of the steps and tensors of a net.
func (a *affected) paths() map[string]bool {
	paths := map[string]bool{}
	for _, t := range a.tensors {
		paths[t] = true
	}
	graph.Walk(a.net.Outline(), func(p *graph.Part) { paths[p.Path] = true })
	return paths
}

// item is which of several that share their tensors a step is for, which paths of tensors do not say.
var item = regexp.MustCompile(`\[\d+\]`)

// moved is a path when the label has its new name.
func (a *affected) moved(path string) string {
	var moved, before []string
	for _, part := range strings.Split(path, ".") {
		name, index, indexed := strings.Cut(part, "[")
		before = append(before, name)
		if a.label[strings.Join(before, ".")] {
			name = a.name
		}
		if indexed {
			name += "[" + index
		}
		moved = append(moved, name)
	}
	return strings.Join(moved, ".")
}

// same is an error if a net is not what it was but for the label.
func (a *affected) same(p *interp.Program) error {
	nets, list, err := p.Check(interp.Options{Net: a.net.Name})
	if err != nil || len(nets) != 1 || list.HasErrors() && len(a.view.Program.Problems) == 0 {
		reason := fmt.Sprintf("with that name `%s` would have a mistake", a.net.Name)
		for _, d := range list {
			return &RenameError{reason + ": " + d.Message}
		}
		return &RenameError{reason}
	}
	var tensors []string
	for _, node := range nets[0].Graph.Nodes {
		for _, p := range node.Own() {
			tensors = append(tensors, p.Path)
		}
	}
	moved := slices.Clone(a.tensors)
	for i := range moved {
		moved[i] = a.moved(moved[i])
	}
	if !slices.Equal(moved, tensors) {
		return &RenameError{fmt.Sprintf("with that name tensors of `%s` would have other names than those with the new label", a.net.Name)}
	}
	for _, name := range a.net.NameMaps() {
		before, err := a.net.Tensors(name)
		if err != nil {
			continue
		}
		called, err := nets[0].Tensors(name)
		if err != nil {
			return &RenameError{fmt.Sprintf("with that name `names %s` would not fit `%s`", name, a.net.Name)}
		}
		known, own := a.maps[name], patternsOf(p, a.net.Name, name)
		for i, t := range called {
			same := t.Name == before[i].Name
			switch {
			case same:
			case known == nil: // the map is inherited; what it does not name has its path
				same = slices.Contains(strings.FieldsFunc(before[i].Name, func(r rune) bool { return r == '.' || r == '/' }), a.old)
			case known[i] == "":
				same = !slices.ContainsFunc(own, func(p *regexp.Regexp) bool { return p.MatchString(tensors[i]) })
			}
			if !same {
				return &RenameError{fmt.Sprintf("with that name `names %s` of `%s` would call `%s` %q, which it calls %q", name, a.net.Name, tensors[i], t.Name, before[i].Name)}
			}
		}
	}
	return nil
}

// statements are those of a block, or in the braces of a preset.
func statements(b *ast.Block) []*ast.Stmt {
	switch {
	case b.Body != nil:
		return b.Body.Stmts
	case b.Extra != nil:
		return b.Extra.Stmts
	}
	return nil
}
