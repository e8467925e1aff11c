package prove

import (
	"fmt"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/parse"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// A condition is a clause of a contract, read back from its text.
type condition struct {
	text, when ast.Expr // when is nil where it is always required
}

// conditionsOf reads what a contract requires; complete is false where it has cases that
// it does not put into words.
func conditionsOf(c Contract) (list []condition, complete bool) {
	complete = true
	for _, clause := range c.Requires {
		if clause.When == SomeCases || strings.Contains(clause.Text, " for the side head ") {
			complete = false
			continue
		}
		r := condition{text: expression(clause.Text)}
		if clause.When != "" {
			r.when = expression(clause.When)
		}
		list = append(list, r)
	}
	return list, complete
}

func expression(text string) ast.Expr {
	file, list := parse.File(source.NewFile("t.cnn", "let x = "+text+"\n"))
	if list.HasErrors() || len(file.Decls) != 1 || file.Decls[0].Let == nil {
		panic(fmt.Sprintf("%q is no expression: %v", text, list.Err()))
	}
	return file.Decls[0].Let.Value
}

// holds evaluates a condition at numbers. What has no value does not hold.
func (c condition) holds(assign map[string]int64) bool {
	if c.when != nil && !truth(c.when, assign) {
		return true
	}
	return truth(c.text, assign)
}

func truth(x ast.Expr, assign map[string]int64) bool {
	b, ok := x.(*ast.Binary)
	if u, isUnary := x.(*ast.Unary); isUnary && u.Op == "not" {
		return !truth(u.X, assign)
	}
	if !ok {
		return false
	}
	switch b.Op {
	case "and":
		return truth(b.L, assign) && truth(b.R, assign)
	case "or":
		return truth(b.L, assign) || truth(b.R, assign)
	}
	l, r := number(b.L, assign), number(b.R, assign)
	if !l.IsValid() || !r.IsValid() {
		return false
	}
	switch b.Op {
	case "==":
		return l == r
	case "!=":
		return l != r
	case "<":
		return l.Cmp(r) < 0
	case "<=":
		return l.Cmp(r) <= 0
	case ">":
		return l.Cmp(r) > 0
	case ">=":
		return l.Cmp(r) >= 0
	}
	return false
}

func number(x ast.Expr, assign map[string]int64) dim.Size {
	switch x := x.(type) {
	case *ast.Number:
		var n int
		for _, c := range x.Text {
			n = 10*n + int(c-'0')
		}
		return dim.Int(n)
	case *ast.Unary:
		return number(x.X, assign).Neg()
	case *ast.Ref:
		if x.Args == nil {
			n, ok := assign[x.Text()]
			if !ok {
				return dim.Invalid()
			}
			return dim.Int(int(n))
		}
		n := number(x.Args.List[0].Value, assign)
		switch x.Path[0].Text {
		case "ceil":
			return n.Ceil()
		case "floor":
			return n.Floor()
		case "make_divisible": // as the papers' code has it
			d := number(x.Args.List[1].Value, assign)
			m := n.Add(d.Quo(dim.Int(2))).FloorDiv(d).Mul(d)
			if m.Cmp(d) < 0 {
				m = d
			}
			if n.Mul(dim.Ratio(9, 10)).Cmp(m) > 0 {
				m = m.Add(d)
			}
			return m
		}
	case *ast.Binary:
		l, r := number(x.L, assign), number(x.R, assign)
		switch x.Op {
		case "+":
			return l.Add(r)
		case "-":
			return l.Sub(r)
		case "*":
			return l.Mul(r)
		case "/":
			return l.Quo(r)
		case "//":
			return l.FloorDiv(r)
		case "%":
			return l.Mod(r)
		case "**":
			n, _ := r.Int()
			return l.Pow(n)
		}
	}
	return dim.Invalid()
}
