package main

import (
	"context"
	"fmt"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/draw"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// colours are what boxes can be coloured by.
var colours = []string{"kind", "params", "macs", "memory", "time"}

// stepsTime is how long the steps of a net are measured to be coloured by their times.
const stepsTime = time.Second

const timeHere = "time here on one thread"

// pageCosts are those that a page offers besides parameters and MACs: memory, and time where boxes are
// coloured by it.
func pageCosts(ctx context.Context, n *interp.Net, chosen *draw.Heat) ([]*draw.Heat, error) {
	memory, err := heat(ctx, n, "memory")
	if err != nil || chosen == nil || chosen.Name != timeHere {
		return []*draw.Heat{memory}, err
	}
	return []*draw.Heat{memory, chosen}, nil
}

// heat is the cost that boxes are coloured by, nil for their kind.
func heat(ctx context.Context, n *interp.Net, by string) (*draw.Heat, error) {
	h := &draw.Heat{Of: map[string]float64{}, Text: func(v float64) string { return grouped(dim.Int(int(v))) }}
	switch by {
	case "kind":
		return nil, nil
	case "time":
		if err := knownISA(); err != nil {
			return nil, err
		}
		h.Name, h.Text = timeHere, func(v float64) string { return fmt.Sprintf("%.3g ms", v) }
		return h, timesOf(ctx, n, h.Of)
	case "memory":
		h.Name, h.Text = "memory of its values", func(v float64) string { return interp.Bytes(int64(v)) }
	case "macs":
		h.Name = "MACs"
	case "params":
		h.Name = "parameters"
	}
	for _, node := range n.Graph.Operations() {
		c := node.Count()
		switch by {
		case "macs":
			h.Of[node.Path] += c.MACs.Float()
		case "params":
			h.Of[node.Path] += c.Params.Float()
		case "memory":
			h.Of[node.Path] += node.Bytes().Values.Float()
		}
	}
	return h, nil
}

// timesOf measures the steps of a net with generated weights, in milliseconds by their paths.
// What a step has taken over from those behind it is in its time.
func timesOf(ctx context.Context, n *interp.Net, of map[string]float64) error {
	opts := interp.Options{Threads: 1, Weights: interp.RandomWeights(0)}
	return measured(ctx, n, opts, func(s *interp.Session, inputs []tensor.Tensor) error {
		steps, err := s.MeasureSteps(ctx, stepsTime, inputs...)
		for _, s := range steps {
			of[s.Path] += float64(milliseconds(s.Took))
		}
		return err
	})
}
