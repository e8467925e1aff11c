package ast

import (
	"fmt"

	"cnnlang/lang/source"
)

// Span returns the whole text, which makes a file a node as well.
func (f *File) Span() source.Span { return f.Source.Span(0, len(f.Source.Text)) }

// Walk calls visit for n and then for all below it, parents before children, in
// the order of the text. Where visit returns false the children are passed over.
func Walk(n Node, visit func(Node) bool) {
	if !visit(n) {
		return
	}
	for _, child := range children(n) {
		Walk(child, visit)
	}
}

// nodes collects children; those that are not there are left out.
type nodes []Node

func add[T any, P interface {
	*T
	Node
}](list *nodes, n ...P) {
	for _, c := range n {
		if c != nil {
			*list = append(*list, c)
		}
	}
}

func addExpr[E Expr](list *nodes, n ...E) {
	for _, c := range n {
		if Expr(c) != nil {
			*list = append(*list, c)
		}
	}
}

func children(n Node) nodes {
	var c nodes
	switch n := n.(type) {
	case *File:
		add(&c, n.Decls...)
	case *Decl:
		add(&c, n.Import)
		add(&c, n.Let)
		add(&c, n.Block)
	case *Import:
		addExpr(&c, n.File)
		add(&c, n.Std...)
		add(&c, n.As)
		add(&c, n.Names...)
	case *Let:
		add(&c, n.Name)
		addExpr(&c, n.Value)
	case *Block:
		add(&c, n.Name)
		addExpr(&c, n.Preset)
		add(&c, n.Extra)
		add(&c, n.Params)
		add(&c, n.Sig)
		addExpr(&c, n.Where...)
		add(&c, n.Body)
	case *Params:
		add(&c, n.List...)
	case *Param:
		add(&c, n.Name)
		add(&c, n.Type)
		addExpr(&c, n.Default)
	case *Sig:
		add(&c, n.In...)
		addExpr(&c, n.Out...)
	case *Dim:
		addExpr(&c, n.Size, n.Default)
	case *Type:
		add(&c, n.Params)
		add(&c, n.Sig)
	case *Name:
	default:
		if e, ok := n.(Expr); ok {
			return operands(e)
		}
		return inBody(n)
	}
	return c
}

// inBody returns the children of what stands inside a body.
func inBody(n Node) nodes {
	var c nodes
	switch n := n.(type) {
	case *Body:
		add(&c, n.Stmts...)
	case *Stmt:
		add(&c, n.Let)
		add(&c, n.Meta)
		add(&c, n.Names)
		add(&c, n.Expect)
		add(&c, n.Side)
		add(&c, n.Pipe)
	case *Meta:
		add(&c, n.Items...)
	case *MetaItem:
		add(&c, n.Key)
		addExpr(&c, n.Value)
	case *NameMap:
		add(&c, n.For)
		add(&c, n.Rows...)
	case *NameRow:
		addExpr(&c, n.Here, n.There)
	case *Expect:
		addExpr(&c, n.Cond)
	case *Side:
		add(&c, n.Step)
	case *Pipeline:
		add(&c, n.Steps...)
	default:
		return inStep(n)
	}
	return c
}

// inStep returns the children of a step and of what stands inside one.
func inStep(n Node) nodes {
	var c nodes
	switch n := n.(type) {
	case *Step:
		add(&c, n.Label)
		add(&c, n.If)
		add(&c, n.Repeat)
		add(&c, n.Group)
		add(&c, n.Tap)
		add(&c, n.Call)
		add(&c, n.Claims...)
	case *Label:
		add(&c, n.Name)
		addExpr(&c, n.Text)
	case *Claim:
		add(&c, n.As)
		addExpr(&c, n.Is...)
	case *If:
		addExpr(&c, n.Cond)
		add(&c, n.Then)
		add(&c, n.ElIf)
		add(&c, n.Else)
	case *Repeat:
		add(&c, n.Head)
		add(&c, n.Body)
		add(&c, n.Step)
	case *RepeatHead:
		add(&c, n.Vars...)
		addExpr(&c, n.Count)
	case *TapRef:
		add(&c, n.Name)
	case *Call:
		addExpr(&c, n.Callee)
		add(&c, n.Branches...)
		add(&c, n.Slot)
	case *Branch:
		add(&c, n.Repeat)
		add(&c, n.Body)
	case *Args:
		add(&c, n.List...)
	case *Arg:
		add(&c, n.Name)
		addExpr(&c, n.Value)
	default:
		panic(fmt.Sprintf("ast: no node: %T", n))
	}
	return c
}

// operands returns the children of an expression.
func operands(e Expr) nodes {
	var c nodes
	switch e := e.(type) {
	case *Number, *DimsLit, *Bool:
	case *String:
		for _, p := range e.Parts {
			addExpr(&c, p.Expr)
		}
	case *Ref:
		add(&c, e.Path...)
		add(&c, e.Args)
	case *TapExpr:
		add(&c, e.Name)
	case *List:
		addExpr(&c, e.Items...)
	case *Unary:
		addExpr(&c, e.X)
	case *Binary:
		addExpr(&c, e.L, e.R)
	case *Cond:
		addExpr(&c, e.If, e.Then, e.Else)
	case *Index:
		addExpr(&c, e.X, e.I)
	default:
		panic(fmt.Sprintf("ast: no expression: %T", e))
	}
	return c
}
