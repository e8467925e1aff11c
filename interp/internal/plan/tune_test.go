package plan

import (
	"fmt"
	"testing"
	"time"

	"cnnlang/interp/internal/graphtest"
	"cnnlang/ops/exec"
	"cnnlang/ops/exec/task"
)

// The chosen algorithm is the one that took the least time, of all for the step.
func TestTheFastestIsChosen(t *testing.T) {
	b := graphtest.Start("tuned", 1, 32, 30, 30)
	last := b.Graph.Input()
	for i := range 4 {
		last = b.Add(fmt.Sprint("conv", i), graphtest.Conv(32, 3, 1, 1, true), last)
	}
	g := b.Graph
	workers := task.NewWorkers(2)
	defer workers.Close()
	choices, err := Tune(t.Context(), g, workers, time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	tuned := map[string]Choice{}
	for _, c := range choices {
		tuned[c.Path] = c
	}
	for _, n := range g.Operations() {
		list := exec.Tunable(n.Op, n.InShapes(), n.Shape)
		c := tuned[n.Path]
		if len(c.Took) != len(list) {
			t.Errorf("%s: measured %v, want each of %d", n.Path, c.Took, len(list))
		}
		for _, a := range list {
			if took, ok := c.Took[a.Name]; !ok || took <= 0 || took < c.Took[c.Algorithm] {
				t.Errorf("%s: %q was chosen, of %v", n.Path, c.Algorithm, c.Took)
			}
		}
	}
}

// Every algorithm for a step is used if it is chosen, and gives the right value.
func TestChosenAlgorithmsAreTaken(t *testing.T) {
	b := graphtest.Start("chosen", 1, 32, 30, 30)
	n := b.Add("conv", graphtest.Conv(32, 3, 1, 1, true), b.Graph.Input())
	want := reference(b.Graph, graphtest.Inputs(b.Graph, 1)...)
	list := exec.Tunable(n.Op, n.InShapes(), n.Shape)
	if hasBlocks() && len(list) < 2 {
		t.Fatalf("%d algorithms", len(list))
	}
	for _, a := range list {
		p, err := New(b.Graph, graphtest.Param, Options{Algorithms: map[string]string{n.Path: a.Name}})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.program.of[n].algorithm.Name; got != a.Name {
			t.Errorf("got %s, want %s", got, a.Name)
		}
		checkValues(t, p, want, n)
	}
}
