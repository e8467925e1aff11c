package learn_test

import (
	"context"
	"slices"
	"testing"

	"cnnlang/interp/internal/learn"
)

// What is packed follows the tensors: after some steps a run has the bits of one by a plan that was made
// of the tensors as they are then.
func TestTensorsArePackedAnew(t *testing.T) {
	for _, c := range readTrajectories(t) {
		t.Run(c.Name, func(t *testing.T) {
			r := newRun(t, c, setups[c.Name], func(r *run[float32]) learn.Backend[float32] { return planned(t, r) })
			var got learn.Result
			for n := range 3 {
				if err := r.learner.Step(context.Background(), r.batch(n), 0.05, &got); err != nil {
					t.Fatal(err)
				}
			}
			fresh := planned(t, r)
			for _, b := range []learn.Backend[float32]{r.backend, fresh} {
				if err := b.Run(context.Background(), r.batch(3)); err != nil {
					t.Fatal(err)
				}
			}
			for _, o := range r.step.Outputs {
				if !slices.Equal(r.backend.Value(o.Node), fresh.Value(o.Node)) {
					t.Errorf("%s differs", o.Name)
				}
			}
		})
	}
}

// A step allocates nothing once the first is taken: packing neither, nor computing, nor changing the tensors.
func TestStepsAllocateNothing(t *testing.T) {
	for _, c := range readTrajectories(t) {
		t.Run(c.Name, func(t *testing.T) {
			r := newRun(t, c, setups[c.Name], func(r *run[float32]) learn.Backend[float32] { return planned(t, r) })
			var got learn.Result
			batch := r.batch(0)
			if n := testing.AllocsPerRun(2, func() { // which calls it once before
				if err := r.learner.Step(context.Background(), batch, 0.01, &got); err != nil {
					t.Fatal(err)
				}
			}); n != 0 {
				t.Errorf("a step allocates %g times, want 0", n)
			}
		})
	}
}
