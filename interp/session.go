package interp

import (
	"context"
	"slices"
	"time"

	"cnnlang/interp/internal/plan"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A Session runs a model for one goroutine, in memory of its own, and holds the values of
// the last run. Close it after use.
type Session struct {
	session *plan.Session
	named   []tensor.Tensor // the inputs of RunNamed, in the net's order
	model   *Model
	workers *task.Workers
	shared  bool // the caller closes the workers
}

// NewSession makes a session that runs on this many threads, at most 1024; 0 is
// Options.Threads.
func (m *Model) NewSession(threads int) *Session {
	return m.newSession(task.NewWorkers(m.threads(threads)), false)
}

// NewSessionOn makes a session that shares workers with others, so that several sessions
// together keep no more threads busy than one. Their runs wait for each other, first come,
// first served. The caller closes the workers after the last run.
func (m *Model) NewSessionOn(w *task.Workers) *Session {
	return m.newSession(w, true)
}

func (m *Model) newSession(w *task.Workers, shared bool) *Session {
	return &Session{m.plan.NewSession(w), make([]tensor.Tensor, len(m.Net.Graph.Inputs)), m, w, shared}
}

// Run computes the outputs for an input of the net's shape, [N, C, H, W], or for each of its
// inputs, in the order of its signature. It returns soon after ctx has ended, with its error; an
// input of another shape is an *InputError. It allocates nothing.
func (s *Session) Run(ctx context.Context, inputs ...tensor.Tensor) error {
	if ctx == nil {
		return errNoContext
	}
	if err := s.model.Net.takes(inputs, 0); err != nil {
		return err
	}
	return s.session.Run(ctx, inputs...)
}

// RunNamed is Run for inputs by name; one that is missing, or that the net does not have, is an
// *InputError. It allocates nothing either.
func (s *Session) RunNamed(ctx context.Context, inputs Inputs) error {
	if err := s.model.Net.order(inputs, s.named); err != nil {
		return err
	}
	err := s.Run(ctx, s.named...)
	clear(s.named)
	return err
}

// Output returns the output of the last run, of several the first. Like every value of a session,
// it is valid until the next run.
func (s *Session) Output() tensor.Tensor { return s.session.Output() }

// Value returns an output by its name, or a side head or the value of a step that Options.Values
// asked for. "output" is the only output of a net, unless one of them has that name.
func (s *Session) Value(name string) (tensor.Tensor, bool) {
	if i, ok := s.model.Net.Graph.OutputAt(name); ok {
		return s.session.OutputAt(i), true
	}
	if n, ok := s.model.at[name]; ok {
		return s.session.At(n)
	}
	return s.session.Side(name)
}

// Threads is how many threads the session runs on.
func (s *Session) Threads() int { return s.workers.Count() }

// Close ends the session's own threads.
func (s *Session) Close() {
	if !s.shared {
		s.workers.Close()
	}
}

// A Timing is how long a run takes, measured over several.
type Timing struct {
	Runs         int
	Best, Median time.Duration
	P25, P75     time.Duration // the quartiles
	First        time.Duration // of the first run, with cold caches and threads
}

// LeastRuns is how many times Measure runs at least, whatever the time.
const LeastRuns = 5

// measure runs something once to warm up, then as often as fits into d but at least LeastRuns
// times.
func measure(d time.Duration, run func() error) (Timing, error) {
	timed := func() (time.Duration, error) {
		start := time.Now()
		err := run()
		return time.Since(start), err
	}
	first, err := timed()
	if err != nil {
		return Timing{}, err
	}
	var took []time.Duration
	for start := time.Now(); len(took) < LeastRuns || time.Since(start)+took[len(took)-1] < d; {
		one, err := timed()
		if err != nil {
			return Timing{}, err
		}
		took = append(took, one)
	}
	slices.Sort(took)
	at := func(share int) time.Duration { return took[(len(took)-1)*share/4] }
	return Timing{Runs: len(took), Best: took[0], Median: at(2), P25: at(1), P75: at(3), First: first}, nil
}

// Measure runs the session once to warm up, then for about d but at least LeastRuns times, and
// returns how long a run took.
func (s *Session) Measure(ctx context.Context, d time.Duration, inputs ...tensor.Tensor) (Timing, error) {
	return measure(d, func() error { return s.Run(ctx, inputs...) })
}

// A StepTime is how long one instruction of a model took: its Path and Op, the Shape of its
// result, its Algorithm, its MACs, FLOPs and Bytes, the median time it Took, and the Least.
type StepTime = plan.InstructionTime

// MeasureSteps is Measure for every instruction by itself: each has the median and the
// minimum of its times. The workers are woken for each anew, so the sum is somewhat more
// than a run takes.
func (s *Session) MeasureSteps(ctx context.Context, d time.Duration, inputs ...tensor.Tensor) ([]StepTime, error) {
	if ctx == nil {
		return nil, errNoContext
	}
	steps, err := s.session.Profile(ctx, inputs...) // to warm up
	if err != nil {
		return nil, err
	}
	took := make([][]time.Duration, len(steps))
	for start := time.Now(); len(took) > 0 && (len(took[0]) < LeastRuns || time.Since(start) < d); {
		if steps, err = s.session.Profile(ctx, inputs...); err != nil {
			return nil, err
		}
		for i, step := range steps {
			took[i] = append(took[i], step.Took)
		}
	}
	for i := range steps {
		slices.Sort(took[i])
		steps[i].Took, steps[i].Least = took[i][(len(took[i])-1)/2], took[i][0]
	}
	return steps, nil
}
