package prove

import (
	"fmt"
	"maps"
	"math/rand"
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp/internal/elab"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// A Counterexample is values for which a block fails, as the concrete
// application has confirmed.
type Counterexample struct {
	Values  map[string]int64
	Names   []string // in the order of the text
	Problem *diag.Diagnostic
	shown   map[string]string // the parameters that are no numbers, as the language writes them
}

const (
	maxSamples       = 4000
	maxConfirmations = 40
)

// counterexample tries small values that the case allows until the block, at
// those values, fails: with the mistake that the case found, or else with any. It
// is nil where none is found.
func (x *exploration) counterexample(p *Case, mistake *diag.Diagnostic) *Counterexample {
	for _, x.mistake = range []*diag.Diagnostic{mistake, nil} {
		if c := x.search(p); c != nil {
			return c
		}
	}
	return nil
}

func (x *exploration) search(p *Case) (found *Counterexample) {
	vars, confirmations := p.mentioned(x), 0
	x.sample(p, vars, func(assign map[string]int64) (done bool) {
		if confirmations++; confirmations > maxConfirmations || x.spent() != "" {
			return true
		}
		if c := x.confirm(p, assign); c != nil {
			found = x.smallest(p, slices.Sorted(maps.Keys(vars)), vars, assign, c)
		}
		return found != nil
	})
	return found
}

// sample tries values of these variables, from their lower bounds on, that a case allows.
func (x *exploration) sample(p *Case, lows map[string]int64, try func(assign map[string]int64) (done bool)) {
	names := slices.Sorted(maps.Keys(lows)) // so that every run gives the same values
	random := rand.New(rand.NewSource(1))
	for i := range maxSamples {
		most := int64(3 + i/40)
		assign := map[string]int64{}
		for _, name := range names {
			assign[name] = lows[name] + random.Int63n(most)
		}
		if x.spend(1 + len(p.facts)); p.allows(assign) && try(assign) {
			return
		}
	}
}

// happens reports whether values are found that take a case.
func (x *exploration) happens(p *Case) (found bool) {
	x.sample(p, p.mentioned(x), func(assign map[string]int64) bool {
		_, found = p.original(x, assign)
		return found || x.spent() != ""
	})
	return found
}

// smallest makes one value after the other what the text has by default or, where the
// block does not fail then, as small as it can be. 0 is what nobody chooses, and comes
// last.
func (x *exploration) smallest(p *Case, names []string, lows, assign map[string]int64, c *Counterexample) *Counterexample {
	confirmations := 0
	for _, name := range names {
		for _, value := range x.candidates(name, lows[name], assign[name]) {
			if value == assign[name] {
				break
			}
			smaller := maps.Clone(assign)
			smaller[name] = value
			if !p.allows(smaller) {
				continue
			}
			if confirmations++; confirmations > maxConfirmations || x.spent() != "" {
				return c
			}
			if d := x.confirm(p, smaller); d != nil {
				c, assign = d, smaller
				break
			}
		}
	}
	return c
}

// candidates are the values to try in place of one, in their order.
func (x *exploration) candidates(name string, low, value int64) []int64 {
	var list []int64
	if usual, ok := x.usual(name); ok && usual >= low {
		list = append(list, usual)
	}
	most := value - 1
	if value == 0 {
		most = 4
	}
	for v := max(low, 1); v <= most; v++ {
		list = append(list, v)
	}
	if low == 0 && value != 0 {
		list = append(list, value, 0)
	}
	return list
}

// usual is the value that a parameter or a size has by default, where that is a number.
func (x *exploration) usual(name string) (int64, bool) {
	number := func(e ast.Expr) (int64, bool) {
		n, ok := e.(*ast.Number)
		if !ok {
			return 0, false
		}
		v, err := strconv.ParseInt(strings.ReplaceAll(n.Text, "_", ""), 10, 64)
		return v, err == nil
	}
	b := x.base.Block
	if b.Params != nil {
		for _, p := range b.Params.List {
			if p.Name.Text == name && p.Default != nil {
				return number(p.Default)
			}
		}
	}
	if b.Sig != nil {
		for _, p := range b.Sig.In {
			for _, d := range p.Shape.Sizes {
				if d.Default != nil && ast.Text(d.Size) == name {
					return number(d.Default)
				}
			}
		}
	}
	return 0, false
}

// mentioned lists the variables that are left on the case, with their lower
// bounds.
func (p *Case) mentioned(x *exploration) map[string]int64 {
	vars := map[string]int64{}
	add := func(size dim.Size) {
		for _, x := range size.Vars() {
			vars[x.Name] = p.low(x.Name)
		}
	}
	for _, a := range x.args {
		for _, v := range a.variables() {
			add(p.Size(v))
		}
	}
	for _, name := range p.freeNames() {
		add(p.size(name))
	}
	for _, f := range p.facts {
		add(f.size)
	}
	for _, r := range p.requirements {
		add(r.Size)
	}
	return vars
}

// allows reports whether values meet everything the case supposes. Variables that
// stand for powers get the values that their exponents make.
func (p *Case) allows(assign map[string]int64) bool {
	for name, bases := range p.powers {
		for _, base := range bases {
			variable, low := p.power(base, name)
			exponent, known := p.variable(name).Eval(assign)
			n, whole := exponent.Int()
			if known != nil || !whole || n < low || n-low > 40 {
				return false
			}
			value, fits := dim.Int(base).Pow(n - low).Int()
			if !fits {
				return false
			}
			assign[variable.Name] = int64(value)
		}
	}
	for _, f := range p.facts {
		if !stands(f.size, f.relation, f.holds, assign) {
			return false
		}
	}
	for _, r := range p.requirements {
		if !stands(r.Size, r.Relation, r.Holds, assign) {
			return false
		}
	}
	return true
}

// stands evaluates a relation.
func stands(size dim.Size, r dim.Relation, holds bool, assign map[string]int64) bool {
	n, err := size.Eval(assign)
	if err != nil || !n.IsValid() {
		return false
	}
	return dim.Numbers{}.Decide(n, r) == holds
}

// confirm applies the block at these values.
func (x *exploration) confirm(p *Case, assign map[string]int64) *Counterexample {
	original, ok := p.original(x, assign)
	if !ok {
		return nil
	}
	args, shown := map[string]elab.Value{}, map[string]string{}
	for _, a := range x.args {
		v, ok := a.given(original, p.modes[a.name])
		if !ok {
			return nil
		}
		args[a.name] = v
		switch v := v.(type) {
		case bool, dim.Pair:
			shown[a.name] = fmt.Sprint(v)
		case ops.Padding:
			shown[a.name] = v.Written()
		}
	}
	steps := max(0, min(x.left, x.prover.left)) / stepWork
	budget := &elab.Budget{Nodes: elab.MaxNodes, Steps: steps}
	a := elab.Apply(x.object, args, func(name string) dim.Size { return dim.Int(int(original[name])) }, nil, budget, p.restNames()...)
	x.spend((steps - budget.Steps) * stepWork)
	for _, d := range a.Problems {
		own := d.Code == diag.WhereFails && len(d.Trace) <= 1 // the block excludes these values itself
		same := x.mistake == nil || x.mistake.Code == d.Code && x.mistake.Span == d.Span
		if d.Severity == diag.Error && aboutValues(d.Code) && !own && same {
			return &Counterexample{Values: original, Names: x.names(p, original, shown), Problem: d, shown: shown}
		}
	}
	return nil
}

// original turns values of what is left on the case into values of the block's
// own parameters and sizes.
func (p *Case) original(x *exploration, assign map[string]int64) (map[string]int64, bool) {
	original := map[string]int64{}
	for name := range assign {
		original[name] = assign[name]
	}
	for name, v := range p.values {
		n, err := v.Eval(assign)
		whole, ok := n.Int()
		if err != nil || !ok || whole < 0 {
			return nil, false
		}
		original[name] = int64(whole)
	}
	for _, name := range p.freeNames() {
		if original[name] < 1 && !isCount(x.base.Block, name) {
			return nil, false
		}
	}
	return original, true
}

// names lists the values worth showing: parameters first, then sizes.
func (x *exploration) names(p *Case, values map[string]int64, shown map[string]string) []string {
	var names []string
	add := func(n string) {
		if _, ok := values[n]; ok && n != "N" && !elab.IsFreeAxis(n) && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	for _, a := range x.args {
		if _, whole := shown[a.name]; whole {
			names = append(names, a.name)
			continue
		}
		add(a.name)
		for _, v := range a.variables() {
			add(v.Name)
		}
	}
	for _, n := range p.freeNames() {
		add(n)
	}
	return names
}
