package interp

import (
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/elab"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// A Why explains how each axis of one step's value got its size.
type Why struct {
	Path  string
	Call  string // what the text calls the step
	Shape tensor.Shape
	Span  source.Span
	Axes  []AxisHistory
}

// An AxisHistory lists the steps that changed one axis, from the input on.
type AxisHistory struct {
	Name    string // batch, channels, height, width; axis 4
	Index   int
	Changes []Change
}

// A Change is a size and the step that made it so.
type Change struct {
	Size   int
	Path   string
	Call   string // conv; "" for the input
	Reason string // stride = 2
	Span   source.Span
}

// Why explains the step with this path; "input" and "output" are the net's, those of several have
// their names. Its error is a
// *SelectionError.
func (n *Net) Why(path string) (*Why, error) {
	var paths []string
	origins := n.origins()
	if i, ok := n.Graph.OutputAt(path); ok {
		return n.whyOutput(n.Graph.Outputs[i].Node, origins), nil
	}
	for i, s := range n.Graph.Steps {
		if s.Path == path && s.Items != nil {
			return nil, n.ofSeveral(path)
		}
		if s.Path == path && s.Node != nil && i < len(origins) {
			return history(s, origins[i]), nil
		}
		paths = append(paths, s.Path)
	}
	if in, err := n.input(path); err == nil {
		return whyInput(in), nil
	}
	if err := n.ofSeveral(path); err != nil {
		return nil, err
	}
	if n.Graph.Several() {
		paths = append(append(paths, n.InputNames()...), n.OutputNames()...)
	}
	nearest := diag.Nearest(path, paths)
	// A tensor's name is its step's path and one segment more.
	if i := strings.LastIndexByte(path, '.'); i > 0 && slices.Contains(paths, path[:i]) {
		nearest = path[:i]
	}
	return nil, &SelectionError{What: "step", Name: path, Net: n.Name, Nearest: nearest, Known: paths}
}

// whyInput explains the sizes of an input.
func whyInput(in *graph.Node) *Why {
	w := &Why{Path: in.Path, Shape: in.Shape, Span: in.Origin}
	for i, size := range in.Shape {
		w.Axes = append(w.Axes, AxisHistory{Name: dim.Axis(i).String(), Index: i, Changes: []Change{{Size: size, Path: in.Path, Span: in.Origin}}})
	}
	return w
}

// whyOutput explains the last step whose value is an output.
func (n *Net) whyOutput(out *graph.Node, origins [][]*elab.Origin) *Why {
	if out.Op == nil {
		return whyInput(out)
	}
	for i, s := range slices.Backward(n.Graph.Steps) {
		if s.Node == out && s.Items == nil && i < len(origins) {
			return history(s, origins[i])
		}
	}
	return &Why{Path: "output", Shape: out.Shape, Span: out.Origin}
}

func history(s graph.Step, origins []*elab.Origin) *Why {
	w := &Why{Path: s.Path, Call: s.Call, Shape: s.Node.Shape, Span: s.Span}
	for i, o := range origins {
		a := AxisHistory{Name: dim.Axis(i).String(), Index: i}
		for ; o != nil; o = o.Before {
			size, known := o.Size.Int()
			if !known {
				break
			}
			if o.Before != nil && o.Before.Size == o.Size {
				continue // reshaped: another axis with the same size
			}
			a.Changes = append(a.Changes, Change{Size: size, Path: o.Path, Call: o.Call, Reason: because(o), Span: o.Span})
		}
		slices.Reverse(a.Changes)
		w.Axes = append(w.Axes, a)
	}
	return w
}

// because is the cause, if it says more than the name of the step.
func because(o *elab.Origin) string {
	if text := o.Because(); text != o.Call && text != "input" {
		return text
	}
	return ""
}
