package prove

import (
	"fmt"
	"maps"
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/elab"
	"cnnlang/lang/source"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// A Case is one way through a block: what it supposes, and while it is followed
// the answers to what the block's rules ask. It is the elab.Unknowns of one
// application.
type Case struct {
	exploration *exploration
	// What the case supposes from the start:
	values map[string]dim.Size // put in place of variables
	lows   map[string]int64    // raised lower bounds of variables
	modes  map[string]ops.PaddingMode
	rest   int            // how many axes `...` of the signature stands for
	ranks  map[string]int // how many axes the tensors have that are parameters
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
	owed         []owed
	// Where it forks: the other ways, or, once a supposition changes what the
	// variables are, the ways to follow from the start instead of this one.
	forks []*Case
	again []*Case
	// Why it ends early:
	impossible bool
	ended      bool // likewise, where it has forked before
	bounded    *bound
	beyond     string
	// approximate says that shapes stand for more than can happen.
	approximate bool
	steps       map[int]dim.Shape // of the block's own steps, by where they end
	failed      []dim.Size        // differences that should be zero
	uncertain   bool              // whether one of them may be zero for some values
	guessed     bool              // something was answered at random, since the case fails
	chose       []literal         // what literals gave, once it was asked for
	scope       *scope            // the iteration or attempt that is being applied, or nil
	kinds       map[string][]bool // the answers that make the kind of iterations, by the name of i
	few         []source.Span     // the repeats that are followed to their end
	// inner are the calls of the block itself.
	inner []inner
}

// A bound is a repeat that has more iterations than are followed.
type bound struct {
	n  dim.Size
	at source.Span
}

func (b bound) String() string {
	return fmt.Sprintf("up to %d iterations of repeat %v", elab.Unrolled, b.n)
}

// A fact is a relation that a case supposes: p >= 0, p != 0, p == 0 or p whole.
type fact struct {
	size     dim.Size
	relation dim.Relation
	holds    bool
	why      reason
}

// A reason is why a case supposes something.
type reason int

const (
	chosen      reason = iota // one way of two that the text has
	split                     // one way of two that the text does not tell apart
	fitted                    // one way of two, as a side head fits or not
	required                  // it fails otherwise
	stated                    // the block's own `where`
	inIteration               // of an iteration that stands for all
	fits                      // a side head does not fit otherwise
)

func because(own bool) reason {
	if own {
		return stated
	}
	return required
}

// A choice is one thing that a case supposes, as it was when it was supposed: that a
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

// supposed is what a choice supposes, as a fact.
func (p *Case) supposed(c choice) fact {
	x := p.exploration.variables[c.name]
	switch {
	case c.isFact:
		return c.fact
	case c.isLow:
		return fact{x.Size().Sub(dim.Int(int(c.low))), dim.NonNegative, true, c.why}
	}
	return fact{x.Size().Sub(c.value), dim.Zero, true, c.why}
}

func (c choice) isChosen() bool { return c.why == chosen || c.why == split || c.why == fitted }

// A fork is where a case was split. Of the two ways one may fail for all values: then
// what the other supposes is a requirement.
type fork struct {
	size     dim.Size
	relation dim.Relation
}

func newCase() *Case {
	return &Case{values: map[string]dim.Size{}, lows: map[string]int64{}, modes: map[string]ops.PaddingMode{}, ranks: map[string]int{}, powers: map[string][]int{}}
}

// clone copies what the case supposes and takes for granted.
func (p *Case) clone() *Case {
	return &Case{
		exploration: p.exploration, values: maps.Clone(p.values), lows: maps.Clone(p.lows), modes: maps.Clone(p.modes), rest: p.rest, ranks: maps.Clone(p.ranks),
		facts: slices.Clone(p.facts), powers: maps.Clone(p.powers), requirements: slices.Clone(p.requirements),
		choices: slices.Clone(p.choices), fork: p.fork,
	}
}

// Size is a variable, or what the case has put in its place.
func (p *Case) Size(x dim.Variable) dim.Size {
	if len(x.Name)+len(x.String()) > maxName { // a name may hold two others, and so on
		p.Beyond("a formula that grows too large")
	}
	if _, known := p.exploration.variables[x.Name]; !known {
		p.exploration.variables[x.Name] = x
	}
	return p.variable(x.Name)
}

func (p *Case) variable(name string) dim.Size {
	if v, ok := p.values[name]; ok {
		return v
	}
	return p.itself(name)
}

// itself is a variable with the bound that it has on the case.
func (p *Case) itself(name string) dim.Size {
	x := p.exploration.variables[name]
	x.Low = max(x.Low, p.lows[name])
	return x.Size()
}

// low is the lower bound of a variable, 0 for one that has none.
func (p *Case) low(name string) int64 {
	x := p.exploration.variables[name]
	if x.Real {
		return 0
	}
	return max(x.Low, p.lows[name])
}

// isWhole reports whether a variable stands for whole numbers.
func (p *Case) isWhole(name string) bool { return !p.exploration.variables[name].Real }

// A partOf is what a variable stands for that is part of another one: h where the case
// put m*h + r in place of H. Nobody has written it.
type partOf struct{ of string }

// part is a variable for whole numbers from low on, of which m times and r are the
// variable of this name. It may be part of another one itself.
func (p *Case) part(name string, low int64, m, r dim.Size) dim.Size {
	of := name
	if whole, isPart := p.isPart(name); isPart {
		of = whole
	}
	part := fmt.Sprintf("%s'(%s, %s, %d)", name, m.Name(), r.Name(), low) // another one on another case
	return p.Size(dim.Variable{Name: part, Low: low, Sense: &dim.Sense{Is: p.itself(name).Sub(r).Quo(m), Kind: partOf{of}}})
}

// isPart reports whether a variable is a part, and of what.
func (p *Case) isPart(name string) (of string, is bool) {
	if x := p.exploration.variables[name]; x.Sense != nil {
		kind, is := x.Kind.(partOf)
		return kind.of, is
	}
	return "", false
}

func (p *Case) isFlag(name string) bool {
	for _, a := range p.exploration.args {
		if a.name == name {
			return a.kind == "bool"
		}
	}
	return false
}

// result is what came out at the end of the case, in the block's own variables.
func (p *Case) result(a elab.Application) Result {
	output := a.Output.Clone()
	for i := range output {
		output[i] = output[i].InOthers()
	}
	count := graph.Count{Params: p.formula(a.Count.Params), MACs: p.formula(a.Count.MACs), FLOPs: p.formula(a.Count.FLOPs)}
	runs := slices.Clone(a.Runs)
	for k, r := range runs {
		shape := r.Shape.Clone()
		for i := range shape {
			shape[i] = shape[i].InOthers()
		}
		runs[k].N, runs[k].Shape = r.N.InOthers(), shape
	}
	return Result{Output: output, Runs: runs, Count: count, sketch: a.Sketch, of: p, steps: p.steps}
}

// formula is a count in the block's own variables; it is none where it divides by what may
// be 0, as it does where a repeat that makes nothing then would divide.
func (p *Case) formula(n dim.Size) dim.Size {
	if !n.IsValid() {
		return n
	}
	for _, d := range n.Divisors() {
		if zero, known := p.known(d, dim.Zero); !known || zero {
			return dim.Invalid()
		}
	}
	return n.InOthers()
}

// chosen counts the variables that the case put values in place of.
func (p *Case) chosen() int {
	n := 0
	for name, value := range p.values {
		_, isPart := p.isPart(name)
		parted := slices.ContainsFunc(value.Vars(), func(x dim.Variable) bool {
			of, isPart := p.isPart(x.Name)
			return isPart && of == name
		})
		if !isPart && !parted {
			n++
		}
	}
	return n
}
