package interp

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

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
	// Items are what the name stands for: the steps of that name in an `each`, each with the
	// number of its item, the outputs of a repeated bar, what makes the tensors of a list, or the
	// inputs or outputs of a net that has several.
	Items []string
}

func (e *SelectionError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("interp: the side head %q of %s does not fit this input: %v", e.Name, e.Net, e.Err)
	}
	switch n := len(e.Items); {
	case e.List > 0:
		return fmt.Sprintf("interp: %q of %s is a list of tensors, %d of them; ask for the step that makes one, %s", e.Name, e.Net, e.List, oneOf(e.Items))
	case n > 0 && e.Name == e.What:
		return fmt.Sprintf("interp: %s has %d %ss; ask for one, %s", e.Net, n, e.What, oneOf(e.Items))
	case n > 0 && e.What != "step":
		return fmt.Sprintf("interp: %q of %s is %d %ss; ask for one, %s", e.Name, e.Net, n, e.What, oneOf(e.Items))
	case n > 0:
		return fmt.Sprintf("interp: %q of %s is there for each of %d items; ask for one, %q to %q", e.Name, e.Net, n, e.Items[0], e.Items[n-1])
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

// oneOf lists names, of a long list the first.
func oneOf(names []string) string {
	const most = 12
	switch last := len(names) - 1; {
	case last <= 0:
		return inQuotes(names)
	case last < most:
		return inQuotes(names[:last]) + " or " + inQuotes(names[last:])
	}
	return fmt.Sprintf("%s and so on", inQuotes(names[:most]))
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
		default:
			if err := n.ofSeveral(name); err != nil {
				return nil, nil, err
			}
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

// ofSeveral is the error for a name that stands for several values, of which one can be asked
// for, nil for any other name.
func (n *Net) ofSeveral(name string) error {
	e := &SelectionError{What: "step", Name: name, Net: n.Name}
	if e.Items = n.Graph.ItemsAt(name); len(e.Items) > 0 {
		return e
	}
	for _, s := range n.Graph.Steps {
		if s.Path == name && s.Items != nil {
			e.List, e.Items = len(s.Items), n.makers(s.Items)
			return e
		}
	}
	ports := []struct {
		what  string
		names []string
	}{{"output", n.OutputNames()}, {"input", n.InputNames()}}
	for _, p := range ports {
		if name == p.what && len(p.names) > 1 {
			e.What, e.Items = p.what, p.names
			return e
		}
		for _, port := range p.names {
			if i := strings.LastIndexByte(port, '.'); i >= 0 && port[:i] == name {
				e.What, e.Items = p.what, append(e.Items, port)
			}
		}
		if len(e.Items) > 0 {
			return e
		}
	}
	return nil
}

// makers are the paths of the last steps that give these values, each once, or of the inputs that
// they are.
func (n *Net) makers(values []*graph.Node) (paths []string) {
	last := map[*graph.Node]string{}
	for _, s := range n.Graph.Steps {
		if s.Node != nil && s.Items == nil {
			last[s.Node] = s.Path
		}
	}
	for _, v := range values {
		if path := cmp.Or(last[v], v.Path); path != "" && !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	return paths
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
