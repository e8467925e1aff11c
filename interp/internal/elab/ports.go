package elab

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// A signature with bars takes or gives a list of tensors, which is dealt out to its ports in the
// order of the text.

// A portValue is a tensor that a port of a signature takes or gives, the i-th of that port.
type portValue struct {
	port *ast.Port
	i    int
	x    Tensor
	env  *env // the names known to its sizes
	// bound are the axes whose sizes it gave to names.
	bound []int
	param *ast.Param // of a tensor that is a parameter
	of    *run       // what it stands for among unknowns that has no shape yet, nil for one value
}

// String is what messages call the value: `xs[1]`, or in an unnamed port value 2 of it.
func (v portValue) String() string {
	n := v.port.Shape.As
	switch {
	case v.param != nil:
		return "`" + v.param.Name.Text + "`"
	case n != nil && v.port.Repeat != nil:
		return "`" + n.Text + "[" + strconv.Itoa(v.i) + "]`"
	case n != nil:
		return "`" + n.Text + "`"
	case v.port.Repeat != nil:
		return "value " + strconv.Itoa(v.i) + " of its `repeat`"
	case v.port.Bar:
		return "`| " + inText(v.port.Shape, v.env) + "`"
	}
	return ""
}

// in says which value of several a message is about.
func (v portValue) in() string {
	if text := v.String(); text != "" {
		return " in " + text
	}
	return ""
}

// A portCount is how many values a port stands for, and what its repeat runs over.
type portCount struct {
	n    int
	list []Value
	open bool // nothing says yet
}

// deal gives each port of one side of a signature its tensors. A number of them that is a name
// without a value is bound to what the others leave. wrong is told how many there should be.
func (m *machine) deal(ports []*ast.Port, e *env, items []Tensor, wrong func(want string)) (values []portValue, ok bool) {
	if slices.ContainsFunc(items, func(t Tensor) bool { return t.run != nil }) {
		return m.dealRuns(ports, e, items)
	}
	counts := make([]portCount, len(ports))
	fixed, open := 0, 0
	for k, p := range ports {
		if counts[k], ok = m.countOf(p, e); !ok {
			return nil, false
		}
		fixed += counts[k].n
		if counts[k].open {
			open++
		}
	}
	left := len(items) - fixed
	switch {
	case open == 0 && left != 0:
		wrong(tensors(fixed))
		return nil, false
	case open > 0 && left < 0:
		wrong("at least " + tensors(fixed))
		return nil, false
	case open > 0 && left%open != 0:
		for k, p := range ports {
			if counts[k].open {
				wrong(strings.TrimPrefix(fmt.Sprintf("%s and %s for each value of `%s`", tensors(fixed), tensors(open), p.Open()), "0 tensors and "))
				break
			}
		}
		return nil, false
	}
	if !m.spendItems(ports[0].Span(), len(items)) {
		return nil, false
	}
	next := 0
	for k, p := range ports {
		if counts[k].open {
			counts[k].n = left / open
			e.values[p.Open()] = dim.Int(counts[k].n)
		}
		for i := range counts[k].n {
			in, ok := m.inPort(p, e, i, counts[k].list)
			if !ok {
				return nil, false
			}
			values = append(values, portValue{port: p, i: i, x: items[next], env: in})
			next++
		}
	}
	return values, true
}

// tensors is so many of them, in words.
func tensors(n int) string {
	if n == 1 {
		return "1 tensor"
	}
	return strconv.Itoa(n) + " tensors"
}

// countOf is how many values a port stands for.
func (m *machine) countOf(p *ast.Port, e *env) (count portCount, ok bool) {
	if p.Repeat == nil {
		return portCount{n: 1}, true
	}
	if name := p.Open(); name != "" {
		if _, known := e.lookup(name); !known {
			return portCount{open: true}, true
		}
	}
	h := p.Repeat
	v, ok := m.eval(h.Count, e)
	if !ok {
		return count, false
	}
	if l, isUnknown := v.(UnknownList); isUnknown {
		m.unknowns.Beyond("values for each item of the list " + l.Name)
		return count, false
	}
	if n, isNumber := v.(dim.Size); isNumber && !n.Known() {
		if v, ok = m.fewIterations(n, h.Count.Span()); !ok {
			return count, false
		}
	}
	switch v := v.(type) {
	case []Value:
		if h.How != "of" {
			return portCount{n: len(v), list: v}, true
		}
	case dim.Size:
		n, whole := v.Int()
		switch {
		case !whole || n < 0:
			m.failOver(badCount(h.Count.Span(), v), h.Count, e)
			return count, false
		case n > MaxNodes:
			m.stop(tooManyIterations(h.Count.Span(), n))
			return count, false
		case h.How != "in":
			m.followed(n, h.Count.Span())
			return portCount{n: n}, true
		}
		m.fail(notListToRepeat(h, v))
		return count, false
	}
	m.fail(notCount(h.Count.Span(), v))
	return count, false
}

// inPort is what the sizes of the i-th value of a port know.
func (m *machine) inPort(p *ast.Port, e *env, i int, list []Value) (in *env, ok bool) {
	h := p.Repeat
	if h == nil {
		return e, true
	}
	in = e.inner()
	if h.Index != nil && !h.Index.Skips() {
		in.values[h.Index.Text] = dim.Int(i)
	}
	item := Value(dim.Int(i))
	if list != nil {
		item = list[i]
	}
	return in, h.Each == nil || m.bindNames(h.Each, item, in, h.Count, e, dim.Int(i))
}

// namePorts makes taps of the values that a signature names.
func (m *machine) namePorts(ports []*ast.Port, e *env, values []portValue) {
	for _, p := range ports { // the values are in the order of the ports
		t := Tensor{Many: p.Repeat != nil}
		for ; len(values) > 0 && values[0].port == p; values = values[1:] {
			if !t.Many {
				t = values[0].x
				continue
			}
			t.Items, t.Suspect = append(t.Items, values[0].x), t.Suspect || values[0].x.Suspect
		}
		if n := p.Shape.As; n != nil && !n.Skips() {
			e.frame.name(n.Text, t)
		}
	}
}

// takes reports whether a block takes a value: one, or a list.
func (m *machine) takes(c *Closure, x Tensor, at *site) bool {
	if sig := c.Object.Block.Sig; sig == nil || !sig.TakesList() {
		return m.one(x, at.span(), worksOn(c.name()))
	}
	if !x.Many {
		m.fail(oneTensor(at, c))
	}
	return x.Many
}

// expected is the shape that a value of a signature is to have, with `_` for what may be any.
func (m *machine) expected(v portValue) string {
	text := ""
	m.apartFrom(func(*diag.Diagnostic) bool { return false }, func() {
		for _, d := range v.port.Shape.Sizes {
			size := "_"
			if want, ok := m.claimed(d.Size, v.env); ok {
				size = want.String()
			}
			text += ", " + size
		}
	})
	return "[" + text[min(len(text), 2):] + "]"
}

func oneTensor(at *site, c *Closure) *diag.Diagnostic {
	d := diag.New(diag.Several, at.span(), "`%s` works on a list of tensors, and here is one", c.name()).
		At(c.Object.Block.Sig.Span(), "declared here")
	if at.step != nil && at.step.Each {
		return d.WithHelp("`each` gives its step one tensor of the list at a time; leave it out, and `%s` gets the list", c.name())
	}
	return d.WithHelp("make a list of several: `list { | … | … } -> %s`", c.name())
}

// unbound is the first size of a block's input whose name has no value, as there are no values
// that it is a size of; nil where there is none.
func unbound(b *ast.Block, e *env) *ast.Dim {
	for _, p := range b.Sig.In {
		for _, d := range p.Shape.Sizes {
			if name := p.Binds(d); name != "" {
				if _, known := e.lookup(name); !known {
					return d
				}
			}
		}
	}
	return nil
}

func nothingBinds(at source.Span, b *ast.Block, d *ast.Dim, e *env) *diag.Diagnostic {
	return diag.New(diag.InputMismatch, at, "`%s` takes no value here that gives its `%s` a size", b.Name.Text, inText(d.Size, e)).
		At(d.Span(), "the size of the first of these, and there are none").
		WithHelp("give it one such value at least, or make what the size names a parameter")
}

func wrongNumber(at source.Span, b *ast.Block, want string, x Tensor) *diag.Diagnostic {
	return diag.New(diag.Several, at, "`%s` takes %s, and here %s", b.Name.Text, want, areTensors(len(x.Items))).
		At(b.Sig.Span(), "declared here").
		WithHelp("each tensor of the list goes to one bar of the signature, in their order")
}

func claimNumber(b *ast.Block, want string, x Tensor) *diag.Diagnostic {
	n := 1
	if x.Many {
		n = len(x.Items)
	}
	d := diag.New(diag.ClaimFails, b.Sig.Out[0].Span().To(b.Sig.Out[len(b.Sig.Out)-1].Span()),
		"the signature of `%s` claims %s, its body makes %d", b.Name.Text, want, n)
	if !x.Many {
		d.WithHelp("`list { | … | … }` at its end makes several")
	}
	return d
}
