package torch

import (
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// A stmt is a statement of Python.
type stmt struct {
	kind         stmtKind
	target       *expr // of an assignment
	value        *expr // what is assigned, returned, done; a condition; how often
	index        string
	body, orelse []*stmt
	comment      string
}

type stmtKind int

const (
	assign stmtKind = iota
	more            // target += value
	do
	giveBack
	branch
	loop
)

// A body is what the methods of a class do.
type body struct {
	init, forward []*stmt
	items         []*expr // of a class that is nn.Sequential
	sequential    bool
	in            string   // what forward calls its first argument
	takes         []string // further arguments of forward
}

// A flow follows a value through the steps of a body, in all views at once, and writes
// statements for __init__ and forward.
type flow struct {
	*scope
	*function
	cur    *expr
	nodes  []*graph.Node
	ch     term
	target string // the variable that may be assigned to again
	length int    // how much is to be done before cur is what it says
	init   *[]*stmt
	out    *[]*stmt
	inSide bool
}

// A function is forward on its way.
type function struct {
	used     *nameSet        // its variables
	held     map[string]bool // those that are read later
	assigned map[string]bool // those that are something
	stable   map[string]bool // those that hold a value that is read by name
	known    []known
	holds    map[*graph.Node][]int // in which of known a node is
	stored   map[string]string     // what __init__ keeps of its parameters, as
	stores   []*stmt
	top      *[]*stmt // what __init__ does first, whatever its parameters are
	labels   *nameSet // the attributes that steps have
	lists    *nameSet // the lists of __init__
	own      map[string]string
	modules  map[string]module // those with a path, by it
	heads    bool
	// knownHeads are the outputs of side heads that forward gives to its caller.
	knownHeads  []known
	reads       *expr // how the module of an iteration is read
	onlyRepeat  bool  // the body is one repeat
	rowChannels term  // that come out of the last row of steps
}

// A known value is in a variable.
type known struct {
	nodes []*graph.Node
	in    string
}

func (f *flow) emit(s *stmt) {
	*f.out = append(*f.out, s)
	if s.kind != assign {
		return
	}
	f.assigned[s.target.String()] = true
	for _, x := range s.target.args { // of a tuple
		f.assigned[x.String()] = true
	}
}

// sub is a flow for steps that begin with the same value.
func (f *flow) sub(target string) *flow {
	inner := *f
	inner.target, inner.length = target, 0
	return &inner
}

// variable puts a value into a variable, if it is in none.
func (f *flow) variable(x *expr) *expr {
	if x == f.cur {
		f.settle()
		return f.cur
	}
	if x.kind == atom {
		return x
	}
	return f.keep("y", x)
}

// keep puts a value into a new variable.
func (f *flow) keep(n string, x *expr) *expr {
	v := f.fresh(n)
	f.emit(&stmt{target: name(v), value: x})
	return name(v)
}

// fresh is a new variable.
func (f *flow) fresh(n string) string {
	return f.used.take(identifier(n))
}

// settle puts the current value into a variable.
func (f *flow) settle() {
	hint := f.tapName(f.nodes)
	if f.cur.kind == atom && (hint == "" || f.stable[f.cur.text]) {
		if hint != "" {
			f.know(f.nodes, f.cur.text)
		}
		return
	}
	v := f.target
	if hint != "" {
		v = f.fresh(hint)
		f.keepAs(v, f.nodes)
	} else if f.held[v] {
		f.target = f.fresh("y")
		v = f.target
	}
	f.emit(&stmt{target: name(v), value: f.cur, comment: f.shape()})
	f.cur, f.length = name(v), 0
}

// keepAs notes that a variable holds a value that is read by name.
func (f *flow) keepAs(v string, nodes []*graph.Node) {
	f.held[v], f.stable[v] = true, true
	f.know(nodes, v)
}

// know notes which variable holds a value.
func (f *function) know(nodes []*graph.Node, v string) {
	for _, n := range nodes {
		f.holds[n] = append(f.holds[n], len(f.known))
	}
	f.known = append(f.known, known{nodes, v})
}

// shape is a comment that says what the current value is.
func (f *flow) shape() string {
	if !f.net || len(f.nodes) != 1 {
		return ""
	}
	return shapeOf(f.nodes[0])
}

// next takes an expression for the current value.
func (f *flow) next(x *expr, parts []*graph.Part) {
	f.cur = x
	f.nodes = nodesOf(parts)
	f.length++
	if f.tapName(f.nodes) != "" {
		f.settle()
	}
}

func nodesOf(parts []*graph.Part) []*graph.Node {
	nodes := make([]*graph.Node, len(parts))
	for i, p := range parts {
		nodes[i] = p.Node
	}
	return nodes
}

// find is the variable that holds a value.
func (f *flow) find(nodes []*graph.Node) (string, bool) {
	for _, i := range slices.Backward(f.holds[nodes[0]]) {
		if i >= len(f.known) {
			continue // of a head that has ended
		}
		k := f.known[i]
		if len(k.nodes) == len(nodes) && slices.Equal(k.nodes, nodes) || len(k.nodes) != len(nodes) && containsAll(k.nodes, nodes) {
			return k.in, true
		}
	}
	return "", false
}

func containsAll(have, want []*graph.Node) bool {
	for _, n := range want {
		if !slices.Contains(have, n) {
			return false
		}
	}
	return true
}

// run follows the steps.
func (f *flow) run(cells []*cell) {
	for i := 0; i < len(cells) && f.failed == ""; {
		c := cells[i]
		if n := f.repeatOf(cells[i:]); n > 0 {
			f.repeat(cells[i : i+n])
			i += n
			continue
		}
		if present := c.present(); len(present) < len(c.parts) {
			n := 1
			for i+n < len(cells) && slices.Equal(cells[i+n].present(), present) {
				n++
			}
			i += n + f.optional(cells[i:i+n], cells[i+n:])
			continue
		}
		f.step(c)
		i++
	}
}

// optional follows steps that some applications have, and in the same statement those that
// the others have. It returns how many of those behind it were followed as well.
func (f *flow) optional(cells, behind []*cell) (more int) {
	views := cells[0].present()
	f.settle()
	if f.tapName(f.nodes) != "" || f.held[f.cur.text] {
		f.target = f.fresh("y")
		f.emit(&stmt{target: name(f.target), value: f.cur})
		f.cur = name(f.target)
	}
	cond := f.when(f.condition(cells[0]), views)
	var others []int
	for i := range f.views {
		if !slices.Contains(views, i) {
			others = append(others, i)
		}
	}
	for more < len(behind) && slices.Equal(behind[more].present(), others) {
		more++
	}
	if more > 0 { // what is not there is no reason for an else
		f.when(f.condition(behind[0]), others)
	}
	nodes := make([]*graph.Node, len(f.views))
	copy(nodes, f.nodes)
	channels, armCh := f.ch, term{}
	arm := func(cells []*cell, at []int) (init, out []*stmt) {
		inner := f.sub(f.cur.text)
		inner.scope, inner.nodes, inner.init, inner.out = f.only(at), pick(f.nodes, at), &init, &out
		if inner.ch.x != nil {
			inner.ch.values = pick(f.ch.values, at)
		}
		for i := range cells {
			cells[i].parts = pick(cells[i].parts, at)
		}
		inner.run(cells)
		if inner.cur.String() != f.cur.text {
			out = append(out, &stmt{target: f.cur, value: inner.cur})
		}
		for i, k := range at {
			nodes[k] = inner.nodes[i]
		}
		armCh = inner.ch
		if channels.x != nil && (inner.ch.x == nil || inner.ch.x.String() != channels.x.String()) {
			channels = term{}
		}
		return init, out
	}
	init, out := arm(cells, views)
	var init2, out2 []*stmt
	if more > 0 {
		init2, out2 = arm(behind[:more], others)
	}
	f.branches(cond, init, init2, out, out2)
	f.nodes = nodes
	if f.ch = f.channelsAfter(channels, nodes); f.ch.x == nil && armCh.x != nil {
		f.ch = f.sameAs(armCh.x, nodes)
	}
	return more
}

// branches writes an if. One module that is there or not is asked for itself.
func (f *flow) branches(cond *expr, init, init2, out, out2 []*stmt) {
	made := func(list []*stmt) bool {
		return len(list) == 1 && list[0].kind == assign && list[0].target.kind == attribute
	}
	var test *expr
	if made(init) && len(init2) == 0 && len(out2) == 0 {
		at := init[0].target
		*f.init = append(*f.init, &stmt{target: at, value: name("None")})
		test = op(at, "is not", name("None"))
	}
	if len(init) > 0 || len(init2) > 0 {
		*f.init = append(*f.init, ifElse(cond, init, init2))
	}
	if len(out) == 0 && len(out2) == 0 {
		return
	}
	if test == nil {
		test = f.kept(cond)
	}
	f.emit(ifElse(test, out, out2))
}

func ifElse(cond *expr, body, orelse []*stmt) *stmt {
	if len(body) == 0 {
		cond, body, orelse = negation(cond), orelse, nil
	}
	return &stmt{kind: branch, value: cond, body: body, orelse: orelse}
}

// kept is a condition for forward: of one name by itself, any other as an attribute.
func (f *flow) kept(cond *expr) *expr {
	if cond.kind == infix && (cond.text == "and" || cond.text == "or") {
		return self(f.store("shortcut", cond))
	}
	return f.inForward(cond)
}

// store keeps the value of an expression of __init__ in an attribute.
func (f *flow) store(n string, x *expr) string {
	if a, ok := f.stored[x.String()]; ok {
		return a
	}
	if !isAttribute(n) {
		n += "_"
	}
	a := f.labels.take(n)
	f.stored[x.String()] = a
	f.stores = append(f.stores, &stmt{target: self(a), value: x})
	return a
}

// inForward replaces the parameters of __init__ by attributes.
func (f *flow) inForward(x *expr) *expr {
	if x == nil {
		return nil
	}
	if x.kind == atom {
		for _, p := range f.params {
			if p.name == x.text {
				return self(f.store(p.name, x))
			}
		}
		return x
	}
	made := *x
	made.args = make([]*expr, len(x.args))
	for i, a := range x.args {
		made.args[i] = f.inForward(a)
	}
	return &made
}

// step follows a step that all views have.
func (f *flow) step(c *cell) {
	p := c.first()
	for _, q := range c.parts {
		if q.Kind != p.Kind {
			f.fail("a step is of several kinds")
			return
		}
	}
	switch p.Kind {
	case graph.Operation:
		f.operationStep(c)
	case graph.Block, graph.Group:
		f.unit(c)
	case graph.Merge:
		f.merge(c)
	case graph.Tap:
		nodes := nodesOf(c.parts)
		v, ok := f.find(nodes)
		if !ok {
			f.fail("the value " + p.Call + " is not there in every application")
			return
		}
		f.cur, f.nodes, f.ch, f.length = name(v), nodes, f.channelsAfter(term{}, nodes), 0
	case graph.Head:
		f.head(c)
	}
}

func (f *flow) useOf(c *cell) *use {
	return &use{scope: f.scope, cell: c, parts: c.parts, in: f.nodes, ch: f.ch}
}

func (f *flow) operationStep(c *cell) {
	u := f.useOf(c)
	if u.differ() {
		if !u.interchangeable() {
			f.fail("a step is of several operations")
			return
		}
	}
	if _, ok := u.op().(*ops.Learned); ok {
		f.next(f.parameterOf(c, u, true), c.parts)
		f.ch = f.channelsAfter(term{}, f.nodes)
		return
	}
	after := u.channelsOut()
	_, isFlatten := u.op().(*ops.Flatten)
	if f.length >= 3 && hasTensors(c) || len(f.cur.String()) > 40 && !(isFlatten && isMean(f.cur)) {
		f.settle()
	}
	if x := u.learned(); x != nil {
		cur := calling(f.attribute(c, x), f.cur)
		if _, ok := u.op().(*ops.Deconv); ok {
			if s, crop := u.deconvSides(); crop {
				cur = calling(f.functional("pad"), cur, tupleOf(number(-s[0]), number(-s[1]), number(-s[2]), number(-s[3])))
			}
		}
		f.next(cur, c.parts)
	} else {
		f.next(f.apply(u, f.cur), c.parts)
		if f.breaks(u) {
			f.settle()
		}
	}
	f.ch = f.channelsAfter(after, f.nodes)
}

func hasTensors(c *cell) bool { return len(c.first().Node.Params) > 0 }

// breaks reports whether a line ends after an operation: after activations, pools and what is
// long.
func (f *flow) breaks(u *use) bool {
	switch u.op().(type) {
	case *ops.GlobalAvgPool:
		return false
	case ops.Activator, *ops.MaxPool, *ops.AvgPool, *ops.AvgPoolTo, *ops.ChannelShuffle, *ops.ChannelAffine:
		return true
	}
	return f.length > 4 || len(f.cur.String()) > 48
}

// parameterOf is a learned tensor as a value, for each image of the batch where whole says so.
func (f *flow) parameterOf(c *cell, u *use, whole bool) *expr {
	o := u.op().(*ops.Learned)
	sizes, ok := u.list("shape", func(o ops.Op) []dim.Size { return o.(*ops.Learned).Shape })
	if !ok {
		f.fail("learned tensors have several numbers of axes")
		return name("None")
	}
	var dims []*expr
	for _, l := range sizes {
		dims = append(dims, f.resolve(l))
	}
	init := u.leaf("init", func(o ops.Op) any { return o.(*ops.Learned).Init })
	var made *expr
	switch v, same := init.constant(); {
	case same && v == zero:
		made = calling(dotted("torch.zeros"), dims...)
	case same && v == one:
		made = calling(dotted("torch.ones"), dims...)
	default:
		made = calling(dotted("torch.full"), tupleOf(dims...), f.resolve(init))
	}
	x := f.attributeOf(c, calling(dotted("nn.Parameter"), made), true)
	if !whole {
		return x
	}
	args := []*expr{indexed(name(f.body.in).attr("shape"), number(0))}
	for range o.Shape {
		args = append(args, number(-1))
	}
	return x.method("expand", args...)
}

func (x *expr) attr(a string) *expr { return dot(x, a) }
