package elab

import (
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// A site is one call on its way: the step, its names, its place in the paths.
type site struct {
	step     *ast.Step
	env      *env
	scope    scope
	label    string
	labelled bool
	path     string
	branches [][]*graph.Part // of a combinator
	ways     []graph.Around  // and what of the text each of them is
}

func (s *site) span() source.Span { return s.step.Call.Callee.Span() }

// flat reports whether the step has the empty label, so that it opens no
// segment.
func (s *site) flat() bool { return s.labelled && s.label == "" }

// call applies what a step calls: a combinator, a primitive, a block or a body.
func (m *machine) call(s *ast.Step, e *env, sc scope, x Tensor, label string, labelled bool) Tensor {
	at := &site{step: s, env: e, scope: sc, label: label, labelled: labelled, path: m.take(sc, s, label, labelled)}
	if s.Each {
		at.scope.labels = at.path + "."
	}
	v, ok := m.ref(s.Call.Callee.Ref(), e)
	if !ok {
		return poison
	}
	if b, isUnknown := v.(UnknownBlock); isUnknown {
		e.frame.unsure = e.frame.unsure || m.askedAt(at).any()
		return m.unknownCall(b, at, x)
	}
	c, ok := v.(*Closure)
	if !ok {
		m.fail(notAStep(at.span(), s.Call.Callee.Ref().Text(), v))
		return poison
	}
	if s.Call.Slot != nil {
		e.frame.unsure = e.frame.unsure || m.unknowns != nil // the body may not be entered
		if c, ok = m.fillSlot(c, at); !ok {
			return poison
		}
	}
	if len(c.signatures) > 0 {
		x = m.held(c, at, x, func() Tensor { return m.apply(c, at, x) })
	} else {
		x = m.apply(c, at, x)
	}
	if x.Poisoned && m.askedAt(at).any() {
		e.frame.unsure = true
	}
	return x
}

// apply applies a block, whatever it is.
func (m *machine) apply(c *Closure, at *site, x Tensor) Tensor {
	switch {
	case c.Slot != nil:
		return m.slot(c, at, x)
	case c.Object.IsValue():
		m.fail(notAStep(at.span(), at.step.Call.Callee.Ref().Text(), c))
		return poison
	case c.Object.IsCombinator():
		return m.combine(c, at, x)
	case c.Object.IsPrimitive():
		return m.primitive(c, at, x)
	case c.Object.Block.Body == nil:
		return poison // likewise
	}
	return m.instantiate(c, at, x)
}

// fillSlot passes the body in braces to the block's last parameter.
func (m *machine) fillSlot(c *Closure, at *site) (*Closure, bool) {
	var params []*ast.Param
	if c.Object != nil && !c.Object.IsPrimitive() {
		params = parameters(c.Object)
	}
	if len(params) == 0 || params[len(params)-1].Type == nil || params[len(params)-1].Type.Name != "block" {
		m.fail(noSlot(at.step.Call.Slot.Span(), c))
		return nil, false
	}
	filled := c.open()
	body := &Closure{Slot: at.step.Call.Slot, Env: at.env}
	filled.Args[params[len(params)-1].Name.Text] = bound{value: body, span: at.step.Call.Slot.Span()}
	return filled, true
}

// slot applies a body that was passed in braces, under the names of the place
// that wrote it.
func (m *machine) slot(c *Closure, at *site, x Tensor) Tensor {
	done, noted := func(Tensor) {}, m.partOf(graph.Part{Kind: graph.Group, Path: at.path, Names: c.Env.frame.part}, at.step)
	if !at.flat() {
		done = m.begin(graph.Step{Path: at.path}, at.step)
	}
	leave := m.enterStep(at.step)
	x = m.body(c.Slot, c.Env.inner(), at.scope.inside(at.path, at.label, at.labelled, m.generic), x)
	leave()
	done(x)
	noted(x)
	return x
}

// primitive applies an operation of the prelude.
func (m *machine) primitive(c *Closure, at *site, x Tensor) Tensor {
	switch {
	case x.Many && c.Object.Name == "id":
		return x
	case len(x.Items) > 0 && c.Object.Name == "param":
		x = x.Items[0] // it reads how many images there are, which is one number for all
	}
	op, ok := m.operation(c, at.span())
	if !ok || x.Poisoned || !m.one(x, at.span(), worksOn(c.Object.Name)) {
		return poison
	}
	out, err := op.Infer(m.facts, []dim.Shape{x.Shape})
	if err != nil {
		f := err.(*ops.Fault)
		if !x.Suspect || f.Kind == ops.BadValue { // wrong whatever the shape may be
			b := c.Args[f.Arg]
			d := operationFault(f, c, at.span(), x)
			m.failAt(at, func() {
				if d.Code == diag.BadValue {
					m.failOver(d, b.expr, b.env)
				} else {
					m.fail(d)
				}
			})
		}
		return poison
	}
	return m.emit(op, at, c, []Tensor{x}, out)
}

// operation makes the op with its arguments, all of them, the defaults too.
func (m *machine) operation(c *Closure, at source.Span) (ops.Op, bool) {
	e, ok := m.bind(c, at)
	if !ok {
		return nil, false
	}
	args := make(map[string]any, len(e.values))
	for name, v := range e.values {
		if l, isUnknown := v.(UnknownList); isUnknown {
			m.unknowns.Beyond("the list " + l.Name + " as an argument of an operation")
			return nil, false
		}
		if text, isUnknown := v.(UnknownString); isUnknown {
			m.unknowns.Beyond("the string " + text.Name + " as an argument of an operation")
			return nil, false
		}
		if list, isList := v.([]Value); isList {
			sizes := make([]dim.Size, len(list))
			for i, x := range list {
				sizes[i] = x.(dim.Size)
			}
			v = sizes
		}
		args[name] = v
	}
	op, err := ops.New(c.Object.Name, args)
	if err != nil {
		panic("elab: the prelude declares a primitive that ops lacks: " + err.Error())
	}
	return op, true
}

// emit adds the node of an op and notes where its axes' sizes come from.
func (m *machine) emit(op ops.Op, at *site, c *Closure, in []Tensor, out dim.Shape) Tensor {
	shapes := make([]dim.Shape, len(in))
	n := &graph.Node{Path: m.ofItem(at.path), Op: op, Origin: at.step.Span()}
	if m.inItem != nil {
		n.Shared = at.path
	}
	if _, learned := op.(*ops.Learned); learned {
		in = []Tensor{m.imagesOf(in[0])}
	}
	t := Tensor{Shape: out, Origins: m.originsOf(at, c, in, out)}
	for i, x := range in {
		shapes[i] = x.Shape
		n.In = append(n.In, x.Node)
		t.Suspect = t.Suspect || x.Suspect
	}
	params := op.Params(shapes)
	if at.flat() && len(params) > 0 {
		m.fail(tensorsWithoutStep(at, c, params))
		params = nil
	}
	kind := graph.Operation
	if c.Object.IsCombinator() {
		kind = graph.Merge
	}
	if m.unknowns != nil {
		cost := costOf(op, shapes, out)
		again, ok := m.nameOp(params, at, c)
		if !ok {
			return poison
		}
		cost.Params = cost.Params.Sub(again)
		if m.side == nil {
			m.count = m.count.Add(cost)
		}
		if m.sketching() {
			n.Path, n.Sizes, n.Side, t.Node = m.unmarked(n.Path), out, m.side, n
			m.partOf(graph.Part{Kind: kind, Path: at.path, Call: c.Object.Name, Args: m.writtenArguments(c), Branches: at.branches}, at.step)(t)
		}
		return t
	}
	for _, p := range params {
		name := join(at.path, p.Leaf)
		if first, taken := m.registry.tensor(name); taken {
			m.twice("tensors", name, first.at, m.at(at.step))
			continue
		}
		here := tensorMade{at: m.at(at.step), shape: p.Shape, path: n.Path}
		before, again := m.ofOtherItem(name)
		if again && !m.sameTensor(name, before, here, at) {
			return poison
		}
		m.registry.tensors[name] = here
		n.Params = append(n.Params, graph.Param{Path: name, Shape: concrete(p.Shape), Running: p.Running, Again: again})
	}
	n.Shape = concrete(out)
	t.Node = m.node(n)
	m.operationPart(kind, at, c)(t)
	if !at.flat() {
		m.begin(graph.Step{Path: at.path, Call: c.Object.Name}, at.step)(t)
	}
	return t
}

// imagesOf is a value of which only the number of images is read, which is that of the input.
func (m *machine) imagesOf(x Tensor) Tensor {
	images := Tensor{Shape: x.Shape[:1], Origins: x.Origins[:1]}
	if len(m.graph.Inputs) > 0 { // a proof has none
		images.Node = m.graph.Input()
	}
	return images
}

// costOf is what a node of this op would weigh and cost for one image.
func costOf(op ops.Op, in []dim.Shape, out dim.Shape) graph.Count {
	var c graph.Count
	for _, p := range op.Params(in) {
		if !p.Running {
			c.Params = c.Params.Add(p.Shape.Product())
		}
	}
	work := op.Cost(in, out)
	c.MACs, c.FLOPs = work.MACs.Quo(out[0]), work.FLOPs.Quo(out[0])
	return c
}

func concrete(s dim.Shape) tensor.Shape {
	out := make(tensor.Shape, len(s))
	for i, d := range s {
		out[i] = d.MustInt()
	}
	return out
}

// originsOf keeps for each axis the step that last changed its size.
func (m *machine) originsOf(at *site, c *Closure, in []Tensor, out dim.Shape) []*Origin {
	o := make([]*Origin, len(out))
	x := in[0]
	for i := range out {
		switch {
		case i < len(x.Shape) && (len(x.Shape) == len(out) || len(x.Shape) == 1) && dim.Equivalent(x.Shape[i], out[i]):
			o[i] = x.Origins[i]
		default:
			o[i] = &Origin{Span: at.span(), Size: out[i], Path: m.ofItem(at.path), Call: c.Object.Name, calls: m.calls}
			o[i].Reason, o[i].argument = reason(c, i)
			if i < len(x.Origins) {
				o[i].Before = x.Origins[i]
			}
			if c.Object.Name == "concat" {
				o[i].Terms, o[i].Parts = sizesAt(i, in), originsAt(i, in)
			}
		}
	}
	return o
}

// sizesAt lists the sizes of several values on an axis.
func sizesAt(axis int, in []Tensor) []dim.Size {
	var list []dim.Size
	for _, t := range in {
		if axis < len(t.Shape) {
			list = append(list, t.Shape[axis])
		}
	}
	return list
}

// originsAt lists where they come from.
func originsAt(axis int, in []Tensor) []*Origin {
	var list []*Origin
	for _, t := range in {
		if axis < len(t.Origins) {
			list = append(list, t.Origins[axis])
		}
	}
	return list
}

// Because says what made the size what it is: the argument or, of branches that are
// joined, the sizes it is the sum of.
func (o *Origin) Because() string {
	sum, terms := dim.Int(0), make([]string, len(o.Terms))
	for i, t := range o.Terms {
		sum, terms[i] = sum.Add(t), t.String()
	}
	if len(terms) > 1 && len(terms) <= 8 && dim.Equivalent(sum, o.Size) {
		return strings.Join(terms, " + ")
	}
	return o.Reason
}

// reason names the argument that most likely changed an axis.
func reason(c *Closure, axis int) (string, bound) {
	names := []string{"stride", "k", "size", "pad", "shape", "axis"}
	if axis == 1 {
		names = []string{"out", "to", "shape", "axis"}
	}
	for _, n := range names {
		b, ok := c.Args[n]
		if ok && (n != "stride" || !isOne(b.value)) {
			return n + " = " + show(b.value), b
		}
	}
	return c.Object.Name, bound{}
}

// isOne reports whether a stride changes nothing.
func isOne(stride Value) bool { return slices.Contains([]string{"1", "1x1"}, show(stride)) }

// instantiate applies a block: its arguments and the sizes of its input become
// names, its body is applied, and what it claims of its output is checked.
func (m *machine) instantiate(c *Closure, at *site, x Tensor) Tensor {
	e, ok := m.bind(c, at.span())
	if !ok || x.Poisoned || !m.takes(c, x, at) {
		return poison
	}
	if !m.enter(at.span(), "") {
		return poison
	}
	defer m.leave()
	m.trace = append(m.trace, calling{diag.Frame{Path: m.ofItem(at.path), Span: at.span()}, c, e, c.Object, at.flat()})
	m.calls = &callSite{at.span(), m.calls}
	defer func() { m.trace, m.calls = m.trace[:len(m.trace)-1], m.calls.up }()
	done := func(Tensor) {}
	noted := m.blockPart(at, c, e)
	if !at.flat() {
		done = m.begin(graph.Step{Path: at.path, Call: c.Object.Name}, at.step)
	}
	defer m.enterStep(at.step)()
	e.frame.asked = m.askedAt(at)
	x = m.applyBlock(c, e, at.scope.inside(at.path, at.label, at.labelled, m.generic), x, at.span())
	m.takeOver(e.frame, at)
	done(x)
	noted(x)
	return x
}

// summarized gives the result of a block from its signature, where what is known
// of the block allows that.
func (m *machine) summarized(c *Closure, e *env, x Tensor) (Tensor, bool) {
	b := c.Object.Block
	claims, _ := m.claimsOf(b.Sig, e, 1)
	count, ok := m.unknowns.Summary(c.Object, e.values, x.Shape, claims)
	if !ok {
		return poison, false
	}
	if m.side == nil {
		m.count = m.count.Add(count)
	}
	x.Shape = claims
	before := x.Origins
	x.Origins = make([]*Origin, len(b.Sig.Output().Sizes), len(claims))
	for i, claim := range b.Sig.Output().Sizes {
		x.Origins[i] = &Origin{Span: claim.Span(), Size: claims[i], Reason: b.Name.Text, calls: m.calls}
		if i < len(before) {
			x.Origins[i].Before = before[i]
		}
	}
	x.Origins = append(x.Origins, restOf(b.Sig, e).Origins...)
	return m.drawn(x, closedPath), true
}

// applyBlock is the block itself, its parameters bound.
func (m *machine) applyBlock(c *Closure, e *env, sc scope, x Tensor, at source.Span) Tensor {
	b := c.Object.Block
	e.frame.base, e.frame.own = sc.labels, m.readsOf(b)
	if b.Sig != nil && !m.bindInput(c, e, x, at) || !m.bindTensors(c, e, m.unknowns != nil && m.outermost()) {
		return poison
	}
	for _, w := range b.Where {
		holds, ok := m.holds(w, e)
		switch {
		case ok && !holds && m.unknowns != nil && m.outermost():
			m.unknowns.Exclude()
		case ok && !holds:
			m.fail(m.whereFails(w, c, e, m.sizeGiven(w, c, at)))
		}
		if !ok || !holds {
			return poison
		}
	}
	if m.unknowns != nil && e.frame.asked.any() && m.calledBy(c) {
		m.unknowns.Beyond("the stages of a block that calls itself")
		return poison
	}
	if m.unlike() && m.calledBy(c) {
		m.unknowns.Beyond("the tensors of a block that calls itself, in an `each`")
		return poison
	}
	if m.unknowns != nil && b.Sig != nil && !b.Sig.Several() && !m.outermost() && !e.frame.asked.any() && !m.unlike() {
		if result, ok := m.summarized(c, e, x); ok {
			m.nameFlat(c, e, sc, x)
			return result
		}
	}
	x = m.body(b.Body, e, sc, x)
	if b.Sig != nil && !x.Poisoned && !m.checkClaim(b, e, x) {
		if x.Many != b.Sig.GivesList() {
			return poison
		}
		x.Suspect = true
	}
	return x
}
