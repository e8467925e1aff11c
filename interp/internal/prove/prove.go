// Package prove shows that a block is right for all values of its parameters
// and all input sizes, or finds values for which it is not.
//
// The block is applied once (elab.Apply) to sizes that are variables. Most
// questions its shape rules ask are answered by normal forms (package dim). Where
// an answer depends on a variable, the application goes one way, with what that
// way supposes noted as a fact, and the other way is put on a list to be followed
// from the start with the opposite fact: each such way is a case (case.go). An
// equality is used up at once, by putting its solution in place of a variable.
//
//	bottleneck:   stride != 1 ?  ── yes: stride := 2, 3, ...   projection
//	                             └─ no:  stride := 1 ── C == 4*c ?  ── no:  projection
//	                                                                └─ yes: C := 4*c, identity
//
// What is unknown is a variable that says what it stands for: a parameter or a size
// (arguments.go), part of one (case.go), an iteration of a repeat (iteration.go), an item of
// a list or a size of an image of which nothing is known (elab/unknown.go). Two variables
// are one only where they stand for one number whatever the values are.
//
// A proof is of everything that instantiating the block checks: shapes, arguments, and
// that no two steps or tensors have one name (elab/names.go). Values that take no case
// to its end fail, or the block's own `where` excludes them: a case in which it fails
// whatever they are makes a requirement of the way not taken, where the text makes no
// difference between the two, and refutes the block where it does (fork.go,
// counterexample.go).
//
// What a case must take for granted that no `where` states (groups divide, a
// window fits) are the block's inferred requirements. Calls of blocks that are
// proved are not entered: their signature says what comes out (summary.go). What is
// found becomes a contract (contract.go, tell.go), and words last of all (words.go).
package prove

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/elab"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/ops/dim"
)

// Limits of one block: beyond them it is not proved.
const (
	maxCases     = 200
	maxRuns      = 4000
	maxVariables = 200 // parameters and sizes
	maxName      = 4000
)

var tooManyCases = fmt.Sprintf("more than %d cases", maxCases)

// Status is what is known of a block.
type Status string

// The statuses. Only Refuted is a mistake.
const (
	Proved    Status = "proved"
	Bounded   Status = "proved for bounded repeats"
	Refuted   Status = "refuted"
	NotProved Status = "not proved"
)

// A Verdict is what is known of a block over all its parameters and inputs.
type Verdict struct {
	Block  *resolve.Object
	Status Status
	Reason string // why it is not proved, or where a proof is bounded
	Cases  int
	// Requirements are what it takes for granted beyond its `where`.
	Requirements []Requirement
	// Results are those of the cases, in the order they were followed.
	Results []Result
	// Counterexample makes a refuted block fail.
	Counterexample *Counterexample
	// Problem is the refutation as a diagnostic, and Others are mistakes that do
	// not depend on any value.
	Problem *diag.Diagnostic
	Others  diag.List

	base      *resolve.Object // the block with the body, behind presets
	args      []argument
	variables map[string]dim.Variable // of the exploration
}

// A Requirement is a relation that a case takes for granted, under the condition
// that led to it.
type Requirement struct {
	Size     dim.Size
	Relation dim.Relation
	Holds    bool
	Side     string   // the side head that requires it, "" for the block itself
	asked    dim.Size // as it was when it was taken
	after    int      // how many choices the case had made by then
	stated   bool     // by the block's own `where`
}

// A Result is the outcome of one case.
type Result struct {
	Output dim.Shape
	Runs   []elab.Run
	Count  graph.Count

	requires []Requirement
	sketch   graph.Sketch
	of       *Case
	steps    map[int]dim.Shape
}

// A Prover proves blocks and remembers what it proved.
type Prover struct {
	verdicts map[*ast.Block]*Verdict
	texts    map[text][]*Verdict // proofs that hold for the same text elsewhere
	active   map[*ast.Block]bool
	allowed  int // work for the file
	left     int // of that; without Allow there is no end to it
	deadline time.Time
	asks     int          // how often spent was asked
	slow     []*ast.Block // what took too long, in this file
	// Steps asks for Verdict.StepShapes.
	Steps bool
	// Counts asks for counts: blocks are entered whose proof has none.
	Counts bool
	// Sketches asks for Verdict.Sketch, and Enters that the blocks which are called are entered, but
	// for those that call themselves.
	Sketches, Enters bool
	// Most is the work allowed for a file, where that is less than usual; 0 is the
	// usual.
	Most int
	// Now is the clock, time.Now; a test that counts work stops it.
	Now func() time.Time
	// Until ends all work at this time, where it is set; what is not settled by
	// then is not proved.
	Until time.Time
}

// New returns a prover that knows nothing yet.
func New() *Prover {
	return &Prover{verdicts: map[*ast.Block]*Verdict{}, texts: map[text][]*Verdict{}, active: map[*ast.Block]bool{}, Now: time.Now, left: math.MaxInt}
}

// Block returns the verdict on a block or net.
func (p *Prover) Block(o *resolve.Object) *Verdict {
	if v := p.verdicts[o.Block]; v != nil {
		return v
	}
	v := p.sameText(o)
	if v == nil {
		p.active[o.Block] = true
		v = p.prove(o)
		delete(p.active, o.Block)
		p.remember(v)
	}
	if p.left >= 0 { // else another file may have more to give
		p.verdicts[o.Block] = v
		if v.Reason == tooSlow {
			p.slow = append(p.slow, o.Block)
		}
	}
	return v
}

// A text is a block by its name in the text of its file.
type text struct{ file, name string }

func textOf(o *resolve.Object) text { return text{o.Module.File.Source.Text, o.Name} }

// remember keeps a proof for other files of the same text. What else a verdict can
// be speaks of places in its own file.
func (p *Prover) remember(v *Verdict) {
	if v.Status == Proved && len(v.Others) == 0 {
		p.texts[textOf(v.Block)] = append(p.texts[textOf(v.Block)], v)
	}
}

// sameText returns the proof of a block of the same text in another file, as that
// of o; nil where there is none.
func (p *Prover) sameText(o *resolve.Object) *Verdict {
	for _, v := range p.texts[textOf(o)] {
		if resolve.Same(v.Block.Module, o.Module) {
			same := *v
			same.Block = o
			same.base, same.args, _ = parametersOf(o)
			return &same
		}
	}
	return nil
}

func (p *Prover) prove(o *resolve.Object) *Verdict {
	v := &Verdict{Block: o, Status: Proved}
	base, args, reason := parametersOf(o)
	v.base, v.args = base, args
	if reason != "" {
		v.Status, v.Reason = NotProved, reason
		return v
	}
	if base.IsPrimitive() {
		return v // an operation, whose shape rule is the truth about it
	}
	if !p.Sketches {
		all := *v
		x := &exploration{prover: p, verdict: &all, object: o, base: base, args: args, lists: &lists{}}
		if x.explore(); !x.lists.met || all.Status == Proved {
			return &all
		}
	}
	x := &exploration{prover: p, verdict: v, object: o, base: base, args: args}
	x.explore()
	return v
}

// explore follows all cases of a block.
func (x *exploration) explore() {
	p, v, base, args := x.prover, x.verdict, x.base, x.args
	x.variables = map[string]dim.Variable{}
	v.variables = x.variables
	if len(args)+len(signatureNames(base.Block)) > maxVariables {
		x.notProved(fmt.Sprintf("more than %d parameters and sizes", maxVariables))
		return
	}
	if x.todo = startingCases(base.Block, args); x.todo == nil {
		x.notProved(tooManyCases)
		return
	}
	x.left, x.until = p.share()
	for runs := 0; len(x.todo) > 0 && v.Status != Refuted; runs++ {
		if v.Cases >= maxCases || runs >= maxRuns {
			x.notProved(tooManyCases)
			break
		}
		if why := x.spent(); why != "" {
			x.notProved(why)
			break
		}
		next := x.todo[len(x.todo)-1]
		x.todo = x.todo[:len(x.todo)-1]
		if x.follow(next); x.lists.fails(v) {
			return
		}
	}
	x.settleForks()
	for i, r := range v.Results {
		v.Results[i].requires = r.of.required()
		for _, q := range v.Results[i].requires {
			x.require(q)
		}
	}
	x.checkBounds()
	x.checkInduction()
	v.Requirements = v.irredundant()
	if v.Status == Proved && len(v.Results) == 0 {
		x.notProved("no values meet its `where`")
	}
}

// An exploration is the work on one block.
type exploration struct {
	mistake *diag.Diagnostic // what a counterexample has to show, or nil
	prover  *Prover
	verdict *Verdict
	object  *resolve.Object
	base    *resolve.Object // the block with the body, behind presets
	args    []argument
	// variables are those that the block has been given, as they are by themselves.
	variables map[string]dim.Variable
	todo      []*Case
	// recursive are the cases that relied on the block itself.
	recursive []*Case
	failing   []failing
	bounds    []bound   // where cases ended
	lists     *lists    // nil where no list is followed by one item that stands for all
	left      int       // work allowed for the block
	until     time.Time // and when it has to be done, if the file has a time
	slow      bool      // whether it was not
}

// follow applies the block along one case, to its end or to where it forks.
func (x *exploration) follow(p *Case) {
	p.exploration = x
	args, sizes := p.variables(x.args)
	a := elab.Apply(x.object, args, sizes, p, nil, p.restNames()...)
	switch {
	case a.Problems.HasErrors():
	case p.bounded != nil && p.beyond == "":
		p.facts, p.scope = p.outside().facts, nil // it has ended within
		p.settle()
	case !p.Stopped():
		p.settle()
	}
	if p.again != nil {
		if p.ended {
			x.contradicted(p)
		}
		x.todo = append(x.todo, p.again...)
		return
	}
	x.todo = append(x.todo, p.forks...)
	v := x.verdict
	v.Cases++
	switch {
	case p.impossible:
		x.contradicted(p)
		v.Cases--
	case p.bounded != nil:
		x.bounds = append(x.bounds, *p.bounded)
		if v.Status == Proved {
			v.Status, v.Reason = Bounded, p.bounded.String()
		}
	case p.beyond != "":
		x.notProved(p.beyond)
	case a.Problems.HasErrors():
		x.problem(p, a.Problems)
	case a.Output == nil || p.guessed:
		x.notProved("it has no result that can be followed")
	default:
		if len(p.inner) > 0 {
			x.recursive = append(x.recursive, p)
		}
		v.Results = append(v.Results, p.result(a))
	}
}

// checkBounds holds a bounded proof to have followed each such repeat to its end in some
// case, for some values: a `where` may admit nothing but more iterations.
func (x *exploration) checkBounds() {
	if x.verdict.Status != Bounded {
		return
	}
	for _, b := range x.bounds {
		if !slices.ContainsFunc(x.verdict.Results, func(r Result) bool { return slices.Contains(r.of.few, b.at) && x.happens(r.of) }) {
			x.notProved(fmt.Sprintf("more than %d iterations of repeat %v, and no values are found for fewer", elab.Unrolled, b.n))
			return
		}
	}
}

// problem looks for values that make the case's mistake happen. A mistake that
// has nothing to do with values is reported as it is.
func (x *exploration) problem(p *Case, list diag.List) {
	var first *diag.Diagnostic
	for _, d := range list {
		switch {
		case d.Severity != diag.Error:
		case d.Code.IsLimit() || d.Code == diag.NumberOutOfRange:
			x.notProved(d.Message)
			return
		case !aboutValues(d.Code), ofTheText(d.Code) && len(p.literals()) == 0: // on the one way there is
			x.verdict.Others.Add(d)
		case first == nil:
			first = d
		}
	}
	if len(x.verdict.Others) > 0 {
		x.notProved("it has mistakes that no value cures")
		return
	}
	if first == nil {
		return
	}
	if f := p.lastFork(); f != nil && !p.uncertain && !p.approximate {
		x.failing = append(x.failing, failing{p, f, first})
		return
	}
	x.refute(p, first)
}

// refute looks for values that make a case's mistake happen.
func (x *exploration) refute(p *Case, first *diag.Diagnostic) {
	if p.approximate || x.lists.metOne() {
		x.notProved(first.Message)
		return
	}
	c := x.counterexample(p, first)
	if c == nil {
		x.notProved(cmp.Or(x.spent(), first.Message))
		return
	}
	x.verdict.Status, x.verdict.Reason, x.verdict.Counterexample = Refuted, "", c
	x.verdict.Problem = refutation(x, p, first, c)
}

// aboutValues reports whether a mistake may depend on parameters and sizes.
func aboutValues(c diag.Code) bool {
	switch c {
	case diag.BadValue, diag.InexactDivision, diag.BadIndex, diag.PatternLength, diag.DivisionByZero, diag.UnknownTap, diag.Branches, diag.DuplicatePath, diag.TwoShapes:
		return true
	}
	return c[:3] == "E04" || c[:3] == "E05"
}

// ofTheText reports whether a mistake is one of the text where it is made on the only way
// through a block.
func ofTheText(c diag.Code) bool {
	switch c {
	case diag.WrongRank, diag.PatternLength, diag.UnknownTap, diag.Branches, diag.DuplicatePath:
		return true
	}
	return false
}

func (x *exploration) notProved(reason string) {
	x.verdict.Status, x.verdict.Reason = NotProved, reason
}

func (x *exploration) require(r Requirement) {
	if slices.ContainsFunc(x.verdict.Requirements, r.same) {
		return
	}
	x.verdict.Requirements = append(x.verdict.Requirements, r)
}
