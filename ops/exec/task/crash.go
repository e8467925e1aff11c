package task

import (
	"fmt"
	"runtime/debug"
)

// A Crash is what Workers.Run panics with where a task panicked: on any of its threads,
// so that whoever called it learns of it. A task that reads memory which is no more, as
// that of a file that was cut short, panics too, and does not end the program.
type Crash struct {
	Value any
	Stack []byte // where
}

func (c *Crash) Error() string { return fmt.Sprint(c.Value) }

// Unwrap returns what a task panicked with where that is an error.
func (c *Crash) Unwrap() error {
	err, _ := c.Value.(error)
	return err
}

// attempt does parts of the task, and none any more once one has panicked.
func (w *Workers) attempt(worker int) {
	defer func() {
		if value := recover(); value != nil {
			w.crash.CompareAndSwap(nil, &Crash{value, debug.Stack()})
			w.next.Store(w.parts)
		}
	}()
	w.work(worker)
}

// surface panics where a part of the last task did.
func (w *Workers) surface() {
	if crash := w.crash.Swap(nil); crash != nil {
		panic(crash)
	}
}
