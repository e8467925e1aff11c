package interp

import (
	"slices"
	"strings"

	"cnnlang/interp/internal/prove"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/lint"
	"cnnlang/lang/resolve"
	"cnnlang/ops/dim"
)

// lint reports what is allowed in the main file and seldom meant. Verdicts are
// those that prove gave. A program whose text or names are wrong is not linted.
func (p *Program) lint(verdicts []*prove.Verdict) diag.List {
	if p.Problems.HasErrors() {
		return nil
	}
	list := lint.Check(p.Main)
	for _, v := range verdicts {
		if d := missingWhere(v); d != nil {
			list.Add(d)
		}
	}
	return list
}

// missingWhere warns of a block whose parameters must divide, or be divided by,
// something, and whose `where` says nothing of that. Lower bounds, such as that
// there is at least one channel, are left to the list of all requirements: nearly
// every block has some, and few are ever broken. So are divisions under a
// condition and those of parameters of which the `where` states another one.
func missingWhere(v *prove.Verdict) *diag.Diagnostic {
	b := v.Block.Block
	if v.Status != prove.Proved && v.Status != prove.Bounded || b.Body == nil || b.Params == nil {
		return nil
	}
	divided := dividedIn(b.Where)
	var missing []string
	for _, r := range v.Requirements {
		text := r.String()
		var names []string
		for _, x := range r.Size.Vars() {
			names = append(names, x.Name)
		}
		if r.Side != "" || r.Relation == dim.NonNegative || !strings.Contains(text, "%") || !known(v.Block, names) || !v.Always(r) {
			continue
		}
		if !slices.Contains(missing, text) && !slices.ContainsFunc(names, func(n string) bool { return divided[n] && parameter(b, n) }) {
			missing = append(missing, text)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return diag.New(diag.MissingWhere, b.Name.Span(), "`%s` is right only where %s, which no `where` states", b.Name.Text, quoted(missing)).
		WithHelp("add `where %s` after its signature", strings.Join(missing, ", "))
}

// quoted lists texts of the language: `a`, `b` and `c`.
func quoted(texts []string) string {
	last := len(texts) - 1
	if last == 0 {
		return "`" + texts[0] + "`"
	}
	return "`" + strings.Join(texts[:last], "`, `") + "` and `" + texts[last] + "`"
}

// known reports whether a requirement can be written in the block's `where`: all
// its names are parameters or sizes of the input, and one is a parameter.
func known(o *resolve.Object, names []string) bool {
	some := false
	for _, n := range names {
		if parameter(o.Block, n) {
			some = true
		} else if !boundByInput(o.Block, n) {
			return false
		}
	}
	return some
}

func parameter(b *ast.Block, name string) bool {
	return slices.ContainsFunc(b.Params.List, func(p *ast.Param) bool { return p.Name.Text == name })
}

func boundByInput(b *ast.Block, name string) bool {
	return b.Sig != nil && slices.ContainsFunc(b.Sig.In, func(d *ast.Dim) bool {
		r, ok := d.Size.(*ast.Ref)
		return ok && r.Text() == name
	})
}

// dividedIn lists the names in the conditions that speak of remainders.
func dividedIn(where []ast.Expr) map[string]bool {
	names := map[string]bool{}
	collect := func(x ast.Node) {
		ast.Walk(x, func(n ast.Node) bool {
			if r, ok := n.(*ast.Ref); ok {
				names[r.Path[0].Text] = true
			}
			return true
		})
	}
	for _, condition := range where {
		ast.Walk(condition, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.Binary:
				if x.Op == "%" {
					collect(x)
				}
			case *ast.Ref:
				if x.Text() == "divisible" {
					collect(x)
				}
			}
			return true
		})
	}
	return names
}
