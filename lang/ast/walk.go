package ast

import (
	"fmt"

	"cnnlang/lang/source"
)

// Span returns the span of the whole text; with it a file is a node.
func (f *File) Span() source.Span { return f.Source.Span(0, len(f.Source.Text)) }

// Walk calls visit for n and then for all below it, parents before children, in
// the order of the text. If visit returns false, the children are skipped.
func Walk(n Node, visit func(Node) bool) {
	if !visit(n) {
		return
	}
	walkChildren(visit, n)
}

// children lists what is directly below a node.
func children(n Node) (list []Node) {
	walkChildren(func(c Node) bool {
		list = append(list, c)
		return false
	}, n)
	return list
}

// A visitor is what Walk calls for each node. It gets children one by one, because a list
// of them for every node would be most of the cost of a walk.
type visitor func(Node) bool

// add walks the children that are not nil.
func add[T any, P interface {
	*T
	Node
}](v visitor, n ...P) {
	for _, c := range n {
		if c != nil {
			Walk(c, v)
		}
	}
}

// addExpr is add for expressions.
func addExpr[E Expr](v visitor, n ...E) {
	for _, c := range n {
		if Expr(c) != nil {
			Walk(c, v)
		}
	}
}

// walkChildren walks what is directly below a node.
func walkChildren(v visitor, n Node) {
	switch n := n.(type) {
	case *File:
		add(v, n.Decls...)
	case *Decl:
		add(v, n.Import)
		add(v, n.Let)
		add(v, n.Block)
	case *Import:
		addExpr(v, n.File)
		add(v, n.Std...)
		add(v, n.As)
		add(v, n.Names...)
	case *Let:
		add(v, n.Pattern)
		addExpr(v, n.Value)
	case *Block:
		add(v, n.Name)
		addExpr(v, n.Preset)
		add(v, n.Extra)
		add(v, n.Params)
		add(v, n.Sig)
		addExpr(v, n.Where...)
		add(v, n.Body)
	case *Params:
		add(v, n.List...)
	case *Param:
		add(v, n.Name)
		add(v, n.Type)
		addExpr(v, n.Default)
	case *Sig:
		add(v, n.In...)
		add(v, n.Out...)
	case *Port:
		add(v, n.Repeat)
		addExpr(v, n.Default)
		add(v, n.Shape)
	case *Shape:
		add(v, n.Sizes...)
		add(v, n.Rest)
		add(v, n.As)
	case *Dim:
		addExpr(v, n.Size, n.Default)
	case *Type:
		add(v, n.Shape)
		add(v, n.Params)
		add(v, n.Elem)
		add(v, n.Sig)
	case *Pattern:
		add(v, n.Name)
		add(v, n.Items...)
	case *Name, *Rest:
	default:
		if e, ok := n.(Expr); ok {
			operands(v, e)
			return
		}
		inBody(v, n)
	}
}

// inBody walks the children of a part of a body.
func inBody(v visitor, n Node) {
	switch n := n.(type) {
	case *Body:
		add(v, n.Stmts...)
	case *Stmt:
		add(v, n.Let)
		add(v, n.Meta)
		add(v, n.Train)
		add(v, n.Names)
		add(v, n.Expect)
		add(v, n.Side)
		add(v, n.Pipe)
	case *Meta:
		add(v, n.Items...)
	case *Train:
		add(v, n.Name)
		add(v, n.Items...)
	case *Setting:
		add(v, n.Key)
		addExpr(v, n.Value)
	case *NameMap:
		add(v, n.For)
		add(v, n.In)
		add(v, n.Rows...)
	case *NameRow:
		addExpr(v, n.Here)
		addExpr(v, n.There)
		addExpr(v, n.Axes...)
	case *Expect:
		addExpr(v, n.Cond)
	case *Side:
		add(v, n.Step)
	case *Pipeline:
		add(v, n.Steps...)
	default:
		inStep(v, n)
	}
}

// inStep walks the children of a step or a part of one.
func inStep(v visitor, n Node) {
	switch n := n.(type) {
	case *Step:
		add(v, n.Label)
		add(v, n.If)
		add(v, n.Repeat)
		add(v, n.Group)
		add(v, n.Tap)
		add(v, n.Call)
		add(v, n.Claims...)
	case *Label:
		add(v, n.Name)
		addExpr(v, n.Text)
	case *Claim:
		add(v, n.As)
		addExpr(v, n.At...)
		add(v, n.Items...)
		addExpr(v, n.Is...)
	case *If:
		addExpr(v, n.Cond)
		add(v, n.Then)
		add(v, n.ElIf)
		add(v, n.Else)
	case *Repeat:
		add(v, n.Head)
		add(v, n.Body)
		add(v, n.Step)
	case *RepeatHead:
		add(v, n.Index)
		add(v, n.Each)
		addExpr(v, n.Count)
	case *TapRef:
		add(v, n.Path...)
		addExpr(v, n.At...)
	case *Call:
		addExpr(v, n.Callee)
		add(v, n.Branches...)
		add(v, n.Slot)
	case *Branch:
		add(v, n.Repeat)
		add(v, n.Body)
	case *Args:
		add(v, n.List...)
	case *Arg:
		add(v, n.Name)
		addExpr(v, n.Value)
	default:
		panic(fmt.Sprintf("ast: unknown node %T", n))
	}
}

// operands walks the children of an expression.
func operands(v visitor, e Expr) {
	switch e := e.(type) {
	case *Number, *DimsLit, *Bool:
	case *String:
		for _, p := range e.Parts {
			addExpr(v, p.Expr)
		}
	case *Capture:
		add(v, e.Name)
	case *Ref:
		add(v, e.Path...)
		add(v, e.Args)
	case *TapExpr:
		add(v, e.Path...)
		addExpr(v, e.At...)
	case *List:
		addExpr(v, e.Items...)
	case *Unary:
		addExpr(v, e.X)
	case *Binary:
		addExpr(v, e.L, e.R)
	case *Cond:
		addExpr(v, e.If, e.Then, e.Else)
	case *Index:
		addExpr(v, e.X, e.I)
	default:
		panic(fmt.Sprintf("ast: unknown expression %T", e))
	}
}
