package prove

import (
	"cnnlang/interp/elab"
	"cnnlang/interp/graph"
	"cnnlang/lang/resolve"
	"cnnlang/ops/dim"
)

// Summary gives the count of a block that is proved in itself, so that its
// claims can stand for its body. What it requires is required here.
func (p *path) Summary(o *resolve.Object, args map[string]elab.Value, input, claims dim.Shape) (graph.Count, bool) {
	pr := p.exploration.prover
	for _, c := range claims {
		if !c.IsValid() {
			return graph.Count{}, false
		}
	}
	if !p.admits(args) {
		return graph.Count{}, false
	}
	if pr.active[o.Block] {
		return p.induction(o, args, input)
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
		if answer, known := p.known(size, r.Relation); known && answer != r.Holds {
			return graph.Count{}, false // its body says why
		}
		p.Assume(size, r.Relation, r.Holds, false)
	}
	return p.countOf(v, put), true
}

// mostWays limits the ways through a called block that are looked at for its count.
const mostWays = 8

// countOf is the count of a called block: that of the way through it which is the one
// taken here, unknown where that cannot be told.
func (p *path) countOf(v *Verdict, put func(dim.Size) dim.Size) graph.Count {
	if len(v.Results) > mostWays {
		return unknownCount
	}
	for _, r := range v.Results {
		if p.takes(r, put) {
			c := r.Count
			return graph.Count{Params: put(c.Params), MACs: put(c.MACs), FLOPs: put(c.FLOPs)}
		}
	}
	return unknownCount
}

// takes reports whether all that a way through a called block supposes holds for this
// call.
func (p *path) takes(r Result, put func(dim.Size) dim.Size) bool {
	holds := func(size dim.Size, relation dim.Relation) bool {
		size = put(size)
		if !size.IsValid() {
			return false
		}
		answer, known := p.known(size, relation)
		return known && answer
	}
	for _, l := range r.path.literals() {
		switch {
		case l.isMode:
			return false
		case l.isValue && !holds(r.path.variableItself(l.name).Sub(l.value), dim.Zero):
			return false
		case l.isValue:
		case l.name != "" && !holds(r.path.variableItself(l.name).Sub(dim.Int(int(l.low))), dim.NonNegative):
			return false
		case l.name != "":
		case l.fact.holds && !holds(l.fact.size, l.fact.relation):
			return false
		case !l.fact.holds:
			size := put(l.fact.size)
			if answer, known := p.known(size, l.fact.relation); !size.IsValid() || !known || answer {
				return false
			}
		}
	}
	return true
}

// admits reports whether arguments are among the values that a proof is about:
// whole numbers from 0 on.
func (p *path) admits(args map[string]elab.Value) bool {
	for _, v := range args {
		if size, ok := v.(dim.Size); ok && size.IsWhole() {
			if holds, known := p.known(size, dim.NonNegative); !known || !holds {
				return false
			}
		}
	}
	return true
}

// falls reports whether a call of the block by itself gives some parameter a
// smaller value than it has here, from 0 on: then calls come to an end.
func (p *path) falls(args map[string]elab.Value) bool {
	for _, a := range p.exploration.args {
		inner, ok := args[a.name].(dim.Size)
		if a.kind != "int" || !ok {
			continue
		}
		less := p.variable(a.name, 0).Sub(dim.Int(1)).Sub(inner)
		smaller, known1 := p.known(less, dim.NonNegative)
		whole, known2 := p.known(inner, dim.NonNegative)
		if known1 && smaller && known2 && whole {
			return true
		}
	}
	return false
}

// induction lets a block that calls itself rely on its own signature for the
// inner call. It holds if what the block requires follows for that call, which is
// checked once all its requirements are known.
func (p *path) induction(o *resolve.Object, args map[string]elab.Value, input dim.Shape) (graph.Count, bool) {
	put, ok := substitution(o, args, input)
	if !ok || o.Block != p.exploration.base.Block || !p.falls(args) {
		return graph.Count{}, false
	}
	p.inner = append(p.inner, put)
	return unknownCount, true
}

var unknownCount = graph.Count{Params: dim.Invalid(), MACs: dim.Invalid(), FLOPs: dim.Invalid()}

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
	for i, name := range signatureNames(o.Block) {
		if i < len(input) && len(input) == len(o.Block.Sig.In) {
			by[name] = input[i]
		}
	}
	return func(size dim.Size) dim.Size { return size.SubstituteAll(by) }, true
}
