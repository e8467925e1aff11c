package regular

import (
	"context"
	"io"
)

// atOnce is how many bytes are read without asking the context again.
const atOnce = 1 << 20

// A Reader fails with the error of Ctx once that has ended.
type Reader struct {
	Ctx context.Context
	io.Reader
}

func (r Reader) Read(p []byte) (int, error) {
	if err := r.Ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p[:min(len(p), atOnce)])
}

// A ReaderAt is the same for a file that is read anywhere; only it reads as much at once as it is asked for.
type ReaderAt struct {
	Ctx context.Context
	io.ReaderAt
}

// ReadAt reads if the context has not ended.
func (r ReaderAt) ReadAt(p []byte, at int64) (int, error) {
	if err := r.Ctx.Err(); err != nil {
		return 0, err
	}
	return r.ReaderAt.ReadAt(p, at)
}
