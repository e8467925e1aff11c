package task

import (
	"fmt"
	"runtime/debug"
)

// A Crash is the panic value of Workers.Run if a task panicked on any of its threads, so
// that the caller learns of it. Reading a mapped file that was cut short panics too, and
// does not end the program.
type Crash struct {
	Value any
	Stack []byte // where it panicked
}

func (c *Crash) Error() string { return fmt.Sprint(c.Value) }

// Unwrap returns the value of a task's panic if that is an error.
func (c *Crash) Unwrap() error {
	err, _ := c.Value.(error)
	return err
}

// attempt does parts of the task, but none after one has panicked.
func (w *Workers) attempt(worker int) {
	defer func() {
		if value := recover(); value != nil {
			w.crash.CompareAndSwap(nil, &Crash{value, debug.Stack()})
			w.next.Store(w.parts)
		}
	}()
	w.work(worker)
}

// surface panics if a part of the last task did.
func (w *Workers) surface() {
	if crash := w.crash.Swap(nil); crash != nil {
		panic(crash)
	}
}
