package picture

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"strings"

	"cnnlang/interp/regular"
)

// MaxPixels is the largest number of pixels an image may have, 64 Mi. Decoding
// takes 4 bytes for each, of an image with 16 bits a channel 8: of those half as
// many are read.
const MaxPixels = 64 << 20

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

// A format is a way to decode that we have, or know by its first bytes to lack.
type format struct {
	magic, name  string
	decodeConfig func(io.Reader) (image.Config, error)
	decode       func(io.Reader) (image.Image, error)
}

var formats = []format{
	{"\xff\xd8\xff", "a JPEG image", jpeg.DecodeConfig, jpeg.Decode},
	{pngMagic, "a PNG image", png.DecodeConfig, png.Decode},
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

const pngMagic = "\x89PNG\r\n\x1a\n"

const headLength = 32 // enough for every magic, and for the sizes of a PNG

func read(path string) (pixels, error) {
	f, info, err := regular.Open(path)
	if err != nil {
		return pixels{}, systemError(path, err)
	}
	defer f.Close()
	return decode(path, f, info.Size())
}

// decode decodes the size bytes of f after a look at its header: what would be
// too large is refused before memory is spent on it. Errors name it path.
func decode(path string, f io.ReaderAt, size int64) (pixels, error) {
	head := make([]byte, headLength)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return pixels{}, systemError(path, err)
	}
	format, problem := recognize(head[:n])
	if problem != "" {
		return pixels{}, &FileError{Path: path, Problem: problem}
	}
	if head[0] == pngMagic[0] && n >= 24 {
		// The decoder has a limit of its own, far above ours.
		width, height := binary.BigEndian.Uint32(head[16:]), binary.BigEndian.Uint32(head[20:])
		if err := checkPixels(path, int64(width), int64(height), MaxPixels); err != nil {
			return pixels{}, err
		}
	}
	config, err := format.decodeConfig(bufio.NewReader(io.NewSectionReader(f, 0, size)))
	if err != nil {
		return pixels{}, undecodable(path, format, err)
	}
	if err := checkSize(path, config, head, size); err != nil {
		return pixels{}, err
	}
	decoded, err := format.decode(bufio.NewReader(io.NewSectionReader(f, 0, size)))
	if err != nil {
		return pixels{}, undecodable(path, format, err)
	}
	return toRGB(decoded), nil
}

// recognize tells the format by the first bytes, whatever the file is called.
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
			return format{}, unsupported("an HEIC or AVIF image or a film (" + strings.ToValidUTF8(text[8:12], "?") + ")")
		}
	}
	return format{}, fmt.Sprintf("begins with %.16q and is no image that is known here; cnnlang reads JPEG and PNG", head)
}

func unsupported(name string) string {
	return "is " + name + "; cnnlang reads JPEG and PNG"
}

// checkSize refuses images that are too large, and headers that promise more
// than the bytes of the file can hold.
func checkSize(path string, c image.Config, head []byte, size int64) error {
	if c.Width < 1 || c.Height < 1 {
		return &FileError{Path: path, Problem: fmt.Sprintf("has %d x %d pixels, want at least one", c.Width, c.Height)}
	}
	limit := int64(MaxPixels)
	if deep(c.ColorModel) {
		limit /= 2
	}
	if err := checkPixels(path, int64(c.Width), int64(c.Height), limit); err != nil {
		return err
	}
	count := int64(c.Width) * int64(c.Height)
	// A JPEG spends at least a bit on each block of 8 x 8; deflate, in a PNG,
	// packs at most 1,032 bytes into one.
	least := count / 64 / 8
	if head[0] == pngMagic[0] {
		channels := map[byte]int64{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[head[25]]
		least = count * channels * int64(head[24]) / 8 / 1032
	}
	if size < least {
		return &FileError{Path: path, Problem: fmt.Sprintf("has %d bytes, too few for its %d x %d pixels; it was cut short, fetch it again", size, c.Width, c.Height)}
	}
	return nil
}

func checkPixels(path string, width, height, limit int64) error {
	if height > 0 && width > limit/height {
		return &LimitError{Path: path, Problem: fmt.Sprintf("has %d x %d pixels, the limit is %d in all; scale it down first", width, height, limit)}
	}
	return nil
}

func deep(m color.Model) bool {
	return m == color.RGBA64Model || m == color.NRGBA64Model
}

func undecodable(path string, f format, err error) *FileError {
	problem := fmt.Sprintf("cannot be decoded: %v; the file is damaged, fetch it again", err)
	var unsupportedPNG png.UnsupportedError
	var unsupportedJPEG jpeg.UnsupportedError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		problem = "ends too early; it was cut short, fetch it again"
	case errors.As(err, &unsupportedPNG), errors.As(err, &unsupportedJPEG):
		problem = fmt.Sprintf("is %s of a kind that cannot be decoded: %v; save it again in a plain form", f.name, err)
	}
	return &FileError{Path: path, Problem: problem, Err: err}
}

func systemError(path string, err error) *FileError {
	problem := err.Error()
	var inner *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		problem = "no such file"
	case errors.As(err, &inner):
		problem = inner.Err.Error()
	}
	return &FileError{Path: path, Problem: problem, Err: err}
}
