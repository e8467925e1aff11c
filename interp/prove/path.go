package prove

import (
	"maps"
	"slices"

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
	trial       *trial     // what is being tried, or nil
	// inner puts the arguments of calls of the block itself in place of its
	// variables.
	inner []func(dim.Size) dim.Size
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
