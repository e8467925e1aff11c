package plan

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/graphtest"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// session makes a session with threads of its own.
func session(t testing.TB, p *Plan, threads int) *Session {
	t.Helper()
	w := task.NewWorkers(threads)
	t.Cleanup(w.Close)
	return p.NewSession(w)
}

// run makes a session and runs it.
func run(t testing.TB, p *Plan, threads, seed int) *Session {
	t.Helper()
	s, input := session(t, p, threads), graphtest.Inputs(p.Graph(), seed)
	var err error
	optest.Counted(func() { err = s.Run(context.Background(), input...) })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// soil fills all memory of a session with NaN.
func soil(s *Session) {
	for _, memory := range append(s.memory.own, s.memory.arena, s.memory.scratch) {
		for i := range memory {
			memory[i] = float32(math.NaN())
		}
	}
}

// shows copies all values of a session.
func shows(s *Session) []float32 {
	var all []float32
	for i := range s.plan.graph.Outputs {
		all = append(all, s.OutputAt(i).Data...)
	}
	for _, side := range s.plan.graph.Sides {
		t, _ := s.Side(side.Name)
		all = append(all, t.Data...)
	}
	return all
}

func same(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}

func TestResultsDoNotDependOnThreads(t *testing.T) {
	for seed := range uint64(20) {
		sameOnThreads(t, planned(t, graphtest.Random(seed, 30)), seed)
	}
}

// sameOnThreads runs a plan on one thread and twice on several, which must give the same
// bits.
func sameOnThreads(t *testing.T, p *Plan, seed uint64) {
	t.Helper()
	want := shows(run(t, p, 1, 1))
	for _, threads := range []int{2, 3, 7} {
		s := run(t, p, threads, 1)
		first := shows(s)
		if err := s.Run(t.Context(), graphtest.Inputs(p.Graph(), 1)...); err != nil {
			t.Fatal(err)
		}
		if !same(first, want) || !same(shows(s), want) {
			t.Errorf("seed %d: %d threads give other bits than 1", seed, threads)
		}
	}
}

// TestResultsDoNotDependOnOldMemory fills the arena and the scratch memory with NaN before
// a run: an instruction may only read what the run wrote.
func TestResultsDoNotDependOnOldMemory(t *testing.T) {
	for seed := range uint64(20) {
		p := planned(t, graphtest.Random(seed, 30))
		s := run(t, p, 2, 1)
		want := shows(s)
		soil(s)
		if err := s.Run(t.Context(), graphtest.Inputs(p.Graph(), 1)...); err != nil {
			t.Fatal(err)
		}
		if !same(shows(s), want) {
			t.Errorf("seed %d: the result depends on what memory held before", seed)
		}
	}
}

func TestOnePlanServesManyGoroutines(t *testing.T) {
	p := planned(t, graphtest.Random(5, 40))
	want := [2][]float32{shows(run(t, p, 1, 0)), shows(run(t, p, 1, 1))}
	if same(want[0], want[1]) {
		t.Fatal("two inputs have one result")
	}
	var all sync.WaitGroup
	for i := range 8 {
		s := session(t, p, 1+i%3)
		all.Go(func() {
			for round := range 6 {
				seed := (i + round) % 2
				if err := s.Run(t.Context(), graphtest.Inputs(p.Graph(), seed)...); err != nil {
					t.Error(err)
				}
				if !same(shows(s), want[seed]) {
					t.Errorf("goroutine %d, round %d: other bits", i, round)
				}
			}
		})
	}
	all.Wait()
}

func TestRunAllocatesNothing(t *testing.T) {
	for seed := range uint64(6) {
		p := planned(t, graphtest.Random(seed, 40))
		input := graphtest.Inputs(p.Graph(), 1)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for threads := 1; threads <= 2; threads++ {
			s := session(t, p, threads)
			optest.NoAllocations(t, fmt.Sprintf("seed %d, %d threads", seed, threads), func() error { return s.Run(ctx, input...) })
		}
	}
}

func TestRunRefusesOtherShapes(t *testing.T) {
	b := graphtest.Start("shapes", 1, 4, 4, 5)
	b.Add("relu", ops.ReLU.Op(), b.Graph.Input())
	s := session(t, planned(t, b.Graph), 1)
	cases := []struct {
		input tensor.Tensor
		want  string
	}{
		{tensor.New(1, 4, 5, 4), "plan: the input: got shape [1, 4, 5, 4] with 80 elements, want [1, 4, 4, 5]"},
		{tensor.New(80), "plan: the input: got shape [80] with 80 elements, want [1, 4, 4, 5]"},
		{tensor.Tensor{Shape: tensor.Shape{1, 4, 4, 5}}, "got shape [1, 4, 4, 5] with 0 elements"},
		{tensor.Tensor{}, "got shape [] with 0 elements"},
	}
	for _, c := range cases {
		if err := s.Run(t.Context(), c.input); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}

// Two inputs of one shape are told apart, and each is named where it does not fit.
func TestSeveralInputsKeepTheirOrder(t *testing.T) {
	b := graphtest.Start("two", 1, 2)
	second := b.Input("b", 1, 2)
	b.Input("unread", 1, 3)
	b.Output("double", b.Add("twice", &ops.Scale{S: two}, second))
	b.Output("first", b.Graph.Input())
	s := session(t, planned(t, b.Graph), 1)
	x, y, z := tensor.From([]float32{1, 2}, 1, 2), tensor.From([]float32{3, 4}, 1, 2), tensor.New(1, 3)
	if err := s.Run(t.Context(), x, y, z); err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]float32{{6, 8}, {6, 8}, {1, 2}} {
		if got := s.OutputAt(i).Data; !slices.Equal(got, want) {
			t.Errorf("output %d: got %v, want %v", i, got, want)
		}
	}
	for want, inputs := range map[string][]tensor.Tensor{
		"plan: got 1 inputs, want 3":                                            {x},
		"plan: got 4 inputs, want 3":                                            {x, y, z, z},
		"plan: the input b: got shape [1, 3] with 3 elements, want [1, 2]":      {x, z, y},
		"plan: the input unread: got shape [1, 2] with 2 elements, want [1, 3]": {x, y, y},
	} {
		if err := s.Run(t.Context(), inputs...); err == nil || err.Error() != want {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestRunRefusesASecondGoroutine(t *testing.T) {
	b := graphtest.Start("shared", 1, 4, 4, 5)
	b.Add("relu", ops.ReLU.Op(), b.Graph.Input())
	s := session(t, planned(t, b.Graph), 1)
	s.running.Store(true)
	if err := s.Run(t.Context(), graphtest.Inputs(b.Graph, 1)...); !errors.Is(err, errRunning) {
		t.Errorf("got %v", err)
	}
}

// TestSessionShowsWhatWasAskedFor also checks that the input is copied and not written to,
// though the network works in place.
func TestSessionShowsWhatWasAskedFor(t *testing.T) {
	b := graphtest.Start("shown", 1, 2, 1, 1)
	kept := b.Add("scale1", &ops.Scale{S: two}, b.Graph.Input())
	lost := b.Add("scale2", &ops.Scale{S: two}, kept)
	b.Head("aux")
	b.Add("flat", &ops.Flatten{}, kept)
	b.Main()
	b.Add("scale3", &ops.Scale{S: two}, lost)
	s := session(t, planned(t, b.Graph, kept, b.Graph.Input()), 1)
	input := tensor.From([]float32{1, -3}, 1, 2, 1, 1)
	if err := s.Run(t.Context(), input); err != nil {
		t.Fatal(err)
	}
	expect := func(what string, got tensor.Tensor, ok bool, want ...float32) {
		t.Helper()
		if !ok || !slices.Equal(got.Data, want) {
			t.Errorf("%s: got %v, want %v", what, got.Data, want)
		}
	}
	expect("the output", s.Output(), true, 8, -24)
	aux, ok := s.Side("aux")
	expect("the side head", aux, ok && aux.Shape.Equal(tensor.Shape{1, 2}), 2, -6)
	at, ok := s.At(kept)
	expect("the kept node", at, ok, 2, -6)
	at, ok = s.At(b.Graph.Input())
	expect("the input", at, ok, 1, -3)
	expect("the caller's input", input, true, 1, -3)
	if _, ok := s.At(lost); ok {
		t.Error("shows a value whose memory was used again")
	}
	if _, ok := s.At(&graph.Node{}); ok {
		t.Error("shows a value of another graph")
	}
	if _, ok := s.Side("other"); ok {
		t.Error("shows a side head that is not there")
	}
}

var two = dim.Int(2)

// The results of a session stay when the session and its memory are gone.
func TestResultsOutliveTheSession(t *testing.T) {
	g := graphtest.Random(5, 30)
	shown := func() tensor.Tensor {
		p := planned(t, g)
		w := task.NewWorkers(1)
		defer w.Close()
		s := p.NewSession(w)
		if err := s.Run(t.Context(), graphtest.Inputs(g, 1)...); err != nil {
			t.Fatal(err)
		}
		return s.Output()
	}()
	want := slices.Clone(shown.Data)
	for range 3 {
		runtime.GC()
		time.Sleep(5 * time.Millisecond)
	}
	if !slices.Equal(shown.Data, want) {
		t.Error("other values")
	}
}

// TestProfileIsOfEveryStep also checks that a profile computes the same.
func TestProfileIsOfEveryStep(t *testing.T) {
	p := planned(t, graphtest.Random(5, 30))
	want := shows(run(t, p, 1, 1))
	s := session(t, p, 2)
	times, err := s.Profile(t.Context(), graphtest.Inputs(p.Graph(), 1)...)
	if err != nil {
		t.Fatal(err)
	}
	if len(times) != len(p.instructions) || !same(shows(s), want) {
		t.Errorf("%d times for %d instructions, or other values", len(times), len(p.instructions))
	}
	for i, step := range p.instructions {
		if got := times[i]; got.Path != step.step() || got.Algorithm != step.Prepared.Algorithm || got.Took <= 0 || got.Bytes <= 0 {
			t.Errorf("step %d: %+v", i, got)
		}
	}
}
