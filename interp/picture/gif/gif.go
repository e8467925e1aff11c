// Package gif decodes the first frame of a GIF as Pillow composes it: on the logical screen,
// which grows to hold the frame, with the rest in the transparent colour, or the first of
// the palette.
package gif

import (
	"bufio"
	"compress/lzw"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"cnnlang/interp/picture/codec"
)

// The bytes that begin blocks.
const (
	extension  = '!'
	descriptor = ','
	trailer    = ';'
	control    = 0xf9 // the label of a graphic control extension
)

// A picture is a GIF up to the data of its first frame.
type picture struct {
	width, height int // of the screen
	x, y, w, h    int // where the frame lies
	colours       [256][3]uint8
	rest          uint8 // the index of the colour around the frame
	interlaced    bool
	codeSize      int
}

// Inspect reads the headers up to the first frame.
func Inspect(ctx context.Context, file codec.File) (codec.Header, error) {
	p, err := read(bufio.NewReader(codec.From(file, 0)))
	// The longest string of 12-bit codes has 4,096 pixels.
	return codec.Header{
		Width: int64(p.width), Height: int64(p.height),
		Least: int64(p.w) * int64(p.h) / 4096,
		Cost:  int64(p.w) + decoder,
	}, err
}

// decoder is about what the reader of compressed data and the buffers take.
const decoder = 40 << 10

// Decode decodes the first frame.
func Decode(ctx context.Context, file codec.File, header codec.Header, rgb []uint8) error {
	r := bufio.NewReader(codec.From(file, 0))
	p, err := read(r)
	if err != nil {
		return err
	}
	if int64(p.width) != header.Width || int64(p.height) != header.Height {
		return codec.ErrChanged
	}
	if p.w < p.width || p.h < p.height {
		for i := 0; i < len(rgb); i += 3 {
			copy(rgb[i:], p.colours[p.rest][:])
		}
	}
	pixels := lzw.NewReader(&blocks{r: r}, lzw.LSB, p.codeSize)
	defer pixels.Close()
	indices := make([]uint8, p.w)
	return codec.Rows(ctx, int64(p.h), func(i int) error {
		if _, err := io.ReadFull(pixels, indices); err != nil {
			return codec.Cut(err)
		}
		row := rgb[3*((p.y+p.line(i))*p.width+p.x):]
		for x, index := range indices {
			copy(row[3*x:3*x+3], p.colours[index][:])
		}
		return nil
	})
}

// read reads to the data of the first frame.
func read(r *bufio.Reader) (p picture, err error) {
	var screen [13]byte
	if _, err := io.ReadFull(r, screen[:]); err != nil {
		return p, codec.Cut(err)
	}
	if version := string(screen[:6]); version != "GIF87a" && version != "GIF89a" {
		return p, codec.NotRead("it is of the version %q", version)
	}
	p.width, p.height = le16(screen[6:]), le16(screen[8:])
	for i := range p.colours { // the colours that a palette lacks, as in Pillow
		p.colours[i] = [3]uint8{uint8(i), uint8(i), uint8(i)}
	}
	if err := p.palette(r, screen[10]); err != nil {
		return p, err
	}
	for {
		kind, err := r.ReadByte()
		switch {
		case err != nil:
			return p, codec.Cut(err)
		case kind == extension:
			if err := p.extension(r); err != nil {
				return p, err
			}
		case kind == descriptor:
			return p, p.frame(r)
		case kind == trailer:
			return p, errors.New("it has no frame")
		} // anything else is passed over, as by Pillow
	}
}

// palette reads a palette if flags say that there is one.
func (p *picture) palette(r io.Reader, flags byte) error {
	if flags&0x80 == 0 {
		return nil
	}
	size := 2 << (flags & 7)
	var all [3 * 256]byte
	if _, err := io.ReadFull(r, all[:3*size]); err != nil {
		return codec.Cut(err)
	}
	for i := range p.colours {
		p.colours[i] = [3]uint8{uint8(i), uint8(i), uint8(i)}
		if i < size {
			copy(p.colours[i][:], all[3*i:])
		}
	}
	return nil
}

// extension reads an extension, of which only the transparent colour matters.
func (p *picture) extension(r *bufio.Reader) error {
	label, err := r.ReadByte()
	if err != nil {
		return codec.Cut(err)
	}
	var first [4]byte
	content := &blocks{r: r}
	n, err := io.ReadFull(content, first[:])
	if label == control && n == len(first) && first[0]&1 != 0 {
		p.rest = first[3]
	}
	if err == nil {
		_, err = io.Copy(io.Discard, content)
	}
	if err == io.EOF || err == io.ErrUnexpectedEOF && content.ended { // a short one
		err = nil
	}
	return err
}

// frame reads the descriptor of a frame.
func (p *picture) frame(r *bufio.Reader) error {
	var d [9]byte
	if _, err := io.ReadFull(r, d[:]); err != nil {
		return codec.Cut(err)
	}
	p.x, p.y, p.w, p.h = le16(d[0:]), le16(d[2:]), le16(d[4:]), le16(d[6:])
	p.width, p.height = max(p.width, p.x+p.w), max(p.height, p.y+p.h)
	p.interlaced = d[8]&0x40 != 0
	if err := p.palette(r, d[8]); err != nil {
		return err
	}
	size, err := r.ReadByte()
	if err != nil {
		return codec.Cut(err)
	}
	if p.codeSize = int(size); size < 2 || size > 8 {
		return fmt.Errorf("its pixels have %d bits, want 2 to 8", size)
	}
	return nil
}

// line is where the i-th line of the data lies in the frame: an interlaced frame has every
// eighth line first, then those between, then every second of the rest, and so on.
func (p *picture) line(i int) int {
	if !p.interlaced {
		return i
	}
	for _, pass := range [4][2]int{{0, 8}, {4, 8}, {2, 4}, {1, 2}} {
		first, step := pass[0], pass[1]
		lines := max(0, (p.h-first+step-1)/step)
		if i < lines {
			return first + i*step
		}
		i -= lines
	}
	panic("unreachable: the passes have all lines")
}

// blocks reads the content of data blocks, each of which begins with its length, to the
// empty one.
type blocks struct {
	r     *bufio.Reader
	left  int
	ended bool
}

func (b *blocks) ReadByte() (byte, error) {
	for b.left == 0 {
		if b.ended {
			return 0, io.EOF
		}
		length, err := b.r.ReadByte()
		if err != nil {
			return 0, codec.Cut(err)
		}
		b.left, b.ended = int(length), length == 0
	}
	b.left--
	c, err := b.r.ReadByte()
	return c, codec.Cut(err)
}

func (b *blocks) Read(p []byte) (int, error) {
	for i := range p {
		c, err := b.ReadByte()
		if err != nil {
			return i, err
		}
		p[i] = c
	}
	return len(p), nil
}

func le16(b []byte) int { return int(binary.LittleEndian.Uint16(b)) }
