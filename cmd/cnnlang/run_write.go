package main

import (
	"context"
	"slices"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/npy"
	"cnnlang/ops/tensor"
)

// A writtenValue is a value that was written to a file.
type writtenValue struct {
	Name  string `json:"name"` // output, the name of a side head, or the path of a step
	What  string `json:"what"` // output, side or step
	Shape []int  `json:"shape"`
	File  string `json:"file"`
}

// values are the names of what is to be written beside the output.
func (f *runFlags) values() (names []string) {
	for _, t := range f.output.value {
		if t.name != "" {
			names = append(names, t.name)
		}
	}
	return names
}

// writeValues writes every value that was asked for. As for `cnnlang why`, "output" is the
// step of that name or the net's output.
func (a *app) writeValues(ctx context.Context, f *runFlags, n *interp.Net, session *interp.Session) (written []writtenValue, err error) {
	for _, t := range f.output.value {
		what, name, value := "output", "output", session.Output()
		if t.name != "" {
			what, name = kindOf(n.Graph, t.name), t.name
			value, _ = session.Value(name)
		}
		written = append(written, writtenValue{name, what, value.Shape, t.file})
		if err := a.writeArray(ctx, t.file, value); err != nil {
			return nil, err
		}
	}
	return written, nil
}

// kindOf is what a name stands for.
func kindOf(g *graph.Graph, name string) string {
	if slices.ContainsFunc(g.Sides, func(s *graph.Side) bool { return s.Name == name }) {
		return "side"
	}
	if _, isStep := g.At(name); isStep {
		return "step"
	}
	return "output"
}

// writeArray writes a .npy file. An interrupt waits for it, and takes away what is written
// so far.
func (a *app) writeArray(ctx context.Context, path string, t tensor.Tensor) error {
	a.writing.Lock()
	defer a.writing.Unlock()
	return npy.Write(ctx, path, t)
}
