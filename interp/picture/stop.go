package picture

import (
	"context"
	"io"
	"iter"
)

// The decoders of the standard library take no context. They are stopped when they read, in
// pieces so small that little work is done for each; and nobody waits for work they do
// after the last read.

// piece is how many bytes of a JPEG are read at once: a byte or two of empty blocks can
// stand for a hundred thousand of them.
const piece = 64

// A stoppable is a reader that fails once ctx has ended.
type stoppable struct {
	ctx context.Context
	io.Reader
	most int // bytes at once
}

func (r stoppable) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p[:min(len(p), r.most)])
}

// A stoppableAt is the same for a file that is read anywhere.
type stoppableAt struct {
	ctx context.Context
	io.ReaderAt
}

func (r stoppableAt) ReadAt(p []byte, at int64) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.ReaderAt.ReadAt(p, at)
}

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
