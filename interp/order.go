package interp

import (
	"fmt"
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops"
)

// ordered is a file of numbers without names by the layers of the net, in their order: those
// of the main path and of these side heads, or of all heads if that is how many numbers there
// are. The error is a *FitError, or a *WeightsError.
func (n *Net) ordered(store weights.Store, numbers int64, sides []string) (weights.Store, error) {
	required, _ := n.params(sides)
	unfit := &FitError{Net: n.Name, File: store.Path(), Wanted: len(required)}
	layers, problem := n.layers(func(s *graph.Side) bool { return s == nil || slices.Contains(sides, s.Name) })
	if problem == "" && weights.CountOf(layers) != numbers {
		want := fmt.Sprintf("%d", weights.CountOf(layers))
		if all, none := n.layers(func(*graph.Side) bool { return true }); none == "" && len(all) > len(layers) {
			if weights.CountOf(all) == numbers {
				return weights.Arrange(store, all)
			}
			want += fmt.Sprintf(" (%d with all side heads)", weights.CountOf(all))
		}
		problem = fmt.Sprintf("the file has %d numbers, the net needs %s", numbers, want)
	}
	if problem != "" {
		unfit.Order = problem
		return nil, unfit
	}
	return weights.Arrange(store, layers)
}

// layers are those that have numbers, in the order of the text, or what has none in Darknet.
func (n *Net) layers(within func(*graph.Side) bool) (layers []weights.Layer, problem string) {
	of := map[*graph.Node]int{} // the layer that a node computes
	for _, node := range n.Graph.Nodes {
		if !within(node.Side) || len(node.Own()) == 0 {
			continue
		}
		part := func(i int) weights.Part { return weights.Part{Name: node.Params[i].Path, Shape: node.Params[i].Shape} }
		switch node.Op.(type) {
		case *ops.Conv, *ops.Linear:
			_, connected := node.Op.(*ops.Linear)
			l := weights.Layer{Connected: connected, Weights: part(0)}
			if len(node.Params) > 1 {
				l.Biases = part(1)
			}
			of[node] = len(layers)
			layers = append(layers, l)
		case *ops.BatchNorm:
			i, ok := of[node.In[0]]
			if !ok || layers[i].Norm != nil {
				return nil, node.Path + " is a norm that follows no layer, which Darknet does not have"
			}
			if layers[i].Biases.Name != "" {
				return nil, layers[i].Biases.Name + " is a bias before a norm, where Darknet has only that of the norm; write bias=false"
			}
			if len(node.Params) != 4 {
				return nil, node.Path + " is a norm without a weight or a bias, where Darknet has both"
			}
			layers[i].Norm, layers[i].Biases = []weights.Part{part(0), part(2), part(3)}, part(1)
		default:
			return nil, node.Params[0].Path + " belongs to a layer that Darknet does not have"
		}
	}
	for _, l := range layers {
		if l.Biases.Name == "" {
			return nil, l.Weights.Name + " belongs to a layer with neither bias nor norm, where Darknet always has biases; write bias=true"
		}
	}
	return layers, ""
}
