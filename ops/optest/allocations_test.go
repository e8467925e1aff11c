package optest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"cnnlang/ops/exec/task"
)

// A recorder notes the failures of a test.
type recorder struct {
	testing.TB
	said []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.said = append(r.said, fmt.Sprintf(format, args...))
}

// A careless task allocates in some of its parts.
type careless struct{ every int }

var kept [1000]*[40]int

func (c careless) Parts() int { return len(kept) }

func (c careless) Do(_ context.Context, part, _ int) {
	if c.every > 0 && part%c.every == 0 {
		kept[part] = new([40]int)
	}
}

// An allocation is noticed on any thread, and reported with its place; those of others are
// not.
func TestNoAllocations(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		for x := 0; ; x++ {
			select {
			case <-stop:
				return
			default:
				_ = fmt.Sprint(x)
			}
		}
	}()
	for _, every := range []int{0, 1, len(kept)} {
		for threads := 1; threads <= 2; threads++ {
			w := task.NewWorkers(threads)
			r := recorder{TB: t}
			NoAllocations(&r, "careless", func() error { return w.Run(t.Context(), []task.Task{careless{every}}) })
			w.Close()
			switch said := strings.Join(r.said, "\n"); {
			case (every > 0) != (said != ""):
				t.Errorf("one part in %d allocates, %d threads: %s", every, threads, said)
			case every > 0 && !strings.Contains(said, "optest.careless.Do:"):
				t.Errorf("no place: %s", said)
			}
		}
	}
}
