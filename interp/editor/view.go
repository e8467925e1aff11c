// Package editor answers what an editor asks about a text: what a name means and where else it
// stands, what can be written here, what shape each line gives. It knows no protocol; places are
// byte offsets in the text.
package editor

import (
	"sort"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// A View is one state of a text with all that is known of it. Its answers are about that state
// alone, whatever is edited meanwhile, and any number of goroutines may ask.
type View struct {
	Program *interp.Program
	Source  *source.File

	uses      []resolve.Use
	nets      []*interp.Net
	contracts map[string]interp.Contract
}

// New makes the view of a text that has been checked.
func New(c *interp.Checked) *View { return Of(c.Program).With(c) }

// Of makes the view of a text that has not been checked: nothing is known of shapes.
func Of(p *interp.Program) *View {
	return &View{Program: p, Source: p.Main.File.Source, uses: resolve.Uses(p.Main)}
}

// With is the view of the same text with what a check has found since.
func (v *View) With(c *interp.Checked) *View {
	if c.Program != v.Program {
		v = Of(c.Program)
	}
	with := *v
	with.nets, with.contracts = c.Nets, map[string]interp.Contract{}
	for _, k := range c.Contracts() {
		with.contracts[k.Name] = k
	}
	return &with
}

// Nets are the nets of the text that have no mistake, in its order.
func (v *View) Nets() (names []string) {
	for _, n := range v.nets {
		names = append(names, n.Name)
	}
	return names
}

// net is the one of that name, or else the first.
func (v *View) net(name string) *interp.Net {
	for _, n := range v.nets {
		if n.Name == name {
			return n
		}
	}
	if len(v.nets) > 0 {
		return v.nets[0]
	}
	return nil
}

// use is the one at an offset, or that ends there.
func (v *View) use(offset int) (u resolve.Use, ok bool) {
	i := sort.Search(len(v.uses), func(i int) bool { return v.uses[i].At.End.Offset >= offset })
	if i < len(v.uses) && v.uses[i].At.End.Offset == offset && i+1 < len(v.uses) && v.uses[i+1].At.Start.Offset == offset {
		i++
	}
	if i == len(v.uses) || v.uses[i].At.Start.Offset > offset {
		return u, false
	}
	return v.uses[i], true
}

// block is the declaration around an offset, nil where there is none.
func (v *View) block(offset int) *ast.Block {
	for _, d := range v.Program.Main.File.Decls {
		if d.Block != nil && d.Block.Pos.Offset <= offset && offset <= d.Block.EndPos.Offset {
			return d.Block
		}
	}
	return nil
}

// partsAt are the parts of a net that the smallest step of this text around an offset gives, in
// the order in which they are applied.
func (v *View) partsAt(n *interp.Net, offset int) (at []*graph.Part) {
	if n == nil {
		return nil
	}
	size := func(p *graph.Part) int { return p.Span.End.Offset - p.Span.Start.Offset }
	graph.Walk(n.Outline(), func(p *graph.Part) {
		switch s := p.Span; {
		case s.Start.Filename != v.Source.Name || offset < s.Start.Offset || offset > s.End.Offset || p.Node == nil:
		case len(at) == 0 || size(p) < size(at[0]):
			at = []*graph.Part{p}
		case size(p) == size(at[0]):
			at = append(at, p)
		}
	})
	return at
}
