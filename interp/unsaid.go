package interp

import (
	"fmt"
	"strings"

	"cnnlang/ops"
)

// kerasEps is what Keras's normalisations have where nothing else is said.
const kerasEps = 1e-3

// unsaid is a note on settings that a file of Keras of weights alone does not say, where they are
// often not the net's; "" for none.
func (r *reading) unsaid(n *Net) string {
	about := aboutOf(r.Store)
	if len(about.Layers) > 0 || !strings.HasPrefix(about.Format, "Keras (") {
		return ""
	}
	others := 0
	for _, node := range n.Graph.Nodes {
		op, ok := node.Op.(*ops.BatchNorm)
		if !ok || float32(op.Eps.Float()) == kerasEps {
			continue
		}
		_, variance := statisticsOf(node)
		if g, isGiven := r.given[variance.Path]; !variance.Again && (!isGiven || g.value != foldedVar) {
			others++
		}
	}
	if others == 0 {
		return ""
	}
	return fmt.Sprintf("the file has no settings of layers, such as eps and padding: Keras's eps is %v if nothing else is said, and %s another", kerasEps,
		counted(others, "batch normalisation of the net has", "batch normalisations of the net have"))
}
