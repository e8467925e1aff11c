package interp

import (
	"fmt"
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/lang/diag"
)

// A SelectionError names a side head or step that the net does not have, or a side head
// that does not fit the input.
type SelectionError struct {
	What    string // output, side head or step, or any of them
	Name    string
	Net     string
	Nearest string // Nearest is the most similar name, or ""
	Known   []string
	Err     error // why it does not fit, or nil
	List    int   // of how many tensors it is a list, 0 for one tensor
	// Items are the steps of that name in an `each`, each with the number of its item.
	Items []string
}

func (e *SelectionError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("interp: the side head %q of %s does not fit this input: %v", e.Name, e.Net, e.Err)
	}
	if n := len(e.Items); n > 0 {
		return fmt.Sprintf("interp: %q of %s is there for each of %d items; ask for one, %q to %q", e.Name, e.Net, n, e.Items[0], e.Items[n-1])
	}
	if e.List > 0 {
		return fmt.Sprintf("interp: %q of %s is a list of tensors, %d of them; ask for the step that makes one", e.Name, e.Net, e.List)
	}
	text := fmt.Sprintf("interp: %s has no %s called %q", e.Net, e.What, e.Name)
	switch {
	case e.Nearest != "":
		text += fmt.Sprintf("; did you mean %q?", e.Nearest)
	case len(e.Known) > 0 && len(e.Known) < 8:
		text += "; it has " + inQuotes(e.Known)
	case len(e.Known) == 0:
		text += "; it has none"
	}
	return text
}

func (e *SelectionError) Unwrap() error { return e.Err }

// values splits Options.Values into side heads, which must fit the input, and the nodes of
// steps.
func (n *Net) values(opts Options) (sides []string, kept map[string]*graph.Node, err error) {
	kept = map[string]*graph.Node{}
	for _, name := range opts.Values {
		if _, isOutput := n.Graph.OutputAt(name); isOutput {
			continue
		}
		i := slices.IndexFunc(n.Graph.Sides, func(s *graph.Side) bool { return s.Name == name })
		node, isStep := n.Graph.At(name)
		switch {
		case i >= 0 && n.Graph.Sides[i].Output == nil:
			return nil, nil, &SelectionError{What: "side head", Name: name, Net: n.Name, Err: n.Graph.Sides[i].Err}
		case i >= 0:
			sides = append(sides, name)
		case isStep:
			kept[name] = node
		case len(n.Graph.ItemsAt(name)) > 0:
			return nil, nil, &SelectionError{What: "step", Name: name, Net: n.Name, Items: n.Graph.ItemsAt(name)}
		case n.Graph.ListAt(name) > 0:
			return nil, nil, &SelectionError{What: "step", Name: name, Net: n.Name, List: n.Graph.ListAt(name)}
		default:
			what, known := "side head or step", n.OutputNames()
			if len(known) > 1 || known[0] != "output" {
				what = "output, side head or step"
			} else {
				known = nil
			}
			for _, s := range n.Graph.Sides {
				known = append(known, s.Name)
			}
			for _, s := range n.Graph.Steps {
				known = append(known, s.Path)
			}
			return nil, nil, &SelectionError{What: what, Name: name, Net: n.Name, Nearest: diag.Nearest(name, known), Known: known}
		}
	}
	return sides, kept, nil
}

// sidesOf adds to the side heads asked for those that hold a kept node, and all heads that
// contain any of them.
func (n *Net) sidesOf(asked []string, keep []*graph.Node) []string {
	sides := slices.Clone(asked)
	for _, node := range keep {
		if node.Side != nil && !slices.Contains(sides, node.Side.Name) {
			sides = append(sides, node.Side.Name)
		}
	}
	for _, s := range slices.Backward(n.Graph.Sides) {
		if s.Outer != nil && slices.Contains(sides, s.Name) && !slices.Contains(sides, s.Outer.Name) {
			sides = append(sides, s.Outer.Name)
		}
	}
	return sides
}

// params lists the tensors that the main path and these side heads need, and those of the
// other heads, which a file of weights may hold too.
func (n *Net) params(sides []string) (required, optional []graph.Param) {
	for _, node := range n.Graph.Nodes {
		if node.Side == nil || slices.Contains(sides, node.Side.Name) {
			required = append(required, node.Own()...)
		} else {
			optional = append(optional, node.Own()...)
		}
	}
	return required, optional
}
