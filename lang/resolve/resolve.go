package resolve

import (
	"maps"
	"slices"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// Constants are the names every expression knows: the paddings that are words.
var Constants = []string{"half", "same", "valid"}

// Types are what a parameter can be.
var Types = []string{"block", "bool", "dims", "float", "int", "list", "pad", "string", "tensor"}

// Functions are what an expression may call besides blocks.
var Functions = []string{"abs", "ceil", "divisible", "floor", "len", "make_divisible", "max", "min", "round"}

// Facts are the names that only `expect` may use, all about the whole net.
var Facts = []string{"activations", "flops", "flops_side", "macs", "macs_side", "memory", "outputs", "params", "params_side"}

// maxReported limits the errors of one file, and its warnings: each takes a search for what
// to write instead.
const maxReported = 100

// Check reports every unknown name in the module's declarations, misplaced taps and branches,
// and values that are dropped.
func Check(m *Module, report func(*diag.Diagnostic)) {
	if m.reported >= maxReported {
		return // not everything is declared
	}
	c := &checker{module: m}
	c.report = func(d *diag.Diagnostic) {
		if report(d); d.Severity == diag.Error {
			c.reported++
		}
	}
	c.presetCycles()
	for _, d := range m.File.Decls {
		switch {
		case d.Let != nil:
			c.expr(d.Let.Value, &scope{})
		case d.Block != nil:
			c.block(d.Block)
		}
	}
	c.cycles()
}

type checker struct {
	port     *ast.Port // whose sizes are resolved, nil elsewhere
	uses     []Use     // that were noted, nil if nobody asks
	module   *Module
	report   func(*diag.Diagnostic)
	reported int // errors
	warned   int
	// Of the block being checked:
	taps   map[string]*tap
	later  map[string]*ast.Claim // the first in the text that gives a name with indexes
	named  []string              // the taps in the order in which their steps name them
	arms   []string              // those of them that the arms before name of the ifs around
	labels map[string]source.Span
	heads  map[string]*tap // what side heads are called or name, which ends with them
	ended  []*tap          // those that they name
	items  map[string]*tap // what an each names, which ends with it
	each   int             // how many there are around the step
	stages []*ast.String   // the labels of stages, where those are strings
	// readInto are the labels that paths of stages begin with. worded says that a label is a string,
	// of which nobody knows here what it names, and flat that one may be empty, so that the
	// stages of what follows it may be read like one's own.
	readInto     map[string]bool
	worded, flat bool
	// sources are the calls that do not work on the value before them.
	sources map[*ast.Call]bool
	// isNet is whether facts about the whole net are allowed here, in its outermost braces.
	isNet bool
	depth int
	// inExpect is whether the facts' names are known here.
	inExpect bool
}

// A scope is the local names that an expression can see.
type scope struct {
	up    *scope
	names map[string]*Meaning
}

func (s *scope) inner() *scope { return &scope{up: s, names: map[string]*Meaning{}} }

func (s *scope) has(name string) bool { return s.find(name) != nil }

func (s *scope) find(name string) *Meaning {
	for ; s != nil; s = s.up {
		if m := s.names[name]; m != nil {
			return m
		}
	}
	return nil
}

func (s *scope) all() []string {
	var names []string
	for ; s != nil; s = s.up {
		names = slices.AppendSeq(names, maps.Keys(s.names))
	}
	slices.Sort(names)
	return names
}

func (c *checker) block(b *ast.Block) {
	c.stages = nil
	c.taps, c.labels, c.isNet = map[string]*tap{}, map[string]source.Span{}, b.Kind == "net"
	c.heads, c.items, c.ended, c.later = map[string]*tap{}, map[string]*tap{}, nil, indexedIn(b)
	c.sources = map[*ast.Call]bool{}
	c.readInto, c.worded, c.flat = pathsReadIn(b), false, false
	outer := (&scope{}).inner()
	if b.Preset != nil {
		o := c.callee(b.Preset.Ref(), false, outer)
		if p := tensorOf(o); p != nil && b.Kind == "net" {
			c.report(tensorOfPreset(b, o, p))
		}
		c.extra(b)
		return
	}
	s := outer.inner()
	c.params(b.Params, s)
	for _, p := range b.Params.All() {
		if p.Type != nil && p.Type.Shape != nil {
			c.taps[p.Name.Text] = &tap{span: p.Name.Span(), name: p.Name, read: true, kind: Parameter}
			if b.Kind == "net" {
				c.report(tensorOfNet(p))
			}
		}
	}
	if b.Sig != nil {
		if c.signature(b.Sig, b.Params, s); b.Kind == "net" && b.Sig.Input().Rest != nil && !b.Sig.Several() {
			c.report(netOfAnyAxes(b))
		}
		c.namePorts(b)
	} else {
		c.tensorShapes(b.Params, s)
	}
	for _, w := range b.Where {
		c.expr(w, s)
	}
	if b.Body != nil {
		c.body(b.Body, s)
	}
	for _, name := range slices.Sorted(maps.Keys(c.taps)) {
		c.ended = append(c.ended, c.taps[name])
	}
	for _, t := range c.ended {
		if !t.read && c.warned < maxReported {
			c.warned++
			c.report(unusedTap(t))
		}
	}
}

// params defines the parameters; a default may use those before it.
func (c *checker) params(list *ast.Params, s *scope) {
	for _, p := range list.All() {
		if p.Default != nil {
			c.expr(p.Default, s)
			if r, ok := p.Default.(*ast.Ref); ok && r.Text() == "_" && r.Args == nil {
				c.report(defaultWithoutValue(p))
			}
		}
		if s.names[p.Name.Text] != nil {
			first := slices.IndexFunc(list.List, func(q *ast.Param) bool { return q.Name.Text == p.Name.Text })
			c.report(duplicate(&Object{Name: p.Name.Text, Span: p.Name.Span()}, &Object{Span: list.List[first].Name.Span()}))
		}
		if p.Type != nil && p.Type.Name == "tensor" {
			c.report(plainTensor(p.Type))
		} else {
			c.paramType(p.Type)
		}
		s.names[p.Name.Text] = &Meaning{Kind: Parameter, Def: p.Name.Span(), Param: p}
		c.use(p.Name, s.names[p.Name.Text])
	}
}

func (c *checker) paramType(t *ast.Type) {
	switch {
	case t == nil || t.Shape != nil:
	case !slices.Contains(Types, t.Name) && !(t.Name == "branches" && c.module.Prelude == nil):
		c.report(unknownType(t))
	case t.Elem != nil:
		c.paramType(t.Elem)
	case t.Name != "block" && (t.Params != nil || t.Sig != nil):
		c.report(notABlock(t))
	default: // the signature of a block parameter sees only its own names
		s := (&scope{}).inner()
		c.params(t.Params, s)
		switch {
		case t.Sig != nil && t.Sig.Several():
			c.report(severalOfParameter(t.Sig))
		case t.Sig != nil:
			c.signature(t.Sig, t.Params, s)
		default:
			c.tensorShapes(t.Params, s)
		}
	}
}

// presetCycles follows what presets fill in, which must end at a body. A cycle
// is reported at the first of its blocks in the text.
func (c *checker) presetCycles() {
	followed := map[*ast.Block]bool{}
	for _, first := range c.module.order {
		var way []*ast.Block
		place := map[*ast.Block]int{}
		for o := first; o != nil && o.Block != nil && o.Module == c.module; o = c.module.preset(o.Block) {
			b := o.Block
			if at, here := place[b]; here {
				c.report(presetCycle(fromFirst(way[at:], func(b *ast.Block) *ast.Block { return b })))
				break
			}
			if followed[b] {
				break
			}
			followed[b], place[b] = true, len(way)
			way = append(way, b)
		}
	}
}

// fromFirst is a cycle, starting with what is about the first block in the text.
func fromFirst[T any](cycle []T, block func(T) *ast.Block) []T {
	first := 0
	for i, t := range cycle {
		if block(t).Pos.Offset < block(cycle[first]).Pos.Offset {
			first = i
		}
	}
	return append(slices.Clone(cycle[first:]), cycle[:first]...)
}

// preset is the block that a preset fills in, nil where there is none.
func (m *Module) preset(b *ast.Block) *Object {
	if b.Preset == nil {
		return nil
	}
	o, _ := m.LookupPath(b.Preset.Ref().Path)
	if o == nil || o.Block == nil {
		return nil
	}
	return o
}

// extra checks what a preset may add to the block it fills in.
func (c *checker) extra(b *ast.Block) {
	if b.Extra == nil {
		return
	}
	for _, st := range b.Extra.Stmts {
		if st.Meta != nil || st.Train != nil || st.Names != nil || st.Expect != nil {
			c.stmt(st, (&scope{}).inner())
		} else {
			c.report(stepInPreset(st.Span()))
		}
	}
}
