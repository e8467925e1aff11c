// Package png decodes PNG of every kind of colour, depth and interlacing, as Pillow converts
// it to RGB: transparency, gamma and profiles are left out, of 16 bits the upper eight are
// taken, but grey alone is cut off above 255.
package png

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"cnnlang/interp/picture/codec"
	"cnnlang/interp/picture/exif"
)

// Magic begins every file.
const Magic = "\x89PNG\r\n\x1a\n"

// The kinds of colour (the specification of PNG, 11.2.1).
const (
	grey, rgbColours, palette, greyAlpha, rgbAlpha = 0, 2, 3, 4, 6
)

// channels is how many samples a pixel has.
var channels = map[byte]int{grey: 1, rgbColours: 3, palette: 1, greyAlpha: 2, rgbAlpha: 4}

// depths are the bits that a sample may have.
var depths = map[byte]string{grey: "\x01\x02\x04\x08\x10", rgbColours: "\x08\x10", palette: "\x01\x02\x04\x08", greyAlpha: "\x08\x10", rgbAlpha: "\x08\x10"}

// The bytes of what precedes and follows the content of a chunk, and of the header's.
const (
	chunkHeader, chunkChecksum, ihdrLength = 8, 4, 13
)

// mostChunks is how many chunks are looked at for an orientation, which is in any of them.
const mostChunks = 1 << 16

// A picture is what the chunks say.
type picture struct {
	width, height int64
	depth, colour byte
	samples       int // of a pixel
	interlaced    bool
	colours       [256][3]uint8
	data          int64 // where the chunks with the pixels begin
}

// Inspect reads the headers of the chunks.
func Inspect(ctx context.Context, file codec.File) (codec.Header, error) {
	p, err := read(file)
	h := codec.Header{Width: p.width, Height: p.height}
	if err == nil && !codec.Acceptable(p.width, p.height) {
		return h, nil
	}
	h.Cost = 2*p.lineBytes(p.width) + 2*buffer + codec.LinesBuffer + inflater
	h.Least = p.lineBytes(p.width) * p.height / 1032 // what deflate makes of a byte at most
	if err != nil && h.Least <= file.Size() {        // else it is the size that is wrong
		return h, err
	}
	h.Orientation = orientation(ctx, file)
	return h, nil
}

// What expanding takes, about.
const (
	buffer   = 32 << 10 // of the file
	inflater = 64 << 10
)

// lineBytes is how many bytes a line of so many pixels has, without that of its filter.
func (p *picture) lineBytes(width int64) int64 {
	return (width*int64(p.samples)*int64(p.depth) + 7) / 8
}

// read reads the chunks before the pixels.
func read(file codec.File) (*picture, error) {
	p := &picture{}
	for i := range p.colours { // the colours that a palette lacks, as in Pillow
		p.colours[i] = [3]uint8{uint8(i), uint8(i), uint8(i)}
	}
	at := int64(len(Magic))
	length, kind, err := chunk(file, at)
	if err != nil {
		return p, err
	}
	if kind != "IHDR" || length != ihdrLength {
		return p, fmt.Errorf("it begins with the chunk %.4q of %d bytes", kind, length)
	}
	content, err := content(file, at, length)
	if len(content) < ihdrLength {
		return p, err
	}
	switch wrong := p.header(content); {
	case !codec.Acceptable(p.width, p.height):
		return p, nil
	case err != nil:
		return p, err
	case wrong != nil:
		return p, wrong
	}
	return p, p.chunks(file, at+chunkHeader+length+chunkChecksum)
}

// header reads the content of IHDR.
func (p *picture) header(b []byte) error {
	p.width, p.height = int64(binary.BigEndian.Uint32(b)), int64(binary.BigEndian.Uint32(b[4:]))
	p.depth, p.colour, p.interlaced = b[8], b[9], b[12] != 0
	p.samples = channels[p.colour]
	switch {
	case bytes.IndexByte([]byte(depths[p.colour]), p.depth) < 0:
		return codec.NotRead("its kind of colour is %d, with %d bits", p.colour, p.depth)
	case b[10] != 0 || b[11] != 0 || b[12] > 1:
		return codec.NotRead("its compression, filter and interlacing are %d, %d and %d", b[10], b[11], b[12])
	}
	return nil
}

// chunks reads those up to the pixels.
func (p *picture) chunks(file codec.File, at int64) error {
	seen := p.colour != palette
	for range mostChunks {
		length, kind, err := chunk(file, at)
		if err != nil {
			return err
		}
		switch {
		case kind == "IDAT":
			if p.data = at; !seen {
				return errors.New("it has no palette")
			}
			return nil
		case kind == "IEND":
			return errors.New("it has no pixels")
		case kind == "PLTE" && !seen:
			if length%3 != 0 || length > 3*256 || length == 0 {
				return fmt.Errorf("its palette has %d bytes", length)
			}
			colours, err := content(file, at, length)
			if err != nil {
				return err
			}
			for seen = true; len(colours) > 0; colours = colours[3:] {
				copy(p.colours[(length-int64(len(colours)))/3][:], colours)
			}
		}
		at += chunkHeader + length + chunkChecksum
	}
	return fmt.Errorf("it has more than %d chunks before its pixels", mostChunks)
}

// orientation looks for one in all chunks.
func orientation(ctx context.Context, file codec.File) int {
	at := int64(len(Magic))
	for range mostChunks {
		length, kind, err := chunk(file, at)
		if err != nil || kind == "IEND" || ctx.Err() != nil {
			return 0
		}
		const most = 1 << 16
		if kind == "eXIf" && length <= most {
			data, _ := content(file, at, length)
			return exif.Orientation(data)
		}
		at += chunkHeader + length + chunkChecksum
	}
	return 0
}

// chunk reads the length and the kind of the chunk at an offset.
func chunk(file codec.File, at int64) (length int64, kind string, err error) {
	var head [chunkHeader]byte
	if err := codec.ReadAt(file, head[:], at); err != nil {
		return 0, "", err
	}
	return int64(binary.BigEndian.Uint32(head[:])), string(head[4:]), nil
}

// content reads the content of the chunk at an offset, and checks it.
func content(file codec.File, at, length int64) ([]byte, error) {
	if length > file.Size()-at {
		return nil, io.ErrUnexpectedEOF
	}
	b := make([]byte, 4+length+chunkChecksum)
	if err := codec.ReadAt(file, b, at+4); err != nil {
		return nil, err
	}
	return b[4 : 4+length], check(b[:4+length], b[4+length:])
}

// check compares the checksum of the kind and content of a chunk.
func check(chunk, sum []byte) error {
	if crc32.ChecksumIEEE(chunk) != binary.BigEndian.Uint32(sum) {
		return fmt.Errorf("the checksum of its chunk %.4q is another", chunk[:4])
	}
	return nil
}
