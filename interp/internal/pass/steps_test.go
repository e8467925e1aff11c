package pass_test

import (
	"fmt"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/graphtest"
	"cnnlang/interp/internal/pass"
)

func TestMergedNodesOwnAllTensors(t *testing.T) {
	b := graphtest.Start("merged", 1, 4, 5, 6)
	x := b.Add("conv", conv(), b.Graph.Input())
	x = b.Add("norm", graphtest.Norm(), x)
	b.Add("add", add(), x, b.Graph.Input())
	g, _ := pass.Run(b.Graph, pass.Options{})
	var paths []string
	for _, p := range g.Output().Params {
		paths = append(paths, p.Path)
	}
	want := "[conv.weight conv.bias norm.weight norm.bias norm.running_mean norm.running_var]"
	if fmt.Sprint(paths) != want {
		t.Errorf("got %v, want %v", paths, want)
	}
	if _, ok := g.At("conv"); ok {
		t.Error("a step has lost its value but is still there")
	}
	if n, ok := g.At("add"); !ok || n != g.Output() {
		t.Error("the step of the sum is not where its value is")
	}
}

// TestSideWithoutOutput checks that the error of a side head without output is kept.
func TestSideWithoutOutput(t *testing.T) {
	b := graphtest.Start("misfit", 1, 4, 5, 6)
	b.Add("conv", conv(), b.Graph.Input())
	misfit := &graph.Side{Name: "aux", Err: fmt.Errorf("too small")}
	b.Graph.Sides = []*graph.Side{misfit}
	b.Graph.Steps = append(b.Graph.Steps, graph.Step{Path: "aux", Side: misfit})
	g, _ := pass.Run(b.Graph, pass.Options{Sides: []string{"aux"}})
	if len(g.Sides) != 1 || g.Sides[0].Err != misfit.Err {
		t.Errorf("got %v", g.Sides)
	}
	if g, _ = pass.Run(b.Graph, pass.Options{}); len(g.Sides) != 0 {
		t.Errorf("got %v", g.Sides)
	}
}
