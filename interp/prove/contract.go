package prove

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/graph"
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
	Paths      int      `json:"paths"`
	Signature  string   `json:"signature"`
	Requires   []Clause `json:"requires"`
	Parameters []Clause `json:"parameters"`
	// Without says for which cases Parameters has no formula, "" for none.
	Without string `json:"parametersWithout,omitempty"`
	// Counterexample makes a refuted block fail.
	Counterexample string `json:"counterexample,omitempty"`
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
		Name: v.Block.Name, Kind: v.Block.Block.Kind, Status: v.Status, Reason: v.Reason, Paths: v.Paths,
		Signature: v.signature(), Requires: []Clause{}, Parameters: []Clause{},
	}
	for _, r := range v.Requirements {
		c.Requires = append(c.Requires, v.Clause(r))
	}
	c.Requires = once(c.Requires)
	formulas, without := v.formulas(func(n graph.Count) dim.Size { return n.Params })
	c.Parameters, c.Without = append(c.Parameters, once(formulas)...), without
	if v.Counterexample != nil {
		c.Counterexample = v.Counterexample.String()
	}
	return c
}

// Clause is a requirement and the case it is for.
func (v *Verdict) Clause(r Requirement) Clause { return Clause{r.String(), v.when(r)} }

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
// where nothing is claimed as found, or _ where that differs from path to path.
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
	var in, out []string
	for i := range v.rank() {
		if sig == nil {
			in = append(in, signatureNames(v.base.Block)[i])
		} else {
			in = append(in, written(v.base, sig.In[i].Size))
		}
	}
	for i := range v.outputRank() {
		claim := "_"
		if sig != nil && i < len(sig.Out) {
			claim = written(v.base, sig.Out[i])
		}
		if claim == "_" {
			claim = v.found(func(r Result) dim.Size { return r.Output[i] })
		}
		out = append(out, claim)
	}
	fmt.Fprintf(&b, ": [%s] -> [%s]", strings.Join(in, ", "), strings.Join(out, ", "))
	return b.String()
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
		return len(sig.In)
	}
	return 4
}

func (v *Verdict) outputRank() int {
	switch sig := v.base.Block.Sig; {
	case sig != nil:
		return len(sig.Out)
	case len(v.Results) > 0:
		return len(v.Results[0].Output)
	}
	return 0
}

// written is an expression as it stands in the text.
func written(o *resolve.Object, x ast.Expr) string {
	s := x.Span()
	return o.Module.File.Source.Text[s.Start.Offset:s.End.Offset]
}

// found is a size that all paths agree on: the one of the most general path, if
// the others have it too where they put values in place of variables.
func (v *Verdict) found(of func(Result) dim.Size) string {
	if size, ok := v.agreed(of); ok && v.inItsOwnWords(size) {
		return size.String()
	}
	return "_"
}

// inItsOwnWords reports whether a size is made of the block's parameters and the
// names of its signature alone.
func (v *Verdict) inItsOwnWords(size dim.Size) bool {
	names := append(signatureNames(v.base.Block), v.openNames()...)
	for _, name := range size.Vars() {
		own, _, _ := strings.Cut(name, "[") // k[0] is of k
		own, _, _ = strings.Cut(own, ".")
		if !slices.Contains(names, own) {
			return false
		}
	}
	return true
}

func (v *Verdict) agreed(of func(Result) dim.Size) (dim.Size, bool) {
	if v.Status == NotProved || v.Status == Refuted || len(v.Results) == 0 {
		return dim.Size{}, false
	}
	general := slices.MinFunc(v.Results, func(a, b Result) int { return a.path.chosen() - b.path.chosen() })
	size := of(general)
	if !size.IsValid() || general.path.chosen() > 0 && len(v.Results) > 1 {
		return dim.Size{}, false
	}
	free := v.unbounded(size) // the general path may have raised bounds
	for _, r := range v.Results {
		other := of(r)
		if !other.IsValid() || !dim.Equivalent(v.unbounded(r.path.unprimed(free.SubstituteAll(r.path.values))), v.unbounded(other)) {
			return dim.Size{}, false
		}
	}
	return size, true
}

// formulas is one formula where all paths agree, or one for each case; without says
// for which cases there is none.
func (v *Verdict) formulas(of func(graph.Count) dim.Size) (list []Clause, without string) {
	count := func(r Result) dim.Size { return of(r.Count) }
	if size, ok := v.agreed(count); ok && v.Status != Bounded {
		return []Clause{{size.String(), ""}}, ""
	}
	different := false
	for _, r := range v.Results {
		if n := count(r); n.IsValid() {
			list = append(list, Clause{n.String(), strings.Join(r.Condition, ", ")})
			different = different || list[0].Text != n.String()
		}
	}
	if len(list) < len(v.Results) || v.Status == Bounded {
		without = v.elsewhere(len(list) > 0)
	}
	if without == "" && len(list) > 0 && !different {
		return []Clause{{list[0].Text, ""}}, ""
	}
	return joined(list), without
}

// joined makes one clause of those with the same text, where they are few.
func joined(list []Clause) []Clause {
	cases := map[string][]string{}
	for _, c := range list {
		if c.When != "" && !slices.Contains(cases[c.Text], c.When) {
			cases[c.Text] = append(cases[c.Text], c.When)
		}
	}
	var all []Clause
	for _, c := range list {
		several := func(when string) bool { return strings.Contains(when, ", ") } // lists of lists are hard to read
		if same := cases[c.Text]; c.When != "" && len(same) <= maxCases && !slices.ContainsFunc(same, several) {
			c.When = either(same)
		}
		all = append(all, c)
	}
	return once(all)
}

// elsewhere says that there is no formula, or none but for the cases that are listed.
func (v *Verdict) elsewhere(listed bool) string {
	if !listed {
		return "there is no formula"
	}
	var names []string
	for _, name := range v.openNames() {
		if slices.ContainsFunc(v.Results, func(r Result) bool { return r.path.chose(name) }) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "in other cases there is no formula"
	}
	return "for other values of " + strings.Join(names, ", ") + " there is no formula"
}

// chose reports whether what a path supposes is about a parameter.
func (p *path) chose(name string) bool {
	if _, replaced := p.values[name]; replaced {
		return true
	}
	_, raised := p.lows[name]
	return raised || slices.ContainsFunc(p.facts, func(f fact) bool { return slices.Contains(f.size.Vars(), name) })
}

// someCases is when a requirement holds that is for no case in particular.
const someCases = "some values are given"

// maxCases limits how many cases of one requirement are told apart.
const maxCases = 4

// when is the case that a requirement is for, "" for all: what the paths that have it
// have in common or, where that is nothing, what each of them supposes.
func (v *Verdict) when(r Requirement) string {
	var common []string
	var having []Result
	for _, result := range v.Results {
		has := slices.ContainsFunc(result.path.requirements, func(q Requirement) bool {
			q.Size = result.path.unprimed(q.Size)
			return r.same(q)
		})
		if !has {
			continue
		}
		if having = append(having, result); len(having) == 1 {
			common = slices.Clone(result.Condition)
		}
		common = slices.DeleteFunc(common, func(c string) bool { return !slices.Contains(result.Condition, c) })
	}
	if len(having) == len(v.Results) {
		return ""
	}
	common = slices.DeleteFunc(common, func(c string) bool { return c == r.String() })
	if len(common) > 0 {
		return strings.Join(common, ", ")
	}
	var cases []string
	for _, result := range having {
		if c := strings.Join(result.Condition, ", "); !slices.Contains(cases, c) {
			cases = append(cases, c)
		}
	}
	opposite := func(c string) bool { return slices.Contains(cases, "not "+c) } // then it is about something else
	if len(cases) == 0 || len(cases) > maxCases || slices.Contains(cases, "") || slices.ContainsFunc(cases, opposite) {
		return someCases
	}
	return either(cases)
}

// either joins cases, each of which may be several conditions.
func either(cases []string) string {
	slices.Sort(cases)
	all := make([]string, len(cases))
	for i, c := range cases {
		if all[i] = c; len(cases) > 1 && strings.Contains(c, ", ") {
			all[i] = "(" + c + ")"
		}
	}
	return strings.Join(all, " or ")
}

func (r Requirement) same(s Requirement) bool {
	return r.Relation == s.Relation && r.Holds == s.Holds && dim.Equivalent(r.Size, s.Size)
}

// String writes a requirement as the language would: H >= 3, C % groups == 0.
func (r Requirement) String() string { return turns(r.text(), r.Size.Vars()) }

func (r Requirement) text() string {
	left, right := r.Size.Sides()
	switch {
	case r.Relation == dim.Whole:
		num, den := r.Size.Fraction()
		sign := map[bool]string{true: "==", false: "!="}[r.Holds]
		return fmt.Sprintf("%s %% %s %s 0", product(num), product(den), sign)
	case r.Relation == dim.Zero:
		sign := map[bool]string{true: "==", false: "!="}[r.Holds]
		if text := r.Size.String(); strings.Contains(text, "%") && !strings.Contains(text, " - ") {
			return fmt.Sprintf("%s %s 0", text, sign)
		}
		return fmt.Sprintf("%v %s %v", left, sign, right)
	case r.Holds && left == dim.Int(0):
		return fmt.Sprintf("%v >= 0", r.Size)
	case r.Holds:
		return fmt.Sprintf("%v >= %v", left, right)
	}
	return fmt.Sprintf("%v < %v", left, right)
}

// product puts a sum in parentheses, as a factor needs it.
func product(s dim.Size) string {
	if text := s.String(); strings.Contains(turns(text, s.Vars()), " ") {
		return "(" + text + ")"
	}
	return s.String()
}

// irredundant leaves out requirements that follow from another one, which is for
// the same case: c >= 1 says that 4*c >= 1.
func (v *Verdict) irredundant() []Requirement {
	all := v.Requirements
	cases := make([]string, len(all))
	for i, r := range all {
		cases[i] = v.when(r)
	}
	implies := func(i, j int) bool { return cases[i] == cases[j] && v.implies(all[i], all[j]) }
	var list []Requirement
	for i, r := range all {
		follows := false
		for j := range all {
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
	if r.Relation != dim.NonNegative || s.Relation != dim.NonNegative || !r.Holds || !s.Holds {
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
// ones that a path has raised are what is in question.
func (v *Verdict) unbounded(size dim.Size) dim.Size {
	by := map[string]dim.Size{}
	for _, name := range size.Vars() {
		switch {
		case slices.Contains(signatureNames(v.base.Block), name):
			by[name] = dim.Var(name)
		case slices.Contains(v.args, argument{name, "float"}):
			by[name] = dim.VarReal(name)
		default:
			by[name] = dim.VarFrom(name, 0)
		}
	}
	return size.SubstituteAll(by)
}
