package main

import (
	"fmt"

	"cnnlang/interp/graph"
	"cnnlang/interp/rows"
	"cnnlang/ops/tensor"
)

// What a run took and gave, in JSON: of a net with several inputs or outputs all of them.

type runInputs struct {
	Input    []int          `json:"input"`              // the shape of the first
	Prepared *preparedImage `json:"prepared,omitempty"` // of an image, if that is the only input
	// Inputs are all, where there are several or one has a name.
	Inputs []runNamed `json:"inputs,omitempty"`
}

// A runNamed is an input.
type runNamed struct {
	netEnd
	From     string         `json:"from"` // a file, or random
	Prepared *preparedImage `json:"prepared,omitempty"`
}

func (x runInput) document(g *graph.Graph) (d runInputs) {
	d.Input = x.tensors[0].Shape
	if len(x.tensors) == 1 {
		d.Prepared = x.prepared[0]
	}
	for i, end := range endsOf(g).Inputs {
		in := runNamed{netEnd: end, From: x.from[i]}
		if len(x.tensors) > 1 {
			in.Prepared = x.prepared[i]
		}
		d.Inputs = append(d.Inputs, in)
	}
	return d
}

// eachOutput are the outputs in words, where a net has several.
func eachOutput(o rows.Outputs) []rows.Named {
	if !o.Several {
		return nil
	}
	return o.Outputs
}

// outputLine is an output for people.
func outputLine(o rows.Named) string {
	return fmt.Sprintf("%s %v: min %.6g, max %.6g, mean %.6g", visibleName(o.Name), tensor.Shape(o.Shape), o.Min, o.Max, o.Mean)
}

// endsText is the shapes of inputs and outputs, but of several outputs their number: each has a
// line of its own.
func endsText(g *graph.Graph) string {
	if len(g.Outputs) > 1 {
		return fmt.Sprintf("%s -> %d outputs", g.InputText(), len(g.Outputs))
	}
	return g.InputText() + " -> " + g.OutputText()
}
