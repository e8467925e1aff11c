package prove

import (
	"strconv"

	"cnnlang/lang/ast"
)

// nonzero lists the names that a block's `where` keeps from being 0, wherever in it it
// says so: `where C % b == 0, b >= 1` divides by b before that is known of it.
func nonzero(b *ast.Block) map[string]bool {
	names := map[string]bool{}
	var read func(e ast.Expr)
	read = func(e ast.Expr) {
		x, ok := e.(*ast.Binary)
		if !ok {
			return
		}
		if x.Op == "and" {
			read(x.L)
			read(x.R)
			return
		}
		op, left, right := x.Op, x.L, x.R
		if mirrored := map[string]string{"<": ">", "<=": ">=", "!=": "!="}[op]; mirrored != "" {
			if _, ok := left.(*ast.Number); ok {
				op, left, right = mirrored, right, left
			}
		}
		ref, isName := left.(*ast.Ref)
		number, isNumber := right.(*ast.Number)
		if !isName || !isNumber || len(ref.Path) != 1 || ref.Args != nil {
			return
		}
		n, err := strconv.ParseFloat(number.Text, 64)
		if err == nil && (op == ">=" && n > 0 || op == ">" && n >= 0 || op == "!=" && n == 0) {
			names[ref.Path[0].Text] = true
		}
	}
	for _, e := range b.Where {
		read(e)
	}
	return names
}
