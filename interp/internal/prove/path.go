package prove

import (
	"maps"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/elab"
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
	// The same as it was supposed, one thing after the other, and why.
	choices []choice
	fork    *fork // of what is being supposed
	// replacing says that what is supposed follows from what is noted.
	replacing bool
	// What it takes for granted, found on the way:
	requirements []Requirement
	sides        []Requirement // of side heads
	// Where it forks: the other ways, or, once a supposition changes what the
	// variables are, the ways to follow from the start instead of this one.
	forks []*path
	again []*path
	// Why it ends early:
	impossible bool
	ended      bool // likewise, where it has forked before
	bounded    string
	beyond     string
	// approximate says that shapes stand for more than can happen.
	approximate bool
	steps       map[int]dim.Shape // of the block's own steps, by where they end
	failed      []dim.Size        // differences that should be zero
	uncertain   bool              // whether one of them may be zero for some values
	guessed     bool              // something was answered at random, since the path fails
	chose       []literal         // what literals gave, once it was asked for
	scope       *scope            // the turn or attempt that is being applied, or nil
	kinds       map[string][]bool // the answers that make the kind of turns, by the name of the turn
	// inner are the calls of the block itself.
	inner []inner
}

// A fact is a relation that a path supposes: p >= 0, p != 0, p == 0 or p whole.
type fact struct {
	size     dim.Size
	relation dim.Relation
	holds    bool
	why      reason
}

// A reason is why a path supposes something.
type reason int

const (
	chosen   reason = iota // one way of two that the text has
	split                  // one way of two that the text does not tell apart
	required               // it fails otherwise
	stated                 // the block's own `where`
	byTurn                 // of a turn that stands for all
)

func because(own bool) reason {
	if own {
		return stated
	}
	return required
}

// A choice is one thing that a path supposes, as it was when it was supposed: that a
// variable has a value or a lower bound, or a fact.
type choice struct {
	name   string
	value  dim.Size
	low    int64
	fact   fact
	isFact bool // else a value, where low is 0 and name is set
	isLow  bool
	why    reason
	fork   *fork
}

func (c choice) isChosen() bool { return c.why == chosen || c.why == split }

// A fork is where a path was split. Of the two ways one may fail for all values: then
// what the other supposes is a requirement.
type fork struct {
	size     dim.Size
	relation dim.Relation
}

func newPath() *path {
	return &path{values: map[string]dim.Size{}, lows: map[string]int64{}, modes: map[string]ops.PaddingMode{}, powers: map[string][]int{}}
}

// clone copies what the path supposes and takes for granted.
func (p *path) clone() *path {
	return &path{
		exploration: p.exploration, values: maps.Clone(p.values), lows: maps.Clone(p.lows), modes: maps.Clone(p.modes),
		facts: slices.Clone(p.facts), powers: maps.Clone(p.powers), requirements: slices.Clone(p.requirements),
		choices: slices.Clone(p.choices), fork: p.fork,
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
	count := graph.Count{Params: p.formula(a.Count.Params), MACs: p.formula(a.Count.MACs), FLOPs: p.formula(a.Count.FLOPs)}
	return Result{Output: output, Count: count, path: p, steps: p.steps}
}

// formula is a count in the block's own variables; it is none where it divides by what may
// be 0, as it does where a repeat that makes nothing then would divide.
func (p *path) formula(n dim.Size) dim.Size {
	if !n.IsValid() {
		return n
	}
	for _, d := range n.Divisors() {
		if zero, known := p.known(d, dim.Zero); !known || zero {
			return dim.Invalid()
		}
	}
	return p.unprimed(n)
}

// unprimed writes a size without the variables that stand for part of another:
// where k = 2*k' + 1, it puts (k - 1)/2 in place of k'.
func (p *path) unprimed(size dim.Size) dim.Size {
	by := map[string]dim.Size{}
	for name := range p.values {
		if part, m, r, ok := p.part(name); ok && size.IsValid() && slices.Contains(size.Vars(), part) {
			by[part] = p.variableItself(name).Sub(r).Quo(m)
		}
	}
	if len(by) == 0 {
		return size
	}
	if written := size.SubstituteAll(by); written.IsValid() {
		return written
	}
	return size
}

// part gives m and r where the path put m*part + r in place of a variable of the
// block, part being a variable that nobody has written: n' or, where that was
// replaced in its turn, n”.
func (p *path) part(name string) (part string, m, r dim.Size, ok bool) {
	value, replaced := p.values[name]
	if !replaced || strings.HasSuffix(name, "'") || value.Known() {
		return "", m, r, false
	}
	for _, v := range value.Vars() {
		if strings.HasSuffix(v, "'") && strings.TrimRight(v, "'") == name {
			part = v
		}
	}
	if part == "" {
		return "", m, r, false
	}
	const at = 1 << 20 // two points of the line give m and r
	y := value.Substitute(part, dim.Int(at))
	m = value.Substitute(part, dim.Int(at+1)).Sub(y)
	return part, m, y.Sub(m.Mul(dim.Int(at))), true
}

// chosen counts the variables that the path put values in place of.
func (p *path) chosen() int {
	n := 0
	for name := range p.values {
		if _, _, _, parted := p.part(name); !parted && !strings.HasSuffix(name, "'") {
			n++
		}
	}
	return n
}

// condition lists what the path chose, as people read it; what it takes for
// granted is listed elsewhere.
func (p *path) condition() []string {
	list := []string{}
	for _, l := range p.literals() {
		if l.isValue {
			l.text = strings.Replace(l.text, " == ", " = ", 1)
		}
		if !l.isMode {
			list = append(list, l.text)
		}
	}
	return list
}

// variableItself is the variable of the block's own text.
func (p *path) variableItself(name string) dim.Size { return dim.VarFrom(name, p.low(name)) }
