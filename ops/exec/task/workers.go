package task

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"cnnlang/ops/cpu"
)

// Workers run tasks on several threads: the caller of Run and n-1 goroutines that live
// until Close. Sessions may share one Workers; their runs then wait for each other. A
// session that must not wait needs its own.
//
// A task is handed over by two atomic words. state holds the number of the task, whether
// its parts may still be joined, and how many helpers are working on it; next is the next
// part. The caller publishes a task by opening state, works too, closes state when no part
// is left, and waits only for the helpers that are in the middle of a part. So a task that
// is over before a helper wakes up costs nothing but the attempt.
//
// An idle thread polls state for spinTime, then sleeps on a channel: a sleeping goroutine
// takes about 50 µs to wake, as long as a small layer, but spinning for ever would take a
// processor from others, perhaps from the helper that it waits for.
type Workers struct {
	count int
	state atomic.Uint64
	next  atomic.Int64
	crash atomic.Pointer[Crash]

	// Written only while state is closed and no helper is working.
	task  Task
	parts int64
	ctx   context.Context

	idle    chan struct{} // holds a token while no run is in progress
	closed  bool          // guarded by the token
	sleep   []sleeper     // one for each helper
	over    chan struct{} // from the last helper of a task to the caller
	helpers sync.WaitGroup
}

// A sleeper is how one helper sleeps. It is awake, or sets asleep and then waits for a
// token; whoever resets asleep sends it.
type sleeper struct {
	asleep atomic.Bool
	wake   chan struct{}
	_      [48]byte // keeps it off the next one's cache line
}

const (
	stateOpen    = 1 << 16         // parts may be joined
	stateWaiting = 1 << 17         // the caller sleeps until the last helper is done
	stateTask    = 1 << 18         // one more task
	stateCount   = stateOpen - 1   // helpers at work
	stateEnd     = uint64(1) << 63 // Close was called
)

// spinTime is how long a helper polls for work, and a caller for the end of a task, before
// they sleep. Between two tasks of a network there are a few µs.
const spinTime = 100 * time.Microsecond

// ErrClosed says that Run was called after Close.
var ErrClosed = errors.New("the workers are closed")

// Threads is the default number of threads: one for each physical core, and no more than
// GOMAXPROCS.
func Threads() int {
	n := runtime.GOMAXPROCS(0)
	if cores := cpu.Cores(); cores > 0 {
		return min(n, cores)
	}
	return n
}

// NewWorkers starts n-1 goroutines beside the caller's; n below 1 means Threads.
func NewWorkers(n int) *Workers {
	if n < 1 {
		n = Threads()
	}
	w := &Workers{
		count: min(n, stateCount),
		idle:  make(chan struct{}, 1),
		over:  make(chan struct{}, 1),
	}
	w.sleep = make([]sleeper, w.count-1)
	for i := range w.sleep {
		w.sleep[i].wake = make(chan struct{}, 1)
		w.helpers.Add(1)
		go w.help(i)
	}
	w.idle <- struct{}{}
	return w
}

// Count is how many threads work, including the caller's.
func (w *Workers) Count() int { return w.count }

// Close ends the goroutines, after the current run if there is one. It may be called again.
func (w *Workers) Close() {
	<-w.idle
	if !w.closed {
		w.closed = true
		w.state.Or(stateEnd)
		w.wakeAll(len(w.sleep))
		w.helpers.Wait()
	}
	w.idle <- struct{}{}
}

// Run does the tasks one after another, and the parts of each in any order. If ctx ends
// before they are done, it stops at the next part of each worker and returns ctx.Err(); the
// output of the tasks is then undefined. If a task panics, Run panics with a *Crash. It
// allocates nothing.
func (w *Workers) Run(ctx context.Context, tasks []Task) error {
	if err := w.acquire(ctx); err != nil {
		return err
	}
	defer w.release()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	if w.closed {
		return ErrClosed
	}
	w.ctx = ctx
	for _, t := range tasks {
		w.run(t)
		w.surface()
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// acquire waits until no run is in progress. It first tries without ctx.Done, which would
// make a channel.
func (w *Workers) acquire(ctx context.Context) error {
	select {
	case <-w.idle:
		return nil
	default:
	}
	select {
	case <-w.idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// release ends the run and lets the next one begin.
func (w *Workers) release() {
	w.task, w.ctx = nil, nil
	w.idle <- struct{}{}
}

func (w *Workers) run(t Task) {
	w.task, w.parts = t, int64(t.Parts())
	w.next.Store(0)
	if w.parts < 2 || w.count == 1 {
		w.attempt(0)
		return
	}
	w.state.Add(stateTask + stateOpen)
	w.wakeAll(min(len(w.sleep), int(w.parts)-1))
	w.attempt(0)
	if w.state.And(^uint64(stateOpen))&stateCount != 0 { // no helper may join any more
		w.finish()
	}
}

// finish waits for the helpers that are still working.
func (w *Workers) finish() {
	start := time.Now()
	for spins := 1; w.state.Load()&stateCount != 0; spins++ {
		if spins%64 != 0 {
			continue
		}
		if time.Since(start) > spinTime {
			if w.state.Or(stateWaiting)&stateCount != 0 {
				<-w.over
			}
			w.state.And(^uint64(stateWaiting))
			return
		}
		runtime.Gosched()
	}
}

// leave ends a helper's work on the task.
func (w *Workers) leave() {
	if state := w.state.Add(^uint64(0)); state&stateWaiting != 0 && state&stateCount == 0 {
		w.over <- struct{}{}
	}
}

// work does parts of the task until none is left.
func (w *Workers) work(worker int) {
	task, ctx := w.task, w.ctx
	for {
		part := w.next.Add(1) - 1
		if part >= w.parts {
			return
		}
		if ctx.Err() != nil {
			w.next.Store(w.parts)
			return
		}
		task.Do(ctx, int(part), worker)
	}
}

// help is the loop of helper i, which is worker i+1.
func (w *Workers) help(i int) {
	defer w.helpers.Done()
	debug.SetPanicOnFault(true)
	seen := uint64(0)
	for {
		state := w.await(i, seen)
		if state&stateEnd != 0 {
			return
		}
		seen = state / stateTask
		if state&stateOpen != 0 && w.join(state) {
			w.attempt(i + 1)
			w.leave()
		}
	}
}

// join counts the helper in if the task of state may still be joined.
func (w *Workers) join(state uint64) bool {
	task := state / stateTask
	for state&stateOpen != 0 && state/stateTask == task {
		if w.state.CompareAndSwap(state, state+1) {
			return true
		}
		state = w.state.Load()
	}
	return false
}

// await returns state once it holds another task than seen.
func (w *Workers) await(i int, seen uint64) uint64 {
	start := time.Now()
	for spins := 0; ; spins++ {
		if state := w.state.Load(); state/stateTask != seen {
			return state
		}
		if spins%64 == 63 {
			if time.Since(start) > spinTime {
				w.park(i, seen)
				start = time.Now()
			}
			runtime.Gosched()
		}
	}
}

// park sleeps until wakeAll, unless there is work already.
func (w *Workers) park(i int, seen uint64) {
	s := &w.sleep[i]
	s.asleep.Store(true)
	if w.state.Load()/stateTask != seen && s.asleep.CompareAndSwap(true, false) {
		return // the token was not sent
	}
	<-s.wake
}

// wakeAll wakes those of the first n helpers that sleep.
func (w *Workers) wakeAll(n int) {
	for i := range w.sleep[:n] {
		if s := &w.sleep[i]; s.asleep.CompareAndSwap(true, false) {
			s.wake <- struct{}{}
		}
	}
}
