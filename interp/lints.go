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

// lint reports what is allowed in the main file but seldom meant, using the verdicts of
// prove. A program with mistakes in its text or names is not linted.
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

// missingWhere warns of a block whose parameters must divide, or be divided by, something
// that its `where` does not mention. It ignores lower bounds, such as at least one channel,
// because nearly every block has some and few are ever violated; and divisions that hold
// only under a condition, or of parameters for which the `where` already states a division.
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
		if !slices.Contains(missing, text) && !slices.ContainsFunc(names, func(n string) bool { return divided[n] && b.Param(n) != nil }) {
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

// known reports whether a requirement can be written in the block's `where`: all its names
// are parameters or sizes of the input, and at least one is a parameter.
func known(o *resolve.Object, names []string) bool {
	some := false
	for _, n := range names {
		if o.Block.Param(n) != nil {
			some = true
		} else if !o.Block.Binds(n) {
			return false
		}
	}
	return some
}

// dividedIn lists the names in conditions about remainders.
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
			b, operation := n.(*ast.Binary)
			r, call := n.(*ast.Ref)
			if operation && b.Op == "%" || call && r.Text() == "divisible" {
				collect(n)
			}
			return true
		})
	}
	return names
}
