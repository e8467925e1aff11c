package task_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cnnlang/ops/exec/task"

	"go.uber.org/goleak"
)

// A runner runs tasks without allocating.
type runner struct {
	w   *task.Workers
	ctx context.Context
}

func newRunner(n int) runner { return runner{task.NewWorkers(n), context.Background()} }

func (r runner) tasks(tasks []task.Task) {
	if err := r.w.Run(r.ctx, tasks); err != nil {
		panic(err)
	}
}

// A counting task notes which parts were done and that no worker does two at
// once.
type counting struct {
	t    *testing.T
	done []atomic.Int32
	busy [8]atomic.Int32
}

func (c *counting) Parts() int { return len(c.done) }

func (c *counting) Do(_ context.Context, part, worker int) {
	if c.busy[worker].Add(1) != 1 {
		c.t.Errorf("worker %d does two parts at once", worker)
	}
	c.done[part].Add(1)
	c.busy[worker].Add(-1)
}

func (c *counting) check(times int32) {
	c.t.Helper()
	for part := range c.done {
		if n := c.done[part].Load(); n != times {
			c.t.Fatalf("part %d of %d was done %d times, want %d", part, len(c.done), n, times)
		}
	}
}

func TestWorkersDoEveryPartOnce(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, n := range []int{1, 2, 5} {
		w := task.NewWorkers(n)
		if w.Count() != n {
			t.Errorf("got %d workers, want %d", w.Count(), n)
		}
		var tasks []task.Task
		for _, parts := range []int{0, 1, 2, 3, 7, 100} {
			tasks = append(tasks, &counting{t: t, done: make([]atomic.Int32, parts)})
		}
		const runs = 200
		for i := range runs {
			if i%50 == 0 {
				time.Sleep(time.Millisecond) // let the helpers fall asleep
			}
			if err := w.Run(context.Background(), tasks); err != nil {
				t.Fatal(err)
			}
		}
		for _, one := range tasks {
			one.(*counting).check(runs)
		}
		w.Close()
		w.Close()
		if err := w.Run(context.Background(), tasks); !errors.Is(err, task.ErrClosed) {
			t.Errorf("Run after Close: got %v", err)
		}
	}
}

// A task sees the results of the one before it.
func TestTasksRunInOrder(t *testing.T) {
	w := task.NewWorkers(4)
	defer w.Close()
	var sum [64]int
	step := func(i int) task.Task {
		return taskFunc{len(sum), func(part, _ int) {
			if i%2 == 0 {
				sum[part]++
			} else if next := sum[(part+1)%len(sum)]; next != sum[part] {
				t.Errorf("step %d: part %d has %d, its neighbour %d", i, part, sum[part], next)
			}
		}}
	}
	var tasks []task.Task
	for i := range 100 {
		tasks = append(tasks, step(i))
	}
	for range 20 {
		if err := w.Run(context.Background(), tasks); err != nil {
			t.Fatal(err)
		}
	}
	if sum[0] != 1000 {
		t.Errorf("got %d, want 1000", sum[0])
	}
}

type taskFunc struct {
	n  int
	do func(part, worker int)
}

func (f taskFunc) Parts() int                             { return f.n }
func (f taskFunc) Do(_ context.Context, part, worker int) { f.do(part, worker) }

func TestCancel(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, n := range []int{1, 3} {
		w := task.NewWorkers(n)
		const enough = 1000
		var begun, canceled atomic.Int32
		ctx, cancel := context.WithCancel(context.Background())
		long := taskFunc{100_000, func(_, _ int) {
			if begun.Add(1) == enough {
				cancel()
				canceled.Store(begun.Load()) // others went on until it returned
			}
		}}
		if err := w.Run(ctx, []task.Task{long, long}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want canceled", err)
		}
		// Every other worker may have been about to begin a part.
		if got, at := int(begun.Load()), int(canceled.Load()); at < enough || got > at+n-1 {
			t.Errorf("%d workers began %d parts, canceled at part %d", n, got, at)
		}
		// The next run is as good as ever.
		quick := &counting{t: t, done: make([]atomic.Int32, 10)}
		if err := w.Run(context.Background(), []task.Task{quick}); err != nil {
			t.Error(err)
		}
		quick.check(1)
		w.Close()
	}
}

// Sessions that share workers wait for each other; a waiting one can give up.
func TestSharedWorkers(t *testing.T) {
	w := task.NewWorkers(3)
	defer w.Close()
	var group sync.WaitGroup
	shared := &counting{t: t, done: make([]atomic.Int32, 20)}
	for range 8 {
		group.Go(func() {
			for range 50 {
				if err := w.Run(context.Background(), []task.Task{shared}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	shared.check(400)

	started, release := make(chan bool), make(chan bool)
	group.Go(func() {
		w.Run(context.Background(), []task.Task{taskFunc{1, func(_, _ int) { close(started); <-release }}})
	})
	<-started
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel()
	if err := w.Run(ctx, []task.Task{shared}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting for a turn: got %v, want deadline exceeded", err)
	}
	close(release)
	group.Wait()
}

// A run whose context ends in its last part returns the context's error.
func TestEndInTheLastPart(t *testing.T) {
	for _, threads := range []int{1, 3} {
		w := task.NewWorkers(threads)
		ctx, cancel := context.WithCancel(t.Context())
		var done atomic.Int32
		err := w.Run(ctx, []task.Task{taskFunc{5, func(int, int) {
			if done.Add(1) == 5 {
				cancel()
			}
		}}})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%d threads: got %v", threads, err)
		}
		if err := w.Run(ctx, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("no work, under a context that has ended: got %v", err)
		}
		w.Close()
	}
}
