package lint

import (
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
)

// Comparisons of values whose types, as they are declared or written, are never equal.

// neverEqual looks at the comparisons of a declaration.
func (l *linter) neverEqual(d *ast.Decl) {
	local := map[string]string{}
	if d.Block != nil {
		local = l.localTypes(d.Block)
	}
	ast.Walk(d, func(n ast.Node) bool {
		if b, ok := n.(*ast.Binary); ok && (b.Op == "==" || b.Op == "!=") {
			l.comparison(b, local)
		}
		return true
	})
}

func (l *linter) comparison(b *ast.Binary, local map[string]string) {
	left, right := l.typeOf(b.L, local), l.typeOf(b.R, local)
	if left == "" || right == "" || mayEqual(left, right) || mayEqual(right, left) {
		return
	}
	d := diag.New(diag.NeverEqual, b.Span(), "%s never %s %s", articled[left], verb(left), articled[right])
	if d.WithLabel("always false"); b.Op == "!=" {
		d.WithLabel("always true")
	}
	if number, ok := b.R.(*ast.Number); ok && left == "dims" {
		size := number.Text + "x" + number.Text
		d.WithHelp("write `%s` for a height and a width", size)
	}
	l.report(d)
}

// mayEqual reports whether values of two types can be equal: a pad can be given in several
// ways.
func mayEqual(a, b string) bool {
	number := func(t string) bool { return t == "int" || t == "float" || t == "number" }
	return a == b || number(a) && number(b) || a == "pad" && (number(b) || b == "dims" || b == "list")
}

var articled = map[string]string{
	"int": "an int", "float": "a float", "number": "a number", "bool": "a bool", "string": "a string", "dims": "dims",
	"pad": "a pad", "block": "a block", "tensor": "a tensor", "list": "a list",
}

func verb(subject string) string {
	if subject == "dims" {
		return "equal"
	}
	return "equals"
}

// localTypes are the types of the names in a block, "" for one that may be of several.
func (l *linter) localTypes(b *ast.Block) map[string]string {
	local := map[string]string{}
	name := func(n *ast.Name, t string) {
		if old, known := local[n.Text]; known && old != t {
			t = ""
		}
		local[n.Text] = t
	}
	ast.Walk(b, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Param:
			t := ""
			if n.Type != nil {
				t = n.Type.Kind()
			} else if n.Default != nil {
				t = l.typeOf(n.Default, local)
			}
			name(n.Name, t)
			return n.Type == nil || n.Type.Shape != nil // a block parameter has names of its own
		case *ast.Dim:
			if r, ok := n.Size.(*ast.Ref); ok && r.Args == nil && len(r.Path) == 1 {
				if _, isParam := local[r.Text()]; !isParam {
					name(r.Path[0], "int")
				}
			}
		case *ast.Let:
			for _, item := range n.Pattern.Items {
				name(item, "")
			}
			if n.Pattern.Name != nil {
				name(n.Pattern.Name, l.typeOf(n.Value, local))
			}
		case *ast.RepeatHead:
			for _, item := range n.Names() {
				name(item, "")
			}
		}
		return true
	})
	return local
}

// typeOf is the type that an expression has whatever its values are, "" where it may be one
// of several.
func (l *linter) typeOf(x ast.Expr, local map[string]string) string {
	switch x := x.(type) {
	case *ast.Number:
		if strings.ContainsAny(x.Text, ".eE") {
			return "float"
		}
		return "int"
	case *ast.DimsLit:
		return "dims"
	case *ast.String:
		return "string"
	case *ast.Bool:
		return "bool"
	case *ast.List:
		return "list"
	case *ast.TapExpr:
		return "tensor"
	case *ast.Unary:
		if x.Op == "not" {
			return "bool"
		}
		return "number"
	case *ast.Binary:
		return l.resultOf(x, local)
	case *ast.Cond:
		if t := l.typeOf(x.Then, local); t == l.typeOf(x.Else, local) {
			return t
		}
	case *ast.Ref:
		return l.typeOfName(x, local)
	}
	return ""
}

func (l *linter) resultOf(x *ast.Binary, local map[string]string) string {
	switch x.Op {
	case "-", "/", "//", "%", "**":
		return "number"
	case "+", "*": // of numbers, or of a list
		left, right := l.typeOf(x.L, local), l.typeOf(x.R, local)
		switch {
		case left == "list" || right == "list":
			return "list"
		case left != "" && right != "":
			return "number"
		}
		return ""
	}
	return "bool"
}

func (l *linter) typeOfName(r *ast.Ref, local map[string]string) string {
	name := r.Text()
	if t, known := local[name]; known {
		if r.Args != nil {
			return "" // a block with arguments, or a mistake
		}
		return t
	}
	called := r.Args != nil
	for _, f := range resolve.Functions {
		switch {
		case called && name == "divisible":
			return "bool"
		case called && name == f:
			return "number"
		}
	}
	for _, c := range resolve.Constants {
		if !called && name == c {
			return "pad"
		}
	}
	switch o, _ := l.module.LookupPath(r.Path); {
	case o == nil:
		return ""
	case o.Block != nil:
		return "block"
	case o.Let != nil && o.Let.Pattern.Name != nil && !called:
		return l.typeOfLet(o.Let)
	}
	return ""
}

// typeOfLet is the type of a value at the top level, found once.
func (l *linter) typeOfLet(let *ast.Let) string {
	if t, known := l.lets[let]; known {
		return t
	}
	l.lets[let] = "" // for one that is made of itself
	t := l.typeOf(let.Value, nil)
	l.lets[let] = t
	return t
}
