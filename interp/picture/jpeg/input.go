package jpeg

import (
	"bytes"
	"context"
	"errors"
	"io"

	"cnnlang/interp/picture/codec"
)

const pieceBytes = 1 << 16

// An input reads a file in large pieces, and fails once ctx has ended.
type input struct {
	ctx    context.Context
	file   codec.File
	at     int64  // of the next piece
	piece  []byte // what has been read and not yet used
	buffer []byte
	next   byte // the next marker if it was found already, otherwise 0
}

// fill reads the next piece when there is none. At the end of the file it fails with
// io.ErrUnexpectedEOF.
func (in *input) fill() error {
	if len(in.piece) > 0 {
		return nil
	}
	if err := in.ctx.Err(); err != nil {
		return err
	}
	if in.buffer == nil {
		in.buffer = make([]byte, pieceBytes)
	}
	n, err := in.file.ReadAt(in.buffer[:min(pieceBytes, max(in.file.Size()-in.at, 0))], in.at)
	in.piece, in.at = in.buffer[:n], in.at+int64(n)
	switch {
	case n > 0:
		return nil
	case err == nil || errors.Is(err, io.EOF):
		return io.ErrUnexpectedEOF
	}
	return err
}

func (in *input) byte() (byte, error) {
	if len(in.piece) == 0 {
		if err := in.fill(); err != nil {
			return 0, err
		}
	}
	b := in.piece[0]
	in.piece = in.piece[1:]
	return b, nil
}

// full fills p.
func (in *input) full(p []byte) error {
	for len(p) > 0 {
		if err := in.fill(); err != nil {
			return err
		}
		n := copy(p, in.piece)
		p, in.piece = p[n:], in.piece[n:]
	}
	return nil
}

// skip leaves out n bytes, without reading those that have not been read yet.
func (in *input) skip(n int) error {
	here := min(n, len(in.piece))
	in.piece, n = in.piece[here:], n-here
	if int64(n) > in.file.Size()-in.at {
		return io.ErrUnexpectedEOF
	}
	in.at += int64(n)
	return nil
}

// length reads the length of a segment, of what follows it.
func (in *input) length() (int, error) {
	var b [2]byte
	if err := in.full(b[:]); err != nil {
		return 0, err
	}
	n := int(b[0])<<8 + int(b[1]) - 2
	if n < 0 {
		return 0, damage("a segment has a length below 2")
	}
	return n, nil
}

func (in *input) skipSegment() error {
	n, err := in.length()
	if err != nil {
		return err
	}
	return in.skip(n)
}

// marker finds the next marker. It leaves out anything before it, as other decoders do:
// what is left of a scan, escaped 0xff, and 0xff that fill.
func (in *input) marker() (byte, error) {
	if m := in.next; m != 0 {
		in.next = 0
		return m, nil
	}
	for {
		if err := in.fill(); err != nil {
			return 0, err
		}
		i := bytes.IndexByte(in.piece, 0xff)
		if i < 0 {
			in.piece = nil
			continue
		}
		in.piece = in.piece[i+1:]
		b := byte(0xff)
		for b == 0xff {
			var err error
			if b, err = in.byte(); err != nil {
				return 0, err
			}
		}
		if b != 0 {
			return b, nil
		}
	}
}
