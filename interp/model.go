package interp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/plan"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
)

// Precision is what values between steps are rounded to.
type Precision = layout.Precision

// The precisions: all in float32; products in bfloat16; products and values between steps
// in bfloat16.
const (
	F32     = layout.F32
	F32Fast = layout.F32Fast
	BF16    = layout.BF16
)

// A Model is a network ready to run: its algorithms chosen and its weights packed. It does
// not change, and any number of goroutines may use it at once.
type Model struct {
	Net *Net
	// CacheProblem says why Options.Cache could not be used; the model itself is fine.
	CacheProblem error
	// Fit says how the weights were read.
	Fit Fit
	// Labels are the names of the classes.
	Labels Labels
	// Files are those that it was made of: the texts of its net, and the weights with their shards.
	Files []string

	plan     *plan.Plan
	at       map[string]*graph.Node // in the plan's graph
	opts     Options
	sessions chan *Session // sessions that Run may use; nil for one that does not exist yet
	closing  sync.Once
}

// Build packs a net's weights as the other options say. It returns soon after ctx has
// ended, with its error; its other errors are *SelectionError, *MemoryError,
// *PrecisionError, *FitError, *NamesError, *PrefixError, *UnknownNamesError, *WeightsError and
// *WeightsLimitError, and a *ProgramError where the map of Weights.Named does not fit.
func (n *Net) Build(ctx context.Context, opts Options) (*Model, error) {
	if err := ended(ctx); err != nil {
		return nil, err
	}
	if err := opts.check(); err != nil {
		return nil, err
	}
	opts.Weights = n.weights(opts.Weights)
	closeWeights, err := opts.Weights.open()
	if err != nil {
		return nil, err
	}
	defer closeWeights()
	if err := opts.Precision.Supported(); err != nil && !opts.Emulate {
		return nil, err
	}
	w := opts.Weights
	opts.Weights = Weights{} // a model does not keep what it packed
	if w.from == fromSeed {
		w.passing = &weights.Passing{Generator: weights.Random(w.seed)}
		defer w.passing.Close()
	}
	g, lean, err := n.lean(opts)
	if err != nil {
		return nil, err
	}
	m := &Model{Net: n, at: lean.at, opts: opts, sessions: make(chan *Session, max(1, opts.Sessions))}
	for range cap(m.sessions) {
		m.sessions <- nil
	}
	need := plan.Memory{}
	planned := plan.Options{Precision: opts.Precision, Threads: opts.Threads, Affords: func(m plan.Memory) error {
		need = m
		if err := opts.affords(n, m); err != nil {
			return err
		}
		tidy(m.Total()) // before there is more
		return nil
	}}
	planned.Keep, planned.Algorithms = lean.keep, opts.Tuning.algorithms()
	source, err := w.reading(ctx, n, lean.sides, &planned)
	if err != nil {
		return nil, err
	}
	m.Fit, m.Files = w.fit, append(n.program.program.Files(), w.files()...)
	var note string
	if m.Labels, note = n.labelsFor(w); note != "" {
		m.Fit.Notes = append(m.Fit.Notes, note)
	}
	err = m.cached(g, source, w, planned, opts.Cache)
	if err != nil {
		return nil, err
	}
	tidy(need.Total())
	if w.store != nil {
		if err := w.store.Unchanged(); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// mostThreads bounds threads and sessions, as each has memory of its own.
const mostThreads = 1024

// check refuses options out of range.
func (o Options) check() error {
	if all := layout.Precisions(); o.Precision < 0 || int(o.Precision) >= len(all) {
		return fmt.Errorf("interp: Options.Precision is %d, want one of %s", int(o.Precision), strings.Join(all, ", "))
	}
	for _, n := range []struct {
		name  string
		value int
	}{{"Threads", o.Threads}, {"Sessions", o.Sessions}} {
		if n.value < 0 || n.value > mostThreads {
			return fmt.Errorf("interp: Options.%s is %d, want 0 to %d", n.name, n.value, mostThreads)
		}
	}
	return nil
}

// need is the most memory that the model takes, together with what the caller holds, or 0
// where that is unknown.
func (n *Net) need(ctx context.Context, opts Options) int64 {
	e, _ := n.refusal(ctx, opts)
	if e == nil {
		return 0
	}
	return e.Need
}

// Memory returns what a model of the net with these options and one session would take. No
// weights are read, and nothing is packed.
func (n *Net) Memory(ctx context.Context, opts Options) (Memory, error) {
	opts.Weights = RandomWeights(0)
	e, err := n.refusal(ctx, opts)
	if e == nil {
		return Memory{}, err
	}
	return e.Model, nil
}

// refusal is the error of a model that may use no memory, which says what it needs.
func (n *Net) refusal(ctx context.Context, opts Options) (*MemoryError, error) {
	opts.MaxMemory, opts.Cache = 1, ""
	_, err := n.Build(ctx, opts)
	e, _ := errors.AsType[*MemoryError](err)
	return e, err
}

// affords compares the memory a model takes with what it may take. Each session beyond the
// first takes its own.
func (o Options) affords(n *Net, m plan.Memory) error {
	more := m.Activations + m.Scratch + m.Outputs
	need := o.Held + max(m.Peak(), m.Weights+m.Tables+more*int64(max(1, o.Sessions)))
	if o.MaxMemory > 0 && need > o.MaxMemory {
		return &MemoryError{Net: n.Name, Need: need, Max: o.MaxMemory, Model: m}
	}
	if o.Afforded != nil {
		o.Afforded(m)
	}
	return nil
}

// Memory is what a model and one session take, in bytes: the Weights as they are packed,
// the Activations, which are all values that live at the same time, the Scratch memory of
// the algorithms, the Outputs that a session returns, the algorithms' Tables, and at most so much for tensors
// Fetched to be packed while the model is built. Total is what they take while they run.
type Memory = plan.Memory

// Memory returns what the model and one session on this many threads take, as NewSession has them.
func (m *Model) Memory(threads int) Memory { return m.plan.Memory(m.threads(threads)) }

// PrintPlan writes the instructions of the model, with their algorithms and places in
// memory, for sessions on this many threads, as NewSession has them.
func (m *Model) PrintPlan(w io.Writer, threads int) error {
	return plan.Print(w, m.plan, m.threads(threads))
}

// threads is how many a session is given that is asked for with a number.
func (m *Model) threads(n int) int {
	return cmp.Or(min(max(n, 0), mostThreads), m.opts.Threads, task.Threads())
}

// A PrecisionError says that the processor has no kernels for a precision.
type PrecisionError = layout.PrecisionError

// A MemoryError says that a model with its input does not fit into the memory it may use.
type MemoryError struct {
	Net       string
	Need, Max int64  // bytes
	Most      string // what takes the most, unless it is the model
	Model     Memory // what the model and one session take
}

func (e *MemoryError) Error() string {
	text := fmt.Sprintf("interp: %s needs about %s of memory, and %s may be used", e.Net, Bytes(atLeast(e.Need)), Bytes(e.Max))
	if e.Most != "" {
		text += ": " + e.Most
	}
	return text
}

// atLeast rounds up to what Bytes prints, so that a limit copied from the message is large
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

// Bytes formats a number of bytes for people.
func Bytes(n int64) string { return BytesBeside(n, n) }

// BytesBeside formats one in the unit of another, the greatest of those that it stands beside.
func BytesBeside(n, most int64) string {
	for _, unit := range []struct {
		size int64
		name string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		switch amount := float64(n) / float64(unit.size); {
		case most < unit.size:
		case n > 0 && amount < 0.05:
			return "<0.1 " + unit.name
		default:
			return fmt.Sprintf("%.1f %s", amount, unit.name)
		}
	}
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}
