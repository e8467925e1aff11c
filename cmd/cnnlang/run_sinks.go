package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"cnnlang/interp/atomicfile"
	"cnnlang/interp/npy"
	"cnnlang/ops/tensor"
)

// A sink makes one or several files of a value of many images, which it gets in order.
type sink interface {
	take(name string, value tensor.Tensor) error // value is [1, …]
	finish(ctx context.Context) error
	abandon() // after finish it does nothing
}

// sinkOf is what a target of --output asks for.
func sinkOf(t target, d *drawing) (sink, error) {
	if t.perImage() {
		return fileSink{t, d}, nil
	}
	rows, err := npy.Create(t.file)
	return arraySink{rows}, err
}

// An arraySink writes a .npy file, a row for each image.
type arraySink struct{ rows *npy.Rows }

func (s arraySink) take(_ string, value tensor.Tensor) error { return s.rows.Append(value) }
func (s arraySink) finish(ctx context.Context) error         { return s.rows.Close(ctx) }
func (s arraySink) abandon()                                 { s.rows.Abandon() }

// A fileSink writes a file for each image: a picture if it has a drawing, or else an array.
type fileSink struct {
	target target
	draws  *drawing
}

func (s fileSink) finish(context.Context) error { return nil }
func (s fileSink) abandon()                     {}

func (s fileSink) take(name string, value tensor.Tensor) error {
	_, err := s.write(name, value)
	return err
}

// write writes the file of one image.
func (s fileSink) write(name string, value tensor.Tensor) (p *drawnPicture, err error) {
	var content bytes.Buffer
	if s.draws != nil {
		p, err = s.draws.encode(&content, value)
	} else {
		err = npy.Encode(&content, value)
	}
	if err != nil {
		return p, err
	}
	return p, writeNew(s.target.of(name), content.Bytes())
}

// A takenError is about a file whose name is already that of another.
type takenError struct{ path, problem string }

func (e *takenError) Error() string { return e.path + ": " + e.problem }

// writeNew writes a file, and its folder. What is there already is left as it is, so that no
// image is written over, be it one that is yet to be read, and no result of another image of the
// same name; the same content may be there.
func writeNew(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	err := atomicfile.WriteNew(path, content)
	if errors.Is(err, atomicfile.ErrTaken) {
		return &takenError{path, err.Error() + ", and is left as it is; remove it, or name another folder"}
	}
	return unwritten(path, err)
}

// writeWhole writes or replaces a file.
func writeWhole(path string, content []byte) error {
	return unwritten(path, atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	}))
}

// unwritten is the error of a file that cannot be written, nil for nil.
func unwritten(path string, err error) error {
	if err == nil {
		return nil
	}
	var inner *fs.PathError
	if errors.As(err, &inner) { // its path may be that of a temporary file
		err = inner.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = errors.New("there is no such folder")
	}
	return &fs.PathError{Op: "write", Path: path, Err: fmt.Errorf("cannot be written: %w", err)}
}
