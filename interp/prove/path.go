package prove

import (
	"fmt"
	"maps"
	"slices"
	"sort"

	"cnnlang/interp/elab"
	"cnnlang/interp/graph"
	"cnnlang/lang/resolve"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// A path is one way through a block: what it supposes, and while it is followed
// the answers to what the block's rules ask. It is the elab.Unknowns of one
// application.
type path struct {
	exploration *exploration
	// What the path supposes from the start:
	values map[string]dim.Size // put in place of variables
	lows   map[string]int64    // raised lower bounds of variables
	modes  map[string]ops.PaddingMode
	facts  []fact
	powers map[string][]int // the bases that a variable is an exponent of
	// What it takes for granted, found on the way:
	requirements []Requirement
	// Where it forks: the other ways, or, once a supposition changes what the
	// variables are, the ways to follow from the start instead of this one.
	forks []*path
	again []*path
	// Why it ends early:
	impossible bool
	bounded    string
	beyond     string
	// approximate says that shapes stand for more than can happen.
	approximate bool
	decisions   int
	failed      []dim.Size // differences that should be zero
}

// A fact is a relation that a path supposes: p >= 0, p != 0, p == 0 or p whole.
type fact struct {
	size     dim.Size
	relation dim.Relation
	holds    bool
	internal bool // about a turn of a repeat, which is of no interest outside
}

func newPath() *path {
	return &path{values: map[string]dim.Size{}, lows: map[string]int64{}, modes: map[string]ops.PaddingMode{}, powers: map[string][]int{}}
}

// clone copies what the path supposes and takes for granted.
func (p *path) clone() *path {
	return &path{
		exploration: p.exploration, values: maps.Clone(p.values), lows: maps.Clone(p.lows), modes: maps.Clone(p.modes),
		facts: slices.Clone(p.facts), powers: maps.Clone(p.powers), requirements: slices.Clone(p.requirements),
	}
}

func (p *path) variable(name string, low int64) dim.Size {
	if v, ok := p.values[name]; ok {
		return v
	}
	return dim.VarFrom(name, max(low, p.lows[name]))
}

func (p *path) real(name string) dim.Size {
	if v, ok := p.values[name]; ok {
		return v
	}
	return dim.VarReal(name)
}

// flag is a variable for a bool; it is put away as soon as it is decided.
func (p *path) flag(name string) dim.Size { return p.variable(name, 0) }

func (p *path) isFlag(name string) bool {
	for _, a := range p.exploration.args {
		if a.name == name {
			return a.kind == "bool"
		}
	}
	return false
}

// Stopped reports that the path has forked or ended.
func (p *path) Stopped() bool {
	return p.again != nil || p.impossible || p.bounded != "" || p.beyond != ""
}

// Decisions counts the forks so far.
func (p *path) Decisions() int { return p.decisions }

// Bounded ends the path where a repeat has more turns than are followed.
func (p *path) Bounded(n dim.Size) {
	if !p.Stopped() {
		p.bounded = "up to 3 turns of repeat " + n.String()
	}
}

// Beyond ends the path at something that cannot be followed.
func (p *path) Beyond(reason string) {
	if !p.Stopped() {
		p.beyond = reason
	}
}

// Exclude ends the path, which no values can take.
func (p *path) Exclude() {
	if !p.Stopped() {
		p.impossible = true
	}
}

// Approximate notes that a mistake may be none.
func (p *path) Approximate() { p.approximate = true }

// Turn is a variable i with first <= i <= n - 1 - last.
func (p *path) Turn(n dim.Size, first, last int) dim.Size {
	i := p.variable(fmt.Sprintf("turn of %v", n), int64(first))
	rest := n.Sub(dim.Int(1 + last)).Sub(i)
	if _, known := p.factFor(rest, dim.NonNegative); !known {
		p.facts = append(p.facts, fact{rest, dim.NonNegative, true, true})
	}
	return i
}

// Opaque is a variable by its name.
func (p *path) Opaque(name string, low int64) dim.Size { return p.variable(name, low) }

// Power is a variable for base**x, x being the unknown part of an exponent x + k,
// times base**k. So that 2**depth is seen to be even once depth >= 1 is known, x
// starts at 0.
func (p *path) Power(base, exponent dim.Size) (dim.Size, bool) {
	b, ok := base.Int()
	vars := exponent.Vars()
	if !ok || b < 1 || len(vars) != 1 {
		return dim.Size{}, false
	}
	name := vars[0]
	k, known := exponent.Sub(p.variable(name, 0)).Int()
	if !known {
		return dim.Size{}, false
	}
	if !slices.Contains(p.powers[name], b) {
		p.powers[name] = append(slices.Clone(p.powers[name]), b)
	}
	variable, low := p.power(b, name)
	return dim.VarFrom(variable, 1).Mul(base.Pow(k + low)), true
}

// AssumeRemainder takes x % m == r by putting m*x' + r in place of x.
func (p *path) AssumeRemainder(x, m, r dim.Size) bool {
	if p.Stopped() {
		return true
	}
	rest := x.Mod(m).Sub(r)
	if answer, known := p.known(rest, dim.Zero); known {
		if !answer {
			p.failed = append(p.failed, rest)
		}
		return answer
	}
	if vars := x.Vars(); len(vars) == 1 && !m.Known() && dim.Equivalent(x, p.variable(vars[0], 0)) {
		quotient := dim.VarFrom(vars[0]+"'", 1)
		next := p.clone()
		next.requirements = append(next.requirements, Requirement{rest, dim.Zero, true})
		if next.put(vars[0], quotient.Mul(m).Add(r)) {
			p.again = append(p.again, next)
		}
		p.again = append(p.again, p.forks...)
		p.impossible = p.again == nil
		return true
	}
	p.take(rest, dim.Zero, true)
	return true
}

// Decide answers from what is known, or goes one way and leaves the other for
// later.
func (p *path) Decide(size dim.Size, r dim.Relation) bool {
	if p.Stopped() {
		return true
	}
	if answer, known := p.known(size, r); known {
		return answer
	}
	p.decisions++
	other := p.clone()
	p.forks = append(p.forks, other)
	if !other.suppose(size, r, false) {
		p.forks = p.forks[:len(p.forks)-1]
	}
	p.supposeHere(size, r, true)
	return true
}

// Require notes what must hold. An equality must follow from what is known;
// anything else is taken for granted.
func (p *path) Require(size dim.Size, r dim.Relation) bool {
	if p.Stopped() {
		return true
	}
	if answer, known := p.known(size, r); known {
		if !answer {
			p.failed = append(p.failed, size)
		}
		return answer
	}
	if r == dim.Zero {
		p.failed = append(p.failed, size)
		return false
	}
	p.take(size, r, true)
	return true
}

// Assume takes what a `where` states. For the block itself that is given; for a
// block it calls, it is a requirement.
func (p *path) Assume(size dim.Size, r dim.Relation, holds bool) bool {
	if p.Stopped() {
		return true
	}
	if answer, known := p.known(size, r); known {
		if answer != holds {
			p.failed = append(p.failed, size)
		}
		return answer == holds
	}
	p.take(size, r, holds)
	return true
}

func (p *path) take(size dim.Size, r dim.Relation, holds bool) {
	p.requirements = append(p.requirements, Requirement{size, r, holds})
	p.supposeHere(size, r, holds)
}

// supposeHere adds a supposition to the path that is being followed. Where it
// changes what a variable is, the path is followed again from the start.
func (p *path) supposeHere(size dim.Size, r dim.Relation, holds bool) {
	next := p.clone()
	values, lows := len(next.values), sum(next.lows)
	possible := next.suppose(size, r, holds)
	if possible && len(next.values) == values && sum(next.lows) == lows {
		p.facts = next.facts
		return
	}
	// The ways forked off so far stay on the list; this one begins anew.
	p.again = append(p.again, p.forks...)
	if possible {
		p.again = append(p.again, next)
	}
	if p.again == nil {
		p.impossible = true
	}
}

func sum(m map[string]int64) (total int64) {
	for _, v := range m {
		total += v + 1
	}
	return total
}

// Summary gives the count of a block that is proved in itself, so that its
// claims can stand for its body. What it requires is required here.
func (p *path) Summary(o *resolve.Object, args map[string]elab.Value, input, claims dim.Shape) (graph.Count, bool) {
	pr := p.exploration.prover
	for _, c := range claims {
		if !c.IsValid() {
			return graph.Count{}, false
		}
	}
	if pr.active[o.Block] {
		return graph.Count{}, false
	}
	v := pr.Block(o)
	if v.Status != Proved {
		return graph.Count{}, false
	}
	put, ok := substitution(o, args, input)
	if !ok {
		return graph.Count{}, false
	}
	for _, r := range v.Requirements {
		size := put(r.Size)
		if !size.IsValid() {
			return graph.Count{}, false
		}
		if !p.Assume(size, r.Relation, r.Holds) {
			return graph.Count{}, true
		}
	}
	unknown := graph.Count{Params: dim.Invalid(), MACs: dim.Invalid(), FLOPs: dim.Invalid()}
	if len(v.Results) != 1 {
		return unknown, true
	}
	c := v.Results[0].Count
	return graph.Count{Params: put(c.Params), MACs: put(c.MACs), FLOPs: put(c.FLOPs)}, true
}

// substitution puts arguments and input sizes in place of a block's variables.
func substitution(o *resolve.Object, args map[string]elab.Value, input dim.Shape) (func(dim.Size) dim.Size, bool) {
	by := map[string]dim.Size{}
	for name, v := range args {
		switch v := v.(type) {
		case dim.Size:
			by[name] = v
		case dim.Pair:
			by[name+"[0]"], by[name+"[1]"] = v.H, v.W
		case bool:
			by[name] = dim.Int(0)
			if v {
				by[name] = dim.Int(1)
			}
		case string, elab.UnknownString:
		default:
			return nil, false // a block, list, padding or tensor: enter the body
		}
	}
	names := make([]string, 0, len(by))
	for i, name := range signatureNames(o.Block) {
		if i < len(input) && len(input) == len(o.Block.Sig.In) {
			by[name] = input[i]
		}
	}
	for name := range by {
		names = append(names, name)
	}
	sort.Strings(names)
	return func(size dim.Size) dim.Size {
		// All at once: first to names that no block has, then to the values.
		for _, name := range names {
			size = size.Substitute(name, dim.VarFrom("\x00"+name, 0))
		}
		for _, name := range names {
			size = size.Substitute("\x00"+name, by[name])
		}
		return size
	}, true
}

// condition lists what the path supposes, as people read it.
func (p *path) condition() []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(p.values)) {
		list = append(list, name+" = "+p.values[name].String())
	}
	for _, name := range slices.Sorted(maps.Keys(p.lows)) {
		if _, replaced := p.values[name]; !replaced && !p.given(name) {
			list = append(list, name+" >= "+dim.Int(int(p.lows[name])).String())
		}
	}
	for _, f := range p.facts {
		if !f.internal {
			list = append(list, f.String())
		}
	}
	return list
}

// given reports whether the lower bound of a variable is a requirement rather
// than a choice of the path.
func (p *path) given(name string) bool {
	for _, r := range p.requirements {
		if v := r.Size.Vars(); r.Relation == dim.NonNegative && len(v) == 1 && v[0] == name {
			return true
		}
	}
	return false
}
