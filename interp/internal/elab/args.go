package elab

import (
	"maps"
	"slices"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// closure makes the value of a block's name. A preset is the block it names with
// arguments filled in.
func (m *machine) closure(o *resolve.Object, at source.Span) (*Closure, bool) {
	if o.Block.Preset == nil {
		return &Closure{Object: o}, true
	}
	if !m.step(at) || !m.enter(at, "presets are made of presets") {
		return nil, false
	}
	defer m.leave()
	v, ok := m.ref(o.Block.Preset.Ref(), &env{module: o.Module, frame: &frame{}})
	if !ok {
		return nil, false
	}
	c, ok := v.(*Closure)
	if !ok {
		m.fail(notCallable(o.Block.Preset.Span(), o.Block.Preset.Ref().Text(), v))
		return nil, false
	}
	return c.declared(), true
}

// fill adds arguments to a closure: each positional one to the next parameter
// that has none, each named one to its parameter.
func (m *machine) fill(c *Closure, args *ast.Args, e *env) (*Closure, bool) {
	filled := c.open()
	filled.passed, filled.signatures = c.passed, c.signatures
	params := parameters(c.Object)
	good, next := true, 0
	given, declared, isSize := map[string]bool{}, finder(params), sizeFinder(c.Object)
	for _, a := range args.List {
		if m.stopped {
			return nil, false
		}
		v, ok := m.eval(a.Value, e)
		good = good && ok
		name := ""
		switch {
		case a.Name != nil:
			name = a.Name.Text
			if declared(name) == nil && !isSize(name) {
				m.fail(unknownArgument(a.Name, args, c.Object, params))
				good = false
				continue
			}
			if given[name] {
				m.fail(argumentTwice(a.Name.Span(), name, filled.Args[name].span))
				good = false
			}
		default:
			for next < len(params) && (filled.has(params[next].Name.Text)) {
				next++
			}
			if next >= len(params) {
				if ok {
					m.fail(tooManyArguments(a.Span(), c.Object, params, v))
				}
				return nil, false
			}
			name = params[next].Name.Text
		}
		given[name] = true
		filled.Args[name] = bound{value: v, span: a.Value.Span(), call: args, expr: a.Value, env: e}
	}
	return filled, good
}

// open is a closure that more can be filled into.
func (c *Closure) open() *Closure {
	filled := &Closure{Object: c.Object, Args: make(map[string]bound, len(c.Args)+1)}
	maps.Copy(filled.Args, c.Args)
	return filled
}

func (c *Closure) has(name string) bool {
	_, ok := c.Args[name]
	return ok
}

// parameters lists what a block takes; branches are no parameter.
func parameters(o *resolve.Object) []*ast.Param {
	if o.Block.Params == nil {
		return nil
	}
	list := o.Block.Params.List
	if o.IsCombinator() {
		return list[1:]
	}
	return list
}

// finder is find for all arguments of a call, of which there may be as many as a file
// has words.
func finder(params []*ast.Param) func(name string) *ast.Param {
	const few = 16
	if len(params) <= few {
		return func(name string) *ast.Param { return find(params, name) }
	}
	by := make(map[string]*ast.Param, len(params))
	for _, p := range slices.Backward(params) {
		by[p.Name.Text] = p // of two of one name the first
	}
	return func(name string) *ast.Param { return by[name] }
}

func find(params []*ast.Param, name string) *ast.Param {
	for _, p := range params {
		if p.Name.Text == name {
			return p
		}
	}
	return nil
}

// bind gives every parameter its value: the argument, or the default, in which
// the parameters before it are known. Sizes get theirs with the input.
func (m *machine) bind(c *Closure, at source.Span) (*env, bool) {
	e := &env{module: c.Object.Module, frame: &frame{net: c.Object.Block.Kind == "net", of: c, generic: m.generic}, values: make(map[string]Value, len(parameters(c.Object)))}
	good := true
	for _, p := range parameters(c.Object) {
		v, ok := m.bindOne(c, p, e, at)
		if !ok {
			good = false
			continue
		}
		e.values[p.Name.Text] = v
		if t, isTensor := v.(*Tensor); isTensor {
			e.frame.name(p.Name.Text, *t)
		}
	}
	return e, m.checkSizes(c) && good
}

func (m *machine) bindOne(c *Closure, p *ast.Param, e *env, at source.Span) (Value, bool) {
	t := m.typeOf(p, e)
	if t.Name == "_" && p.Type == nil {
		if bare(p.Default) != "_" { // reported where names are resolved
			m.fail(wrongDefault(p, "a value", wildcard{}))
		}
		return nil, false
	}
	if t.Name != "" && !exists(&t) {
		return nil, false // reported where names are resolved
	}
	arg, given := c.Args[p.Name.Text]
	if !given {
		if p.Default == nil {
			if c.given.IsValid() && !at.Contains(c.given) {
				at = c.given // a block parameter: the mistake is where it was passed
			}
			d := missingArgument(at, c, p)
			if len(m.trace) == 0 { // of the net itself
				d.WithHelp("give it a default, or a value for once: `--set %s=%s`", p.Name.Text, sample(p.Type))
			}
			m.fail(d)
			return nil, false
		}
		def, ok := m.eval(p.Default, e)
		if !ok {
			return nil, false
		}
		v, want := m.convert(def, t)
		if want != "" {
			m.fail(wrongDefault(p, want, def))
			return nil, false
		}
		return withSignature(v, p, c.Object.Module, p.Default.Span()), true
	}
	value, axes := arg.value, c.Object.IsPrimitive() && p.Name.Text == "axis" && t.Name == "list"
	if n, isNumber := value.(dim.Size); isNumber && axes {
		value = []Value{n}
	}
	v, want := m.convert(value, t)
	if want != "" {
		if axes {
			want = "an axis or a list of axes"
		}
		m.failOver(wrongArgument(arg, c.Object, p, want), arg.expr, arg.env)
		return nil, false
	}
	return withSignature(v, p, c.Object.Module, arg.span), true
}

// exists reports whether there is a type, and that of the items of a list.
func exists(t *ast.Type) bool {
	return t == nil || t.Shape != nil || slices.Contains(resolve.Types, t.Name) && exists(t.Elem)
}

// withArguments prints a block with what is filled into it.
func (c *Closure) withArguments() string {
	if c.Slot != nil {
		return c.name()
	}
	e := &env{values: map[string]Value{}}
	for name, arg := range c.Args {
		e.values[name] = arg.value
	}
	return c.describe(e)
}

// describe prints a call with the arguments it was given: bottleneck(c = 128,
// stride = 2).
func (c *Closure) describe(e *env) string {
	if c.Slot != nil {
		return c.name()
	}
	var parts []string
	for _, p := range parameters(c.Object) {
		if v, ok := e.values[p.Name.Text]; ok && c.has(p.Name.Text) {
			parts = append(parts, p.Name.Text+" = "+show(v))
		}
	}
	for _, g := range sizesOf(c.Object) {
		if b, given := c.Args[g.name]; given && !b.declared {
			parts = append(parts, g.name+" = "+show(b.value))
		}
	}
	if len(parts) == 0 {
		return c.Object.Name
	}
	return c.Object.Name + "(" + strings.Join(parts, ", ") + ")"
}

// A calling is a block that is being applied. Its call is put into words where there
// is something to tell, which is seldom.
type calling struct {
	diag.Frame
	block  *Closure // nil where there are words already
	env    *env
	object *resolve.Object
	flat   bool // whether it gives its steps names of where it is called
}

func (f *calling) told() diag.Frame {
	call := f.Call
	if f.block != nil {
		call = f.block.describe(f.env)
	}
	return diag.Frame{Path: diag.Clip(f.Path), Call: diag.Clip(call), Span: f.Span}
}

// describeNet prints a net as the user knows it, with the arguments that its
// name leaves open.
func describeNet(o *resolve.Object, c *Closure, e *env) string {
	if o != c.Object {
		return o.Name + " = " + c.describe(e)
	}
	return c.describe(e)
}
