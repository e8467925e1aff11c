package picture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"

	"cnnlang/interp/internal/regular"
	"cnnlang/interp/picture/codec"
)

// A source is an image in a file whose headers have been read.
type source struct {
	codec.Header
	path    string // as errors name it
	file    io.ReaderAt
	size    int64
	format  format
	upright bool // whether it is to be turned
}

// inspect reads the headers, so that an image that is too large is refused before time or
// memory is spent on it.
func inspect(ctx context.Context, path string, f io.ReaderAt, size int64) (*source, error) {
	head := make([]byte, headLength)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, systemError(path, err)
	}
	format, problem := recognise(head[:n])
	if problem != "" {
		return nil, &FileError{Path: path, Problem: problem}
	}
	s := &source{path: path, file: f, size: size, format: format}
	if s.Header, err = format.inspect(ctx, s.section(ctx)); err != nil {
		return nil, s.undecodable(err)
	}
	if err := s.checkPixels(); err != nil {
		return nil, err
	}
	if err := s.checkSize(); err != nil {
		return nil, err
	}
	return s, s.checkScans()
}

// section is the file for a decoder that reads any part of it.
func (s *source) section(ctx context.Context) codec.File {
	return io.NewSectionReader(regular.ReaderAt{Ctx: ctx, ReaderAt: s.file}, 0, s.size)
}

// decode returns the pixels.
func (s *source) decode(ctx context.Context) (pixels, error) {
	p := newPixels(int(s.Width), int(s.Height))
	if err := s.format.decode(ctx, s.section(ctx), s.Header, p.rgb); err != nil {
		return pixels{}, s.undecodable(err)
	}
	if s.turns() {
		p = p.turned(ctx, s.Orientation)
	}
	return p, ctx.Err()
}

// Decode decodes an image to what Load makes a tensor of: colours without transparency,
// which Tensor takes as they are. It reads no more than MaxBytes and decodes no more than
// MaxPixels, and returns soon after ctx has ended. Its error is a *FileError, a *LimitError, or that of ctx.
func Decode(ctx context.Context, r io.Reader) (image.Image, error) {
	return awaited(ctx, func() (image.Image, error) {
		name, content, err := readAll(ctx, r, 0)
		if err != nil {
			return nil, err
		}
		s, err := inspect(ctx, name, bytes.NewReader(content), int64(len(content)))
		if err != nil {
			return nil, err
		}
		decoded, err := s.decode(ctx)
		if err != nil {
			return nil, err
		}
		return decoded, nil
	})
}

// readAll reads an image to its end, since its headers are read twice; at most so many
// bytes, 0 for MaxBytes. The name is for errors.
func readAll(ctx context.Context, r io.Reader, most int64) (name string, content []byte, err error) {
	if most <= 0 || most > MaxBytes {
		most = MaxBytes
	}
	name = "the image"
	if named, ok := r.(interface{ Name() string }); ok {
		name = named.Name()
	}
	content, err = io.ReadAll(io.LimitReader(regular.Reader{Ctx: ctx, Reader: r}, most+1))
	switch {
	case ctx.Err() != nil:
		return name, nil, ctx.Err()
	case err != nil:
		return name, nil, systemError(name, err)
	case int64(len(content)) > most:
		return name, nil, &LimitError{Path: name, Max: most, Problem: fmt.Sprintf("has more than the %d bytes that may be read; scale it down first", most)}
	}
	return name, content, nil
}

// checkSize refuses headers without pixels, and those that claim more than the bytes of the
// file can hold.
func (s *source) checkSize() error {
	if s.Width < 1 || s.Height < 1 {
		return &FileError{Path: s.path, Problem: fmt.Sprintf("has %d x %d pixels, want at least one", s.Width, s.Height)}
	}
	if s.size < s.Least {
		return &FileError{Path: s.path, Problem: fmt.Sprintf("has %d bytes, too few for its %d x %d pixels; it was cut short, fetch it again", s.size, s.Width, s.Height)}
	}
	return nil
}

func (s *source) undecodable(err error) *FileError {
	problem := fmt.Sprintf("cannot be decoded: %v; the file is damaged, fetch it again", err)
	var unsupported codec.Unsupported
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		problem = "ends too early; it was cut short, fetch it again"
	case errors.As(err, &unsupported):
		problem = fmt.Sprintf("is %s of a kind that cannot be decoded: %v; save it again in a plain form", s.format.name, err)
	}
	return &FileError{Path: s.path, Problem: problem, Err: err}
}

func systemError(path string, err error) *FileError {
	return &FileError{Path: path, Problem: regular.Problem(err), Err: err}
}
