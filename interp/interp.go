// Package interp takes a network from text to answers. The whole way is in this
// file: Open turns text into checked syntax, Instantiate that into a graph with
// every shape known, Build that into a plan with its weights packed, and a
// Session runs it.
package interp

import (
	"context"
	"fmt"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/elab"
	"cnnlang/interp/internal/plan"
	"cnnlang/interp/internal/weights"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// A Net is a network at one input size: its graph, what it says of itself, and
// what it weighs and costs.
type Net struct {
	*elab.Result
	Name string
}

// Instantiate applies a net's definition to an input. Where the list holds
// errors there is no net.
func Instantiate(o *resolve.Object, opts elab.Options) (*Net, diag.List) {
	result, list := elab.Net(o, opts)
	if result == nil || result.Graph == nil {
		return nil, list
	}
	return &Net{result, o.Name}, list
}

// Options say what a model must be able to show, and with what it is made.
type Options struct {
	// Sides are the side heads to compute beside the main output.
	Sides []string
	// At are the paths of steps whose values are wanted as the text defines them.
	At []string
	// Precision is what values between steps are rounded to.
	Precision ops.Precision
	// Threads is how many threads pack weights and run; 0 is one for each
	// core.
	Threads int
	// MaxMemory refuses, before anything is allocated, a model that needs more
	// bytes than this, with those that the caller holds, as its input; 0 allows all.
	MaxMemory, Held int64
	// Afforded, where it is not nil, hears of what a model takes that is not refused,
	// before it does.
	Afforded func(plan.Memory)
	// Tuning chooses algorithms; nil leaves that to what is known of the machine.
	Tuning *Tuning
	// Cache is a folder in which packed parameters are kept, so that the next
	// start with the same ones maps them into memory; "" for none.
	Cache string
}

// A Model is a network ready to run: its algorithms chosen and its weights
// packed. It is read-only and serves any number of sessions at once.
type Model struct {
	Net  *Net
	Plan *plan.Plan
	// CacheProblem says why Options.Cache was of no use; the model is sound.
	CacheProblem error
	at           map[string]*graph.Node // in the plan's graph
}

// Build prepares a network with its weights. Its errors are *SelectionError,
// *ops.PrecisionError, *MemoryError, or those of the weights.
func Build(n *Net, w Weights, opts Options) (*Model, error) {
	if err := opts.Precision.Supported(); err != nil {
		return nil, err
	}
	g, lean, err := n.lean(opts)
	if err != nil {
		return nil, err
	}
	m := &Model{Net: n, at: lean.at}
	planned := plan.Options{Precision: opts.Precision, Threads: opts.Threads, Affords: func(need plan.Memory) error { return opts.affords(n, need) }}
	planned.Keep, planned.Algorithms = lean.keep, opts.Tuning.algorithms()
	if store, ok := w.Store.(weights.FileStore); ok {
		planned.Views = store.Views()
	}
	source, err := w.source(n, lean.sides)
	if err != nil {
		return nil, err
	}
	if w.Store != nil {
		planned.Done = func(p graph.Param) { w.Store.Forget(p.Path) }
	}
	if err := m.cached(g, source, w, planned, opts.Cache); err != nil {
		return nil, err
	}
	if w.Store != nil {
		if err := w.Store.Unchanged(); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// affords compares what a model takes with what it may take.
func (o Options) affords(n *Net, m plan.Memory) error {
	if need := o.Held + m.Peak(); o.MaxMemory > 0 && need > o.MaxMemory {
		return &MemoryError{Net: n.Name, Need: need, Max: o.MaxMemory}
	}
	if o.Afforded != nil {
		o.Afforded(m)
	}
	return nil
}

// A Session runs a model in memory of its own; each goroutine needs one.
type Session struct {
	*plan.Session
	model   *Model
	workers *ops.Workers
	shared  bool // the workers are somebody else's to close
}

// NewSession makes a session that runs on this many threads; 0 is one for each
// core. Close it after the last run.
func (m *Model) NewSession(threads int) *Session {
	w := ops.NewWorkers(threads)
	return &Session{m.Plan.NewSession(w), m, w, false}
}

// NewSessionOn makes a session that shares workers with others, so that many
// sessions at once keep no more threads busy than one. Their runs take turns, first
// come, first served. The workers stay the caller's, to close after the last run.
func (m *Model) NewSessionOn(w *ops.Workers) *Session {
	return &Session{m.Plan.NewSession(w), m, w, true}
}

// Run computes the outputs for an input of the net's shape, [N, C, H, W]. It
// stops soon after ctx ends, and returns its error. It allocates nothing.
func (s *Session) Run(ctx context.Context, input tensor.Tensor) error {
	return s.Session.Run(ctx, input)
}

// At returns the value of a step that Options.At asked for, as the last run left
// it.
func (s *Session) At(path string) (tensor.Tensor, bool) {
	n, ok := s.model.at[path]
	if !ok {
		return tensor.Tensor{}, false
	}
	return s.Session.At(n)
}

// Threads is how many threads the session runs on.
func (s *Session) Threads() int { return s.workers.Count() }

// Close ends the session's threads, where they are its own.
func (s *Session) Close() {
	if !s.shared {
		s.workers.Close()
	}
}

// Weights are where a model's parameters come from: a file, or a seed.
type Weights struct {
	Store weights.Store // nil for generated weights
	Seed  uint64
}

// source gives the tensors that the main path and these side heads need, one by
// one. Its error says how what the file holds differs from them.
func (w Weights) source(n *Net, sides []string) (plan.Source, error) {
	required, optional := n.params(sides)
	if w.Store == nil {
		generated := weights.Random(w.Seed)
		return func(p graph.Param) (tensor.Tensor, error) { return generated.Tensor(p.Path, p.Shape), nil }, nil
	}
	if err := weights.Check(n.Name, required, optional, w.Store); err != nil {
		return nil, err
	}
	return func(p graph.Param) (tensor.Tensor, error) { return w.Store.Tensor(p.Path) }, nil
}

// A MemoryError says that a model does not fit the memory it may use, with its input and
// all that is taken on the way to it.
type MemoryError struct {
	Net       string
	Need, Max int64  // bytes
	Most      string // what takes the most, where that is not the model
}

func (e *MemoryError) Error() string {
	text := fmt.Sprintf("interp: %s needs about %s of memory, and %s may be used", e.Net, Bytes(atLeast(e.Need)), Bytes(e.Max))
	if e.Most != "" {
		text += ": " + e.Most
	}
	return text
}

// atLeast rounds up to what Bytes prints, so that who allows as much as it says allows
// enough.
func atLeast(n int64) int64 {
	unit := int64(1)
	switch {
	case n >= 1<<30:
		unit = 1 << 30 / 10
	case n >= 1<<20:
		unit = 1 << 20 / 10
	}
	return (n + unit) / unit * unit
}

// Bytes prints a number of bytes as people read it.
func Bytes(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}
