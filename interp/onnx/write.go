package onnx

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"unicode/utf8"

	"cnnlang/interp/atomicfile"
	"cnnlang/interp/internal/mapped"
)

// A Destination is where a model is written.
type Destination struct {
	Path string
	// External puts the weights into a file beside the model, Path with .data at its end. Models of
	// more than 1.75 GiB have one anyway, since a message of protobuf ends at 2 GiB.
	External bool
	// Progress, if not nil, is called with the bytes of weights written so far, of all.
	Progress func(done, all int64)
}

// Weights of this size and more lie outside, aligned so that a reader can map them into memory.
const (
	leastOutside = 1 << 10
	alignment    = 4 << 10
	mostInside   = 7 << 28 // 1.75 GiB
	mostMessage  = math.MaxInt32
)

// Beside is the file of weights that belongs to a model, which lies in the same folder: where path
// is a link, in that of its target, which is what is written.
func Beside(path string) string {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	return path + ".data"
}

// A WriteError says that a file cannot be written.
type WriteError struct {
	Path string
	Err  error
}

func (e *WriteError) Error() string {
	return fmt.Sprintf("onnx: %s: cannot be written: %v", e.Path, e.Err)
}

// Unwrap returns the error underneath.
func (e *WriteError) Unwrap() error { return e.Err }

// Write writes the model with these weights, and returns the names of the files: the model's, and
// that of the weights if they lie outside. Each appears whole or not at all, the weights first. The
// errors are *WriteError, those of the weights, and that of ctx once that has ended.
func (m *Model) Write(ctx context.Context, to Destination, weights Tensors) ([]string, error) {
	w := &writer{ctx: ctx, weights: weights, progress: to.Progress}
	beside := Beside(to.Path)
	for _, t := range m.Initializers {
		w.all += t.Bytes()
	}
	places := m.places(to.External)
	if places != nil && !utf8.ValidString(filepath.Base(beside)) {
		return nil, &WriteError{to.Path, errors.New("its name is not UTF-8, and the model would refer to its weights by it")}
	}
	file := m.encode(places, filepath.Base(beside))
	if file.size > mostMessage {
		return nil, &WriteError{to.Path, fmt.Errorf("the model takes %d bytes, and a message of protobuf has at most %d; put the weights outside", file.size, mostMessage)}
	}
	data, err := w.file(beside, len(places) > 0, func() error { return w.outside(m, places) })
	if data != nil {
		defer data.Discard()
	}
	if err != nil {
		return nil, err
	}
	model, err := w.file(to.Path, true, func() error { return w.message(file) })
	if model != nil {
		defer model.Discard()
	}
	if err != nil {
		return nil, err
	}
	if err := weights.Unchanged(); err != nil {
		return nil, err
	}
	files := []string{to.Path}
	if data != nil {
		if err := data.Commit(); err != nil {
			return nil, &WriteError{beside, err}
		}
		files = append(files, beside)
	}
	if err := model.Commit(); err != nil {
		return nil, &WriteError{to.Path, err}
	}
	return files, nil
}

// places are where the larger initializers lie in a file of their own, nil if there is to be none.
func (m *Model) places(external bool) map[string]place {
	all := int64(0)
	for _, t := range m.Initializers {
		all += t.Bytes()
	}
	if !external && all <= mostInside {
		return nil
	}
	places, end := map[string]place{}, int64(0)
	for _, t := range m.Initializers {
		if size := t.Bytes(); size >= leastOutside {
			start := (end + alignment - 1) / alignment * alignment
			places[t.Name] = place{start, size}
			end = start + size
		}
	}
	return places
}

// A writer writes files of one model.
type writer struct {
	ctx       context.Context
	weights   Tensors
	progress  func(done, all int64)
	done, all int64
	to        io.Writer
	failed    error // of the file, and not of the weights
	buffer    []byte
}

// file begins a file, unless there is to be none, and writes its contents.
func (w *writer) file(path string, wanted bool, contents func() error) (*atomicfile.File, error) {
	if !wanted {
		return nil, nil
	}
	f, err := atomicfile.Create(path)
	if err != nil {
		return nil, &WriteError{path, err}
	}
	buffered := bufio.NewWriterSize(f, 1<<16)
	w.to, w.failed = buffered, nil
	if err = contents(); err == nil {
		w.failed = buffered.Flush()
	}
	switch {
	case w.ctx.Err() != nil:
		return f, w.ctx.Err()
	case w.failed != nil:
		return f, &WriteError{path, w.failed}
	}
	return f, err
}

// Write passes bytes on, and keeps the error.
func (w *writer) Write(p []byte) (n int, err error) {
	n, err = w.to.Write(p)
	if err != nil {
		w.failed = err
	}
	return n, err
}

// message writes a message with the numbers that are in it.
func (w *writer) message(m *message) error {
	for _, p := range m.pieces {
		var err error
		if p.numbers != nil {
			err = w.numbers(p.numbers)
		} else {
			_, err = w.Write(p.bytes)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// outside writes the initializers that have places, with zeros between them.
func (w *writer) outside(m *Model, places map[string]place) error {
	end := int64(0)
	for i := range m.Initializers {
		t := &m.Initializers[i]
		p, ok := places[t.Name]
		if !ok {
			continue
		}
		if _, err := w.Write(make([]byte, p.offset-end)); err != nil {
			return err
		}
		if err := w.numbers(t); err != nil {
			return err
		}
		end = p.offset + p.size
	}
	return nil
}

// numbers writes the numbers of an initializer, little-endian.
func (w *writer) numbers(t *Initializer) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if w.progress != nil {
		w.progress(w.done, w.all)
	}
	w.done += t.Bytes()
	kind, _ := elementOf(t.Values)
	if kind != elementFloat {
		return binary.Write(w, binary.LittleEndian, t.Values)
	}
	data, err := t.Floats(w.weights)
	if err != nil {
		return err
	}
	if int64(len(data))*4 != t.Bytes() {
		return fmt.Errorf("onnx: %s: got %d numbers for the shape %v", t.Name, len(data), t.Shape)
	}
	err = w.floats(data)
	for _, p := range t.From {
		w.weights.Done(p)
	}
	return err
}

// floats writes numbers some at a time, so that there is no second copy of them.
func (w *writer) floats(data []float32) error {
	const most = 1 << 14
	for len(data) > 0 {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		part := data[:min(most, len(data))]
		data = data[len(part):]
		err := mapped.Guard(func() error {
			w.buffer = w.buffer[:0]
			for _, v := range part {
				w.buffer = binary.LittleEndian.AppendUint32(w.buffer, math.Float32bits(v))
			}
			return nil
		})
		if err != nil {
			return err
		}
		if _, err := w.Write(w.buffer); err != nil {
			return err
		}
	}
	return nil
}
