package task_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"cnnlang/ops/exec/task"
)

func blowUp() { panic(errors.New("blown up")) }

// A panic of any part, on any thread, reaches the caller of Run, with its stack, and the
// workers continue.
func TestAPanicOfATaskReachesTheCaller(t *testing.T) {
	for _, threads := range []int{1, 3} {
		w := task.NewWorkers(threads)
		defer w.Close()
		for part := range 40 {
			func() {
				defer func() {
					crash, _ := recover().(*task.Crash)
					if crash == nil || crash.Error() != "blown up" || crash.Unwrap() == nil || !strings.Contains(string(crash.Stack), "blowUp") {
						t.Fatalf("%d threads, part %d: got %v", threads, part, crash)
					}
				}()
				w.Run(t.Context(), []task.Task{taskFunc{40, func(p, _ int) {
					if p == part {
						blowUp()
					}
				}}})
				t.Error("Run returned")
			}()
			done := &counting{t: t, done: make([]atomic.Int32, 40)}
			if err := w.Run(context.Background(), []task.Task{done}); err != nil {
				t.Fatal(err)
			}
			done.check(1)
		}
	}
}
