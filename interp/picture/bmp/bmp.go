// Package bmp decodes Windows bitmaps: of 1, 4 and 8 bits with a palette, plain and run-length
// coded, and of 16, 24 and 32 bits with any bit fields; from the bottom up and from the top
// down.
package bmp

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"

	"cnnlang/interp/picture/codec"
)

// The values of the field of compression.
const (
	plain, rle8, rle4, bitFields = 0, 1, 2, 3
)

// The bytes before a header, and of the kinds of headers.
const (
	fileHeader             = 14
	coreHeader, infoHeader = 12, 40
)

// A picture is what the headers say.
type picture struct {
	width, height int64
	topDown       bool
	bits          int
	compression   uint32
	offset        int64 // of the pixels
	colours       [256][3]uint8
	fields        [3]field // of 16 bits and more: where the colours lie in a pixel
}

// A field is a colour in a pixel: so many bits, which begin at shift.
type field struct{ shift, bits int }

// Inspect reads the headers.
func Inspect(ctx context.Context, file codec.File) (codec.Header, error) {
	p, err := read(file)
	if err != nil {
		return codec.Header{}, err
	}
	h := codec.Header{Width: p.width, Height: p.height, Cost: buffer}
	if !codec.Acceptable(p.width, p.height) {
		return h, nil
	}
	if p.compression == rle8 || p.compression == rle4 {
		h.Least = p.height / 64 // four bytes pass over 255 lines
	} else {
		h.Cost += p.stride()
		h.Least = p.stride() * p.height
	}
	return h, nil
}

// Decode decodes the pixels.
func Decode(ctx context.Context, file codec.File, header codec.Header, rgb []uint8) error {
	p, err := read(file)
	if err != nil {
		return err
	}
	if p.width != header.Width || p.height != header.Height {
		return codec.ErrChanged
	}
	if p.compression == rle8 || p.compression == rle4 {
		return p.runs(ctx, file, rgb)
	}
	pixels := codec.From(file, p.offset)
	line := make([]byte, p.stride())
	return codec.Rows(ctx, p.height, func(y int) error {
		if _, err := io.ReadFull(pixels, line); err != nil {
			return codec.Cut(err)
		}
		p.convert(p.row(rgb, y), line)
		return nil
	})
}

// stride is how many bytes a line has.
func (p *picture) stride() int64 { return (p.width*int64(p.bits) + 31) / 32 * 4 }

// row is where line y of the file lies in the picture.
func (p *picture) row(rgb []uint8, y int) []uint8 {
	if !p.topDown {
		y = int(p.height) - 1 - y
	}
	return rgb[3*int(p.width)*y:][:3*p.width]
}

// convert converts a line of pixels.
func (p *picture) convert(out []uint8, line []byte) {
	switch each := p.bits / 8; {
	case p.bits <= 8:
		for x := range len(out) / 3 {
			at := x * p.bits
			index := line[at/8] << (at % 8) >> (8 - p.bits)
			copy(out[3*x:3*x+3], p.colours[index][:])
		}
	case p.bits > 16 && p.fields == usual(p.bits):
		for x := range len(out) / 3 {
			out[3*x], out[3*x+1], out[3*x+2] = line[each*x+2], line[each*x+1], line[each*x]
		}
	default:
		for x := range len(out) / 3 {
			pixel := uint32(0)
			for i, b := range line[each*x:][:each] {
				pixel |= uint32(b) << (8 * i)
			}
			for c, f := range p.fields {
				most := uint32(1)<<f.bits - 1
				out[3*x+c] = uint8(pixel >> f.shift & most * 255 / most)
			}
		}
	}
}

// usual are the fields where none are given.
func usual(depth int) [3]field {
	if depth == 16 {
		return [3]field{{10, 5}, {5, 5}, {0, 5}}
	}
	return [3]field{{16, 8}, {8, 8}, {0, 8}}
}

// read reads the headers and the palette.
func read(file codec.File) (*picture, error) {
	p := &picture{}
	var head [fileHeader + infoHeader + 12]byte // with three masks
	if err := codec.ReadAt(file, head[:fileHeader+4], 0); err != nil {
		return p, err
	}
	p.offset = int64(binary.LittleEndian.Uint32(head[10:]))
	size := int64(binary.LittleEndian.Uint32(head[fileHeader:]))
	info := head[fileHeader:]
	var colours, entry int64 // of the palette
	switch size {
	case coreHeader:
		if err := codec.ReadAt(file, info[:size], fileHeader); err != nil {
			return p, err
		}
		p.width, p.height = int64(binary.LittleEndian.Uint16(info[4:])), int64(binary.LittleEndian.Uint16(info[6:]))
		p.bits, entry = int(binary.LittleEndian.Uint16(info[10:])), 3
	case infoHeader, 52, 56, 64, 108, 124:
		if err := codec.ReadAt(file, info[:infoHeader], fileHeader); err != nil {
			return p, err
		}
		p.width, p.height = int64(int32(binary.LittleEndian.Uint32(info[4:]))), int64(int32(binary.LittleEndian.Uint32(info[8:])))
		p.bits, p.compression = int(binary.LittleEndian.Uint16(info[14:])), binary.LittleEndian.Uint32(info[16:])
		colours, entry = int64(binary.LittleEndian.Uint32(info[32:])), 4
		if p.topDown = p.height < 0; p.topDown {
			p.height = -p.height
		}
	default:
		return p, codec.NotRead("its header has %d bytes", size)
	}
	if !codec.Acceptable(p.width, p.height) {
		return p, nil
	}
	if err := p.check(); err != nil {
		return p, err
	}
	end := fileHeader + size
	if p.compression == bitFields {
		// The masks follow the first 40 bytes, as the rest of a longer header or after it.
		if err := codec.ReadAt(file, info[infoHeader:], fileHeader+infoHeader); err != nil {
			return p, err
		}
		end = max(end, fileHeader+infoHeader+12)
	}
	if err := p.masks(info[infoHeader:]); err != nil {
		return p, err
	}
	return p, p.palette(file, end, colours, entry)
}

// check refuses what is not read.
func (p *picture) check() error {
	switch p.bits {
	case 1, 4, 8, 16, 24, 32:
	default:
		return codec.NotRead("it has %d bits a pixel", p.bits)
	}
	switch {
	case p.compression == plain,
		p.compression == rle8 && p.bits == 8,
		p.compression == rle4 && p.bits == 4,
		p.compression == bitFields && p.bits >= 16:
		return nil
	}
	return codec.NotRead("its compression is %d with %d bits a pixel", p.compression, p.bits)
}

// masks sets the fields from the masks of red, green and blue.
func (p *picture) masks(masks []byte) error {
	p.fields = usual(p.bits)
	if p.compression != bitFields {
		return nil
	}
	var given [3]uint32
	for i := range given {
		given[i] = binary.LittleEndian.Uint32(masks[4*i:])
	}
	if given == [3]uint32{} && p.bits == 32 { // as written by some programs
		return nil
	}
	for i, mask := range given {
		f := field{bits.TrailingZeros32(mask), bits.OnesCount32(mask)}
		if mask == 0 || f.bits > 8 || f.shift+f.bits > p.bits || mask>>f.shift != 1<<f.bits-1 {
			return codec.NotRead("its colours are masked by %#x", given)
		}
		p.fields[i] = f
	}
	return nil
}

// palette reads the palette, and finds the pixels after it where the file does not say
// where they are.
func (p *picture) palette(file codec.File, at, colours, entry int64) error {
	if p.bits > 8 {
		if p.offset == 0 {
			p.offset = at
		}
		return nil
	}
	if colours == 0 {
		colours = 1 << p.bits
	}
	if colours > 1<<16 {
		return fmt.Errorf("its palette has %d colours", colours)
	}
	if p.offset == 0 || p.offset == at {
		p.offset = at + entry*colours
	}
	for i := range p.colours { // the colours that a palette lacks, as in Pillow
		p.colours[i] = [3]uint8{uint8(i), uint8(i), uint8(i)}
	}
	all := make([]byte, entry*min(colours, 256))
	if err := codec.ReadAt(file, all, at); err != nil {
		return err
	}
	for i := range len(all) / int(entry) {
		bgr := all[i*int(entry):]
		p.colours[i] = [3]uint8{bgr[2], bgr[1], bgr[0]}
	}
	return nil
}
