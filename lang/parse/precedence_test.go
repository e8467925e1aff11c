package parse

import (
	"testing"

	"cnnlang/lang/ast"
	"cnnlang/lang/source"
)

// Two expressions joined by an operator, each in parentheses where it needs them, are read as
// what they are alone.
func TestOperandsStayWhole(t *testing.T) {
	operands := []string{"a", "f(a + b, c)", "[a, b + c]", "x[1]", "3x3", "-a", "not a", "a ** b", "-a ** b", "a ** -b", "a * b", "a // b", "a % b",
		"a - b", "a + b * c", "a < b", "a == b", "a and b", "a or b", "not a == b", "if a then b else c", "if a or b then b else c + d", "a +\n b"}
	value := func(text string) ast.Expr {
		t.Helper()
		x, errs := Value(source.NewFile("v", "("+text+")"))
		if x == nil || len(errs) > 0 {
			t.Fatalf("%s: %v", text, errs)
		}
		return x
	}
	for op := range ast.Precedence {
		for _, l := range operands {
			for _, r := range operands {
				left, right := value(l), value(r)
				want := "(" + ast.Text(left) + " " + op + " " + ast.Text(right) + ")"
				written := ast.LeftOf(op, left, l) + " " + op + " " + ast.RightOf(op, right, r)
				if got := ast.Text(value(written)); got != want {
					t.Errorf("%s is read as %s", written, got)
				}
			}
		}
	}
	if got := ast.LeftOf("*", value("a * b"), "a * b") + " * " + ast.RightOf("+", value("c * d"), "c * d"); got != "a * b * c * d" {
		t.Errorf("parentheses that are not needed: %s", got)
	}
}
