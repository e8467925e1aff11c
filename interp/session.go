package interp

import (
	"cmp"
	"context"
	"slices"
	"time"

	"cnnlang/interp/internal/plan"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A Session is a model in the hands of one goroutine: it runs in memory of its own, and
// shows the values of the last run. Close it after that.
type Session struct {
	session *plan.Session
	model   *Model
	workers *task.Workers
	shared  bool // the workers are somebody else's to close
}

// NewSession makes a session that runs on this many threads, of which 1024 are the most;
// 0 is as many as Options.Threads.
func (m *Model) NewSession(threads int) *Session {
	w := task.NewWorkers(cmp.Or(min(max(threads, 0), mostThreads), m.opts.Threads))
	return &Session{m.plan.NewSession(w), m, w, false}
}

// NewSessionOn makes a session that shares workers with others, so that many
// sessions at once keep no more threads busy than one. Their runs take turns, first
// come, first served. The workers stay the caller's, to close after the last run.
func (m *Model) NewSessionOn(w *task.Workers) *Session {
	return &Session{m.plan.NewSession(w), m, w, true}
}

// Run computes the outputs for an input of the net's shape, [N, C, H, W]. It
// stops soon after ctx has ended, and returns its error; that of another input is an
// *InputError. It allocates nothing.
func (s *Session) Run(ctx context.Context, input tensor.Tensor) error {
	if ctx == nil {
		return errNoContext
	}
	if want := s.model.Net.Graph.Input.Shape; !input.Shape.Equal(want) || len(input.Data) != want.Elements() {
		return s.model.misfit(input, "")
	}
	return s.session.Run(ctx, input)
}

// Output returns the main output of the last run. Like all that a session shows,
// it holds until the next run.
func (s *Session) Output() tensor.Tensor { return s.session.Output() }

// Value returns the output of a side head, or the value of a step, that Options.Values
// asked for. Where neither is called so, "output" is the net's.
func (s *Session) Value(name string) (tensor.Tensor, bool) {
	if n, ok := s.model.at[name]; ok {
		return s.session.At(n)
	}
	if t, ok := s.session.Side(name); ok || name != "output" {
		return t, ok
	}
	return s.Output(), true
}

// Threads is how many threads the session runs on.
func (s *Session) Threads() int { return s.workers.Count() }

// Close ends the session's threads, where they are its own.
func (s *Session) Close() {
	if !s.shared {
		s.workers.Close()
	}
}

// A Timing is how long a run takes, told from several.
type Timing struct {
	Runs         int
	Best, Median time.Duration
	P25, P75     time.Duration // the quartiles beside it
	First        time.Duration // of the run before, with caches and threads cold
}

// leastRuns is how many runs a median is taken of at least.
const leastRuns = 5

// Measure runs the session once to warm up and then for about d, or five times
// where that is longer, and tells how long a run took.
func (s *Session) Measure(ctx context.Context, input tensor.Tensor, d time.Duration) (Timing, error) {
	first, err := s.timed(ctx, input)
	if err != nil {
		return Timing{}, err
	}
	var took []time.Duration
	for start := time.Now(); len(took) < leastRuns || time.Since(start) < d; {
		one, err := s.timed(ctx, input)
		if err != nil {
			return Timing{}, err
		}
		took = append(took, one)
	}
	slices.Sort(took)
	at := func(share int) time.Duration { return took[(len(took)-1)*share/4] }
	return Timing{Runs: len(took), Best: took[0], Median: at(2), P25: at(1), P75: at(3), First: first}, nil
}

func (s *Session) timed(ctx context.Context, input tensor.Tensor) (time.Duration, error) {
	start := time.Now()
	err := s.Run(ctx, input)
	return time.Since(start), err
}

// A StepTime is how long one step of a model took: its Path and Op, the Shape of its
// result, its Algorithm, its MACs, FLOPs and Bytes, how long it Took, and the Least.
type StepTime = plan.StepTime

// MeasureSteps is Measure for every step by itself: each has the median and the
// least of its times. The workers start each step anew, so the sum is somewhat more
// than a run takes.
func (s *Session) MeasureSteps(ctx context.Context, input tensor.Tensor, d time.Duration) ([]StepTime, error) {
	if ctx == nil {
		return nil, errNoContext
	}
	steps, err := s.session.Profile(ctx, input) // to warm up
	if err != nil {
		return nil, err
	}
	took := make([][]time.Duration, len(steps))
	for start := time.Now(); len(took) > 0 && (len(took[0]) < leastRuns || time.Since(start) < d); {
		if steps, err = s.session.Profile(ctx, input); err != nil {
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
