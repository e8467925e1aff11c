package prove

import (
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/elab"
	"cnnlang/lang/resolve"
	"cnnlang/ops/dim"
)

// Summary gives the count of a block that is proved in itself, so that its
// claims can stand for its body. What it requires is required here.
func (p *Case) Summary(o *resolve.Object, args map[string]elab.Value, input, claims dim.Shape) (graph.Count, bool) {
	pr := p.exploration.prover
	for _, c := range claims {
		if !c.IsValid() {
			return graph.Count{}, false
		}
	}
	if p.inSide() { // which may not fit
		defer p.regardless()()
	}
	if !p.admits(args) {
		return graph.Count{}, false
	}
	if pr.active[o.Block] {
		return p.induction(o, args, input)
	}
	if pr.Enters {
		return graph.Count{}, false
	}
	v := pr.Block(o)
	if v.Status != Proved || len(v.Results) > mostWays {
		return graph.Count{}, false
	}
	put, ok := substitution(o, args, input)
	if !ok {
		return graph.Count{}, false
	}
	ways, told := p.waysOf(v, input, put)
	if len(ways) == 0 {
		return graph.Count{}, false
	}
	for i, w := range ways {
		if i > 0 && !alike(w.requirements, ways[0].requirements) {
			return graph.Count{}, false // what it requires depends on the way that is taken
		}
	}
	count := unknownCount
	if c := ways[0].Count; told {
		count = graph.Count{Params: put(c.Params), MACs: put(c.MACs), FLOPs: put(c.FLOPs)}
		if count.Params.IsValid() != c.Params.IsValid() {
			return graph.Count{}, false
		}
	}
	if pr.Counts && !(count.Params.IsValid() && count.MACs.IsValid()) {
		return graph.Count{}, false
	}
	for _, r := range ways[0].requirements {
		answer, known := p.known(r.Size, r.Relation)
		if r.Side == "" && (known && answer != r.Holds || p.inSide()) {
			return graph.Count{}, false // its body says why, and whether a side head does not fit or is wrong
		}
	}
	for _, r := range ways[0].requirements {
		if r.Side != "" {
			end := p.Side(r.Side)
			p.Assume(r.Size, r.Relation, r.Holds, false)
			end()
			continue
		}
		if !p.Assume(r.Size, r.Relation, r.Holds, false) { // in some iteration
			return graph.Count{}, false
		}
	}
	return count, true
}

// A way is one through a called block that may be the one taken, with what it requires
// in this call.
type way struct {
	Result
	requirements []Requirement
}

// waysOf are the ways through a called block that may be the one taken here; told is
// that there is one, of which it is known.
func (p *Case) waysOf(v *Verdict, input dim.Shape, put func(dim.Size) dim.Size) (ways []way, told bool) {
	for _, r := range v.Results {
		if r.of.rest != len(input)-len(v.base.Block.Sig.Input().Sizes) {
			continue // of other shapes
		}
		taken, known := p.takes(r, put)
		if known && !taken {
			continue
		}
		w := way{Result: r}
		for _, q := range r.requires {
			q.Size = put(q.Size)
			if !q.Size.IsValid() {
				return nil, false
			}
			if answer, known := p.known(q.Size, q.Relation); !known || answer != q.Holds {
				w.requirements = append(w.requirements, q)
			}
		}
		if known {
			return []way{w}, true
		}
		ways = append(ways, w)
	}
	return ways, false
}

// alike reports whether two lists have the same requirements.
func alike(a, b []Requirement) bool {
	within := func(a, b []Requirement) bool {
		return !slices.ContainsFunc(a, func(r Requirement) bool { return !slices.ContainsFunc(b, r.same) })
	}
	return within(a, b) && within(b, a)
}

// mostWays limits the ways through a called block that are looked at; one with more
// is entered.
const mostWays = 12

// takes reports whether all that a way through a called block supposes holds for this
// call, as far as that is known.
func (p *Case) takes(r Result, put func(dim.Size) dim.Size) (taken, known bool) {
	taken, known = true, true
	holds := func(size dim.Size, relation dim.Relation, wanted bool) {
		if size = put(size); !size.IsValid() {
			known = false
			return
		}
		switch answer, isKnown := p.known(size, relation); {
		case !isKnown:
			known = false
		case answer != wanted:
			taken = false
		}
	}
	for _, l := range r.of.literals() {
		switch {
		case l.isRest:
		case l.isMode:
			known = false
		case l.isValue:
			holds(l.x.Size().Sub(l.value), dim.Zero, true)
		case l.x.Name != "":
			holds(l.x.Size().Sub(dim.Int(int(l.low))), dim.NonNegative, true)
		default:
			holds(l.fact.size, l.fact.relation, l.fact.holds)
		}
	}
	return taken, known || !taken
}

// admits reports whether arguments are among the values that a proof is about:
// whole numbers from 0 on.
func (p *Case) admits(args map[string]elab.Value) bool {
	for _, v := range args {
		if size, ok := v.(dim.Size); ok && size.IsWhole() {
			if holds, known := p.known(size, dim.NonNegative); !known || !holds {
				return false
			}
		}
	}
	return true
}

// falling lists the parameters to which a call of the block by itself gives a smaller
// value than they have here, from 0 on.
func (p *Case) falling(args map[string]elab.Value) []string {
	var names []string
	for _, a := range p.exploration.args {
		inner, ok := args[a.name].(dim.Size)
		if a.kind != "int" || !ok || !inner.IsWhole() {
			continue
		}
		less := p.variable(a.name).Sub(dim.Int(1)).Sub(inner)
		smaller, known1 := p.known(less, dim.NonNegative)
		whole, known2 := p.known(inner, dim.NonNegative)
		if known1 && smaller && known2 && whole {
			names = append(names, a.name)
		}
	}
	return names
}

// inner is a call of the block by itself.
type inner struct {
	put     func(dim.Size) dim.Size // its arguments, in place of the variables
	falling []string
}

// induction lets a block that calls itself rely on its own signature for the
// inner call. It holds if one parameter falls in all such calls, so that they come to
// an end, and what the block requires follows for them; both are checked once all
// ways and all requirements are known.
func (p *Case) induction(o *resolve.Object, args map[string]elab.Value, input dim.Shape) (graph.Count, bool) {
	put, ok := substitution(o, args, input)
	falling := p.falling(args)
	if !ok || o.Block != p.exploration.base.Block || len(falling) == 0 || !slices.Contains(restsOf(o.Block), len(input)-len(o.Block.Sig.Input().Sizes)) {
		return graph.Count{}, false
	}
	p.inner = append(p.inner, inner{put, falling})
	return unknownCount, true
}

// checkInduction holds the calls of the block by itself to what it requires.
func (x *exploration) checkInduction() {
	var falling []string
	for i, p := range x.recursive {
		for k, call := range p.inner {
			if i == 0 && k == 0 {
				falling = call.falling
			}
			falling = slices.DeleteFunc(slices.Clone(falling), func(name string) bool { return !slices.Contains(call.falling, name) })
			for _, r := range x.verdict.Requirements {
				size := call.put(r.Size)
				if answer, known := p.known(size, r.Relation); !size.IsValid() || !known || answer != r.Holds {
					x.notProved("it calls itself, and " + r.String() + " does not follow for the inner call")
					return
				}
			}
		}
	}
	if len(x.recursive) > 0 && len(falling) == 0 {
		x.notProved("it calls itself, and no parameter falls in all these calls")
	}
}

var unknownCount = graph.Count{Params: dim.Invalid(), MACs: dim.Invalid(), FLOPs: dim.Invalid()}

// substitution puts arguments and input sizes in place of a block's variables. A size with
// others, which mean something in that block alone, has no value.
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
	if n := len(o.Block.Sig.Input().Sizes); len(input) >= n {
		for k, name := range restNames(o.Block, len(input)-n) {
			by[name] = input[n+k]
		}
		for i, d := range o.Block.Sig.Input().Sizes {
			if name := bare(d.Size); name != "" {
				by[name] = input[i]
			}
		}
	}
	return func(size dim.Size) dim.Size {
		for _, x := range size.Vars() {
			if _, known := by[x.Name]; !known {
				return dim.Invalid()
			}
		}
		return size.SubstituteAll(by)
	}, true
}
