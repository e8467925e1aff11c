package learn_test

import (
	"context"
	"slices"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/gradient"
	"cnnlang/interp/internal/learn"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// TestFrozenTrajectories follows torch, which computes the whole net in every step, with the frozen part computed
// apart: by the definitions of the ops in float64, and on the plan of a run.
func TestFrozenTrajectories(t *testing.T) {
	seen := 0
	for _, c := range readTrajectories(t) {
		s := setups[c.Name]
		if s.frozen == nil {
			continue
		}
		seen++
		s.split = true
		t.Run(c.Name+" exactly", func(t *testing.T) { newRun(t, c, s, exactly).compare(t, 0, 1e-9, 1e-9) })
		t.Run(c.Name, func(t *testing.T) {
			newRun(t, c, s, func(r *run[float32]) learn.Backend[float32] { return planned(t, r) }).compare(t, 10, 1e-6, 2e-6)
		})
	}
	if seen == 0 {
		t.Error("no trajectory has a frozen part")
	}
}

// frozenValues computes the values at the cut of a batch of pictures.
func frozenValues[T float32 | float64](t *testing.T, r *run[T], s *gradient.Split) func(pictures []T) [][]T {
	t.Helper()
	if s.Frozen == nil || len(s.Frozen.Operations()) < 10 {
		t.Fatalf("the frozen part is %v", s.Frozen)
	}
	rows := definedRows(r, s)
	if r, ok := any(r).(*run[float32]); ok {
		planned := plannedRows(t, r, s, 2)
		rows = func(n int, pictures []T) []T { return any(planned(n, any(pictures).([]float32))).([]T) }
	}
	return func(pictures []T) [][]T {
		n := r.Input[0]
		all := rows(n, pictures)
		return [][]T{all} // the net is cut at one value
	}
}

// definedRows computes them by the definitions.
func definedRows[T float32 | float64](r *run[T], s *gradient.Split) func(n int, pictures []T) []T {
	return func(n int, pictures []T) (rows []T) {
		for picture := range slices.Chunk(pictures, len(pictures)/n) {
			values := map[*graph.Node]ref.Value{}
			x := ref.Value{Shape: s.Frozen.Input().Shape}
			for _, v := range picture {
				x.Data = append(x.Data, float64(v))
			}
			values[s.Frozen.Input()] = x
			for _, n := range s.Frozen.Operations() {
				defined(values, n, r.tensors)
			}
			for _, v := range values[s.Frozen.Output()].Data {
				rows = append(rows, T(v))
			}
		}
		return rows
	}
}

// plannedRows computes them as training does.
func plannedRows(t *testing.T, r *run[float32], s *gradient.Split, threads int) func(n int, pictures []float32) []float32 {
	t.Helper()
	workers := task.NewWorkers(threads)
	t.Cleanup(workers.Close)
	f, err := learn.NewFrozen(s, func(p graph.Param) (tensor.Tensor, error) {
		return tensor.From(r.tensors[p.Path], p.Shape...), nil
	}, layout.F32, workers, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return func(n int, pictures []float32) []float32 {
		rows, size := make([]float32, n*f.Size()), len(pictures)/n
		image := func(i int) []float32 { return pictures[i*size:][:size] }
		if err := f.Run(context.Background(), n, image, func(i int) []float32 { return rows[i*f.Size():][:f.Size()] }); err != nil {
			t.Fatal(err)
		}
		return rows
	}
}

// TestFrozenRows: the row of a picture is the same to the bit with any number of threads, and whichever pictures are
// beside it.
func TestFrozenRows(t *testing.T) {
	for _, c := range readTrajectories(t) {
		s := setups[c.Name]
		if s.frozen == nil {
			continue
		}
		s.split = true
		r := newRun(t, c, s, func(r *run[float32]) learn.Backend[float32] { return planned(t, r) })
		split := gradient.SplitOf(r.net.Graph, r.options)
		r.values = nil
		pictures := r.batch(0)[0]
		n := r.Input[0]
		size := len(pictures) / n
		want := plannedRows(t, r, split, 1)(n, pictures)
		backwards := []float32{}
		for i := n - 1; i >= 0; i-- {
			backwards = append(backwards, pictures[i*size:][:size]...)
		}
		for threads := range 3 {
			rows := plannedRows(t, r, split, threads+1)
			if got := rows(n, pictures); !slices.Equal(got, want) {
				t.Errorf("%s: other bits with %d threads", c.Name, threads+1)
			}
			got := rows(n-1, backwards[:(n-1)*size])
			for i := range n - 1 {
				row := len(want) / n
				if !slices.Equal(got[i*row:][:row], want[(n-1-i)*row:][:row]) {
					t.Errorf("%s: picture %d has other bits elsewhere in a batch", c.Name, n-1-i)
				}
			}
		}
	}
}
