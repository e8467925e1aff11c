package train

import (
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/train/recipe"
)

// A policy says which tensors of a net learn, how fast, and which decay.
type policy struct {
	recipe *recipe.Recipe
	owner  map[string]*graph.Node // of each tensor, the first that has it
	fresh  map[string]bool        // tensors that no file gave
	all    bool                   // whether more than the fresh ones learn
}

func newPolicy(g *graph.Graph, r *recipe.Recipe, fresh map[string]bool, all bool) *policy {
	return &policy{r, owners(g), fresh, all}
}

// owners are, of each tensor, the first node that has it.
func owners(g *graph.Graph) map[string]*graph.Node {
	first := map[string]*graph.Node{}
	for _, n := range g.Nodes {
		for _, t := range n.Params {
			if first[t.Path] == nil {
				first[t.Path] = n
			}
		}
	}
	return first
}

// learns reports whether a tensor changes.
func (p *policy) learns(t graph.Param) bool {
	return (p.all || p.fresh[t.Path]) && !p.frozen(t.Path)
}

// frozen reports whether a path lies below one that stays as it is.
func (p *policy) frozen(path string) bool {
	return slices.ContainsFunc(p.recipe.Freeze, func(f string) bool { return below(path, f) })
}

// stored reports whether a bn takes its stored statistics: where all do, and where nothing of it learns.
func (p *policy) stored(n *graph.Node) bool {
	if !p.recipe.BatchStatistics || p.frozen(n.Path) {
		return true
	}
	return !p.all && !slices.ContainsFunc(n.Params, func(t graph.Param) bool { return p.fresh[t.Path] })
}

// decay is the weight decay of a tensor: none where no_decay names its leaf, its operation or a path above.
func (p *policy) decay(t graph.Param) float64 {
	leaf := t.Path[strings.LastIndexByte(t.Path, '.')+1:]
	op := p.owner[t.Path].Op.Name()
	for _, name := range p.recipe.NoDecay {
		if name == leaf || name == op || below(t.Path, name) {
			return 0
		}
	}
	return p.recipe.WeightDecay
}

// factor is that of the rate of a tensor: those of all paths above, and that of the head.
func (p *policy) factor(t graph.Param) float64 {
	f := 1.0
	for _, r := range p.recipe.Rates {
		if below(t.Path, r.Path) {
			f *= r.Factor
		}
	}
	if p.fresh[t.Path] && len(p.fresh) < len(p.owner) {
		f *= p.recipe.HeadRate
	}
	return f
}

// below reports whether a path is another or lies below it.
func below(path, of string) bool { return path == of || strings.HasPrefix(path, of+".") }
