package elab

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// The inputs and outputs of a net: as many as its signature has, each with the name that it has
// there, those of a `repeat` with numbers, xs.0 and xs.1.

// valueName is what a value of a net is called outside of it.
func valueName(v portValue, alone string) string {
	switch n := v.port.Shape.As; {
	case n == nil || n.Skips():
		return alone
	case v.port.Repeat != nil:
		return n.Text + "." + strconv.Itoa(v.i)
	default:
		return n.Text
	}
}

// inputs are the shapes of the inputs: those asked for, or the defaults of the preset
// and of the signature, with one image. It notes whether those are the same. c is what the
// preset declared, with what is set from outside filled in.
func (m *machine) inputs(declared, c *Closure, e *env, opts Options) (values []portValue, ok bool) {
	b := c.Object.Block
	switch {
	case b.Sig == nil:
		m.fail(netWithoutSignature(b))
		return nil, false
	case b.Sig.Input().Rest != nil || resolve.Unnamed(b):
		return nil, false // reported where names are resolved
	}
	m.defaults, m.usual = true, true
	e = e.inner() // of an axis, those after it may speak: [1, 3, H=4, H + 1]
	for _, p := range b.Sig.In {
		n, list, ok := m.inputsOf(declared, c, p, e)
		if !ok {
			return nil, false
		}
		for i := range n {
			in, ok := m.inPort(p, e, i, list)
			if !ok {
				return nil, false
			}
			values = append(values, portValue{port: p, i: i, env: in})
		}
	}
	if len(values) == 0 {
		at := b.Sig.In[0].Span().To(b.Sig.In[len(b.Sig.In)-1].Span())
		for _, p := range b.Sig.In {
			if p.Open() != "" {
				at = m.sizeGiven(p.Repeat.Count, c, at)
			}
		}
		m.fail(noInputs(b, at))
		return nil, false
	}
	shapes := maps.Clone(opts.Shapes)
	if opts.Shape != nil && len(values) > 1 {
		m.fail(shapeOfSeveral(b, values))
		return nil, false
	}
	for k := range values {
		v := &values[k]
		name := valueName(*v, "input")
		given := shapes[name]
		if opts.Shape != nil {
			given = opts.Shape
		}
		if v.x.Shape, ok = m.input(declared, c, e, *v, given); !ok {
			return nil, false
		}
		if images := values[0].x.Shape[0]; v.x.Shape[0] != images {
			m.fail(otherImages(b, *v, values[0], v.x.Shape[0], images))
			return nil, false
		}
		delete(shapes, name)
	}
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		m.fail(noSuchInput(b, name, values))
		ok = false
	}
	m.sizes = map[string]int{}
	for _, g := range sizesOf(c.Object) {
		if size, is := e.values[g.name].(dim.Size); is {
			m.sizes[g.name], _ = size.Int()
		}
	}
	return values, ok
}

// inputsOf is how many inputs a port of a net stands for, which where nothing else does what is set
// says, the preset, or its default.
func (m *machine) inputsOf(declared, c *Closure, p *ast.Port, e *env) (n int, list []Value, ok bool) {
	count, ok := m.countOf(p, e)
	if !ok || !count.open {
		return count.n, count.list, ok
	}
	if p.Default == nil {
		m.fail(noDefaultNumber(p))
		return 0, nil, false
	}
	size, ok := m.evalSize(p.Default, e)
	if !ok {
		return 0, nil, false
	}
	at := p.Default.Span()
	if given, isGiven := sizeIn(declared, p.Open()); isGiven {
		m.others, size, at = m.others || given != size, given, declared.Args[p.Open()].span
	}
	if set, isSet := sizeIn(c, p.Open()); isSet {
		same := set == size
		m.defaults, m.usual, size, at = m.defaults && same, m.usual && same, set, c.Args[p.Open()].span
	}
	n, whole := size.Int()
	switch {
	case !whole || n < 0:
		m.fail(badCount(at, size))
		return 0, nil, false
	case n > MaxNodes:
		m.stop(tooManyIterations(at, n))
		return 0, nil, false
	}
	e.values[p.Open()] = size
	return n, nil, true
}

// input is the shape of one input, known being the names that those before it bind.
func (m *machine) input(declared, c *Closure, known *env, v portValue, asked []int) (shape dim.Shape, ok bool) {
	b, sizes := c.Object.Block, v.port.Shape.Sizes
	if asked != nil && len(asked) != len(sizes) {
		m.fail(wrongShapeOption(b, v, asked))
		return nil, false
	}
	for i, d := range sizes {
		name := v.port.Binds(d)
		if d.Default != nil && find(parameters(c.Object), name) != nil {
			return nil, false // reported where names are resolved
		}
		size, stands, ok := m.defaultSize(d, i, v)
		if !ok {
			return nil, false
		}
		if given, ok := sizeIn(declared, name); ok && v.i == 0 {
			m.others = m.others || given != size
			size = given
		}
		byDefault := size
		set, isSet := sizeIn(c, name)
		if isSet = isSet && v.i == 0; isSet { // the others of a port follow from its first
			size = set
		}
		if asked != nil {
			given := dim.Int(asked[i])
			if isSet && !c.Args[name].declared && given != set {
				m.fail(sizeTwice(c.Args[name], c.Object, name, set, given))
				return nil, false
			}
			m.defaults, m.usual = m.defaults && stands, m.usual && (stands || i == 0)
			size, stands = given, true
		}
		m.defaults, m.usual = m.defaults && size == byDefault, m.usual && (size == byDefault || i == 0)
		if !stands {
			m.fail(noDefaultSize(v, d, i))
			return nil, false
		}
		if !dim.AtLeast(m.facts, size, dim.Int(1)) {
			m.fail(badInputSize(b, d, size))
			return nil, false
		}
		if name != "" && v.i == 0 {
			if _, bound := known.lookup(name); !bound {
				known.values[name] = size
			}
		}
		shape = append(shape, size)
	}
	return shape, true
}

// defaultSize is the size an axis of the input has when none is asked for; the
// batch, which has no default of its own, is 1.
func (m *machine) defaultSize(d *ast.Dim, axis int, in portValue) (size dim.Size, known, ok bool) {
	x := d.Default
	if x == nil || in.i > 0 { // those after the first of a port follow from it
		name := in.port.Binds(d)
		if _, bound := in.env.lookup(name); (name != "" || bare(d.Size) == "_") && !bound {
			return dim.Int(1), axis == 0, true
		}
		x = d.Size
	}
	v, ok := m.evalSize(x, in.env)
	if ok && !dim.AtLeast(m.facts, v, dim.Int(1)) || ok && !v.IsWhole() {
		at := x.Span()
		if in.i > 0 {
			at = m.sizeGiven(x, in.env.frame.of, at)
		}
		m.fail(badDefaultSize(at, v, in, d))
		return v, false, false
	}
	return v, true, ok
}

// entry is the input as a value: a tensor, or the list of them.
func (m *machine) entry(values []portValue, b *ast.Block) Tensor {
	list := Tensor{Many: b.Sig.TakesList()}
	for _, v := range values {
		name := valueName(v, "input")
		n := m.node(&graph.Node{Path: name, Shape: concrete(v.x.Shape), Origin: v.port.Span()})
		m.graph.Inputs = append(m.graph.Inputs, n)
		t := Tensor{Shape: v.x.Shape, Node: n}
		for i, d := range v.x.Shape {
			t.Origins = append(t.Origins, &Origin{Span: v.port.Shape.Sizes[i].Span(), Size: d, Reason: "input", Path: name})
		}
		if !list.Many {
			m.start(t)
			return t
		}
		list.Items = append(list.Items, t)
	}
	m.start(list)
	return list
}

// outputs are what the net gives, by the names that its signature has for them, which no side head
// has.
func (m *machine) outputs(sig *ast.Sig, e *env, out Tensor) []graph.Output {
	values := []portValue{{port: sig.Out[0], x: out}}
	if sig.GivesList() {
		values, _ = m.deal(sig.Out, e, out.each(), func(string) {}) // which has been checked
	}
	list, told := make([]graph.Output, len(values)), false
	for i, v := range values {
		name := valueName(v, "output")
		list[i] = graph.Output{Name: name, Node: v.x.node()}
		if at, taken := m.heads[name]; taken && v.port.Shape.As != nil {
			m.fail(sideIsOutput(at, name, v.port.Shape.As))
		}
		if at, ok := exchanged(values, i); ok && !told {
			told = true
			m.fail(otherOrder(values, i, at))
		}
	}
	return list
}

func noInputs(b *ast.Block, at source.Span) *diag.Diagnostic {
	return diag.New(diag.BadValue, at, "`%s` has no input", b.Name.Text).
		WithHelp("a net takes one value at least")
}

// shapeOfSeveral is for one shape where there are several inputs.
func shapeOfSeveral(b *ast.Block, values []portValue) *diag.Diagnostic {
	name := valueName(values[0], "input")
	return diag.New(diag.InputMismatch, b.Sig.Span(), "`%s` has %d inputs, and the shape asked for is of one", b.Name.Text, len(values)).
		WithHelp("say of which, as in `%s=1x3x224x224`", name)
}

func noSuchInput(b *ast.Block, name string, values []portValue) *diag.Diagnostic {
	var known []string
	for _, v := range values {
		known = append(known, valueName(v, "input"))
	}
	d := diag.New(diag.InputMismatch, b.Sig.Span(), "`%s` has no input `%s`", b.Name.Text, name)
	if near := diag.Nearest(name, known); near != "" {
		return d.WithHelp("did you mean `%s`?", near)
	}
	const most = 8
	if len(known) > most {
		known = append(known[:most], "…")
	}
	return d.WithHelp("it has %s", strings.Join(known, ", "))
}

func otherImages(b *ast.Block, v, first portValue, got, want dim.Size) *diag.Diagnostic {
	return diag.New(diag.InputMismatch, v.port.Shape.Sizes[0].Span(), "the inputs of `%s` have batches of %v in `%s` and %v in `%s`",
		b.Name.Text, want, valueName(first, "input"), got, valueName(v, "input")).
		WithHelp("the first axis of each is the batch, which is one for all: `N`")
}

func noDefaultNumber(p *ast.Port) *diag.Diagnostic {
	text := ast.Text(p.Repeat.Count)
	return diag.New(diag.MissingArgument, p.Repeat.Count.Span(), "nothing says how many inputs `%s` is", text).
		WithHelp("write a default: `repeat i of %s = 3 | …`", text)
}
