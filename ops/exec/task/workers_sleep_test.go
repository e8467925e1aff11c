package task_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cnnlang/ops/exec/task"
)

// asleep is how many goroutines wait for a channel in a method of Workers.
func asleep(method string) (n int) {
	stacks := make([]byte, 1<<20)
	for g := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
		head, calls, _ := strings.Cut(g, "\n")
		if strings.Contains(head, "[chan receive") && strings.HasPrefix(calls, "cnnlang/ops/exec/task.(*Workers)."+method+"(") {
			n++
		}
	}
	return n
}

const patience = 30 * time.Second

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for start := time.Now(); !happened(); time.Sleep(time.Millisecond) {
		if time.Since(start) > patience {
			t.Errorf("after %v still not: %s", patience, what)
			return
		}
	}
}

// A barrier has a part for each worker, none of which ends before all have begun: it needs
// every helper.
type barrier struct {
	t     *testing.T
	begun atomic.Int32
	parts int
	then  func(worker int)
}

func (m *barrier) Parts() int { return m.parts }

func (m *barrier) Do(_ context.Context, _, worker int) {
	m.begun.Add(1)
	eventually(m.t, "all workers take part", func() bool { return int(m.begun.Load()) == m.parts })
	if m.then != nil {
		m.then(worker)
	}
}

// A meeting is a barrier that is over in microseconds, and counts the parts of each worker.
type meeting struct {
	t     *testing.T
	begun atomic.Int64 // in all meetings
	done  []int        // by worker
	held  int64        // meetings before this one
}

func (m *meeting) Parts() int { return len(m.done) }

func (m *meeting) Do(_ context.Context, _, worker int) {
	m.done[worker]++
	m.begun.Add(1)
	all := (m.held + 1) * int64(len(m.done))
	for start := time.Now(); m.begun.Load() < all; runtime.Gosched() {
		if time.Since(start) > patience {
			m.t.Errorf("meeting %d: only %d of %d workers came", m.held, m.begun.Load()-m.held*int64(len(m.done)), len(m.done))
			return
		}
	}
}

// A second of tasks that need every worker, with pauses of about the time after which helpers fall asleep, so that many
// tasks meet a helper on its way there: none sleeps through a task, and each does its part of every one.
func TestNoHelperSleepsThroughTasks(t *testing.T) {
	for _, workers := range []int{2, 3} {
		r, m := newRunner(workers), &meeting{t: t, done: make([]int, workers)}
		random := rand.New(rand.NewPCG(1, uint64(workers)))
		for start := time.Now(); !t.Failed() && (m.held < 200 || time.Since(start) < time.Second/2); m.held++ {
			r.tasks([]task.Task{m})
			for end := time.Now().Add(90*time.Microsecond + time.Duration(random.IntN(40_000))); time.Now().Before(end); {
			}
		}
		for worker, n := range m.done {
			if int64(n) != m.held && !t.Failed() {
				t.Errorf("worker %d of %d did %d parts of %d tasks", worker, workers, n, m.held)
			}
		}
		r.w.Close()
	}
}

// Helpers without work sleep, and wake when there is some.
func TestHelpersSleepAndWake(t *testing.T) {
	const workers = 3
	r := newRunner(workers)
	defer r.w.Close()
	for range 3 {
		eventually(t, "all helpers sleep", func() bool { return asleep("park") == workers-1 })
		r.tasks([]task.Task{&barrier{t: t, parts: workers}})
	}
}

// A caller whose helpers work for long sleeps as well: it may occupy the processor that one
// of them needs.
func TestCallerSleepsWhileHelpersWork(t *testing.T) {
	const workers = 3
	r := newRunner(workers)
	defer r.w.Close()
	for range 3 {
		r.tasks([]task.Task{&barrier{t: t, parts: workers, then: func(worker int) {
			if worker > 0 {
				eventually(t, "the caller sleeps", func() bool { return asleep("finish") == 1 })
			}
		}}, &barrier{t: t, parts: workers}})
	}
}
