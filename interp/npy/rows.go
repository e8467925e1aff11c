package npy

import (
	"bufio"
	"context"
	"fmt"
	"math"

	"cnnlang/interp/atomicfile"
	"cnnlang/ops/tensor"
)

// Rows are an array whose first axis grows, in a file that appears whole or not at all. Of its
// rows none is kept in memory: the header is written last, in the room that is left for it.
type Rows struct {
	path  string
	file  *atomicfile.File
	to    *bufio.Writer
	count int
	row   tensor.Shape // of each, known from the first
	room  int          // bytes for the header
}

// Create begins an array. Its error, as that of the methods, is a *FileError.
func Create(path string) (*Rows, error) {
	f, err := atomicfile.Create(path)
	if err != nil {
		return nil, unwritable(path, err)
	}
	return &Rows{path: path, file: f, to: bufio.NewWriterSize(f, 1<<16)}, nil
}

// Append adds a row, [1, …], of the same shape as the others.
func (r *Rows) Append(t tensor.Tensor) error {
	if r.count == 0 {
		r.row = append(tensor.Shape{}, t.Shape[1:]...)
		longest := header(append(tensor.Shape{math.MaxInt32}, r.row...), 0)
		r.room = len(longest)
		if _, err := r.to.Write(longest); err != nil {
			return unwritable(r.path, err)
		}
	}
	if !t.Shape.Equal(append(tensor.Shape{1}, r.row...)) || r.count == math.MaxInt32 {
		return &FileError{Path: r.path, Problem: fmt.Sprintf("cannot have a row of the shape %v after %d of %v", t.Shape, r.count, r.row)}
	}
	r.count++
	return unwritable(r.path, writeElements(r.to, t.Data))
}

// Close puts the file in its place; an array without rows is no file. Its error may be that
// of ctx.
func (r *Rows) Close(ctx context.Context) error {
	defer r.Abandon()
	if r.count == 0 || ctx.Err() != nil {
		return ctx.Err()
	}
	err := r.to.Flush()
	if err == nil {
		_, err = r.file.WriteAt(header(append(tensor.Shape{r.count}, r.row...), r.room), 0)
	}
	if err == nil {
		err = r.file.Commit()
	}
	return unwritable(r.path, err)
}

// Abandon leaves everything as it was, unless Close has succeeded.
func (r *Rows) Abandon() { r.file.Discard() }
