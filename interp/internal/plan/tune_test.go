package plan

import (
	"fmt"
	"testing"
	"time"

	"cnnlang/interp/internal/graphtest"
	"cnnlang/ops"
)

// The algorithm that is chosen is the one that took the least time, of all that there
// are for the step.
func TestTheFastestIsChosen(t *testing.T) {
	b := graphtest.Start("tuned", 1, 32, 30, 30)
	last := b.Graph.Input
	for i := range 4 {
		last = b.Add(fmt.Sprint("conv", i), graphtest.Conv(32, 3, 1, 1, true), last)
	}
	g := b.Graph
	workers := ops.NewWorkers(2)
	defer workers.Close()
	choices, err := Tune(t.Context(), g, workers, time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	tuned := map[string]Choice{}
	for _, c := range choices {
		tuned[c.Path] = c
	}
	for _, n := range g.Nodes[1:] {
		names := n.Op.(ops.Chooser).Alternatives(n.InShapes(), n.Shape)
		c := tuned[n.Path]
		if len(c.Took) != len(names) {
			t.Errorf("%s: measured %v, want each of %q", n.Path, c.Took, names)
		}
		for _, name := range names {
			if took, ok := c.Took[name]; !ok || took <= 0 || took < c.Took[c.Algorithm] {
				t.Errorf("%s: %q was chosen, of %v", n.Path, c.Algorithm, c.Took)
			}
		}
	}
}
