package repair

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/ops/dim"
)

// widthParameters are the usual names of a block's number of output channels.
var widthParameters = []string{"out", "c"}

// widthOf is the argument that says how many channels a call gives.
func (p *problem) widthOf(c *ast.Call) *ast.Arg {
	for _, name := range widthParameters {
		if a := p.argument(c, name); a != nil {
			return a
		}
	}
	return nil
}

// widths are other numbers of channels: those of the input, those of the other branches,
// and the one that is wanted.
func (p *problem) widths(c *ast.Call, far int) {
	a := p.widthOf(c)
	if a == nil {
		return
	}
	name := c.Callee.Ref().Text()
	subject := fmt.Sprint("width ", c.Span().Start.Offset)
	var values []string
	if p.focus.block.Binds("C") {
		values = append(values, "C")
	}
	values = append(values, p.conflicting(1)...)
	for _, other := range p.focus.calls {
		if b := p.widthOf(other); b != nil && other != c {
			values = append(values, p.written(b.Value))
		}
	}
	if out := p.claimedWidth(); out != "" {
		values = append(values, out)
	}
	tried := []string{p.written(a.Value)}
	for _, v := range values {
		if !slices.Contains(tried, v) && p.widthFor(a.Value, v) {
			tried = append(tried, v)
			p.argue(far, subject, fmt.Sprintf("let `%s` give %s channels", name, v), replace(a.Value, v))
		}
	}
}

// widthFor reports whether a width may have been meant where another is written. One
// channel is a mask or a gate, a quotient is a ratio, and a name stands for more than one
// number: these were probably meant.
func (p *problem) widthFor(x ast.Expr, v string) bool {
	_, literal := wholeNumber(v)
	switch x := x.(type) {
	case *ast.Number:
		return x.Text != "1" && v != "1"
	case *ast.Ref:
		return !literal
	}
	if text := p.written(x); strings.Contains(text, "/") || literal {
		return false
	}
	return mentions(x, words.FindAllString(v, -1)...)
}

var words = regexp.MustCompile(`[A-Za-z_]\w*`)

// conflicting are the sizes that disagree, if on this axis.
func (p *problem) conflicting(axis int) []string {
	c := p.diagnostic.Conflict
	if c == nil || c.Axis != axis {
		return nil
	}
	var list []string
	for _, shape := range [][]string{c.Want, c.Got} {
		if axis < len(shape) && shape[axis] != "" {
			list = append(list, shape[axis])
		}
	}
	return list
}

// claimedWidth is the signature's claim about the output channels.
func (p *problem) claimedWidth() string {
	sig := p.focus.block.Sig
	if sig == nil || sig.Several() || len(sig.Output().Sizes) < 2 {
		return ""
	}
	if text := p.written(sig.Output().Sizes[1].Size); text != "_" {
		return ast.RightOf("!=", sig.Output().Sizes[1].Size, text)
	}
	return ""
}

// groups are other numbers of groups: one that divides them and the channels, the next that
// divide the channels, one for each channel, and one.
func (p *problem) groups(c *ast.Call, far int) {
	a := p.argument(c, "groups")
	if a == nil {
		return
	}
	name := c.Callee.Ref().Text()
	subject := fmt.Sprint("groups ", c.Span().Start.Offset)
	var values []string
	if n, ok := wholeNumber(p.written(a.Value)); ok {
		for _, v := range p.conflicting(1) {
			if m, ok := wholeNumber(v); ok {
				if both := divisor(m, n); both > 1 {
					values = append(values, fmt.Sprint(both))
				}
				values = append(values, nextDivisors(m, n)...)
			}
		}
	}
	values = append(values, p.conflicting(1)...)
	if p.focus.block.Binds("C") {
		values = append(values, "C")
	}
	for _, v := range values {
		p.argue(far, subject, fmt.Sprintf("give `%s` %s", name, groupsOf(v)), replace(a.Value, v))
	}
	if a.Name != nil {
		p.argue(far, subject, fmt.Sprintf("leave out the groups of `%s`", name), remove(c, a))
	}
}

// divisor is the greatest number that divides both.
func divisor(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// nextDivisors are the divisors of m nearest to n on both sides, except 1.
func nextDivisors(m, n int) (values []string) {
	below, above, _ := dim.NextDivisors(n, m)
	for _, v := range []int{below, above} {
		if v > 1 {
			values = append(values, fmt.Sprint(v))
		}
	}
	return values
}

func groupsOf(n string) string {
	if n == "1" {
		return "1 group"
	}
	return n + " groups"
}

func wholeNumber(text string) (n int, ok bool) {
	_, err := fmt.Sscanf(strings.ReplaceAll(text, "_", "")+"\n", "%d\n", &n)
	return n, err == nil && n > 0
}

// merges adds projections to identity branches, and missing cases to the conditions of
// projections.
func (p *problem) merges() {
	if p.focus.merge == nil {
		return
	}
	for _, b := range p.focus.merge.Branches {
		if step, ok := identity(b.Body); ok && p.focus.merge.Callee.Ref().Text() != "mul" { // the gate has no shortcut
			p.projection(b, step)
		}
		p.shortcut(b)
	}
}

// identity reports whether a branch is `id` or empty; step is the `id`.
func identity(b *ast.Body) (step *ast.Step, ok bool) {
	if len(b.Stmts) == 0 {
		return nil, true
	}
	if len(b.Stmts) > 1 || b.Stmts[0].Pipe == nil || len(b.Stmts[0].Pipe.Steps) > 1 {
		return nil, false
	}
	step = b.Stmts[0].Pipe.Steps[0]
	return step, step.Call != nil && step.Call.Callee.Ref().Text() == "id" && step.Label == nil
}

// projection replaces an identity by a 1x1 convolution, conditional on a difference of
// shapes if the block can express it.
func (p *problem) projection(b *ast.Branch, id *ast.Step) {
	width := p.otherWidth(b)
	if width == "" || width == "1" { // a mask or a gate, not a width
		return
	}
	stride, conditional := p.otherStride(b)
	arguments := width + ", 1x1"
	if stride != "" {
		arguments += ", stride=" + stride
	}
	conv := "downsample: conv(" + arguments + ")"
	if p.normalises() {
		conv = "downsample: { conv(" + arguments + ", bias=false) -> bn }"
	}
	put := func(text string) diag.Edit {
		if id == nil {
			return insert(b.Body.Span().End, " "+text)
		}
		return replace(id, text)
	}
	subject := fmt.Sprint("projection ", b.Span().Start.Offset)
	const what = "a block that strides or widens needs a projection on the other branch"
	condition := ""
	switch {
	case p.focus.block.Binds("C") && conditional:
		condition = fmt.Sprintf("if stride != 1 or C != %s { ", width)
	case p.focus.block.Binds("C") && stride == "":
		condition = fmt.Sprintf("if C != %s { ", width)
	}
	if condition != "" { // ranks before the unconditional one, since it costs less to run
		p.add(structure, -len(condition)-2, subject, what, put(condition+conv+" }"))
	}
	p.add(structure, 0, subject, what, put(conv))
}

// otherWidth is how many channels the other branches give, as written. A block's claim is
// the best source; a net's claim is about its end.
func (p *problem) otherWidth(b *ast.Branch) string {
	if out := p.claimedWidth(); out != "" && p.focus.block.Kind == "block" {
		return out
	}
	for _, other := range p.focus.merge.Branches {
		if other == b {
			continue
		}
		calls := callsIn(other)
		for _, c := range slices.Backward(calls) {
			if a := p.widthOf(c); a != nil {
				return ast.RightOf("!=", a.Value, p.written(a.Value))
			}
		}
	}
	for _, v := range p.conflicting(1) {
		return v
	}
	return ""
}

// otherStride is the stride of the other branches as written, and whether it is the block's
// parameter `stride`.
func (p *problem) otherStride(b *ast.Branch) (text string, parameter bool) {
	for _, other := range p.focus.merge.Branches {
		if other == b {
			continue
		}
		for _, c := range callsIn(other) {
			if a := p.argument(c, "stride"); a != nil && p.written(a.Value) != "1" {
				text = p.written(a.Value)
			}
		}
	}
	if p.inScope("stride") {
		return "stride", true
	}
	return text, false
}

// normalises reports whether the block uses batch normalisation.
func (p *problem) normalises() bool {
	return slices.ContainsFunc(callsIn(p.focus.block), func(c *ast.Call) bool {
		return c.Callee.Ref().Text() == "bn" || p.takes(c, "norm")
	})
}

// shortcut completes the condition under which a branch projects.
func (p *problem) shortcut(b *ast.Branch) {
	ast.Walk(b, func(n ast.Node) bool {
		f, ok := n.(*ast.If)
		if !ok || f.Else != nil || f.ElIf != nil {
			return true
		}
		cond := ast.RightOf("or", f.Cond, p.written(f.Cond))
		subject := fmt.Sprint("condition ", f.Span().Start.Offset)
		const what = "project wherever the shapes differ"
		if width := p.otherWidth(b); width != "" && p.focus.block.Binds("C") && !mentions(f.Cond, "C") {
			p.add(structure, 0, subject, what, replace(f.Cond, ast.LeftOf("or", f.Cond, p.written(f.Cond))+" or C != "+width))
		}
		if p.inScope("stride") && !mentions(f.Cond, "stride") {
			p.add(structure, 0, subject, what, replace(f.Cond, "stride != 1 or "+cond))
		}
		return true
	})
}

// mentions reports whether a node holds one of these names.
func mentions(n ast.Node, names ...string) bool {
	found := false
	ast.Walk(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Name)
		found = found || ok && slices.Contains(names, id.Text)
		return !found
	})
	return found
}
