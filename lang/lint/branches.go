package lint

import (
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
)

// emptyBeside finds an empty branch right before a repeated one on its line: in `list { | repeat 3
// | relu }` the first bar is a branch of its own, the fourth.
func (l *linter) emptyBeside(b *ast.Body) {
	ast.Walk(b, func(n ast.Node) bool {
		c, ok := n.(*ast.Call)
		if !ok {
			return true
		}
		for i, next := range c.Branches[min(1, len(c.Branches)):] {
			bar := c.Branches[i]
			if next.Repeat == nil || bar.Repeat != nil || len(bar.Body.Stmts) > 0 || bar.Pos.Line != next.Pos.Line {
				continue
			}
			l.report(diag.New(diag.EmptyBeside, bar.Span(), "this bar is a branch of its own, which passes on what comes in").
				At(next.Repeat.Span(), "these are further branches").
				WithHelp("`repeat` stands before the bar: leave this one out; if the branch is meant, give it a line of its own"))
		}
		return true
	})
}
