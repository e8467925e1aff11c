// Package npy reads and writes NumPy's .npy files, one array each, as float32
// tensors.
//
// The format (package npyheader) is small enough that reading it takes less code than
// guarding a library would: a guard has to parse the header anyway, to compare the shape
// with the size of the file before anything is allocated, and what would be
// left to the library is a loop over the elements.
package npy

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strings"

	"cnnlang/interp/atomicfile"
	"cnnlang/interp/internal/npyheader"
	"cnnlang/interp/internal/regular"
	"cnnlang/ops/tensor"
)

// Read reads the array of a .npy file. Floats, integers and booleans of every
// width become float32, rounded to nearest. Its error is a *FileError, or that of ctx once
// that has ended.
func Read(ctx context.Context, path string) (tensor.Tensor, error) {
	f, info, err := regular.Open(path)
	if err != nil {
		return tensor.Tensor{}, systemError(path, err)
	}
	defer f.Close()
	t, err := Decode(path, regular.Reader{Ctx: ctx, Reader: f}, info.Size())
	if ctx.Err() != nil {
		return tensor.Tensor{}, ctx.Err()
	}
	return t, err
}

// Look reads the header of an array; it returns the shape, and how many bytes of memory
// Read takes.
func Look(path string) (shape tensor.Shape, need int64, err error) {
	f, info, err := regular.Open(path)
	if err != nil {
		return nil, 0, systemError(path, err)
	}
	defer f.Close()
	return LookInto(path, f, info.Size())
}

// LookInto is Look for an array in r, which holds size bytes, and Decode. Errors name it path.
func LookInto(path string, r io.Reader, size int64) (shape tensor.Shape, need int64, err error) {
	h, err := npyheader.Read(r, size, sizes)
	if err != nil {
		return nil, 0, wrap(path, err)
	}
	need = 4 * int64(h.Shape.Elements())
	if h.Fortran {
		need *= 2 // it is copied to reorder it
	}
	return h.Shape, need, nil
}

// Decode reads an array from r, which holds size bytes. Errors name it path.
func Decode(path string, r io.Reader, size int64) (tensor.Tensor, error) {
	h, err := npyheader.Read(r, size, sizes)
	if err != nil {
		return tensor.Tensor{}, wrap(path, err)
	}
	t := tensor.New(h.Shape...)
	if err := readElements(h, r, t.Data); err != nil {
		return tensor.Tensor{}, wrap(path, err)
	}
	if h.Fortran {
		t.Data = rowMajor(t)
	}
	return t, nil
}

// Write writes t as '<f4' to a .npy file, which appears whole or not at all.
// Its error is a *FileError, or that of ctx once that has ended.
func Write(ctx context.Context, path string, t tensor.Tensor) error {
	err := atomicfile.Write(path, func(w io.Writer) error { return Encode(stoppable{ctx, w}, t) })
	if ctx.Err() != nil && err != nil {
		return ctx.Err()
	}
	return unwritable(path, err)
}

// unwritable is the error of a file that cannot be written, nil for nil.
func unwritable(path string, err error) error {
	if err == nil {
		return nil
	}
	problem := err.Error()
	if inner := (*fs.PathError)(nil); errors.As(err, &inner) {
		problem = inner.Err.Error() // without the name of the temporary file
	}
	return &FileError{Path: path, Problem: "cannot be written: " + problem, Err: err}
}

// A stoppable is a writer that fails once ctx has ended.
type stoppable struct {
	ctx context.Context
	io.Writer
}

func (w stoppable) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.Writer.Write(p)
}

// Encode writes t as an array of '<f4', format version 1.0.
func Encode(w io.Writer, t tensor.Tensor) error {
	if len(t.Shape) > npyheader.MaxRank {
		return fmt.Errorf("got %d axes, the limit is %d", len(t.Shape), npyheader.MaxRank)
	}
	if len(t.Data) != t.Shape.Elements() {
		panic(fmt.Sprintf("npy: %d elements for shape %v", len(t.Data), t.Shape))
	}
	if _, err := w.Write(header(t.Shape, 0)); err != nil {
		return err
	}
	return writeElements(w, t.Data)
}

// header is what comes before the elements, at least so many bytes.
func header(shape tensor.Shape, least int) []byte {
	sizes := strings.Trim(shape.String(), "[]")
	if len(shape) == 1 {
		sizes += ","
	}
	text := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }", sizes)
	const fixed = 10 // magic, version, length
	padding := 63 - (fixed+len(text))%64
	if short := least - (fixed + len(text) + padding + 1); short > 0 {
		padding += short
	}
	text += strings.Repeat(" ", padding) + "\n" // elements start at a multiple of 64
	head := append([]byte(npyheader.Magic), 1, 0)
	head = binary.LittleEndian.AppendUint16(head, uint16(len(text)))
	return append(head, text...)
}

func writeElements(w io.Writer, data []float32) error {
	buffer := make([]byte, 0, chunk)
	for len(data) > 0 {
		n := min(len(data), chunk/4)
		buffer = buffer[:0]
		for _, x := range data[:n] {
			buffer = binary.LittleEndian.AppendUint32(buffer, math.Float32bits(x))
		}
		if _, err := w.Write(buffer); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

// chunk is how many bytes are converted at a time; every element size divides
// it.
const chunk = 1 << 16

func readElements(h npyheader.Header, r io.Reader, out []float32) error {
	buffer, decode := make([]byte, chunk), kinds[h.Type].decode
	for len(out) > 0 {
		n := min(len(out), chunk/h.Size)
		raw := buffer[:n*h.Size]
		if _, err := io.ReadFull(r, raw); err != nil {
			return fmt.Errorf("the file became shorter while it was read: %w", err)
		}
		for i := range n {
			out[i] = decode(h.Order, raw[i*h.Size:])
		}
		out = out[n:]
	}
	return nil
}

// rowMajor returns the elements of t, stored in column-major order, in row-major order.
func rowMajor(t tensor.Tensor) []float32 {
	out := make([]float32, len(t.Data))
	npyheader.RowMajor(t.Shape, func(from, to int) { out[to] = t.Data[from] })
	return out
}

// A FileError says why a file cannot be read or written as an array.
type FileError struct {
	Path    string
	Problem string // got, want, and what to do
	Err     error  // the underlying error, or nil
}

func (e *FileError) Error() string { return fmt.Sprintf("npy: %s: %s", e.Path, e.Problem) }

// Unwrap returns the underlying error.
func (e *FileError) Unwrap() error { return e.Err }

func wrap(path string, err error) *FileError {
	return &FileError{Path: path, Problem: err.Error(), Err: err}
}

func systemError(path string, err error) *FileError {
	return &FileError{Path: path, Problem: regular.Problem(err), Err: err}
}
