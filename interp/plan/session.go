package plan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"unsafe"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// A Session runs a plan in memory of its own. One goroutine at a time uses it.
type Session struct {
	plan    *Plan
	workers *ops.Workers
	arena   []float32
	scratch []float32       // each step's in turn
	values  []tensor.Tensor // by node of the lowered graph: views of the arena
	tasks   []ops.Task      // the whole network's, one after another
	ends    []int           // by step: where its tasks end
	running atomic.Bool
}

// NewSession allocates the memory of a session, as Plan.Memory says, and binds
// the work of every step to it. The workers stay the caller's, to close after
// the last run.
func (p *Plan) NewSession(workers *ops.Workers) *Session {
	threads := workers.Count()
	s := &Session{
		plan:    p,
		workers: workers,
		arena:   aligned(p.layout.size),
		scratch: aligned(p.scratch(threads)),
		values:  make([]tensor.Tensor, len(p.lowered.Nodes)),
	}
	for i, n := range p.lowered.Nodes {
		s.values[i] = tensor.Tensor{Shape: n.Shape, Data: p.layout.ranges[i].of(s.arena)}
	}
	for _, step := range p.steps {
		in := make([]tensor.Tensor, len(step.Node.In))
		for i, n := range step.Node.In {
			in[i] = s.values[n.ID]
		}
		size := step.Prepared.Scratch(threads)
		tasks := step.Prepared.Bind(s.values[step.Node.ID], in, s.scratch[:size:size], threads)
		s.tasks = append(s.tasks, tasks...)
		s.ends = append(s.ends, len(s.tasks))
	}
	return s
}

// of returns the part of the arena.
func (r Range) of(arena []float32) []float32 {
	return arena[r.Offset : r.Offset+r.Size : r.Offset+r.Size]
}

// aligned returns n float32 that begin on a cache line.
func aligned(n int) []float32 {
	raw := make([]float32, n+line-1)
	skip := 0
	for uintptr(unsafe.Pointer(&raw[skip:][0]))%(4*line) != 0 {
		skip++
	}
	return raw[skip : skip+n : skip+n]
}

// errRunning says that two goroutines use one session.
var errRunning = errors.New("plan: this session is running already: each goroutine needs its own")

// Run computes the outputs for an input of the graph's input shape. When ctx
// ends first, it stops soon and returns ctx.Err(); then, as after any error, the
// outputs are undefined, and the next run is as good as ever. It allocates
// nothing.
func (s *Session) Run(ctx context.Context, input tensor.Tensor) error {
	return s.run(input, func() error { return s.workers.Run(ctx, s.tasks) })
}

// run does the work on an input, alone.
func (s *Session) run(input tensor.Tensor, work func() error) error {
	want := s.plan.graph.Input.Shape
	if !input.Shape.Equal(want) || len(input.Data) != want.Elements() {
		return fmt.Errorf("plan: the input: got shape %v with %d elements, want %v",
			slices.Clone(input.Shape), len(input.Data), want)
	}
	if !s.running.CompareAndSwap(false, true) {
		return errRunning
	}
	defer s.running.Store(false)
	copy(s.values[0].Data, input.Data)
	return work()
}

// Output returns the main output of the last run. Like all that a session shows,
// it is a view that holds until the next run.
func (s *Session) Output() tensor.Tensor { return s.shown(s.plan.graph.Output) }

// Side returns the output of a side head; ok is false where the plan has none of
// that name.
func (s *Session) Side(name string) (t tensor.Tensor, ok bool) {
	for _, side := range s.plan.graph.Sides {
		if side.Name == name && side.Output != nil {
			return s.shown(side.Output), true
		}
	}
	return tensor.Tensor{}, false
}

// At returns the value of a node of the plan's graph; ok is false for one that
// is neither an output nor kept (Options.Keep), since its memory is used again.
func (s *Session) At(n *graph.Node) (t tensor.Tensor, ok bool) {
	if s.plan.lowered.shown[n] == nil {
		return tensor.Tensor{}, false
	}
	return s.shown(n), true
}

// shown is the value of a node that is there when a run has ended.
func (s *Session) shown(n *graph.Node) tensor.Tensor { return s.values[s.plan.lowered.shown[n].ID] }
