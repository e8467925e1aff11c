package interp_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"cnnlang/interp/internal/nettest"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// Sessions on shared workers give the same bits as a session alone, and none waits for ever
// while the others run again and again.
func TestSessionsShareWorkers(t *testing.T) {
	shape := tensor.Shape{1, 3, 16, 16}
	m := nettest.Build(t, nettest.Instantiate(t, "nin_cifar10", shape))
	input := nettest.Image(1, shape)
	want := nettest.Results(t, m, 1, input)[0]
	workers := task.NewWorkers(2)
	defer workers.Close()
	const sessions, runs = 8, 240
	var left atomic.Int64
	left.Store(runs)
	var counts [sessions]int
	var group sync.WaitGroup
	start := make(chan struct{})
	for i := range sessions {
		s := m.NewSessionOn(workers)
		defer s.Close()
		group.Go(func() {
			<-start
			for left.Add(-1) >= 0 {
				if err := s.Run(t.Context(), input); err != nil {
					t.Error(err)
				}
				counts[i]++
			}
			if !nettest.SameBits(s.Output().Data, want) {
				t.Errorf("session %d: other bits", i)
			}
		})
	}
	close(start)
	group.Wait()
	for i, n := range counts {
		if n < runs/sessions/3 || n > runs/sessions*3 {
			t.Errorf("session %d ran %d times of %d", i, n, runs)
		}
	}
	if err := m.NewSessionOn(workers).Run(t.Context(), input); err != nil {
		t.Errorf("the workers were closed by a session: %v", err)
	}
}
