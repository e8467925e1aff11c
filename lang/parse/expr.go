package parse

import (
	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/ast"
	"cnnlang/lang/source"
)

// Expressions are parsed by precedence climbing, which is an order of magnitude faster than
// a grammar with one production per level, and as readable:
//
//	Expr  = "if" Expr "then" Expr "else" Expr | Or .
//	Or    = And ("or" And)* .               And = Not ("and" Not)* .
//	Not   = "not" Not | Cmp .               Cmp = Add (("=="|"!="|"<="|">="|"<"|">") Add)? .
//	Add   = Mul (("+"|"-") Mul)* .          Mul = Unary (("*"|"//"|"/"|"%") Unary)* .
//	Unary = "-" Unary | Pow .               Pow = Post ("**" Unary)? .
//	Post  = Prim ("[" Expr "]")* .
//	Prim  = Dims | Float | Int | String | "true" | "false" | "@" Ident
//	      | "[" (Expr ("," Expr)* ","?)? "]" | "(" Expr ")" | Ref .
//	Ref   = Ident ("." Ident)* Args? .
//	Args  = "(" (Arg ("," Arg)* ","?)? ")" .  Arg = (Ident "=")? Expr .
type climber struct {
	lex       *lexer.PeekingLexer
	depth     int
	operators int
}

// maxOperators limits the operators in one expression: a long sum is a deep tree.
const maxOperators = 10_000

// precedence of the binary operators, loosest first; comparisons do not chain.
var precedence = map[string]int{
	"or": 1, "and": 2,
	"==": 4, "!=": 4, "<=": 4, ">=": 4, "<": 4, ">": 4,
	"+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "%": 6,
}

const (
	precedenceNot = 3
	precedenceCmp = 4
)

func parseExpr(lex *lexer.PeekingLexer) (ast.Expr, error) {
	c := climber{lex: lex}
	if !c.startsExpr() {
		return nil, participle.NextMatch
	}
	return c.expr()
}

func parseCallee(lex *lexer.PeekingLexer) (ast.Callee, error) {
	c := climber{lex: lex}
	if lex.Peek().Type != tokIdent {
		return nil, participle.NextMatch
	}
	return c.ref()
}

func (c *climber) startsExpr() bool {
	t := c.lex.Peek()
	switch t.Type {
	case tokDims, tokFloat, tokInt, tokString, tokIdent:
		return true
	case tokKeyword:
		return t.Value == "if" || t.Value == "not" || t.Value == "true" || t.Value == "false"
	}
	return t.Value == "@" || t.Value == "[" || t.Value == "(" || t.Value == "-"
}

func (c *climber) expr() (ast.Expr, error) {
	c.depth++
	defer func() { c.depth-- }()
	if c.depth > MaxDepth {
		return nil, c.deep()
	}
	if !c.is("if") {
		return c.binary(1)
	}
	start := c.begin()
	c.lex.Next()
	var parts [3]ast.Expr
	for i, word := range []string{"then", "else", ""} {
		var err error
		if parts[i], err = c.expr(); err != nil {
			return nil, err
		}
		if word != "" {
			if err := c.expect(word); err != nil {
				return nil, err
			}
		}
	}
	return &ast.Cond{Extent: c.end(start), If: parts[0], Then: parts[1], Else: parts[2]}, nil
}

// binary parses operators that bind at least as tightly as min.
func (c *climber) binary(min int) (ast.Expr, error) {
	start := c.begin()
	left, err := c.operand(min)
	if err != nil {
		return nil, err
	}
	for {
		op := c.lex.Peek()
		p := precedence[op.Value]
		if p < min || p == 0 || op.Type == tokString {
			return left, nil
		}
		if c.operators++; c.operators > maxOperators {
			return nil, c.deep()
		}
		c.lex.Next()
		right, err := c.binary(p + 1)
		if err != nil {
			return nil, err
		}
		left = &ast.Binary{Extent: c.end(start), Op: op.Value, L: left, R: right}
		if p == precedenceCmp && precedence[c.lex.Peek().Value] == precedenceCmp {
			return nil, c.unexpected("`and` between two comparisons")
		}
	}
}

func (c *climber) operand(min int) (ast.Expr, error) {
	if c.is("not") && min <= precedenceNot {
		start := c.begin()
		c.lex.Next()
		x, err := c.nested(func() (ast.Expr, error) { return c.binary(precedenceNot) })
		if err != nil {
			return nil, err
		}
		return &ast.Unary{Extent: c.end(start), Op: "not", X: x}, nil
	}
	return c.unary()
}

func (c *climber) unary() (ast.Expr, error) {
	if !c.is("-") {
		return c.power()
	}
	start := c.begin()
	c.lex.Next()
	x, err := c.nested(c.unary)
	if err != nil {
		return nil, err
	}
	return &ast.Unary{Extent: c.end(start), Op: "-", X: x}, nil
}

func (c *climber) power() (ast.Expr, error) {
	start := c.begin()
	x, err := c.postfix()
	if err != nil || !c.is("**") {
		return x, err
	}
	c.lex.Next()
	y, err := c.nested(c.unary)
	if err != nil {
		return nil, err
	}
	return &ast.Binary{Extent: c.end(start), Op: "**", L: x, R: y}, nil
}

func (c *climber) postfix() (ast.Expr, error) {
	start := c.begin()
	x, err := c.primary()
	for err == nil && c.is("[") {
		if c.operators++; c.operators > maxOperators {
			return nil, c.deep()
		}
		c.lex.Next()
		var i ast.Expr
		if i, err = c.expr(); err != nil {
			break
		}
		if err = c.expect("]"); err == nil {
			x = &ast.Index{Extent: c.end(start), X: x, I: i}
		}
	}
	return x, err
}

func (c *climber) primary() (ast.Expr, error) {
	start := c.begin()
	t := c.lex.Peek()
	switch {
	case t.Type == tokDims:
		c.lex.Next()
		return &ast.DimsLit{Extent: c.end(start), Text: t.Value}, nil
	case t.Type == tokInt || t.Type == tokFloat:
		c.lex.Next()
		return &ast.Number{Extent: c.end(start), Text: t.Value}, nil
	case t.Type == tokString:
		c.lex.Next()
		return interpolate(t)
	case t.Type == tokIdent:
		return c.ref()
	case c.is("true") || c.is("false"):
		c.lex.Next()
		return &ast.Bool{Extent: c.end(start), Value: t.Value == "true"}, nil
	case t.Value == "@":
		c.lex.Next()
		name, err := c.name()
		if err != nil {
			return nil, err
		}
		return &ast.TapExpr{Extent: c.end(start), Name: name}, nil
	case t.Value == "(":
		c.lex.Next()
		x, err := c.expr()
		if err != nil {
			return nil, err
		}
		return x, c.expect(")")
	case t.Value == "[":
		c.lex.Next()
		list := &ast.List{}
		err := c.commaList("]", func() error {
			x, err := c.expr()
			list.Items = append(list.Items, x)
			return err
		})
		list.Extent = c.end(start)
		return list, err
	}
	return nil, c.unexpected(wantValue)
}

func (c *climber) ref() (*ast.Ref, error) {
	start := c.begin()
	r := &ast.Ref{}
	for {
		name, err := c.name()
		if err != nil {
			return nil, err
		}
		r.Path = append(r.Path, name)
		if !c.is(".") {
			break
		}
		c.lex.Next()
	}
	if c.is("(") {
		args, err := c.args()
		if err != nil {
			return nil, err
		}
		r.Args = args
	}
	r.Extent = c.end(start)
	return r, nil
}

func (c *climber) args() (*ast.Args, error) {
	start := c.begin()
	c.lex.Next()
	args := &ast.Args{}
	err := c.commaList(")", func() error {
		begin := c.begin()
		arg := &ast.Arg{}
		if c.lex.Peek().Type == tokIdent {
			mark := c.lex.MakeCheckpoint()
			name, _ := c.name()
			if c.is("=") {
				c.lex.Next()
				arg.Name = name
			} else {
				c.lex.LoadCheckpoint(mark)
			}
		}
		var err error
		arg.Value, err = c.expr()
		arg.Extent = c.end(begin)
		args.List = append(args.List, arg)
		return err
	})
	args.Extent = c.end(start)
	return args, err
}

// commaList parses items up to the closing bracket, which it consumes; a comma
// may follow the last.
func (c *climber) commaList(closing string, item func() error) error {
	for !c.is(closing) {
		if err := item(); err != nil {
			return err
		}
		if c.is(",") {
			c.lex.Next()
		} else if !c.is(closing) {
			return c.unexpected("`,` or `" + closing + "`")
		}
	}
	c.lex.Next()
	return nil
}

func (c *climber) name() (*ast.Name, error) {
	start := c.begin()
	t := c.lex.Peek()
	if t.Type != tokIdent {
		return nil, c.unexpected(wantName)
	}
	c.lex.Next()
	return &ast.Name{Extent: c.end(start), Text: t.Value}, nil
}

// nested counts a level of operators that nest without brackets.
func (c *climber) nested(f func() (ast.Expr, error)) (ast.Expr, error) {
	c.depth++
	defer func() { c.depth-- }()
	if c.depth > MaxDepth {
		return nil, c.deep()
	}
	return f()
}

func (c *climber) is(value string) bool {
	t := c.lex.Peek()
	return t.Value == value && t.Type != tokString
}

func (c *climber) expect(value string) error {
	if !c.is(value) {
		return c.unexpected("`" + value + "`")
	}
	c.lex.Next()
	return nil
}

func (c *climber) unexpected(want string) error {
	return &expectError{token: *c.lex.Peek(), want: want}
}

func (c *climber) deep() error { return &deepError{spanOf(c.lex.Peek())} }

func (c *climber) begin() source.Pos { return source.Pos(c.lex.Peek().Pos) }

func (c *climber) end(start source.Pos) ast.Extent {
	return ast.Extent{Pos: start, EndPos: source.Pos(c.lex.RawPeek().Pos)}
}
