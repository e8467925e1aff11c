package train

import (
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/gradient"
	"cnnlang/interp/train/recipe"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// oneEach refuses a net with several inputs or outputs: a set has one picture and one target of each.
func oneEach(g *graph.Graph) error {
	switch {
	case len(g.Inputs) > 1:
		var names []string
		for _, in := range g.Inputs {
			names = append(names, in.Path)
		}
		return misfit("%s has %d inputs, %s, and training gives a net one picture; one of its towers can be trained as a net of its own, and PyTorch trains the whole: `cnnlang export --to torch`",
			g.Name, len(names), strings.Join(names, ", "))
	case len(g.Outputs) > 1:
		return misfit("%s has %d outputs, and training compares one with its targets; in a net to train the others are heads, as in `side label: step`", g.Name, len(g.Outputs))
	}
	return nil
}

// heads are what is compared with targets: the output, and the side heads that fit the input and have a
// weight. A net that ends in softmax, or for bce in sigmoid, is trained by what goes into it.
func heads(g *graph.Graph, loss recipe.Loss, sides []float64) ([]gradient.Head, error) {
	if err := oneEach(g); err != nil {
		return nil, err
	}
	l := ops.Loss{Kind: ops.LossKind(loss.Kind), Beta: loss.Beta, Weights: loss.PositiveWeights}
	list := []gradient.Head{{Node: compared(g.Output(), l.Kind), Loss: l, Weight: 1}}
	for i, s := range g.Sides {
		weight := 0.0
		if i < len(sides) {
			weight = sides[i]
		}
		if weight == 0 {
			continue
		}
		if s.Output == nil {
			return nil, misfit("the side head %s of %s does not fit this input size: %v", s.Name, g.Name, s.Err)
		}
		list = append(list, gradient.Head{Node: compared(s.Output, l.Kind), Loss: l, Weight: weight})
	}
	want := list[0].Node.Shape
	for _, h := range list[1:] {
		if !h.Node.Shape.Equal(want) {
			return nil, misfit("a side head of %s gives %v and its output %v; a head is trained with the same targets, so leave it out with `sides = 0`", g.Name, h.Node.Shape, want)
		}
	}
	return list, nil
}

// compared is the value behind the last activation, which the loss contains.
func compared(n *graph.Node, kind ops.LossKind) *graph.Node {
	from := n
	for from.Op != nil {
		switch op := from.Op.(type) {
		case *ops.Flatten, *ops.Identity:
			from = from.In[0]
			continue
		case *ops.Softmax:
			if kind == ops.CrossEntropy && op.Axis == dim.Int(1) && from.In[0].Shape.Equal(n.Shape) {
				return from.In[0]
			}
		case ops.Activator:
			if kind == ops.BCE && op.Activation() == ops.Sigmoid && from.In[0].Shape.Equal(n.Shape) {
				return from.In[0]
			}
		}
		break
	}
	return n
}
