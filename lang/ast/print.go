package ast

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Print writes the tree below n, a node per line, its children indented below it, and after
// @ the line and column where it starts. Expressions are on one line with every operator in
// parentheses, to show precedence.
func Print(w io.Writer, n Node) error {
	p := &dumper{w: bufio.NewWriter(w)}
	p.node(n)
	return p.w.Flush()
}

type dumper struct {
	w      *bufio.Writer
	indent int
}

func (p *dumper) line(at Node, format string, args ...any) {
	start := at.Span().Start
	fmt.Fprintf(p.w, "%s%s @%d:%d\n", strings.Repeat("  ", p.indent), fmt.Sprintf(format, args...), start.Line, start.Column)
}

// below prints the nodes one level deeper.
func below[N Node](p *dumper, list ...N) {
	p.indent++
	for _, n := range list {
		p.node(n)
	}
	p.indent--
}

func (p *dumper) node(n Node) {
	switch n := n.(type) {
	case *File:
		p.line(n, "file %s", n.Source.Name)
		below(p, n.Decls...)
	case *Import:
		p.line(n, "import%s", importText(n))
	case *Let:
		p.line(n, "let %v = %s", n.Pattern, Text(n.Value))
	case *Block:
		p.block(n)
	case *Param:
		p.line(n, "parameter %s", paramText(n))
	case *Sig:
		p.line(n, "signature %s", sigText(n))
	default:
		p.statement(n)
	}
}

func (p *dumper) block(n *Block) {
	p.line(n, "%s %s%s", n.Kind, n.Name.Text, optional(" = ", n.Preset))
	p.indent++
	if n.Params != nil {
		p.node(n.Params)
	}
	if n.Sig != nil {
		p.node(n.Sig)
	}
	for _, e := range n.Where {
		p.line(e, "where %s", Text(e))
	}
	for _, body := range []*Body{n.Extra, n.Body} {
		if body != nil {
			p.node(body)
		}
	}
	p.indent--
}

func (p *dumper) statement(n Node) {
	switch n := n.(type) {
	case *Body:
		p.line(n, "body")
		below(p, n.Stmts...)
	case *Meta:
		p.line(n, "meta")
		below(p, n.Items...)
	case *Train:
		p.line(n, "%s", strings.TrimSpace("train "+n.Named()))
		below(p, n.Items...)
	case *Setting:
		p.line(n, "%s = %s", n.Key.Text, Text(n.Value))
	case *NameMap:
		in := ""
		if n.In != nil {
			in = " in " + n.In.Text
		}
		p.line(n, "names %s%s", n.For.Text, in)
		below(p, n.Rows...)
	case *NameRow:
		axes := ""
		if n.Axes != nil {
			axes = " [" + texts(n.Axes) + "]"
		}
		p.line(n, "%s = %s%s", Text(n.Here), Text(n.There), axes)
	case *Expect:
		p.line(n, "expect %s", Text(n.Cond))
	case *Side:
		p.line(n, "side")
		below(p, n.Step)
	case *Pipeline:
		if len(n.Steps) == 1 {
			p.node(n.Steps[0])
			return
		}
		p.line(n, "pipeline")
		below(p, n.Steps...)
	case *Step:
		p.step(n)
	default:
		p.part(n)
	}
}

// step prints a step on one line: its label, what it is, and its claims.
func (p *dumper) step(n *Step) {
	around := ""
	if n.Stage {
		around = "stage "
	}
	if n.Label != nil {
		around += labelText(n.Label) + ": "
	}
	if n.Each {
		around += "each "
	}
	after := ""
	for _, c := range n.Claims {
		switch {
		case c.As != nil:
			after += " as " + c.As.Text + indexes(c.At)
		case c.Items != nil:
			after += " as [" + names(c.Items, ", ") + "]"
		default:
			after += " is [" + texts(c.Is) + "]"
		}
	}
	switch {
	case n.If != nil:
		p.line(n, "%sif%s", around, after)
		below(p, n.If)
	case n.Repeat != nil:
		p.line(n, "%srepeat%s", around, after)
		below(p, n.Repeat)
	case n.Group != nil:
		p.line(n, "%sgroup%s", around, after)
		below(p, n.Group.Stmts...)
	case n.Tap != nil:
		p.line(n, "%s@%s%s", around, n.Tap.Written(), after)
	default:
		p.line(n, "%scall %s%s", around, Text(n.Call.Callee), after)
		below(p, n.Call.Branches...)
		if n.Call.Slot != nil {
			below(p, n.Call.Slot)
		}
	}
}

// part prints what is inside a step.
func (p *dumper) part(n Node) {
	switch n := n.(type) {
	case *If:
		p.line(n, "when %s", Text(n.Cond))
		below(p, n.Then.Stmts...)
		if n.ElIf != nil {
			p.node(n.ElIf)
		}
		if n.Else != nil {
			p.line(n.Else, "else")
			below(p, n.Else.Stmts...)
		}
	case *Repeat:
		p.line(n.Head, "times %s", headText(n.Head))
		if n.Body != nil {
			below(p, n.Body.Stmts...)
		} else {
			below(p, n.Step)
		}
	case *Branch:
		if n.Repeat != nil {
			p.line(n, "branches, times %s", headText(n.Repeat))
		} else {
			p.line(n, "branch")
		}
		below(p, n.Body.Stmts...)
	case *Name:
		p.line(n, "name %s", n.Text)
	case *Type:
		p.line(n, "type %s", typeText(n))
	case *Port:
		p.line(n, "port %s", portText(n))
	case *Shape:
		p.line(n, "shape %s", shapeText(n))
	case *Dim:
		p.line(n, "size %s%s", Text(n.Size), optional(" = ", n.Default))
	case *Label:
		p.line(n, "label %s", labelText(n))
	case *Pattern:
		p.line(n, "pattern %v", n)
	case *Rest:
		p.line(n, "...")
	case *Decl, *Params, *Stmt, *Claim, *RepeatHead, *TapRef, *Call, *Args, *Arg:
		below(&dumper{p.w, p.indent - 1}, children(n)...)
	case Expr:
		p.line(n, "%s", Text(n))
	default:
		panic(fmt.Sprintf("ast: unknown node %T", n))
	}
}

// Text returns an expression as it could be written, every operator in
// parentheses.
func Text(e Expr) string {
	switch e := e.(type) {
	case *Number:
		return e.Text
	case *DimsLit:
		return e.Text
	case *Bool:
		return strconv.FormatBool(e.Value)
	case *String:
		var b strings.Builder
		for _, p := range e.Parts {
			if p.Expr != nil {
				b.WriteString("{" + Text(p.Expr) + "}")
			} else {
				quoted := strconv.Quote(p.Text)
				b.WriteString(strings.ReplaceAll(quoted[1:len(quoted)-1], "{", `\{`))
			}
		}
		return `"` + b.String() + `"`
	case *Capture:
		if e.Type != "" {
			return e.Name.Text + ":" + e.Type
		}
		return e.Name.Text
	case *Ref:
		return refText(e)
	case *TapExpr:
		return "@" + e.Written()
	case *List:
		return "[" + texts(e.Items) + "]"
	case *Unary:
		if e.Op == "not" {
			return "(not " + Text(e.X) + ")"
		}
		return "(" + e.Op + Text(e.X) + ")"
	case *Binary:
		return "(" + Text(e.L) + " " + e.Op + " " + Text(e.R) + ")"
	case *Cond:
		return "(if " + Text(e.If) + " then " + Text(e.Then) + " else " + Text(e.Else) + ")"
	case *Index:
		return Text(e.X) + "[" + Text(e.I) + "]"
	}
	panic(fmt.Sprintf("ast: unknown expression %T", e))
}

// joined returns the texts of a list with something between them.
func joined[T any](list []T, text func(T) string, between string) string {
	s := make([]string, len(list))
	for i, x := range list {
		s[i] = text(x)
	}
	return strings.Join(s, between)
}

func texts(list []Expr) string { return joined(list, Text, ", ") }

// indexes are those of one value among several of a name: [i][j].
func indexes(list []Expr) string {
	return joined(list, func(x Expr) string { return "[" + Text(x) + "]" }, "")
}

func names(list []*Name, between string) string {
	return joined(list, func(n *Name) string { return n.Text }, between)
}

func refText(r *Ref) string {
	if r.Args == nil {
		return r.Text()
	}
	return r.Text() + "(" + joined(r.Args.List, argText, ", ") + ")"
}

func argText(a *Arg) string {
	if a.Name != nil {
		return a.Name.Text + " = " + Text(a.Value)
	}
	return Text(a.Value)
}

func labelText(l *Label) string {
	if l.Name != nil {
		return l.Name.Text
	}
	return Text(l.Text)
}

func paramText(n *Param) string {
	s := n.Name.Text
	if n.Type != nil {
		s += ": " + typeText(n.Type)
	}
	return s + optional(" = ", n.Default)
}

// String returns a type as it is written.
func (t *Type) String() string { return typeText(t) }

func typeText(t *Type) string {
	if t.Shape != nil {
		return shapeText(t.Shape)
	}
	s := t.Name
	if t.Elem != nil {
		s += "[" + typeText(t.Elem) + "]"
	}
	if t.Params != nil {
		s += "(" + joined(t.Params.List, paramText, ", ") + ")"
	}
	if t.Sig != nil {
		s += " " + sigText(t.Sig)
	}
	return s
}

func sigText(n *Sig) string {
	return joined(n.In, portText, " ") + " -> " + joined(n.Out, portText, " ")
}

func portText(p *Port) string {
	s := shapeText(p.Shape)
	if p.Bar {
		s = "| " + s
	}
	if p.Repeat != nil {
		s = "repeat " + headText(p.Repeat) + optional(" = ", p.Default) + " " + s
	}
	return s
}

func shapeText(n *Shape) string {
	list := make([]string, len(n.Sizes), len(n.Sizes)+1)
	for i, d := range n.Sizes {
		list[i] = Text(d.Size) + optional(" = ", d.Default)
	}
	if n.Rest != nil {
		list = append(list, n.Rest.Dots)
	}
	s := "[" + strings.Join(list, ", ") + "]"
	if n.As != nil {
		s += " as " + n.As.Text
	}
	return s
}

func headText(h *RepeatHead) string {
	text := Text(h.Count)
	if h.Each != nil {
		text = h.Each.String() + " " + h.How + " " + text
	}
	if h.Index != nil {
		text = h.Index.Text + ", " + text
	}
	return text
}

func importText(n *Import) string {
	s := " " + names(n.Std, ".")
	if n.File != nil {
		s = " " + Text(n.File)
	}
	if n.As != nil {
		s += " as " + n.As.Text
	}
	if len(n.Names) > 0 {
		s += " { " + names(n.Names, ", ") + " }"
	}
	return s
}

// optional returns an expression after a prefix, "" for no expression.
func optional(before string, e Expr) string {
	if e == nil {
		return ""
	}
	return before + Text(e)
}
