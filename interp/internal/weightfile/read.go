package weightfile

import (
	"errors"
	"io"
	"math"

	"cnnlang/interp/internal/regular"
	"cnnlang/ops/tensor"
)

// At reads n bytes from an offset, after comparing both with the file's size. What names
// the bytes in the error.
func (in Input) At(offset, n int64, what string) ([]byte, error) {
	if offset < 0 || n < 0 || offset > in.Size || n > in.Size-offset {
		return nil, in.Corrupt("", "%s would be %d bytes at %d, the file has %d; it is damaged or was cut short, fetch it again", what, n, offset, in.Size)
	}
	raw := make([]byte, n)
	if _, err := in.ReadAt(raw, offset); err != nil && !(errors.Is(err, io.EOF) && n == 0) {
		return nil, in.Failed(err)
	}
	return raw, nil
}

// Failed is the error of an operation of the system.
func (in Input) Failed(err error) *Error {
	problem := regular.Problem(err)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		problem = "the file became shorter while it was read"
	}
	return &Error{Path: in.Path, Problem: problem, Err: err}
}

// Elements is the number of elements of a shape that a file claims, and false if it has a
// negative size or more elements than a tensor may have.
func Elements(shape tensor.Shape) (int64, bool) {
	n := int64(1)
	for _, size := range shape {
		if size < 0 || size > math.MaxInt32 {
			return 0, false
		}
		n *= int64(size)
		if n > math.MaxInt32 {
			return 0, false
		}
	}
	return n, true
}
