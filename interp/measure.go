package interp

import (
	"context"
	"os"
	"slices"
	"time"

	"cnnlang/interp/internal/plan"
	"cnnlang/ops/tensor"
)

// A Timing is how long a run takes, told from several.
type Timing struct {
	Runs           int
	Best, Median   time.Duration
	Quarter, Third time.Duration // the first and the third quartile
	First          time.Duration // of the run before, with caches and threads cold
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
	return Timing{Runs: len(took), Best: took[0], Median: at(2), Quarter: at(1), Third: at(3), First: first}, nil
}

func (s *Session) timed(ctx context.Context, input tensor.Tensor) (time.Duration, error) {
	start := time.Now()
	err := s.Run(ctx, input)
	return time.Since(start), err
}

// A StepTime is how long one step of a plan took.
type StepTime = plan.StepTime

// MeasureSteps is Measure for every step by itself: each has the median and the
// least of its times. The workers start each step anew, so the sum is somewhat more
// than a run takes.
func (s *Session) MeasureSteps(ctx context.Context, input tensor.Tensor, d time.Duration) ([]StepTime, error) {
	steps, err := s.Profile(ctx, input) // to warm up
	if err != nil {
		return nil, err
	}
	took := make([][]time.Duration, len(steps))
	for start := time.Now(); len(took) > 0 && (len(took[0]) < leastRuns || time.Since(start) < d); {
		if steps, err = s.Profile(ctx, input); err != nil {
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

// ResidentMemory is how many bytes of memory this process holds and has held at
// most, as Linux counts them; 0 where the system does not say.
func ResidentMemory() (now, most int64) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, 0
	}
	return fieldOf(text, "VmRSS:") << 10, fieldOf(text, "VmHWM:") << 10 // the file counts in kB
}
