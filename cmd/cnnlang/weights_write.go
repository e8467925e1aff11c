package main

import (
	"context"
	"fmt"

	"cnnlang/interp"
)

// writtenWeights says what was written of a file of weights.
type writtenWeights struct {
	File       string `json:"file"`
	Tensors    int    `json:"tensors"`
	Bytes      int64  `json:"bytes"`
	DType      string `json:"dtype,omitempty"`
	Overflowed int64  `json:"overflowed,omitempty"` // finite numbers that became infinite

	rounded bool // not all types were as small
}

// counted is a number of things, whose name has an s where they are not one.
func counted(n int64, name string) string {
	if n == 1 {
		return "1 " + name
	}
	return fmt.Sprintf("%d %ss", n, name)
}

// String is for people.
func (w writtenWeights) String() string {
	return fmt.Sprintf("%s: %s, %s", visibleName(w.File), counted(int64(w.Tensors), "tensor"), counted(w.Bytes, "byte")) + w.rounding()
}

// rounding says what became of the numbers, after what else is said.
func (w writtenWeights) rounding() (text string) {
	switch {
	case w.rounded:
		text += ", rounded to " + w.DType
	case w.DType != "":
		text += ", floats as " + w.DType + ", none rounded"
	}
	if w.Overflowed > 0 {
		text += fmt.Sprintf("; numbers too large for %s that became infinite: %d", w.DType, w.Overflowed)
	}
	return text
}

// writeAnew writes a file of weights anew, for a net if n is not nil. An interrupt waits for
// it, and takes away what is written so far.
func (a *app) writeAnew(ctx context.Context, f *weightsFlags, file *interp.TensorFile, n *interp.Net) (*writtenWeights, error) {
	a.writing.Lock()
	defer a.writing.Unlock()
	w := &writtenWeights{File: f.output.value, DType: f.dtype.value}
	done, err := file.Write(ctx, w.File, interp.Rewrite{DType: w.DType, Net: n, Carry: true, Progress: a.writtenSoFar(w.File)})
	a.progress("")
	w.Tensors, w.Bytes, w.Overflowed, w.rounded = done.Tensors, done.Bytes, done.Overflowed, done.Rounded
	for _, note := range done.Notes {
		a.tell("note", note)
	}
	return w, err
}

// writtenSoFar shows how much of a large file is written.
func (a *app) writtenSoFar(file string) func(done, all int64) {
	return func(done, all int64) {
		if all >= shownFrom {
			a.progress("%s: %d of %d MiB written", file, done>>20, all>>20)
		}
	}
}

// convertWeights writes a file of weights anew and says what was written.
func (a *app) convertWeights(ctx context.Context, f *weightsFlags, d weightsDocument, file *interp.TensorFile) error {
	var n *interp.Net
	if f.against.given {
		var err error
		if n, err = a.net(&f.selection, f.against.value, 0); err != nil {
			return err
		}
	}
	var err error
	if d.Written, err = a.writeAnew(ctx, f, file, n); err != nil {
		return err
	}
	w := *d.Written
	d.Tensors = nil // they are the list's
	switch f.format.value {
	case "json":
		return a.json(d)
	case tableFormats[0]:
		_, err := fmt.Fprintln(a.stdout, w)
		return err
	}
	return a.grid(grid{columns: columnsOf("file", "tensors", "bytes", "dtype", "overflowed"),
		rows: [][]any{{w.File, w.Tensors, w.Bytes, w.DType, w.Overflowed}}}, f.format.value)
}
