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
//	Prim  = Dims | Float | Int | String | "true" | "false"
//	      | "@" Ident ("." Ident)* ("[" Expr "]")*
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

// A syntaxError is a panic with an error that the text is to blame for; catch ends it.
type syntaxError struct{ error }

// catch makes a syntaxError the error of the function that defers it.
func catch(err *error) {
	switch r := recover().(type) {
	case nil:
	case syntaxError:
		*err = r.error
	default:
		panic(r)
	}
}

func parseExpr(lex *lexer.PeekingLexer) (x ast.Expr, err error) {
	c := climber{lex: lex}
	if !c.startsExpr() {
		return nil, participle.NextMatch
	}
	defer catch(&err)
	return c.expr(), nil
}

func parseCallee(lex *lexer.PeekingLexer) (callee ast.Callee, err error) {
	if lex.Peek().Type != tokIdent {
		return nil, participle.NextMatch
	}
	c := climber{lex: lex}
	defer catch(&err)
	return c.ref(), nil
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

func (c *climber) expr() ast.Expr { return c.nested(c.conditional) }

func (c *climber) conditional() ast.Expr {
	start := c.begin()
	if !c.skip("if") {
		return c.binary(1)
	}
	cond := &ast.Cond{If: c.expr()}
	c.expect("then")
	cond.Then = c.expr()
	c.expect("else")
	cond.Else = c.expr()
	cond.Extent = c.end(start)
	return cond
}

// binary parses operators that bind at least as tightly as min.
func (c *climber) binary(min int) ast.Expr {
	start := c.begin()
	left := c.operand(min)
	for {
		op := c.lex.Peek()
		p := ast.Precedence[op.Value]
		if p < min || p == 0 || op.Type == tokString {
			return left
		}
		c.count()
		c.lex.Next()
		right := c.binary(p + 1)
		left = &ast.Binary{Extent: c.end(start), Op: op.Value, L: left, R: right}
		if p == ast.PrecedenceCmp && ast.Precedence[c.lex.Peek().Value] == ast.PrecedenceCmp {
			c.unexpected("`and` between two comparisons")
		}
	}
}

func (c *climber) operand(min int) ast.Expr {
	if c.is("not") && min <= ast.PrecedenceNot {
		return c.prefix(func() ast.Expr { return c.binary(ast.PrecedenceNot) })
	}
	return c.unary()
}

func (c *climber) unary() ast.Expr {
	if c.is("-") {
		return c.prefix(c.unary)
	}
	return c.power()
}

// prefix parses an operator before its operand.
func (c *climber) prefix(operand func() ast.Expr) ast.Expr {
	start := c.begin()
	op := c.lex.Next()
	x := c.nested(operand)
	return &ast.Unary{Extent: c.end(start), Op: op.Value, X: x}
}

func (c *climber) power() ast.Expr {
	start := c.begin()
	x := c.postfix()
	if !c.skip("**") {
		return x
	}
	y := c.nested(c.unary)
	return &ast.Binary{Extent: c.end(start), Op: "**", L: x, R: y}
}

func (c *climber) postfix() ast.Expr {
	start := c.begin()
	x := c.primary()
	for c.is("[") {
		c.count()
		c.lex.Next()
		i := c.expr()
		c.expect("]")
		x = &ast.Index{Extent: c.end(start), X: x, I: i}
	}
	return x
}

func (c *climber) primary() ast.Expr {
	start := c.begin()
	t := c.lex.Peek()
	switch {
	case t.Type == tokDims:
		c.lex.Next()
		return &ast.DimsLit{Extent: c.end(start), Text: t.Value}
	case t.Type == tokInt || t.Type == tokFloat:
		c.lex.Next()
		return &ast.Number{Extent: c.end(start), Text: t.Value}
	case t.Type == tokString:
		c.lex.Next()
		return interpolate(t, inner)
	case t.Type == tokIdent:
		return c.ref()
	case c.skip("true") || c.skip("false"):
		return &ast.Bool{Extent: c.end(start), Value: t.Value == "true"}
	case c.skip("@"):
		path := []*ast.Name{c.name()}
		for c.skip(".") {
			path = append(path, c.name())
		}
		var at []ast.Expr
		for c.skip("[") {
			c.count()
			at = append(at, c.expr())
			c.expect("]")
		}
		return &ast.TapExpr{TapRef: ast.TapRef{Extent: c.end(start), Path: path, At: at}}
	case c.skip("("):
		x := c.expr()
		c.expect(")")
		return x
	case c.skip("["):
		list := &ast.List{}
		c.commaList("]", func() { list.Items = append(list.Items, c.expr()) })
		list.Extent = c.end(start)
		return list
	}
	c.unexpected(wantValue)
	return nil
}

func (c *climber) ref() *ast.Ref {
	start := c.begin()
	r := &ast.Ref{Path: []*ast.Name{c.name()}}
	for c.skip(".") {
		r.Path = append(r.Path, c.name())
	}
	if c.is("(") {
		r.Args = c.args()
	}
	r.Extent = c.end(start)
	return r
}

func (c *climber) args() *ast.Args {
	start := c.begin()
	c.lex.Next()
	args := &ast.Args{}
	c.commaList(")", func() {
		begin := c.begin()
		arg := &ast.Arg{}
		if c.lex.Peek().Type == tokIdent {
			mark := c.lex.MakeCheckpoint()
			if name := c.name(); c.skip("=") {
				arg.Name = name
			} else {
				c.lex.LoadCheckpoint(mark)
			}
		}
		arg.Value = c.expr()
		arg.Extent = c.end(begin)
		args.List = append(args.List, arg)
	})
	args.Extent = c.end(start)
	return args
}

// commaList parses items up to the closing bracket, which it consumes; a comma
// may follow the last.
func (c *climber) commaList(closing string, item func()) {
	for !c.skip(closing) {
		if item(); !c.skip(",") && !c.is(closing) {
			c.unexpected("`,` or `" + closing + "`")
		}
	}
}

func (c *climber) name() *ast.Name {
	start := c.begin()
	t := c.lex.Peek()
	if t.Type != tokIdent {
		c.unexpected(wantName)
	}
	c.lex.Next()
	return &ast.Name{Extent: c.end(start), Text: t.Value}
}

// nested counts a level of what nests.
func (c *climber) nested(f func() ast.Expr) ast.Expr {
	if c.depth++; c.depth > MaxDepth {
		c.deep()
	}
	x := f()
	c.depth--
	return x
}

// count counts an operator.
func (c *climber) count() {
	if c.operators++; c.operators > maxOperators {
		c.deep()
	}
}

func (c *climber) is(value string) bool {
	t := c.lex.Peek()
	return t.Value == value && t.Type != tokString
}

// skip consumes a token if it is next, and reports whether it was.
func (c *climber) skip(value string) bool {
	is := c.is(value)
	if is {
		c.lex.Next()
	}
	return is
}

func (c *climber) expect(value string) {
	if !c.skip(value) {
		c.unexpected("`" + value + "`")
	}
}

func (c *climber) unexpected(want string) {
	panic(syntaxError{&expectError{token: *c.lex.Peek(), want: want}})
}

func (c *climber) deep() { panic(syntaxError{&deepError{spanOf(c.lex.Peek())}}) }

func (c *climber) begin() source.Pos { return source.Pos(c.lex.Peek().Pos) }

func (c *climber) end(start source.Pos) ast.Extent {
	return ast.Extent{Pos: start, EndPos: source.Pos(c.lex.RawPeek().Pos)}
}
