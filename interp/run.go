package interp

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"

	"cnnlang/interp/picture"
	"cnnlang/ops/tensor"
)

// errClosed is the error of a model that is used after Close.
var errClosed = errors.New("interp: the model is closed")

// Run computes the output of a net with one input and one output, which the caller may keep; for
// any other there is RunNamed. The batch has the net's input
// shape, or a multiple of its images, which are then computed in groups of that size. A
// call that finds all of Options.Sessions busy waits until one is free or ctx ends.
func (m *Model) Run(ctx context.Context, batch tensor.Tensor) (tensor.Tensor, error) {
	if n := len(m.Net.Graph.Outputs); n > 1 {
		return tensor.Tensor{}, &OutputError{m.Net.Name, m.Net.Graph.Output().Shape, fmt.Sprintf("is one of %d; use RunNamed", n)}
	}
	results, err := m.run(ctx, []tensor.Tensor{batch})
	if err != nil {
		return tensor.Tensor{}, err
	}
	return results[0], nil
}

// borrow takes a session that no other call uses, making it if necessary.
func (m *Model) borrow(ctx context.Context) (*Session, error) {
	if err := ended(ctx); err != nil {
		return nil, err
	}
	select {
	case s, open := <-m.sessions:
		if !open {
			return nil, errClosed
		}
		if s == nil {
			s = m.NewSession(0)
		}
		return s, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close waits for calls of Run in progress and ends their threads. Sessions made by the
// caller are not affected.
func (m *Model) Close() {
	m.closing.Do(func() {
		for range cap(m.sessions) {
			if s := <-m.sessions; s != nil {
				s.Close()
			}
		}
		close(m.sessions)
	})
}

// Classify reads an image, prepares it as the net's meta says, and returns the k
// highest classes. Its errors are *InputError, *picture.FileError, *picture.LimitError and
// those of Run.
func (m *Model) Classify(ctx context.Context, r io.Reader, k int) ([]Class, error) {
	return m.classify(ctx, k, func(p picture.Preprocess, h, w int) (tensor.Tensor, error) {
		most := int64(0)
		if m.opts.MaxMemory > 0 {
			most = max(1, m.opts.MaxMemory-m.opts.Held-m.Memory(m.opts.Threads).Total())
		}
		return picture.Read(ctx, r, p, h, w, most)
	})
}

// ClassifyImage is Classify for a decoded image.
func (m *Model) ClassifyImage(ctx context.Context, img image.Image, k int) ([]Class, error) {
	return m.classify(ctx, k, func(p picture.Preprocess, h, w int) (tensor.Tensor, error) { return p.Tensor(ctx, img, h, w) })
}

func (m *Model) classify(ctx context.Context, k int, prepare func(p picture.Preprocess, h, w int) (tensor.Tensor, error)) ([]Class, error) {
	if err := ended(ctx); err != nil {
		return nil, err
	}
	if err := m.Net.TakesPictures(); err != nil {
		return nil, err
	}
	shape := m.Net.Graph.Input().Shape
	switch {
	case !m.Net.Classifies():
		return nil, &InputError{Net: m.Net.Name, Want: shape, Problem: fmt.Sprintf("its output %v is not scores of classes; use Run, or say that it is with Options.As", m.Net.Graph.Output().Shape)}
	case shape[0] != 1:
		return nil, &InputError{Net: m.Net.Name, Want: shape, Problem: fmt.Sprintf("it was loaded for batches of %d images, and this is one image; use Run", shape[0])}
	}
	input, err := prepare(m.Net.Preprocess(), shape[2], shape[3])
	if err != nil {
		return nil, err
	}
	output, err := m.Run(ctx, input)
	if err != nil {
		return nil, err
	}
	return m.Classes(output, k)[0], nil
}
