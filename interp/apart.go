package interp

import (
	"fmt"

	"cnnlang/interp/graph"
)

// Apart says in a line how two nets differ whose tensors may have the same names: in the first
// setting of steps of the same path, and in how many steps; "" where no such step differs.
func (n *Net) Apart(other *Net) string {
	steps := map[string]*graph.Node{}
	for _, node := range other.Graph.Nodes {
		steps[node.Path] = node
	}
	first, more := "", 0
	for _, node := range n.Graph.Nodes {
		o := steps[node.Path]
		if o == nil || node.Op == nil || o.Op == nil || node.Op.Name() != o.Op.Name() {
			continue
		}
		here, there := graph.Arguments(node.Op), graph.Arguments(o.Op)
		for i := range min(len(here), len(there)) {
			mine, its := fmt.Sprint(here[i].Value), fmt.Sprint(there[i].Value)
			if mine == its {
				continue
			}
			if more++; first == "" {
				first = fmt.Sprintf("%s has %s=%s in %s, and %s has %s", n.Name, here[i].Name, mine, node.Path, other.Name, its)
			}
			break
		}
	}
	if more > 1 {
		first += "; " + counted(more-1, "more step differs", "more steps differ")
	}
	return first
}
