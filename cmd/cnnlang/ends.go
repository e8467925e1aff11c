package main

import "cnnlang/interp/graph"

// netEnds are the inputs and outputs of a net in JSON.
type netEnds struct {
	Input  []int `json:"input"`  // the shape of the first
	Output []int `json:"output"` // likewise
	// Inputs and Outputs are all of them, where there are several of either or one has a name.
	Inputs  []netEnd `json:"inputs,omitempty"`
	Outputs []netEnd `json:"outputs,omitempty"`
}

// A netEnd is one of them.
type netEnd struct {
	Name  string `json:"name"`
	Shape []int  `json:"shape"`
}

func endsOf(g *graph.Graph) netEnds {
	e := netEnds{Input: g.Input().Shape, Output: g.Output().Shape}
	if !g.Named() {
		return e
	}
	for _, n := range g.Inputs {
		e.Inputs = append(e.Inputs, netEnd{n.Path, n.Shape})
	}
	for _, o := range g.Outputs {
		e.Outputs = append(e.Outputs, netEnd{o.Name, o.Node.Shape})
	}
	return e
}
