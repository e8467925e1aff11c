package repair

import (
	"slices"

	"cnnlang/interp/internal/elab"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// parameters lists those that a call does not give yet, nil if it does not call a known
// block.
func (p *problem) parameters(c *ast.Call) []string {
	r := c.Callee.Ref()
	o, _ := p.main.LookupPath(r.Path)
	if o == nil || o.Block == nil {
		return nil
	}
	open, reason := elab.Open(o)
	if reason != "" {
		return nil
	}
	var names []string
	for _, q := range open.Params {
		names = append(names, q.Name)
	}
	return names
}

func (p *problem) takes(c *ast.Call, name string) bool { return slices.Contains(p.parameters(c), name) }

// argument finds the argument for a parameter, or nil.
func (p *problem) argument(c *ast.Call, name string) *ast.Arg {
	r := c.Callee.Ref()
	if r.Args == nil {
		return nil
	}
	open := p.parameters(c)
	next := 0
	named := map[string]bool{}
	for _, a := range r.Args.List {
		if a.Name != nil {
			named[a.Name.Text] = true
			if a.Name.Text == name {
				return a
			}
			continue
		}
		for next < len(open) && named[open[next]] {
			next++
		}
		if next < len(open) && open[next] == name {
			return a
		}
		next++
	}
	return nil
}

// set is the edit that gives a parameter a value.
func (p *problem) set(c *ast.Call, name, value string) diag.Edit {
	r := c.Callee.Ref()
	if a := p.argument(c, name); a != nil {
		return replace(a.Value, value)
	}
	if r.Args == nil {
		return insert(r.Span().End, "("+name+"="+value+")")
	}
	if len(r.Args.List) == 0 {
		return replace(r.Args, "("+name+"="+value+")")
	}
	last := r.Args.List[len(r.Args.List)-1]
	return insert(last.Span().End, ", "+name+"="+value)
}

// remove is the edit that removes an argument with its comma.
func remove(c *ast.Call, a *ast.Arg) diag.Edit {
	args := c.Callee.Ref().Args
	i := slices.Index(args.List, a)
	switch {
	case len(args.List) == 1:
		return replace(args, "")
	case i == 0:
		return diag.Edit{Span: source.Span{Start: a.Span().Start, End: args.List[1].Span().Start}}
	}
	return diag.Edit{Span: source.Span{Start: args.List[i-1].Span().End, End: a.Span().End}}
}
