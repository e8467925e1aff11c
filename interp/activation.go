package interp

import (
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/ops"
)

// readersOf are the nodes that read each node.
func readersOf(g *graph.Graph) map[*graph.Node][]*graph.Node {
	all := map[*graph.Node][]*graph.Node{}
	for _, n := range g.Nodes {
		for _, in := range n.In {
			all[in] = append(all[in], n)
		}
	}
	return all
}

// none is what a file says of a layer without an activation.
const none = "none"

// after is the activation behind a step, none if what reads it is another layer, and "" if that
// is not known. A normalisation that the file has folded into the step is a part of it.
func (r *reading) after(n *graph.Node, readers map[*graph.Node][]*graph.Node) string {
	for len(readers[n]) == 1 {
		next := readers[n][0]
		switch op := next.Op.(type) {
		case ops.Activator:
			return op.Name()
		case *ops.Dropout, *ops.DropPath, *ops.Identity:
			n = next
			continue
		case *ops.BatchNorm:
			mean, _ := statisticsOf(next)
			if _, folded := r.given[mean.Path]; folded {
				n = next
				continue
			}
			return none
		case *ops.Conv, *ops.Deconv, *ops.Linear, *ops.Add, *ops.Concat, *ops.MaxPool, *ops.AvgPool, *ops.Flatten:
			return none
		}
		return ""
	}
	if len(readers[n]) == 0 { // it is a result
		return none
	}
	return ""
}

// spellings are the language's names of activations that files call otherwise.
var spellings = map[string]string{"swish": "silu", "relu_6": "relu6", "hard_silu": "hard_swish"}

// activation compares what is behind a step with what the file says of its layer. A softmax is
// left to the net, and what is linear in Keras may have a layer of its own.
func (c *comparison) activation(n *graph.Node, file, net string) {
	file = strings.ToLower(file)
	if own, ok := spellings[file]; ok {
		file = own
	}
	if file == "" || net == "" || file == net || file == "linear" || file == "softmax" {
		return
	}
	for i := range c.found {
		if d := &c.found[i]; d.Op == behind && d.File == file && d.Net == net {
			d.Steps = append(d.Steps, n.Path)
			return
		}
	}
	c.found = append(c.found, Difference{behind, weightfile.Shown(file), net, []string{n.Path}})
}
