package interp

import (
	"context"
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/plan"
	"cnnlang/lang/diag"
	"cnnlang/ops/tensor"
)

// Parameters are the tensors of a net, taken from weights one at a time, so that a program that
// passes them on holds no second copy of them.
type Parameters struct {
	// Fit says how the weights are read, and Labels what they or the net call the classes.
	Fit    Fit
	Labels Labels

	weights Weights
	get     plan.Source
	done    func(graph.Param)
	close   func()
}

// Parameters opens weights for the main path of the net and these side heads, which
// Net.SideHeads lists. The errors are those of Build about weights. Close it after use.
func (n *Net) Parameters(ctx context.Context, w Weights, sides []string) (*Parameters, error) {
	if err := ended(ctx); err != nil {
		return nil, err
	}
	w = n.weights(w)
	closeFile, err := w.open()
	if err != nil {
		return nil, err
	}
	var how plan.Options
	get, err := w.reading(ctx, n, sides, &how)
	if err != nil {
		closeFile()
		return nil, err
	}
	p := &Parameters{Fit: w.fit, weights: w, get: get, done: how.Done, close: closeFile}
	var note string
	if p.Labels, note = n.labelsFor(w); note != "" {
		p.Fit.Notes = append(p.Fit.Notes, note)
	}
	return p, nil
}

// Tensor is a tensor of the net, by its name and in its shape there. Its data may lie in a file
// that is mapped into memory: they are not to be changed, and end with Close.
func (p *Parameters) Tensor(of graph.Param) (tensor.Tensor, error) { return p.get(of) }

// Done says that a tensor will not be asked for again soon.
func (p *Parameters) Done(of graph.Param) {
	if p.done != nil {
		p.done(of)
	}
}

// Unchanged returns an error if the file has changed since it was opened.
func (p *Parameters) Unchanged() error {
	if p.weights.store == nil {
		return nil
	}
	return p.weights.store.Unchanged()
}

// Files are the names of those that the tensors are in.
func (p *Parameters) Files() []string { return p.weights.files() }

// Close releases the file.
func (p *Parameters) Close() { p.close() }

// SideHeads are these side heads, all that fit the input for nil, with those that they branch off,
// in the order of the text. Its error is a *SelectionError.
func (n *Net) SideHeads(names []string) ([]string, error) {
	var known, fitting []string
	for _, s := range n.Graph.Sides {
		known = append(known, s.Name)
		switch asked := slices.Contains(names, s.Name); {
		case s.Output != nil && (asked || names == nil):
			fitting = append(fitting, s.Name)
		case asked:
			return nil, &SelectionError{What: "side head", Name: s.Name, Net: n.Name, Err: s.Err}
		}
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, &SelectionError{What: "side head", Name: name, Net: n.Name, Nearest: diag.Nearest(name, known), Known: known}
		}
	}
	all := n.sidesOf(fitting, nil)
	return slices.DeleteFunc(known, func(name string) bool { return !slices.Contains(all, name) }), nil
}

// Files are the names of those that the net's text is in.
func (n *Net) Files() []string { return n.program.program.Files() }

// MainFile is the name of the one of them that declares it.
func (n *Net) MainFile() string { return n.program.Main.Name() }
