package prove

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cnnlang/interp/elab"
	"cnnlang/interp/graph"
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
	steps       map[int]dim.Shape // of the block's own steps, by where they end
	failed      []dim.Size        // differences that should be zero
	chose       []literal         // what literals gave, once it was asked for
	trial       *trial            // what is being tried, or nil
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

// result is what came out at the end of the path, in the block's own variables.
func (p *path) result(a elab.Application) Result {
	output := a.Output.Clone()
	for i := range output {
		output[i] = p.unprimed(output[i])
	}
	count := graph.Count{Params: p.unprimed(a.Count.Params), MACs: p.unprimed(a.Count.MACs), FLOPs: p.unprimed(a.Count.FLOPs)}
	return Result{p.condition(), output, count, p, p.steps}
}

// unprimed writes a size without the variables that stand for part of another:
// where k = 2*k' + 1, it puts (k - 1)/2 in place of k'.
func (p *path) unprimed(size dim.Size) dim.Size {
	by := map[string]dim.Size{}
	for name, value := range p.values {
		part := name + "'"
		if !slices.Contains(value.Vars(), part) {
			continue
		}
		// Two points of the line value = m*part + r give m and r.
		const at = 1 << 20
		y := value.Substitute(part, dim.Int(at))
		m := value.Substitute(part, dim.Int(at+1)).Sub(y)
		r := y.Sub(m.Mul(dim.Int(at)))
		by[part] = p.variableItself(name).Sub(r).Quo(m)
	}
	if len(by) == 0 || !size.IsValid() {
		return size
	}
	if written := size.SubstituteAll(by); written.IsValid() {
		return written
	}
	return size
}

// chosen counts the variables that the path put values in place of.
func (p *path) chosen() int {
	n := 0
	for name, value := range p.values {
		if !slices.Contains(value.Vars(), name+"'") {
			n++
		}
	}
	return n
}

// condition lists what the path chose, as people read it; what it takes for
// granted is listed elsewhere.
func (p *path) condition() []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(p.values)) {
		switch value := p.values[name]; {
		case slices.Contains(value.Vars(), name+"'"):
			// A remainder that was required, or stated.
		case p.isFlag(name) && value == dim.Int(0):
			list = append(list, "not "+name)
		case p.isFlag(name):
			list = append(list, name)
		default:
			list = append(list, name+" = "+p.unprimed(value).String())
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.lows)) {
		if _, replaced := p.values[name]; !replaced && !p.given(name) && !strings.HasPrefix(name, turnOf) {
			list = append(list, fmt.Sprintf("%s >= %d", name, p.lows[name]))
		}
	}
	for _, f := range p.facts {
		r := Requirement{f.size, f.relation, f.holds, false}
		if !f.internal && !slices.ContainsFunc(p.requirements, r.same) {
			r.Size = p.unprimed(r.Size)
			list = append(list, r.String())
		}
	}
	variables := append(slices.Collect(maps.Keys(p.values)), slices.Collect(maps.Keys(p.lows))...)
	for i := range list {
		list[i] = turns(list[i], variables)
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

// variableItself is the variable of the block's own text.
func (p *path) variableItself(name string) dim.Size { return dim.VarFrom(name, p.low(name)) }
