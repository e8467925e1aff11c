package picture

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"strings"

	"cnnlang/interp/internal/regular"
)

// pixels is an image of 8 bits a channel.
type pixels struct {
	width, height int
	rgb           []uint8 // [height, width, 3]
}

func newPixels(width, height int) pixels {
	return pixels{width, height, make([]uint8, 3*width*height)}
}

// row returns row y, [width, 3].
func (p pixels) row(y int) []uint8 { return p.rgb[3*p.width*y : 3*p.width*(y+1)] }

// A format is an image format, with its decoder if it is supported.
type format struct {
	magic, name  string
	decodeConfig func(io.Reader) (image.Config, error)
	decode       func(io.Reader) (image.Image, error)
	piece        int // bytes read at a time
}

var formats = []format{
	{jpegMagic, "a JPEG image", jpeg.DecodeConfig, jpeg.Decode, piece},
	{pngMagic, "a PNG image", png.DecodeConfig, png.Decode, 1 << 12},
	{magic: "GIF8", name: "a GIF image"},
	{magic: "BM", name: "a BMP image"},
	{magic: "II*\x00", name: "a TIFF image"},
	{magic: "MM\x00*", name: "a TIFF image"},
	{magic: "\x00\x00\x01\x00", name: "an icon"},
	{magic: "8BPS", name: "a Photoshop file"},
	{magic: "%PDF", name: "a PDF document"},
	{magic: "\x93NUMPY", name: "a NumPy array"},
	{magic: "PK\x03\x04", name: "a zip archive"},
	{magic: "<svg", name: "an SVG drawing"},
	{magic: "<?xml", name: "an XML document"},
	{magic: "<!DOCTYPE", name: "a web page"},
	{magic: "<html", name: "a web page"},
	{magic: "version https://git-lfs", name: "a Git LFS pointer"},
}

const (
	jpegMagic = "\xff\xd8\xff"
	pngMagic  = "\x89PNG\r\n\x1a\n"
)

const headLength = 32 // enough for every magic

// A source is an image in a file whose headers have been read.
type source struct {
	path          string // as errors name it
	file          io.ReaderAt
	size          int64
	format        format
	width, height int64
	cost          int64 // bytes that its decoder allocates
}

// inspect reads the headers, so that an image that is too large is refused before time or
// memory is spent on it.
func inspect(ctx context.Context, path string, f io.ReaderAt, size int64) (*source, error) {
	head := make([]byte, headLength)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, systemError(path, err)
	}
	format, problem := recognize(head[:n])
	if problem != "" {
		return nil, &FileError{Path: path, Problem: problem}
	}
	s := &source{path: path, file: f, size: size, format: format}
	if format.magic == pngMagic {
		return s, s.inspectPNG(ctx)
	}
	return s, s.inspectJPEG(ctx)
}

// reader is a new reader of the file.
func (s *source) reader(ctx context.Context) io.Reader {
	return stoppable{ctx, bufio.NewReaderSize(io.NewSectionReader(s.file, 0, s.size), 1<<16), s.format.piece}
}

// wide is a new reader of the file, buffered in large pieces.
func (s *source) wide(ctx context.Context) *bufio.Reader {
	return bufio.NewReaderSize(stoppable{ctx, io.NewSectionReader(s.file, 0, s.size), 1 << 16}, 1<<16)
}

func (s *source) inspectPNG(ctx context.Context) error {
	header, headerErr := readPNGHeader(s.wide(ctx))
	s.width, s.height = int64(header.width), int64(header.height)
	if err := s.checkPixels(); err != nil { // the decoder's own limit is far higher
		return err
	}
	if _, err := s.format.decodeConfig(s.reader(ctx)); err != nil {
		return s.undecodable(err)
	}
	// Deflate compresses at most 1,032 bytes into one.
	channels := map[byte]int64{pngGray: 1, pngRGB: 3, pngPalette: 1, pngGrayAlpha: 2, pngRGBA: 4}[header.colour]
	if err := s.checkSize(s.width * s.height * channels * int64(header.depth) / 8 / 1032); err != nil {
		return err
	}
	if headerErr != nil {
		return s.undecodable(headerErr)
	}
	s.cost = header.cost(s.width, s.height)
	return nil
}

func (s *source) inspectJPEG(ctx context.Context) error {
	config, err := s.format.decodeConfig(s.reader(ctx))
	if err != nil {
		return s.undecodable(err)
	}
	s.width, s.height = int64(config.Width), int64(config.Height)
	if err := s.checkPixels(); err != nil {
		return err
	}
	// Each block of 8 x 8 pixels takes at least a bit.
	if err := s.checkSize(s.width * s.height / 64 / 8); err != nil {
		return err
	}
	header, err := readJPEGHeader(s.wide(ctx))
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return s.undecodable(err)
	}
	if header.components == 0 {
		return s.undecodable(io.ErrUnexpectedEOF) // the file became shorter
	}
	if err := s.checkScans(&header); err != nil {
		return err
	}
	s.cost = header.cost(s.width, s.height, config.ColorModel)
	return nil
}

func (s *source) decode(ctx context.Context) (image.Image, error) {
	decoded, err := s.format.decode(s.reader(ctx))
	if err != nil {
		return nil, s.undecodable(err)
	}
	return decoded, ctx.Err()
}

// Decode decodes a JPEG or PNG image, of which it reads no more than MaxBytes and decodes
// no more than MaxPixels, and returns soon after ctx has ended. Its error is a *FileError,
// a *LimitError, or that of ctx.
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
		return s.decode(ctx)
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
	content, err = io.ReadAll(io.LimitReader(stoppable{ctx, r, 1 << 16}, most+1))
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

// recognize finds the format by the first bytes, whatever the file is called.
func recognize(head []byte) (format, string) {
	if len(head) == 0 {
		return format{}, "is empty, want a JPEG or PNG image"
	}
	text := string(head)
	for _, f := range formats {
		if strings.HasPrefix(text, f.magic) {
			if f.decode == nil {
				return f, unsupported(f.name)
			}
			return f, ""
		}
	}
	if len(head) >= 12 {
		switch {
		case text[:4] == "RIFF" && text[8:12] == "WEBP":
			return format{}, unsupported("a WebP image")
		case text[4:8] == "ftyp":
			return format{}, unsupported("an HEIC or AVIF image or a video (" + strings.ToValidUTF8(text[8:12], "?") + ")")
		}
	}
	return format{}, fmt.Sprintf("begins with %.16q and is not a known image format; cnnlang reads JPEG and PNG", head)
}

func unsupported(name string) string {
	return "is " + name + "; cnnlang reads JPEG and PNG"
}

// checkSize refuses headers without pixels, and those that claim more than the bytes of the
// file can hold.
func (s *source) checkSize(least int64) error {
	if s.width < 1 || s.height < 1 {
		return &FileError{Path: s.path, Problem: fmt.Sprintf("has %d x %d pixels, want at least one", s.width, s.height)}
	}
	if s.size < least {
		return &FileError{Path: s.path, Problem: fmt.Sprintf("has %d bytes, too few for its %d x %d pixels; it was cut short, fetch it again", s.size, s.width, s.height)}
	}
	return nil
}

func (s *source) undecodable(err error) *FileError {
	problem := fmt.Sprintf("cannot be decoded: %v; the file is damaged, fetch it again", err)
	var unsupportedPNG png.UnsupportedError
	var unsupportedJPEG jpeg.UnsupportedError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		problem = "ends too early; it was cut short, fetch it again"
	case errors.As(err, &unsupportedPNG), errors.As(err, &unsupportedJPEG):
		problem = fmt.Sprintf("is %s of a kind that cannot be decoded: %v; save it again in a plain form", s.format.name, err)
	}
	return &FileError{Path: s.path, Problem: problem, Err: err}
}

func systemError(path string, err error) *FileError {
	return &FileError{Path: path, Problem: regular.Problem(err), Err: err}
}
