package torch

import (
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

const inChannels = "in_channels"

// A class is a block, or a group that is more than a row of steps, with all its applications.
type class struct {
	*file
	key    classKey
	base   string // its name, before a number tells it from others
	name   string
	net    bool
	rows   []*row
	params []*param
	asked  map[string]*param // what parameter has answered
	called map[string]*param // the same, by their names in Python
	taken  *nameSet          // the names that are taken
	// kept are parameters of a net that stay open although they have one value.
	kept map[string]bool

	failed string // why its applications cannot be one class
	body   body
}

// A classKey is what the applications of a class have in common. Where one class cannot be made
// of them, shape tells those apart that differ in structure, and single all.
type classKey struct {
	declared source.Span
	call     string
	shape    string
	single   *graph.Part
}

// A row is one application of a class.
type row struct {
	part *graph.Part
	home *graph.Part // the block whose names the text uses in it: itself, or that around a group
	in   *graph.Node
	// around is the input of home.
	around *graph.Node
	// Values that it takes beside its input, and gives beside its result, and how many of them come before these.
	takes, gives   []extra
	inAt, resultAt int
}

// An extra is a value with a name.
type extra struct {
	node *graph.Node
	name string
	side *graph.Side
}

// A param is a parameter of __init__.
type param struct {
	name     string
	declared string           // in the text; "" for what only the class wants to be told
	values   []any            // in each row
	formulas []*graph.Formula // how the caller computes it, in each row
	def      any              // nil for none
	at       int              // its place
	added    bool
}

// valueOf is the value of a name in one application, nil for one that is no number or condition.
func (r *row) valueOf(n string) any {
	for _, p := range r.home.Given {
		if p.Name == n {
			return p.Value
		}
	}
	for i, axis := range r.home.Axes {
		if axis == n && r.around != nil && i < len(r.around.Shape) {
			return dim.Int(r.around.Shape[i])
		}
	}
	return nil
}

// isChannels reports whether a name is that of the channels that come into the class.
func (c *class) isChannels(n string) bool {
	r := c.rows[0]
	return r.home == r.part && len(r.home.Axes) > 1 && r.home.Axes[1] == n
}

// parameter is the parameter of __init__ that a name of the text is, nil where it is folded: where
// it has a default and the same value everywhere.
func (c *class) parameter(n string) *param {
	p, known := c.asked[n]
	if known {
		return p
	}
	if c.asked == nil {
		c.asked, c.called = map[string]*param{}, map[string]*param{}
	}
	if p = c.makeParameter(n); p != nil {
		c.called[p.name] = p
	}
	c.asked[n] = p
	return p
}

func (c *class) makeParameter(n string) *param {
	home := c.rows[0].home
	p := &param{declared: n, at: len(home.Given)}
	open := home == c.rows[0].part && c.net && c.kept[n]
	for i, g := range home.Given {
		if g.Name == n {
			p.at = i
			open = open || !g.Default && !c.net
		}
	}
	for _, r := range c.rows {
		v := plain(r.valueOf(n))
		switch v.(type) {
		case dim.Size, bool, dim.Pair:
		default:
			return nil
		}
		p.values = append(p.values, v)
		p.formulas = append(p.formulas, r.formulaOf(n))
		if g := r.given(n); g != nil && g.Default && (!g.Given || c.net) {
			p.def = v
		}
	}
	v, same := leaf{values: p.values}.constant()
	if same && !open {
		return nil
	}
	if c.net {
		p.def = v
	}
	p.name = c.free(n)
	return p
}

func (c *class) find(n string) *param {
	for _, p := range c.params {
		if p.declared == n {
			return p
		}
	}
	return nil
}

func (r *row) given(n string) *graph.Parameter {
	if r.home != r.part {
		return nil
	}
	for i := range r.home.Given {
		if r.home.Given[i].Name == n {
			return &r.home.Given[i]
		}
	}
	return nil
}

// formulaOf is how whoever applies a row computes the value of a name.
func (r *row) formulaOf(n string) *graph.Formula {
	if r.home != r.part {
		return &graph.Formula{Name: n, Value: r.valueOf(n)}
	}
	if g := r.given(n); g != nil {
		return g.Formula
	}
	return nil
}

// use makes the names of an expression parameters of the class.
func (s *scope) use(x *expr) {
	if x.kind == atom && x.text == inChannels && !s.net {
		s.channelsParam()
	}
	if p := s.called[x.text]; p != nil && x.kind == atom {
		s.add(p)
	}
	for _, a := range x.args {
		s.use(a)
	}
}

func (c *class) namesOfText() (names []string) {
	home := c.rows[0].home
	for _, g := range home.Given {
		names = append(names, g.Name)
	}
	return append(names, home.Axes...)
}

func (c *class) channelsParam() {
	for _, p := range c.params {
		if p.name == inChannels {
			return
		}
	}
	p := &param{name: inChannels, declared: "\x00", at: -1}
	for _, r := range c.rows {
		p.values, p.formulas = append(p.values, channelsOf(r.in)), append(p.formulas, nil)
	}
	c.add(p)
}

func channelsOf(n *graph.Node) any { return dim.Int(n.Shape[1]) }

// add makes something a parameter. Those without a default come first.
func (c *class) add(p *param) {
	if p.added {
		return
	}
	p.added = true
	c.params = append(c.params, p)
	c.changed = true
	slices.SortStableFunc(c.params, func(a, b *param) int {
		if (a.def == nil) != (b.def == nil) {
			if a.def == nil {
				return -1
			}
			return 1
		}
		return a.at - b.at
	})
}

// told makes a leaf that the text does not compute from the block's own names a parameter.
func (s *scope) told(l leaf) *expr {
	if len(s.views) != len(s.rows) || s.inRepeat() {
		return s.toldSome(l)
	}
	p := &param{declared: "\x00" + l.name, at: 1000, values: l.values, formulas: make([]*graph.Formula, len(s.rows))}
	return s.addTold(p, l)
}

func (s *scope) inRepeat() bool { return len(s.vars) > 0 }

// toldSome is told where a step is not in all applications.
func (s *scope) toldSome(l leaf) *expr {
	if s.inRepeat() {
		s.fail("an argument differs among the iterations of a repeat")
		return name("None")
	}
	p := &param{declared: "\x00" + l.name, at: 1000, values: make([]any, len(s.rows)), formulas: make([]*graph.Formula, len(s.rows))}
	for i, v := range s.views {
		p.values[v.row] = l.values[i]
		p.def = l.values[i]
	}
	return s.addTold(p, l)
}

// addTold adds a parameter, or finds the one that is the same.
func (s *scope) addTold(p *param, l leaf) *expr {
	if l.formula != nil && l.formula.Op == "" && l.formula.Name != "" {
		if g := s.rows[0].given(l.formula.Name); g != nil {
			p.declared, p.name = "\x00"+l.formula.Name, l.formula.Name
			for i, r := range s.rows {
				p.formulas[i] = r.formulaOf(l.formula.Name)
				if g := r.given(l.formula.Name); g != nil && !g.Given && p.values[i] != nil {
					p.def = plain(p.values[i])
				}
			}
			for i, g := range s.rows[0].home.Given {
				if g.Name == l.formula.Name {
					p.at = i
				}
			}
		}
	}
	for _, q := range s.params {
		if q.declared == p.declared && slices.EqualFunc(q.values, p.values, func(a, b any) bool { return plain(a) == plain(b) }) {
			return name(q.name)
		}
	}
	if p.name == "" {
		p.name = l.name
	}
	p.name = s.free(p.name)
	s.add(p)
	return name(p.name)
}

// fail notes that the applications cannot be one class.
func (c *class) fail(why string) {
	if c.failed == "" {
		c.failed = why
	}
}
