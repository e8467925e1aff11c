// Package webp decodes WebP as libwebp does: lossy and lossless, of an animation the first
// frame on a black canvas. Transparency is not decoded, since Pillow drops it from RGB.
package webp

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"

	"golang.org/x/image/vp8"

	"cnnlang/interp/picture/codec"
	"cnnlang/interp/picture/exif"
)

// A picture is what the chunks say.
type picture struct {
	canvas      image.Rectangle // as VP8X says; empty without one
	frame       image.Rectangle // on it
	lossless    bool
	data        codec.File // of the frame
	animated    bool
	orientation int
}

// The bytes of what begins a file, a chunk, a frame of an animation, and the frames' data.
const (
	riffHeader, chunkHeader, frameHeader = 12, 8, 16
	lossyHeader, losslessHeader          = 10, 5
)

// mostChunks is how many chunks are looked at.
const mostChunks = 1 << 12

// Inspect reads the headers of the chunks.
func Inspect(ctx context.Context, file codec.File) (codec.Header, error) {
	p, err := read(file)
	if err != nil {
		return codec.Header{}, err
	}
	size := p.size()
	h := codec.Header{Width: int64(size.X), Height: int64(size.Y), Orientation: p.orientation}
	width, height, data := int64(p.frame.Dx()), int64(p.frame.Dy()), p.data.Size()
	if p.lossless {
		h.Cost = losslessCost(width, height, data)
	} else {
		blocks := (width + 15) / 16 * ((height + 15) / 16)
		h.Least = blocks / 8 // a block of 16 x 16 pixels takes more than a bit
		h.Cost = blocks*(16*16*3/2+perBlock) + data + lossyDecoder
	}
	return h, nil
}

const (
	perBlock     = 8 // bytes of the filter's strength
	lossyDecoder = 64 << 10
)

// losslessCost bounds what the decoder of lossless pictures allocates: the pixels, of 4 bytes;
// those of the transforms' own pictures and of which codes are where, which have at most one
// for each 4 x 4; and groups of five codes, which take at least 20 bits of the file each, and
// more memory where a code is of more than a symbol or two, in 42 bits of the file.
func losslessCost(width, height, data int64) int64 {
	const (
		perGroup    = 5 * 640
		perCode     = 2 * mostSymbols
		perFullest  = 2 * (mostSymbols + 3*literals + distances)
		decoder     = 64 << 10
		ownPictures = 4 * 4 // of 4 bytes
	)
	few := ((width + 3) / 4) * ((height + 3) / 4)
	groups := min(mostGroups, 8*data/20) + 5
	return decoder + 4*width*height + ownPictures*few + groups*perGroup + min(groups*perFullest, 8*data/42*perCode)
}

// Decode decodes the first frame.
func Decode(ctx context.Context, file codec.File, header codec.Header, rgb []uint8) error {
	p, err := read(file)
	if err != nil {
		return err
	}
	size := p.size()
	if int64(size.X) != header.Width || int64(size.Y) != header.Height {
		return codec.ErrChanged
	}
	out := canvas{rgb, 3 * size.X, p.frame}
	if p.lossless {
		pixels, err := decodeLossless(ctx, p.data, p.frame.Dx(), p.frame.Dy())
		if err != nil {
			return err
		}
		return out.copy(ctx, pixels)
	}
	d := vp8.NewDecoder()
	d.Init(p.data, int(p.data.Size()))
	if _, err := d.DecodeFrameHeader(); err != nil {
		return codec.Cut(err)
	}
	decoded, err := d.DecodeFrame()
	if err != nil {
		return codec.Cut(err)
	}
	return out.convert(ctx, decoded)
}

// A canvas is where a frame is drawn.
type canvas struct {
	rgb    []uint8
	stride int
	frame  image.Rectangle
}

func (c *canvas) row(y int) []uint8 {
	return c.rgb[(c.frame.Min.Y+y)*c.stride+3*c.frame.Min.X:][:3*c.frame.Dx()]
}

func (c *canvas) copy(ctx context.Context, pixels []uint32) error {
	return codec.Rows(ctx, int64(c.frame.Dy()), func(y int) error {
		out := c.row(y)
		for x, pixel := range pixels[y*c.frame.Dx():][:c.frame.Dx()] {
			out[3*x], out[3*x+1], out[3*x+2] = uint8(pixel>>16), uint8(pixel>>8), uint8(pixel)
		}
		return nil
	})
}

// size is that of the whole picture.
func (p *picture) size() image.Point {
	if p.canvas.Empty() {
		return p.frame.Size()
	}
	return p.canvas.Size()
}

// read goes through the chunks.
func read(file codec.File) (*picture, error) {
	p := &picture{}
	at, looked := int64(riffHeader), 0
	for ; at < file.Size(); looked++ {
		if looked == mostChunks {
			return nil, fmt.Errorf("it has more than %d chunks", mostChunks)
		}
		var head [chunkHeader]byte
		if err := codec.ReadAt(file, head[:], at); err != nil {
			if p.data != nil { // a byte or so after the last chunk
				break
			}
			return nil, err
		}
		length := int64(binary.LittleEndian.Uint32(head[4:]))
		body := io.NewSectionReader(file, at+chunkHeader, min(length, file.Size()-at-chunkHeader))
		if err := p.chunk(string(head[:4]), body); err != nil {
			return nil, err
		}
		at += chunkHeader + length + length%2
	}
	switch size := p.size(); {
	case p.data == nil:
		return nil, io.ErrUnexpectedEOF
	case p.animated && p.canvas.Empty():
		return nil, errors.New("it is an animation of no size")
	case !p.canvas.Empty() && (p.frame.Empty() || !p.frame.In(p.canvas) || !p.animated && p.frame != p.canvas):
		return nil, fmt.Errorf("its frame has %d x %d pixels at %v, of %d x %d in all", p.frame.Dx(), p.frame.Dy(), p.frame.Min, size.X, size.Y)
	}
	return p, nil
}

// chunk reads a chunk. Those that come again count the first time.
func (p *picture) chunk(kind string, body codec.File) error {
	switch kind {
	case "VP8X":
		var b [10]byte
		if err := codec.ReadAt(body, b[:], 0); err != nil {
			return err
		}
		if p.canvas.Empty() && p.data == nil {
			p.canvas = image.Rect(0, 0, 1+le24(b[4:]), 1+le24(b[7:]))
		}
	case "VP8 ", "VP8L":
		if p.data == nil {
			return p.bitstream(kind, body, image.Point{})
		}
	case "ANMF":
		if p.data == nil {
			p.animated = true
			return p.animation(body)
		}
	case "EXIF":
		if p.orientation == 0 {
			const most = 1 << 16
			content := make([]byte, min(body.Size(), most))
			if err := codec.ReadAt(body, content, 0); err != nil {
				return err
			}
			p.orientation = exif.Orientation(content)
		}
	}
	return nil
}

// animation reads the first frame of an animation, whose data are chunks within its own.
func (p *picture) animation(body codec.File) error {
	var b [frameHeader]byte
	if err := codec.ReadAt(body, b[:], 0); err != nil {
		return err
	}
	corner := image.Pt(2*le24(b[0:]), 2*le24(b[3:]))
	for at, looked := int64(frameHeader), 0; looked < mostChunks; looked++ {
		var head [chunkHeader]byte
		if err := codec.ReadAt(body, head[:], at); err != nil {
			return err
		}
		length := int64(binary.LittleEndian.Uint32(head[4:]))
		inner := io.NewSectionReader(body, at+chunkHeader, min(length, body.Size()-at-chunkHeader))
		if kind := string(head[:4]); kind == "VP8 " || kind == "VP8L" {
			return p.bitstream(kind, inner, corner)
		}
		at += chunkHeader + length + length%2
	}
	return errors.New("its first frame has no pixels")
}

// bitstream reads the header of the pixels of a frame that has its corner there.
func (p *picture) bitstream(kind string, data codec.File, corner image.Point) error {
	p.data, p.lossless = data, kind == "VP8L"
	var head [lossyHeader]byte
	var size image.Point
	if p.lossless {
		if err := codec.ReadAt(data, head[:losslessHeader], 0); err != nil {
			return err
		}
		bits := binary.LittleEndian.Uint32(head[1:])
		const side = 1<<14 - 1
		size = image.Pt(int(bits&side)+1, int(bits>>14&side)+1)
		if version := bits >> 29; head[0] != 0x2f || version != 0 {
			return codec.NotRead("its lossless frame begins with %#x and has the version %d", head[0], version)
		}
	} else {
		if err := codec.ReadAt(data, head[:], 0); err != nil {
			return err
		}
		d := vp8.NewDecoder()
		d.Init(bytes.NewReader(head[:]), len(head))
		config, err := d.DecodeFrameHeader()
		if err != nil {
			return err
		}
		switch {
		case !config.KeyFrame:
			return errors.New("its first frame depends on another")
		case int64(config.FirstPartitionLen) > data.Size()-lossyHeader:
			return io.ErrUnexpectedEOF
		}
		size = image.Pt(config.Width, config.Height)
	}
	p.frame = image.Rectangle{corner, corner.Add(size)}
	return nil
}

func le24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
