package dataset

import (
	"context"
	"io"
)

// A stoppable is a reader that fails once ctx has ended.
type stoppable struct {
	ctx context.Context
	io.Reader
}

func (r stoppable) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p[:min(len(p), 1<<20)])
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
