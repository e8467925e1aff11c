// Package codec is what the decoders of image formats have in common. A format has a package
// with two functions:
//
//	Inspect(ctx, file) (Header, error)      what the headers say, before any decoding
//	Decode(ctx, file, header, rgb) error    the pixels, [height, width, 3], into memory of the caller
//
// The caller checks in between that the header's pixels and memory are acceptable. Both end
// with the error of ctx soon after that has ended, and of errors with io.ErrUnexpectedEOF
// where a file ends too early, with Unsupported where it is valid and of a kind that is not
// read, and with any other where it is damaged.
package codec

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
)

// A File is an image file, or a part of one.
type File = *io.SectionReader

// A Header is what is known of an image before it is decoded.
type Header struct {
	Width, Height int64
	Least         int64 // no file with so many pixels has fewer bytes
	Cost          int64 // bytes of memory that Decode allocates beside the pixels
	Orientation   int   // of EXIF, 1 to 8; 0 if the file says nothing
	// How often Decode goes over the image, and how many pixels it visits then, if a file
	// can say for many of them in a few bytes that nothing changes.
	Scans, PerScan int64
	Unfinished     bool // scans are missing that make it finer
}

// MaxPixels is the largest number of pixels of an image. It is the same as Pillow's,
// 2*(2^30/4/3), rounded the same way.
const MaxPixels = 178_956_970

// Acceptable reports whether an image of this size is decoded. The caller refuses others,
// in words.
func Acceptable(width, height int64) bool {
	return width > 0 && height > 0 && width <= MaxPixels/height
}

// Unsupported is the error of a valid image of a kind that is not read.
type Unsupported string

func (e Unsupported) Error() string { return string(e) }

// NotRead returns an Unsupported error.
func NotRead(format string, args ...any) error { return Unsupported(fmt.Sprintf(format, args...)) }

// Cut turns the end of a file into io.ErrUnexpectedEOF, where more was to come.
func Cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// ReadAt reads all of b at an offset.
func ReadAt(file File, b []byte, offset int64) error {
	if offset < 0 || offset > file.Size()-int64(len(b)) {
		return io.ErrUnexpectedEOF
	}
	n, err := file.ReadAt(b, offset)
	if n == len(b) {
		return nil
	}
	return Cut(err)
}

// From is the file from an offset to its end.
func From(file File, offset int64) File {
	return io.NewSectionReader(file, offset, max(0, file.Size()-offset))
}

// ErrChanged is the error of a file whose headers are no more what they were.
var ErrChanged = errors.New("it was written to while it was read")

// LinesBuffer is how many bytes a Lines takes.
const LinesBuffer = 32 << 10

// A Lines gives the lines that a decoder of compressed data makes. Many short ones are
// decoded at once, but never more than there are.
type Lines struct {
	left     io.LimitedReader
	buffered *bufio.Reader
}

// Reset begins with so many lines of so many bytes.
func (l *Lines) Reset(in io.Reader, lines, bytes int64) {
	l.left = io.LimitedReader{R: in, N: lines * bytes}
	if l.buffered == nil {
		l.buffered = bufio.NewReaderSize(nil, LinesBuffer)
	}
	l.buffered.Reset(&l.left)
}

// Next reads a line.
func (l *Lines) Next(line []byte) error {
	_, err := io.ReadFull(l.buffered, line)
	return err
}

// Rows calls do with 0 to n-1 until ctx has ended or do returns an error.
func Rows(ctx context.Context, n int64, do func(y int) error) error {
	for y := range int(n) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := do(y); err != nil {
			return err
		}
	}
	return nil
}
