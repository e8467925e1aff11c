package prove

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/elab"
	"cnnlang/lang/ast"
	"cnnlang/lang/resolve"
	"cnnlang/ops/dim"
)

// A Contract is a verdict as people read it.
type Contract struct {
	Name       string   `json:"name"`
	Kind       string   `json:"kind"` // block or net
	Status     Status   `json:"status"`
	Reason     string   `json:"reason,omitempty"`
	Cases      int      `json:"cases"`
	Signature  string   `json:"signature"`
	Requires   []Clause `json:"requires"`
	Parameters []Clause `json:"parameters"`
	// Without says for which cases Parameters has no formula, "" for none.
	Without string `json:"parameters_without,omitempty"`
	// Counterexample makes a refuted block fail.
	Counterexample string `json:"counterexample,omitempty"`
	// Output are the sizes of what it gives, "" where they differ from case to case.
	Output []string `json:"-"`
}

// A Clause is a requirement or formula and the case it is for, "" for all.
type Clause struct {
	Text string `json:"text"`
	When string `json:"when,omitempty"`
}

// Contract writes the verdict out: the signature with what `_` leaves open
// filled in, what the block requires beyond its `where`, and how many parameters
// it has, as a formula.
func (v *Verdict) Contract() Contract {
	c := Contract{
		Name: v.Block.Name, Kind: v.Block.Block.Kind, Status: v.Status, Reason: v.Reason, Cases: v.Cases,
		Signature: v.signature(), Requires: []Clause{}, Parameters: []Clause{}, Output: v.Output(),
	}
	for _, r := range v.Requirements {
		c.Requires = append(c.Requires, v.Clause(r))
	}
	c.Requires = once(c.Requires)
	params := v.Formula(func(n graph.Count) dim.Size { return n.Params })
	c.Parameters, c.Without = params.Clauses, params.Without
	if v.Counterexample != nil {
		c.Counterexample = v.Counterexample.String()
	}
	return c
}

// A Formula is a count in terms of a block's parameters and sizes.
type Formula struct {
	Clauses []Clause `json:"clauses"` // one for each case that differs
	// Without says for which cases there is none, "" for none.
	Without string `json:"without,omitempty"`
}

// Formula is that of one of the counts, for one image.
func (v *Verdict) Formula(of func(graph.Count) dim.Size) Formula {
	clauses, without := v.formulas(of)
	return Formula{append([]Clause{}, once(clauses)...), without}
}

// Clause is a requirement and the case it is for.
func (v *Verdict) Clause(r Requirement) Clause { return Clause{r.String(), v.caseOf(r)} }

// once leaves out clauses that read like one before.
func once(list []Clause) []Clause {
	kept := list[:0]
	for _, c := range list {
		if !slices.Contains(kept, c) {
			kept = append(kept, c)
		}
	}
	return kept
}

// signature is the block's parameters, its input, and its output: as claimed, or
// where nothing is claimed as found, or _ where that differs from case to case.
func (v *Verdict) signature() string {
	var b strings.Builder
	b.WriteString(v.Block.Name)
	if v.base == nil {
		return b.String()
	}
	if names := v.openNames(); len(names) > 0 {
		b.WriteString("(" + strings.Join(names, ", ") + ")")
	}
	sig := v.base.Block.Sig
	if sig != nil && sig.Several() {
		return b.String() + ": " + v.ports(sig)
	}
	var in, out []string
	for i := range v.rank() {
		if sig == nil {
			in = append(in, signatureNames(v.base.Block)[i])
		} else {
			in = append(in, written(v.base, sig.Input().Sizes[i].Size))
		}
	}
	for i := range v.outputRank() {
		claim := "_"
		if sig != nil && i < len(sig.Output().Sizes) {
			claim = written(v.base, sig.Output().Sizes[i].Size)
		}
		if claim == "_" {
			claim = v.found(func(r Result) dim.Size { return r.Output[i] })
		}
		out = append(out, claim)
	}
	if sig != nil && sig.Input().Rest != nil {
		in = append(in, "...")
	}
	if sig != nil && sig.Output().Rest != nil {
		out = append(out, "...")
	}
	fmt.Fprintf(&b, ": [%s] -> ", strings.Join(in, ", "))
	if len(out) == 0 {
		return b.String() + "_"
	}
	return b.String() + "[" + strings.Join(out, ", ") + "]"
}

// ports is a signature of several values, with what `_` leaves open of those it gives filled in.
func (v *Verdict) ports(sig *ast.Sig) string {
	var text []string
	for _, p := range sig.In {
		text = append(text, written(v.base, p))
	}
	text = append(text, "->")
	at := 0 // among the sizes of all values, where that is known
	for _, p := range sig.Out {
		sizes := make([]string, len(p.Shape.Sizes))
		for i, d := range p.Shape.Sizes {
			sizes[i] = written(v.base, d)
			if sizes[i] == "_" && p.Repeat == nil && at >= 0 {
				sizes[i] = v.found(func(r Result) dim.Size {
					if at+i < len(r.Output) {
						return r.Output[at+i]
					}
					return dim.Invalid()
				})
			}
		}
		head := ""
		if p.Repeat != nil {
			head, at = "repeat "+written(v.base, p.Repeat)+" ", -1
		}
		if p.Bar {
			head += "| "
		}
		if text = append(text, head+"["+strings.Join(sizes, ", ")+"]"); at >= 0 {
			at += len(sizes)
		}
	}
	return strings.Join(text, " ")
}

func (v *Verdict) openNames() []string {
	var names []string
	for _, a := range v.args {
		names = append(names, a.name)
	}
	return names
}

func (v *Verdict) rank() int {
	if sig := v.base.Block.Sig; sig != nil {
		return len(sig.Input().Sizes)
	}
	return 4
}

func (v *Verdict) outputRank() int {
	switch sig := v.base.Block.Sig; {
	case sig != nil:
		return len(sig.Output().Sizes)
	case len(v.Results) > 0:
		return len(v.Results[0].Output)
	}
	return 0
}

// written is a part of the text, on one line.
func written(o *resolve.Object, x ast.Node) string {
	return o.Module.File.Source.OneLine(x.Span())
}

// found is a size that all cases agree on: the one of the most general case, if
// the others have it too where they put values in place of variables.
func (v *Verdict) found(of func(Result) dim.Size) string {
	if size, ok := v.agreed(of); ok && inItsOwnWords(size) {
		return size.String()
	}
	return "_"
}

// inItsOwnWords reports whether a size is made of the block's parameters and the
// names of its signature alone.
func inItsOwnWords(size dim.Size) bool {
	return !slices.ContainsFunc(size.Vars(), func(x dim.Variable) bool {
		if x.Sense == nil {
			return false
		}
		switch x.Kind.(type) {
		case elab.Item, named:
			return false
		}
		return true
	})
}

func (v *Verdict) agreed(of func(Result) dim.Size) (dim.Size, bool) {
	if v.Status == NotProved || v.Status == Refuted || len(v.Results) == 0 {
		return dim.Size{}, false
	}
	general := slices.MinFunc(v.Results, func(a, b Result) int { return a.of.chosen() - b.of.chosen() })
	size := of(general)
	if !size.IsValid() || general.of.chosen() > 0 && len(v.Results) > 1 {
		return dim.Size{}, false
	}
	free := v.unbounded(size) // the general case may have raised bounds
	for _, r := range v.Results {
		other := of(r)
		if !other.IsValid() || !dim.Equivalent(v.unbounded(free.SubstituteAll(r.of.values).InOthers()), v.unbounded(other)) {
			return dim.Size{}, false
		}
	}
	return size, true
}

// formulas is one formula where all cases agree, or one for each case; without says
// for which cases there is none.
func (v *Verdict) formulas(of func(graph.Count) dim.Size) (list []Clause, without string) {
	count := func(r Result) dim.Size { return of(r.Count) }
	if size, ok := v.agreed(count); ok && v.Status == Proved {
		return []Clause{{size.String(), ""}}, ""
	}
	counted := 0
	var sizes []dim.Size
	for _, r := range v.Results {
		n := count(r)
		if !n.IsValid() {
			continue
		}
		counted++
		same := func(m dim.Size) bool { return dim.Equivalent(n, m) }
		if slices.ContainsFunc(sizes, same) {
			continue
		}
		sizes = append(sizes, n)
		list = append(list, Clause{n.String(), v.when(func(r Result) having {
			if same(count(r)) {
				return has
			}
			return hasNot
		}, func(r Result) []literal { return r.of.literals() })})
	}
	if counted < len(v.Results) || v.Status != Proved {
		without = v.elsewhere(len(list) > 0)
	}
	return list, without
}

// choseBy reports whether the case is one of several because of a parameter.
func (p *Case) choseBy(name string) bool {
	return slices.ContainsFunc(p.literals(), func(l literal) bool {
		return l.x.Name == name || l.fact.size.Has(name) || l.value.Has(name)
	})
}

// caseOf is when a requirement is one, "" for all ways through the block.
func (v *Verdict) caseOf(r Requirement) string {
	return v.when(func(result Result) having {
		switch {
		case result.isRequired(r):
			return has
		case result.of.meets(r):
			return either
		}
		return hasNot
	}, func(result Result) []literal { return result.before(r) })
}

// before is what the case supposed when it took a requirement. What it supposed later
// has no part in when it is one.
func (result Result) before(r Requirement) []literal {
	i := slices.IndexFunc(result.requires, r.same)
	return result.of.told(result.of.choices[:result.requires[i].after])
}

// requires reports whether the case takes a requirement for granted.
func (result Result) isRequired(r Requirement) bool {
	return slices.ContainsFunc(result.requires, r.same)
}

// meets reports whether a requirement follows from what the case supposes.
func (p *Case) meets(r Requirement) bool {
	by := map[string]dim.Size{}
	for _, x := range r.Size.Vars() { // it may have the bounds of the way that requires it
		by[x.Name] = p.variable(x.Name)
	}
	size := r.Size.SubstituteAll(by)
	if len(by) == 0 || !size.IsValid() || !r.Holds {
		return false
	}
	for _, d := range r.Size.Divisors() { // which may have cancelled
		if zero, known := p.known(d.SubstituteAll(by), dim.Zero); !known || zero {
			return false
		}
	}
	switch r.Relation {
	case dim.NonNegative:
		answer, known := p.knownNonNegative(size)
		return known && answer
	case dim.Whole:
		return size.IsWhole()
	}
	return size.IsZero()
}

// Always reports whether a requirement is one for all ways through the block.
func (v *Verdict) Always(r Requirement) bool {
	return !slices.ContainsFunc(v.Results, func(result Result) bool { return !result.isRequired(r) })
}

func (r Requirement) same(s Requirement) bool {
	return r.Relation == s.Relation && r.Holds == s.Holds && r.Side == s.Side && dim.Equivalent(r.Size, s.Size)
}

// irredundant leaves out requirements that follow from another one, which is for
// the same case: c >= 1 says that 4*c >= 1. So are those that follow from the `where`.
func (v *Verdict) irredundant() []Requirement {
	states := nonzero(v.base.Block)
	all := slices.DeleteFunc(slices.Clone(v.Requirements), func(r Requirement) bool {
		x := r.Size.Vars()
		return r.Relation == dim.Zero && !r.Holds && len(x) == 1 && states[x[0].Name] && dim.Equivalent(r.Size, x[0].Size())
	})
	ways := make([][]int, len(all)) // on which each is one
	for i, r := range all {
		for k, result := range v.Results {
			if result.isRequired(r) {
				ways[i] = append(ways[i], k)
			}
		}
	}
	implies := func(i, j int) bool { return slices.Equal(ways[i], ways[j]) && v.implies(all[i], all[j]) }
	of := map[string][]int{} // by the side head that requires them
	for i, r := range all {
		of[r.Side] = append(of[r.Side], i)
	}
	var list []Requirement
	for i, r := range all {
		others := of[""]
		if r.Side != "" {
			others = append(others[:len(others):len(others)], of[r.Side]...)
		}
		follows := false
		for _, j := range others {
			follows = follows || j < i && implies(j, i) || j > i && implies(j, i) && !implies(i, j)
		}
		if !follows {
			list = append(list, r)
		}
	}
	return list
}

// implies reports whether r >= 0 wherever s >= 0, r being s and more.
func (v *Verdict) implies(s, r Requirement) bool {
	if s.Side != "" && s.Side != r.Side || r.Relation != dim.NonNegative || s.Relation != dim.NonNegative || !r.Holds || !s.Holds {
		return false
	}
	// 4*c - 1 is 4*(c - 1) and 3 more.
	for _, times := range []int{1, 2, 3, 4, 8, 16, 32, 64} {
		if v.unbounded(r.Size.Sub(s.Size.Mul(dim.Int(times)))).ProvablyNonNegative() {
			return true
		}
	}
	return false
}

// unbounded is a size whose variables have no bounds but those of their kind: the
// ones that a case has raised are what is in question.
func (v *Verdict) unbounded(size dim.Size) dim.Size {
	by := map[string]dim.Size{}
	for _, x := range size.Vars() {
		if alone, known := v.variables[x.Name]; known {
			by[x.Name] = alone.Size()
		}
	}
	return size.SubstituteAll(by)
}
