package main

import (
	"fmt"

	"cnnlang/interp"
	"cnnlang/interp/graph"
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

type runOutputs struct {
	Output outputSummary `json:"output"` // of the first
	// Outputs are all, or those that --output names, where there are several or one has a name.
	Outputs []namedSummary `json:"outputs,omitempty"`
	many    bool           // the net has several
}

// A namedSummary is an output.
type namedSummary struct {
	Name string `json:"name"`
	outputSummary
}

// outputsOf summarises the outputs, of which value gives any by its name.
func (f *runFlags) outputsOf(n *interp.Net, first tensor.Tensor, value func(name string) (tensor.Tensor, bool)) (d runOutputs) {
	names := n.OutputNames()
	d.many = len(names) > 1
	d.Output = summarize(first)
	d.Output.Kind = n.Kind()
	if endsOf(n.Graph).Outputs == nil {
		return d
	}
	if len(f.shown) > 0 {
		names = f.shown
	}
	for _, name := range names {
		t, _ := value(name)
		d.Outputs = append(d.Outputs, namedSummary{name, summarize(t)})
	}
	return d
}

// several are the outputs in words, where a net has several.
func (d runOutputs) several() []namedSummary {
	if !d.many {
		return nil
	}
	return d.Outputs
}

func (o namedSummary) String() string {
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

// strange counts the elements of all outputs that are not finite numbers.
func (d runOutputs) strange() (sum int) {
	if len(d.Outputs) == 0 {
		return d.Output.Strange
	}
	for _, o := range d.Outputs {
		sum += o.Strange
	}
	return sum
}
