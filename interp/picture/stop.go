package picture

import (
	"context"
	"iter"
)

// The decoders ask their context at every row, and it is asked before every read (regular.Reader); but
// nobody waits for a read that does not return.

// awaited returns what work returns, or the error of ctx once that has ended.
func awaited[T any](ctx context.Context, work func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
		crash any
	}
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			o.crash = recover()
			done <- o
		}()
		o.value, o.err = work()
	}()
	var none T
	select {
	case o := <-done:
		if o.crash != nil { // a bug: let it surface where it was called
			panic(o.crash)
		}
		if err := ctx.Err(); err != nil {
			return none, err
		}
		return o.value, o.err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// lines yields 0 to n-1, but stops once ctx has ended.
func lines(ctx context.Context, n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for y := range n {
			if ctx.Err() != nil || !yield(y) {
				return
			}
		}
	}
}
