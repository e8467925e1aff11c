package ast

import "strings"

// Precedence of the binary operators, loosest first; comparisons do not chain. A power, which
// takes what is on its right first, binds tighter than all of them.
var Precedence = map[string]int{
	"or": 1, "and": 2,
	"==": PrecedenceCmp, "!=": PrecedenceCmp, "<=": PrecedenceCmp, ">=": PrecedenceCmp, "<": PrecedenceCmp, ">": PrecedenceCmp,
	"+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "%": 6,
}

// Those of `not`, of comparisons and of the sign.
const (
	PrecedenceNot  = 3
	PrecedenceCmp  = 4
	precedenceSign = 7
	precedencePow  = 8
	precedenceAtom = 9
)

// binds is how tightly the parts of an expression hold together.
func binds(x Expr) int {
	switch x := x.(type) {
	case *Cond:
		return 0
	case *Binary:
		if x.Op == "**" {
			return precedencePow
		}
		return Precedence[x.Op]
	case *Unary:
		if x.Op == "not" {
			return PrecedenceNot
		}
		return precedenceSign
	}
	return precedenceAtom
}

// LeftOf is an expression, which is written so in a file, as it has to be written to the left
// of an operator: in parentheses where it would come apart.
func LeftOf(op string, x Expr, written string) string {
	tight := Precedence[op]
	if tight == PrecedenceCmp {
		tight++
	}
	return within(tight, x, written)
}

// RightOf is the same to the right of an operator.
func RightOf(op string, x Expr, written string) string {
	return within(Precedence[op]+1, x, written)
}

func within(tight int, x Expr, written string) string {
	if binds(x) < tight || strings.Contains(written, "\n") && binds(x) < precedenceAtom {
		return "(" + written + ")"
	}
	return written
}
