package plan

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/mapped"
	"cnnlang/interp/internal/offheap"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A Session runs a plan in memory of its own. One goroutine at a time uses it.
type Session struct {
	plan    *Plan
	workers *task.Workers
	memory  sessionMemory
	images  *images // nil if the whole batch takes all instructions together
	batch   binding
	results []result
	tasks   []task.Task // of the whole network, in order
	running atomic.Bool
}

// sessionMemory lies outside Go's heap until the session is unreachable.
type sessionMemory struct {
	arena   []float32
	own     [][]float32 // the arena of each worker for separate images
	scratch []float32   // shared by all instructions
}

// A binding is instructions with their memory.
type binding struct {
	values []tensor.Tensor // by instruction: views of an arena
	tasks  []task.Task     // one after another
	ends   []int           // by instruction: the index after its tasks
}

// A result is a value that a session returns: a copy in Go's heap, which may be used after
// the session is gone. Of a plan that refills it is the value itself, in the session's memory.
type result struct {
	node   *graph.Node // of the plan's graph
	source *instruction
	tensor.Tensor
}

// NewSession allocates the memory of a session, as Plan.Memory says, and binds the work of
// every instruction to it. The caller closes the workers after the last run.
func (p *Plan) NewSession(workers *task.Workers) *Session {
	threads := workers.Count()
	s := &Session{plan: p, workers: workers}
	s.memory.arena = s.offHeap(p.arena)
	s.memory.scratch = s.offHeap(p.scratch(threads))
	for _, n := range p.graph.Nodes {
		if shown := p.program.shown[n]; shown != nil {
			s.results = append(s.results, result{node: n, source: shown})
		}
	}
	s.batch = p.bind(p.instructions[p.imageInstructions:], false, s.memory.arena, s.memory.scratch, threads)
	s.show()
	if p.separates() {
		s.images = s.newImages(threads)
		s.tasks = s.images.tasks()
	}
	s.tasks = append(s.tasks, s.batch.tasks...)
	return s
}

// show gives the results memory, or the values themselves.
func (s *Session) show() {
	for i := range s.results {
		r := &s.results[i]
		if s.plan.refills {
			r.Tensor = tensor.Tensor{Shape: r.node.Shape, Data: s.batch.values[r.source.id].Data}
		} else {
			r.Tensor = tensor.New(r.node.Shape...)
		}
	}
}

// bind gives instructions, of one image or of all, their memory.
func (p *Plan) bind(list []runnable, perImage bool, arena, scratch []float32, threads int) (b binding) {
	b.values = make([]tensor.Tensor, len(p.program.list))
	for k, i := range p.program.list {
		if i.perImage == perImage {
			b.values[k] = tensor.Tensor{Shape: i.shape, Data: i.at.of(arena)}
		}
	}
	for _, s := range list {
		in := make([]tensor.Tensor, len(s.in))
		for k, one := range s.in {
			in[k] = b.values[one.id]
		}
		size := s.Prepared.Scratch(threads)
		b.tasks = append(b.tasks, p.refill[s.instruction]...)
		b.tasks = append(b.tasks, s.Prepared.Bind(b.values[s.id], in, scratch[:size:size], threads)...)
		b.ends = append(b.ends, len(b.tasks))
	}
	return b
}

// of returns the part of the arena.
func (r Range) of(arena []float32) []float32 {
	return arena[r.Offset : r.Offset+r.Size : r.Offset+r.Size]
}

// offHeap returns memory that is released after the session. Its users must keep the
// session alive.
func (s *Session) offHeap(n int) []float32 {
	data, free := offheap.Floats(n)
	runtime.AddCleanup(s, func(free func()) { free() }, free)
	return data
}

// errRunning says that two goroutines use one session.
var errRunning = errors.New("plan: this session is running already: each goroutine needs its own")

// Run computes the outputs for the inputs of the graph, in their order. If ctx ends first, it
// stops within 50 ms and returns ctx.Err(). After an error the outputs are undefined; the
// next run is unaffected, unless the file of the plan's parameters was cut short. It
// allocates nothing.
func (s *Session) Run(ctx context.Context, inputs ...tensor.Tensor) error {
	return s.run(ctx, inputs, func() error { return s.workers.Run(ctx, s.tasks) })
}

// fits refuses inputs that are not those of the graph.
func (s *Session) fits(inputs []tensor.Tensor) error {
	want := s.plan.graph.Inputs
	if len(inputs) != len(want) {
		return fmt.Errorf("plan: got %d inputs, want %d", len(inputs), len(want))
	}
	for i, n := range want {
		if x := &inputs[i]; !x.Shape.Equal(n.Shape) || len(x.Data) != n.Shape.Elements() {
			return fmt.Errorf("plan: %s: got shape %v with %d elements, want %v",
				strings.TrimSpace("the input "+n.Path), slices.Clone(x.Shape), len(x.Data), n.Shape)
		}
	}
	return nil
}

// run does the work on the inputs, alone.
func (s *Session) run(ctx context.Context, inputs []tensor.Tensor, work func() error) error {
	if err := s.fits(inputs); err != nil {
		return err
	}
	if !s.running.CompareAndSwap(false, true) {
		return errRunning
	}
	defer s.running.Store(false)
	if s.images != nil {
		for k := range inputs {
			s.images.inputs[k] = inputs[k].Data
		}
		defer clear(s.images.inputs)
	} else {
		for k := range inputs {
			copyPieces(ctx, s.batch.values[k].Data, inputs[k].Data)
		}
	}
	if err := mapped.Guard(work); err != nil {
		return err
	}
	for i := range s.results {
		if r := &s.results[i]; !r.source.perImage && !s.plan.refills {
			copyPieces(ctx, r.Data, s.batch.values[r.source.id].Data)
		}
	}
	err := s.plan.view.Intact()
	runtime.KeepAlive(s)
	if err != nil {
		return err
	}
	return ctx.Err()
}

// copyPieces copies src to dst unless ctx ends.
func copyPieces(ctx context.Context, dst, src []float32) {
	const piece = 1 << 20 // 4 MB
	for len(dst) > 0 && ctx.Err() == nil {
		n := copy(dst[:min(piece, len(dst))], src)
		dst, src = dst[n:], src[n:]
	}
}

// Output returns the first output of the last run. Like every value of a session, it is
// valid until the next run.
func (s *Session) Output() tensor.Tensor {
	t, _ := s.At(s.plan.graph.Output())
	return t
}

// Side returns the output of a side head; ok is false if the plan has none of that name.
func (s *Session) Side(name string) (t tensor.Tensor, ok bool) {
	for _, side := range s.plan.graph.Sides {
		if side.Name == name && side.Output != nil {
			return s.At(side.Output)
		}
	}
	return tensor.Tensor{}, false
}

// OutputAt returns the output of the last run with this index in the graph's Outputs.
func (s *Session) OutputAt(i int) tensor.Tensor {
	t, _ := s.At(s.plan.graph.Outputs[i].Node)
	return t
}

// At returns the value of a node of the plan's graph; ok is false for one that is neither
// an output nor kept (Options.Keep), since its memory is reused.
func (s *Session) At(n *graph.Node) (t tensor.Tensor, ok bool) {
	for _, r := range s.results {
		if r.node == n {
			return r.Tensor, true
		}
	}
	return tensor.Tensor{}, false
}
