// Package pass simplifies graphs: unneeded nodes go, and what follows a convolution moves
// into it.
//
//	conv ── bn ──┐
//	             add ── relu        becomes        conv + norm + add + relu
//	  shortcut ──┘                      shortcut ──┘
//
// A pass makes a new graph and leaves the old one alone, so that the elaborated graph stays
// what the text says: its nodes answer for weights, counts and steps, and a Map leads from
// them to the nodes that compute them.
package pass

import (
	"fmt"

	"cnnlang/interp/graph"
)

// A Pass is one simplification.
type Pass struct {
	Name string
	Doc  string
	// rule examines a graph and returns what replaces each of its nodes.
	rule func(*rewrite) rule
	// exact says that it changes no tensor, and with Options.Exact no bit of a result.
	exact bool
}

// A rule gives the new node for a node of the old graph; nil removes it. It is
// called in topological order.
type rule func(*graph.Node) *graph.Node

// table is every pass, in the order in which they run. Side heads go first, so that they do
// not count as readers; identities go before the fusions, which they would prevent; the
// norm is fused before the sum and the activation last, in the order of the computation.
var table = []Pass{
	{"sides", "drop the side heads that were not asked for", dropSides, false},
	{"dead", "drop what no output needs", dropDead, false},
	{"identity", "drop id, dropout and drop_path", dropIdentities, false},
	{"pad", "let convolutions pad with the zeros that are put around their input", foldPads, false},
	{"gate", "let a product with one learned number for each channel own that", foldGates, false},
	{"norm", "fold batch normalisation into the convolution or linear layer before it", foldNorms, false},
	{"add", "let the convolution, linear layer, gate or norm of a batch before a sum of two add the other", fuseAdds, true},
	{"activation", "let convolutions, linear layers, products and sums apply the activation after them", fuseActivations, true},
	{"pool", "let a 1x1 convolution to fewer channels precede the average pool before it", swapPools, false},
}

// Passes lists every pass in the order in which they run.
func Passes() []Pass { return append([]Pass(nil), table...) }

// Options say which values are needed.
type Options struct {
	// Keep are nodes whose values are needed. No pass removes one or fuses it with its
	// reader.
	Keep []*graph.Node
	// Sides are the names of the side heads to compute. One that holds a kept
	// node is computed anyway.
	Sides []string
	// After stops after the pass of this name; "" runs all.
	After string
	// Exact leaves out all passes that change tensors or how results are rounded: what is left lets operations do what
	// follows them.
	Exact bool
}

// A Map leads from the nodes of a graph to those that hold the same values after passes. A
// node that was removed or fused away is not in it; the input, the outputs and kept nodes
// always are.
type Map map[*graph.Node]*graph.Node

// Run simplifies g, which it does not change. It panics if a pass breaks the graph.
func Run(g *graph.Graph, opts Options) (*graph.Graph, Map) {
	whole := make(Map, len(g.Nodes))
	for _, n := range g.Nodes {
		whole[n] = n
	}
	for _, p := range table {
		if opts.Exact && !p.exact {
			continue
		}
		r := newRewrite(g, whole, opts)
		g = r.run(p.rule(r))
		if r.changes() {
			if err := graph.Verify(g); err != nil {
				panic(fmt.Sprintf("pass: %s: %v", p.Name, err))
			}
		}
		whole = whole.then(r.to)
		for _, n := range opts.Keep {
			if whole[n] == nil {
				panic(fmt.Sprintf("pass: %s: lost the kept node %d %s", p.Name, n.ID, n.Path))
			}
		}
		if p.Name == opts.After {
			break
		}
	}
	return g, whole
}

// then is m followed by next.
func (m Map) then(next Map) Map {
	through := make(Map, len(next))
	for from, mid := range m {
		if to := next[mid]; to != nil {
			through[from] = to
		}
	}
	return through
}
